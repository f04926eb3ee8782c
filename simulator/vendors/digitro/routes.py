"""What the fake PBX does at the documented commands; those known by title alone are in `effects` and `agents`.

Handlers are plain functions of a unit of work and a checked request. They know no Flask and no store.
"""

from __future__ import annotations

from collections.abc import Mapping

from contracts.digitro.rules import ACCOUNT, DEVICE
from simulator.telephony.calls import Call, Direction, Kind
from simulator.telephony.transitions import ESTABLISHED
from simulator.vendor import Instruction, Problem, Received, Refusal, Reply, Wait, Work
from simulator.vendors.digitro import diverting
from simulator.vendors.digitro.naming import CALL, identification, undialled
from simulator.vendors.digitro.orders import AWAY, HERE, is_here, leads_away, order_of
from simulator.vendors.digitro.refusals import not_done, refuse, reply, why
from simulator.worlds.directory import NUMBER

# What is there when the switch leaves out what is inferred: the documented commands and event, and the way to them.
DOCUMENTED = frozenset(
    {"openChannel", "channelOpened", "divertToQueue", "startPredictiveCall", "detectDigits", "changePassword"}
)

EVENT_STREAM = (("content-type", "text/event-stream; charset=utf-8"), ("cache-control", "no-cache"))

RECEIVED = Reply(200, {})

# What is kept with a call of the fields of a diversion.
KEPT_FIELDS = {
    "PRIORIDADE": "priority",
    "DADOS": "data",
    "FONTE_MUSICA": "music",
    "TEMPO_FILA": "queued",
    "DISPOSITIVO_DESTINO_APOS_FINALIZACAO_CHAMADA": "afterwards",
    "TEMPO_POS_ATENDIMENTO": "wrap_up",
}
# And of the fields with which a call begins.
START_FIELDS = {"DADOS": "data", "IDENTIDADE_ORIGINADOR": "caller"}
# And which of them say where it stands in a queue.
PLACE_FIELDS = {"PRIORIDADE": "priority", "TEMPO_FILA": "waited", "TEMPO_POS_ATENDIMENTO": "wrap_up"}

# What CPD says when nobody is to listen whether a person or a machine picks up.
NO_DETECTION = "0"


def serves(switches: Mapping[str, str], operation: str) -> bool:
    """Tell whether a tenant's switches leave an operation or an event in."""
    return switches.get("inferred") != "off" or operation in DOCUMENTED


def open_channel(work: Work, received: Received) -> Reply:
    """Open an event channel; its first event brings its id."""
    if received.http.method == "HEAD":
        return Reply(200, b"", EVENT_STREAM)
    opening = work.board.open_channel()
    if opening is None:
        return reply(503, "as many channels are open as may be: close one, or try again", (("retry-after", "1"),))
    return Reply(200, opening.first, EVENT_STREAM, Instruction(Wait.STREAM, opening.seconds, opening.stream))


def divert_to_queue(work: Work, received: Received) -> Reply:
    """Send a call that is not over to a queue or an extension, and keep what is said of it."""
    body = received.body
    call = diverting.find_call(work, body["ID_CHAMADA"])
    order = order_of(work, call, body) if call is not None else None
    if call is None or order is None or not (diverting.movable(call) and is_here(order) and leads_away(order)):
        wanted = f"one that is not over, does not ring outside, and is {HERE}, and as DISPOSITIVO_DESTINO {AWAY}"
        return not_done(work, received, why(call, wanted))
    diverting.leave_with(work, call, {own: str(body[wire]) for wire, own in KEPT_FIELDS.items() if wire in body})
    facts = {own: int(body[wire]) for wire, own in PLACE_FIELDS.items() if wire in body}
    afterwards = work.get(DEVICE, body.get("DISPOSITIVO_DESTINO_APOS_FINALIZACAO_CHAMADA", ""))
    luggage = diverting.Luggage(body["DADOS"], afterwards, facts)
    diverting.divert(order, luggage)
    return RECEIVED


def detect_digits(work: Work, received: Received) -> Reply:
    """Take note that the digits of an established call are to be detected."""
    call = diverting.find_call(work, received.body["ID_CHAMADA"])
    if call is None or call.state not in ESTABLISHED:
        return not_done(work, received, why(call, "an established one"))
    detectors = dict.fromkeys((*diverting.detectors_of(work, call), received.body["DISPOSITIVO"]))
    diverting.leave_with(work, call, {"detectors": list(detectors)})
    return RECEIVED


def change_password(work: Work, received: Received) -> Reply:
    """Change the password of the account that is named, or else of the device; the next request needs the new one."""
    body = received.body
    kind, key = (ACCOUNT, body["CONTA"]) if "CONTA" in body else (DEVICE, body["DISPOSITIVO"])
    work.put(kind, key, {**(work.get(kind, key) or {}), "password": body["NOVA_SENHA"]})
    return RECEIVED


def start_call(work: Work, received: Received) -> Reply:
    """Begin an outbound call that rings at the far end, and name it.

    A predictive one begins without the device, and goes there once the far end has picked up; what that does is in the
    call's conduct, for which ``note`` is the place.
    """
    body = received.body
    if next(iter(work.all(NUMBER)), None) is None:
        # Its answer would have to name a call, so this is refused at once under either switch.
        lacking = "the PBX has no number to call from: give the world one"
        return refuse(Refusal(Problem.VIOLATION, lacking, received.operation))
    device = work.get(DEVICE, body["DISPOSITIVO"]) or {}
    own, queue = device.get("extension"), device.get("queue")
    predictive = received.operation == "startPredictiveCall"
    if own and not predictive and diverting.engaged(work, own):
        return not_done(
            work, received, "the device is in a call, or rings; expected one that is free, but for held calls"
        )
    name = ""

    def note(call: Call) -> None:
        nonlocal name
        name = identification(work.now, work.zone, call.serial)
        left = {key: body[wire] for wire, key in START_FIELDS.items() if wire in body}
        work.put(CALL, call.id, {"call": call.id, "id": name, "device": body["DISPOSITIVO"], **left})

    outside = undialled(body["IDENTIDADE_DESTINO"])
    call = work.board.start(Direction.OUTBOUND, outside, extension=None if predictive else own, note=note)
    if predictive:
        work.board.go_on(call.id, extension=own, queue=queue, undetected=body.get("CPD") == NO_DETECTION)
    work.board.happen(call.id, Kind.RINGING)
    return Reply(200, {"ID_CHAMADA": name})
