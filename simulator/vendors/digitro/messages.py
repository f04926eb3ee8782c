"""What a Dígitro PBX tells of a call on its event channels: pure, and without the events' names."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from simulator.calls import Call, Direction, Event, Kind
from simulator.vendor import Message, Scene
from simulator.vendors.digitro.naming import device_of, dialled, kept, name_of, root

KEY = "digitro"

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
    "commandFailed": "failed",
}


def started(call: Call, event: Event, scene: Scene) -> tuple[Message, ...]:
    """Tell that a call begins, unless it goes on for another one."""
    if call.origin is not None:
        return ()
    fields = _named(call, scene) | _parties(call, scene) | _data(call, scene) | _at(call.extension, scene)
    return (message("callStarted", fields, call.id),)


def queued(call: Call, event: Event, scene: Scene) -> tuple[Message, ...]:
    """Tell that a call enters a queue, and which one it leaves for it."""
    device = device_of(scene.records, queue=event.queue)
    left = tuple(_left_queue(call, event, scene))
    if device is None:
        return left
    place = kept(scene.records, root(call, scene.call))
    more = {wire: place[own] for wire, own in (("PRIORIDADE", "priority"), ("TEMPO_FILA", "queued")) if own in place}
    fields = {"DISPOSITIVO_DESTINO": device} | _named(call, scene) | more | _data(call, scene)
    return (*left, message("callQueued", fields, call.id))


def ringing(call: Call, event: Event, scene: Scene) -> tuple[Message, ...]:
    """Tell that a device rings (the far end is none), and that the call left its queue for it."""
    device = _at(event.extension, scene)
    left = tuple(_left_queue(call, event, scene))
    if not device:
        return left
    caller = {"IDENTIDADE_ORIGINADOR": _parties(call, scene)["IDENTIDADE_ORIGINADOR"]}
    return (*left, message("callRinging", device | _named(call, scene) | caller | _data(call, scene), call.id))


def answered(call: Call, event: Event, scene: Scene) -> tuple[Message, ...]:
    """Tell that a call is answered."""
    return (message("callAnswered", _at(event.extension or call.agent, scene) | _named(call, scene), call.id),)


def held(call: Call, event: Event, scene: Scene) -> tuple[Message, ...]:
    """Tell that a call is held."""
    return (message("callHeld", _at(call.agent, scene) | _named(call, scene), call.id),)


def resumed(call: Call, event: Event, scene: Scene) -> tuple[Message, ...]:
    """Tell that a held call goes on."""
    return (message("callResumed", _at(call.agent, scene) | _named(call, scene), call.id),)


def transferred(call: Call, event: Event, scene: Scene) -> tuple[Message, ...]:
    """Tell that a call goes to another device; nothing where no device stands for it."""
    target = device_of(scene.records, extension=event.extension, queue=event.queue)
    if target is None:
        return ()
    fields = _at(call.agent, scene) | {"DISPOSITIVO_DESTINO": target} | _named(call, scene)
    return (message("callDiverted", fields, call.id),)


def ended(call: Call, event: Event, scene: Scene) -> tuple[Message, ...]:
    """Tell that a call is over, and that it left its queue with that."""
    over = message("callEnded", _at(call.agent, scene) | _named(call, scene), call.id)
    return (*_left_queue(call, event, scene), over)


def message(operation: str, fields: Mapping[str, str], call: str = "") -> Message:
    """Return a message of the channel."""
    return Message(KEY, operation, NAMES[operation], json.dumps(dict(fields)).encode(), call)


def _left_queue(call: Call, event: Event, scene: Scene) -> Iterator[Message]:
    before = call.events[event.number - 2] if event.number > 1 else None
    if before is None or before.kind is not Kind.QUEUED:
        return
    device = device_of(scene.records, queue=before.queue)
    if device is not None:
        yield message("callDequeued", {"DISPOSITIVO_DESTINO": device} | _named(call, scene), call.id)


def _named(call: Call, scene: Scene) -> dict[str, str]:
    return {"ID_CHAMADA": name_of(scene.records, root(call, scene.call), scene.zone)}


def _at(extension: str | None, scene: Scene) -> dict[str, str]:
    device = device_of(scene.records, extension=extension)
    return {"DISPOSITIVO": device} if device else {}


def _data(call: Call, scene: Scene) -> dict[str, str]:
    data = kept(scene.records, root(call, scene.call)).get("data")
    return {} if data is None else {"DADOS": data}


def _parties(call: Call, scene: Scene) -> dict[str, str]:
    own = device_of(scene.records, extension=call.extension) or dialled(call.line)
    outside = dialled(call.outside)
    # Who asks for a call may say as whom it calls.
    own = kept(scene.records, root(call, scene.call)).get("caller", own)
    caller, called = (outside, own) if call.direction is Direction.INBOUND else (own, outside)
    return {"IDENTIDADE_ORIGINADOR": caller, "IDENTIDADE_DESTINO": called}
