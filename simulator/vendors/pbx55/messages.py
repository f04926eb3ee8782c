"""Renders what happens to a call as 55PBX's pushes. Pure: no clock, no store, no address to send to.

Each renderer says only what is known by then; `_filled` puts in what 55PBX sends for the rest. The keys,
their order and their forms are those of the document that ``contracts/pbx55/SOURCES.md`` calls 55pbx-push.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from contracts import strict_json
from simulator.errors import SimulatorError
from simulator.message import Message
from simulator.telephony import phones
from simulator.telephony.calls import Call, Cause, Direction, Event, Kind, Medium, Party
from simulator.telephony.phones import Number
from simulator.vendor import Scene

KEY = "pbx55"
PUSH = "callData"

STARTED, ENDED, TRANSFERRED, SMS = "started", "ended", "transferred", "sms"

# Every key in the order in which the document prints them, with what stands in it while nothing is known.
UNKNOWN: Mapping[str, str | int] = {
    "central_id": "",
    "branch_mask": 0,
    "call_id": "",
    "call_date": "",
    "call_terminal": "",
    "call_type": "",
    "call_number": "",
    "call_area_code": "",
    "call_country_code": "",
    "call_document": "",
    "call_order": "",
    "call_ura": "",
    "call_queue": "",
    "call_status": "",
    "call_disconnection": "",
    "call_time": 0,
    "call_time_waiting": 0,
    "call_duration": 0,
    "call_tax_type": "",
    "call_tax": 0,
    "call_cost": 0,
    "call_balance": 0,
    "call_url_audio": "",
    "call_audio_file": "",
    "call_transfer_id": "",
}

_EXAMPLE_TYPES = {"inbound": "receptive", "outbound": "active", "sms": "sms"}
_TABLE_TYPES = {"inbound": "receptivo", "outbound": "ativo", "sms": "sms"}

_SIDES = {Party.OUTSIDE: "externo", Party.INSIDE: "interno", Party.SYSTEM: "interno"}

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def started(call: Call, event: Event, scene: Scene) -> tuple[Message, ...]:
    """Render the first push of a call: its initial facts. An internal call is told to nobody (inferred)."""
    if call.direction is Direction.INTERNAL or scene.readings.get("P7") == "end-only":
        return ()
    return (_push(call, STARTED, _opening(call, scene) | _status("new_call", scene), scene),)


def ended(call: Call, event: Event, scene: Scene) -> tuple[Message, ...]:
    """Render the second push of a call: its complete facts."""
    if call.direction is Direction.INTERNAL:
        return ()
    return (_push(call, ENDED, _complete(call, event, scene), scene),)


def transferred(call: Call, event: Event, scene: Scene) -> tuple[Message, ...]:
    """Render the second push of a call that goes on as another, and the third, which names the other.

    Raises UnknownTransfer when the other call has not begun.
    """
    if call.direction is Direction.INTERNAL:
        return ()
    other = scene.call(event.other) if event.other else None
    if other is None:
        raise UnknownTransfer(call.id, event.other)
    complete = _complete(call, event, scene)
    named = complete | {"call_transfer_id": wire_id(other)}
    return (_push(call, ENDED, complete, scene), _push(call, TRANSFERRED, named, scene))


def sms(call: Call, event: Event, scene: Scene) -> tuple[Message, ...]:
    """Render the only push of a text message: no times, audio, queue, status or disconnection (inferred)."""
    none = {"call_time": 0, "call_time_waiting": 0, "call_duration": 0}
    return (_push(call, SMS, _opening(call, scene) | none | _bill(call), scene),)


def wire_id(call: Call) -> str:
    """Return the call's identifier on the wire: the second it began (UTC), and its serial number."""
    return f"{_start(call) // timedelta(seconds=1)}.{call.serial}"


class UnknownTransfer(SimulatorError):
    """The call that another was transferred into is not there to be named."""

    def __init__(self, call: str, other: str | None) -> None:
        super().__init__(
            f"call {call} was transferred into call {other!r}, which does not exist: "
            "the third push must name it, so start the new call before the transfer"
        )
        self.call, self.other = call, other


def _opening(call: Call, scene: Scene) -> dict[str, Any]:
    """Return what is known of a call whether or not it is over."""
    agent = call.agent
    number = outside(call)
    return {
        "central_id": scene.account["central_id"],
        "branch_mask": _branch(agent, scene) if agent else None,
        "call_id": wire_id(call),
        "call_date": _date(call, scene),
        "call_terminal": call.line,
        "call_type": _type(call, scene),
        "call_number": number.local,
        "call_area_code": number.area,
        "call_country_code": number.country,
        "call_document": call.document,
        "call_order": call.order,
        "call_ura": ", ".join(f"Opcao - {choice}" for choice in call.choices),
        "call_queue": call.queue,
    }


def _complete(call: Call, event: Event, scene: Scene) -> dict[str, Any]:
    """Return what is known of a call that is over."""
    status = "call_attended" if attended(call) else "call_abandoned"
    return (
        _opening(call, scene)
        | _status(status, scene)
        | {"call_disconnection": side(event)}
        | _times(call, scene)
        | _bill(call)
        | audio(call, scene)
    )


def _status(status: str, scene: Scene) -> dict[str, Any]:
    return {} if scene.readings.get("P12") == "manual-v1" else {"call_status": status}


def attended(call: Call) -> bool:
    """Tell whether a call was attended: one that was sent on before anybody took it is not given up (inferred)."""
    return call.connected or call.last.kind is Kind.TRANSFERRED


def side(event: Event) -> str:
    """Return which side ended a call."""
    by = event.by or (Party.OUTSIDE if event.cause is Cause.ABANDONED else Party.INSIDE)
    return _SIDES[by]


def _times(call: Call, scene: Scene) -> dict[str, Any]:
    talk, total = call.talk, call.duration
    if scene.readings.get("P3") == "swapped":
        talk, total = total, talk
    return {"call_time": talk, "call_time_waiting": call.waiting, "call_duration": total}


def _bill(call: Call) -> dict[str, Any]:
    bill = call.bill
    if bill is None:
        return {}
    return {
        "call_tax_type": bill.tariff,
        "call_tax": bill.per_minute,
        "call_cost": bill.cost,
        "call_balance": bill.balance,
    }


def audio(call: Call, scene: Scene) -> dict[str, Any]:
    """Return where the recording is, if there is one, in the forms that the document prints (they differ; P14)."""
    if not call.connected or not (call.recorded or scene.switches.get("recording") != "on_demand"):
        return {}
    central, number, key = scene.account["central_id"], outside(call), wire_id(call)
    local = _local(call, scene)
    # The printed name has 100001 where the account is 1000: read as account and first recorder (inferred).
    name = f"audio-{local:%Y-%m-%d_%H-%M-%S}-{central}01"
    folder = f"{scene.account['audio_base']}/webphone-{central}/{local:%Y/%m/%d}"
    return {
        "call_url_audio": f"{folder}/{name}-{key}.wav",
        "call_audio_file": f"{name}-{number.area}{number.local}{key}.wav",
    }


def _type(call: Call, scene: Scene) -> str:
    words = _TABLE_TYPES if scene.readings.get("P2") == "table" else _EXAMPLE_TYPES
    return words[call.medium.value if call.medium is Medium.SMS else call.direction.value]


def _branch(extension: str, scene: Scene) -> int | str:
    return extension if scene.readings.get("P4") == "digits" else int(extension)


def _date(call: Call, scene: Scene) -> object:
    local = _local(call, scene)
    match scene.readings.get("P1"):
        case "iso8601":
            return local.isoformat(timespec="seconds")
        case "epoch-ms":
            return _start(call) // timedelta(milliseconds=1)
        case "mongo-date":
            return {"$date": f"{local.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"}
        case _:
            return f"{local:%Y-%m-%d %H:%M:%S}"


def outside(call: Call) -> Number:
    """Take the other party's number apart: no area for what has none, nothing at all for a withheld one."""
    number = phones.split(call.outside) if call.outside else Number("", "", "")
    return number if len(number.area) != 3 else Number(number.country, "", number.national)


def _start(call: Call) -> timedelta:
    return call.events[0].at - _EPOCH


def _local(call: Call, scene: Scene) -> datetime:
    return (_EPOCH + _start(call)).astimezone(scene.zone)


def _push(call: Call, name: str, facts: Mapping[str, Any], scene: Scene) -> Message:
    body = _filled(facts, scene.readings)
    if name == TRANSFERRED and scene.readings.get("P8") == "capitals":
        body["CALL_TRANSFER_ID"] = body.pop("call_transfer_id")
    return Message(KEY, PUSH, name, strict_json.dumps(body), call.id, order=call.id)


def _filled(facts: Mapping[str, Any], readings: Mapping[str, str]) -> dict[str, Any]:
    """Return the body with what is not known as the reading of P13 has it: empty, null, or left out."""
    known = {key: facts[key] for key in UNKNOWN if facts.get(key) not in (None, "")}
    if readings.get("P13") == "absent":
        return known
    text = None if readings.get("P13") == "null" else ""
    blank = {key: text if value == "" else value for key, value in UNKNOWN.items()}
    if readings.get("P4") == "digits":
        blank["branch_mask"] = "0"
    return blank | known
