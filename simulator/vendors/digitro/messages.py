"""What a Dígitro PBX tells of a call's way on its event channels: pure, and without the events' names.

What else happens to a call and its devices is told by `simulator.vendors.digitro.moments`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from simulator.message import Message
from simulator.telephony.calls import Call, Direction, Event, Kind, Party, State
from simulator.vendor import Scene
from simulator.vendors.digitro.naming import device_of, dialled, kept, name_of, root

KEY = "digitro"

# A time in a queue is told in so many digits.
MOST_WAITED = 999_999

# What happens to a call without moving it.
_BESIDE = (Kind.DATA_ATTACHED, Kind.DESTINATION_PRESET)

# Operation of the contract to the message's name.
NAMES = {
    "callStarted": "started",
    "callRinging": "ringing",
    "callAnswered": "answered",
    "callHeld": "held",
    "callResumed": "resumed",
    "callDiverted": "diverted",
    "callQueued": "queued",
    "callDequeued": "dequeued",
    "callEnded": "ended",
    "callParked": "parked",
    "callPickedUp": "picked_up",
    "conferenceChanged": "conference",
    "digitDetected": "digit",
    "dataAttached": "data_attached",
    "agentLoggedIn": "logged_in",
    "agentLoggedOut": "logged_out",
    "commandFailed": "failed",
}


def started(call: Call, event: Event, scene: Scene) -> tuple[Message, ...]:
    """Tell that a call begins, unless it goes on for another one."""
    if call.origin is not None:
        return ()
    own = at(call.extension, scene) or _asking(call, scene)
    fields = named(call, scene) | _parties(call, scene) | data_of(call, scene) | own
    return (message("callStarted", fields, call.id),)


def queued(call: Call, event: Event, scene: Scene) -> tuple[Message, ...]:
    """Tell that a call enters a queue, and which one it leaves for it."""
    return (*left_queue(call, event, scene), *entered_queue(call, event, scene))


def unanswered(call: Call, event: Event, scene: Scene) -> tuple[Message, ...]:
    """Tell that a device rings no more (the far end is none), and that the call waits again, unless for a command."""
    waits = call.state is State.QUEUED and event.by is not Party.SYSTEM
    return (*departed(call, event, scene), *(entered_queue(call, event, scene) if waits else ()))


def ringing(call: Call, event: Event, scene: Scene) -> tuple[Message, ...]:
    """Tell that a device rings (the far end is none), and that the call left its queue for it."""
    device = at(event.extension, scene)
    left = tuple(left_queue(call, event, scene))
    if not device:
        return left
    # Whom a device of ours that rings for a call out will talk to is who was dialled.
    out = call.direction is Direction.OUTBOUND
    caller = {"IDENTIDADE_ORIGINADOR": dialled(call.outside) if out else _parties(call, scene)["IDENTIDADE_ORIGINADOR"]}
    return (*left, message("callRinging", device | named(call, scene) | caller | data_of(call, scene), call.id))


def answered(call: Call, event: Event, scene: Scene) -> tuple[Message, ...]:
    """Tell that a call is answered, and that no other device rings any more."""
    own = message("callAnswered", at(event.extension or call.agent, scene) | named(call, scene), call.id)
    return (own, *departed(call, event, scene))


def held(call: Call, event: Event, scene: Scene) -> tuple[Message, ...]:
    """Tell that a call is held."""
    return (message("callHeld", at(event.extension or call.agent, scene) | named(call, scene), call.id),)


def resumed(call: Call, event: Event, scene: Scene) -> tuple[Message, ...]:
    """Tell that a held call goes on."""
    return (message("callResumed", at(event.extension or call.agent, scene) | named(call, scene), call.id),)


def transferred(call: Call, event: Event, scene: Scene) -> tuple[Message, ...]:
    """Tell that a call goes to another device, and that it left those at which it was."""
    return (*diverted(call, event, scene), *departed(call, event, scene))


def diverted(call: Call, event: Event, scene: Scene) -> tuple[Message, ...]:
    """Tell that a call goes to another device; nothing where no device stands for it."""
    target = device_of(scene.records, extension=event.extension, queue=event.queue)
    if target is None:
        return ()
    fields = at(event.actor or call.agent, scene) | {"DISPOSITIVO_DESTINO": target} | named(call, scene)
    return (message("callDiverted", fields, call.id),)


def ended(call: Call, event: Event, scene: Scene) -> tuple[Message, ...]:
    """Tell that a call is over, of each of its devices or else of none, and that it left its queue with that."""
    released = tuple(departed(call, event, scene)) or (message("callEnded", named(call, scene), call.id),)
    return (*left_queue(call, event, scene), *released)


def message(operation: str, fields: Mapping[str, str], call: str = "") -> Message:
    """Return a message of the channel."""
    return Message(KEY, operation, NAMES[operation], json.dumps(dict(fields)).encode(), call)


def entered_queue(call: Call, event: Event, scene: Scene) -> Iterator[Message]:
    """Tell that a call waits in a queue, again or since this event, where a device stands for it."""
    device, waits = device_of(scene.records, queue=call.queue), call.waits
    if device is None or waits is None:
        return
    place = {"PRIORIDADE": waits.priority, "TEMPO_FILA": waited_at(event.at, waits)}
    more = {wire: str(value) for wire, value in place.items() if value is not None}
    fields = {"DISPOSITIVO_DESTINO": device} | named(call, scene) | more | data_of(call, scene)
    yield message("callQueued", fields, call.id)


def waited_at(at: datetime, waits: Event) -> int | None:
    """Return the seconds that a call counts as having waited, at a time; None when it has only just entered."""
    since = int((at - waits.at).total_seconds())
    return min((waits.waited or 0) + since, MOST_WAITED) if since else waits.waited


def left_queue(call: Call, event: Event, scene: Scene) -> Iterator[Message]:
    """Tell that a call left the queue in which it waited up to this event, if it did."""
    before = before_event(call, event)
    newest = next((e for e in reversed(before.events) if e.kind not in _BESIDE), None)
    waited = newest is not None and newest.kind in (Kind.QUEUED, Kind.UNANSWERED) and newest.by is not Party.SYSTEM
    device = device_of(scene.records, queue=before.queue) if waited and not before.alerted else None
    if device is not None:
        yield message("callDequeued", {"DISPOSITIVO_DESTINO": device} | named(call, scene), call.id)


def departed(call: Call, event: Event, scene: Scene) -> Iterator[Message]:
    """Tell of each device that talked or rang up to this event, and neither talks nor rings any more."""
    # It has one identification throughout: who is in the call that goes on for it has left nothing.
    later = scene.call(event.other or "") if event.kind is Kind.TRANSFERRED else None
    there = {*call.engaged, *(later.engaged if later is not None else ())}
    for extension in before_event(call, event).engaged:
        device = at(extension, scene)
        if device and extension not in there:
            yield message("callEnded", device | named(call, scene), call.id)


def before_event(call: Call, event: Event) -> Call:
    """Return a call with what had happened to it up to this event; its state is the later one."""
    return replace(call, events=call.events[: event.number - 1])


def named(call: Call, scene: Scene) -> dict[str, str]:
    """Return a call's identification, as a field."""
    return {"ID_CHAMADA": name_of(scene.records, root(call, scene.call), scene.zone)}


def at(extension: str | None, scene: Scene) -> dict[str, str]:
    """Return the device that stands for an extension, as a field; nothing when there is none."""
    device = device_of(scene.records, extension=extension)
    return {"DISPOSITIVO": device} if device else {}


def data_of(call: Call, scene: Scene) -> dict[str, str]:
    """Return what goes with a call: what was last attached to it, or to what it goes on for, or came with its start."""
    while call.data is None and call.origin is not None and (earlier := scene.call(call.origin)) is not None:
        call = earlier
    data = kept(scene.records, call).get("data") if call.data is None else call.data
    return {} if data is None else {"DADOS": data}


def _asking(call: Call, scene: Scene) -> dict[str, str]:
    device = kept(scene.records, call).get("device")
    return {} if device is None else {"DISPOSITIVO": device}


def _parties(call: Call, scene: Scene) -> dict[str, str]:
    left = kept(scene.records, root(call, scene.call))
    device = device_of(scene.records, extension=call.extension)
    # Who asks for a call may say as whom it calls.
    own = left.get("caller") or device or left.get("device") or dialled(call.line)
    within = call.outside if call.direction is Direction.INTERNAL else None
    outside = device_of(scene.records, extension=within) or dialled(call.outside)
    caller, called = (outside, own) if call.direction is Direction.INBOUND else (own, outside)
    return {"IDENTIDADE_ORIGINADOR": caller, "IDENTIDADE_DESTINO": called}
