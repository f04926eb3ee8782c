"""What the fake PBX does: it opens channels, and takes commands on them.

Handlers are plain functions of a unit of work and a checked request. They know no Flask and no store.
"""

from __future__ import annotations

from collections.abc import Mapping

from contracts.digitro.rules import ACCOUNT, DEVICE
from simulator.calls import Call, Direction, Kind, State
from simulator.directory import NUMBER
from simulator.vendor import Instruction, Problem, Received, Refusal, Reply, Wait, Work
from simulator.vendors.digitro import diverting
from simulator.vendors.digitro.messages import message
from simulator.vendors.digitro.naming import CALL, identification, undialled
from simulator.vendors.digitro.refusals import refuse, reply

COMMAND = "digitro.command"
KEPT_COMMANDS = 500

# The commands that are known by their titles alone: their effects are not simulated yet.
ON_A_CALL = (
    *("divertToMailbox", "presetNextDestination", "holdCall", "resumeCall", "breakIn", "transferToPausedDevice"),
    *("transferNow", "endCall", "endAndReconnect", "answerCall", "pickUpParkedCall", "pickUpQueuedCall"),
    *("pickUpCall", "parkCall", "swapCalls", "changeService", "chooseMusic", "attachData", "stopDigitDetection"),
    "sendDigits",
)
WITHOUT_A_CALL = ("verifyPassword", "validateUser", "logInOrOut")

# What is there when the switch leaves out what is inferred: the documented commands and event, and the way to them.
DOCUMENTED = frozenset(
    {"openChannel", "channelOpened", "divertToQueue", "startPredictiveCall", "detectDigits", "changePassword"}
)

EVENT_STREAM = (("content-type", "text/event-stream; charset=utf-8"), ("cache-control", "no-cache"))
SECRETS = frozenset({"SENHA_DISPOSITIVO", "SENHA", "NOVA_SENHA"})

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
    if call is None or not diverting.movable(call):
        return _not_done(work, received, _why(call, "one that is not over, and does not ring outside"))
    before = call.state
    diverting.leave_with(work, call, {own: str(body[wire]) for wire, own in KEPT_FIELDS.items() if wire in body})
    if before not in diverting.ESTABLISHED:
        # A call that nobody has answered is moved without a transfer, which would have told it.
        fields = {name: body[name] for name in ("DISPOSITIVO", "DISPOSITIVO_DESTINO", "ID_CHAMADA")}
        work.board.tell(message("callDiverted", fields, call.id))
    device = work.get(DEVICE, body["DISPOSITIVO_DESTINO"]) or {}
    diverting.divert(work, call, device)
    return RECEIVED


def detect_digits(work: Work, received: Received) -> Reply:
    """Take note that the digits of an established call are to be detected."""
    call = diverting.find_call(work, received.body["ID_CHAMADA"])
    if call is None or call.state not in diverting.ESTABLISHED:
        return _not_done(work, received, _why(call, "an established one"))
    diverting.leave_with(work, call, {"detecting": True})
    return RECEIVED


def change_password(work: Work, received: Received) -> Reply:
    """Change the password of the account that is named, or else of the device; the next request needs the new one."""
    body = received.body
    kind, key = (ACCOUNT, body["CONTA"]) if "CONTA" in body else (DEVICE, body["DISPOSITIVO"])
    work.put(kind, key, {**(work.get(kind, key) or {}), "password": body["NOVA_SENHA"]})
    return RECEIVED


def start_call(work: Work, received: Received) -> Reply:
    """Begin an outbound call that rings at the far end, and name it."""
    body = received.body
    if next(iter(work.all(NUMBER)), None) is None:
        # Its answer would have to name a call, so this is refused at once under either switch.
        why = "the PBX has no number to call from: give the world one"
        return refuse(Refusal(Problem.VIOLATION, why, received.operation))
    name = ""

    def note(call: Call) -> None:
        nonlocal name
        name = identification(work.now, work.zone, call.serial)
        left = {own: body[wire] for wire, own in START_FIELDS.items() if wire in body}
        work.put(CALL, call.id, {"call": call.id, "id": name, **left})

    device = work.get(DEVICE, body["DISPOSITIVO"]) or {}
    outside = undialled(body["IDENTIDADE_DESTINO"])
    call = work.board.start(Direction.OUTBOUND, outside, extension=device.get("extension"), note=note)
    work.board.happen(call.id, Kind.RINGING)
    return Reply(200, {"ID_CHAMADA": name})


def receive_on_call(work: Work, received: Received) -> Reply:
    """Take a command on a call that is not over, and write it down."""
    call = diverting.find_call(work, received.body["ID_CHAMADA"])
    if call is None or call.state is State.ENDED:
        return _not_done(work, received, _why(call, "one that is not over"))
    return receive(work, received)


def receive(work: Work, received: Received) -> Reply:
    """Take a command and write it down, without its passwords."""
    number = work.next_number(COMMAND)
    fields = {name: value for name, value in received.body.items() if name not in SECRETS}
    record = {"id": str(number), "operation": received.operation, "at": work.now.isoformat(), "fields": fields}
    work.put(COMMAND, str(number), record)
    work.remove(COMMAND, str(number - KEPT_COMMANDS))
    return RECEIVED


def _why(call: Call | None, wanted: str) -> str:
    if call is None:
        return f"no call has this ID_CHAMADA; expected {wanted}"
    return f"the call is {call.state.value}; expected {wanted}"


def _not_done(work: Work, received: Received, why: str) -> Reply:
    """Refuse what the state of a call forbids: at once, or by an event, as the tenant's switch says."""
    if work.switches.get("refusals") != "event":
        return refuse(Refusal(Problem.VIOLATION, why, received.operation))
    fields = {"DISPOSITIVO": received.body["DISPOSITIVO"], "ID_CHAMADA": received.body["ID_CHAMADA"], "MOTIVO": why}
    work.board.tell(message("commandFailed", fields))
    return RECEIVED
