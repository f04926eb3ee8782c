"""What a Dígitro PBX tells of what happens in a call beside its way, and of the devices that serve queues. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from contracts.digitro.rules import DEVICE
from simulator.message import Message
from simulator.telephony.agents import AgentEvent, AgentKind
from simulator.telephony.calls import Call, Event, Kind, Party
from simulator.vendor import AgentRenderer, Renderer, Scene
from simulator.vendors.digitro.messages import at, data_of, departed, diverted, left_queue, message, named
from simulator.vendors.digitro.naming import device_of, kept, root


def picked_up(call: Call, event: Event, scene: Scene) -> tuple[Message, ...]:
    """Tell that a device took a call which waited or rang elsewhere, with that answered it, and silenced the others."""
    fields = at(event.extension, scene) | named(call, scene)
    taken = (message("callPickedUp", fields, call.id), message("callAnswered", fields, call.id))
    return (*left_queue(call, event, scene), *taken, *departed(call, event, scene))


def parked(call: Call, event: Event, scene: Scene) -> tuple[Message, ...]:
    """Tell that a device parked a call, which left that device, and any other, with it."""
    own = message("callParked", at(event.extension, scene) | named(call, scene), call.id)
    return (own, *departed(call, event, scene))


def joined(call: Call, event: Event, scene: Scene) -> tuple[Message, ...]:
    """Tell that a device joined a conference, asked or not."""
    return (message("conferenceChanged", at(event.extension, scene) | named(call, scene), call.id),)


def left(call: Call, event: Event, scene: Scene) -> tuple[Message, ...]:
    """Tell that a device left a conference, and the call with that."""
    own = message("conferenceChanged", at(event.extension, scene) | named(call, scene), call.id)
    return (own, *departed(call, event, scene))


def digits_pressed(call: Call, event: Event, scene: Scene) -> tuple[Message, ...]:
    """Tell each digit, of each device that detects them but the one at which they were pressed."""
    pressed = event.extension or (call.agent if event.by is Party.INSIDE else None)
    told = []
    for device in kept(scene.records, root(call, scene.call)).get("detectors", ()):
        record = scene.records.get(DEVICE, device) or {}
        if pressed is None or record.get("extension") != pressed:
            fields = {"DISPOSITIVO": device} | named(call, scene)
            told += [message("digitDetected", fields | {"CIFRA": digit}, call.id) for digit in event.digits or ""]
    return tuple(told)


def data_attached(call: Call, event: Event, scene: Scene) -> tuple[Message, ...]:
    """Tell what goes with a call now; a command that does more with it tells it by its other events."""
    if event.by is Party.SYSTEM:
        return ()
    return (message("dataAttached", named(call, scene) | data_of(call, scene), call.id),)


def mailbox_reached(call: Call, event: Event, scene: Scene) -> tuple[Message, ...]:
    """Tell that a mailbox took a call, as a diversion to the device that it belongs to, from those at which it was."""
    went = (*diverted(call, event, scene), *departed(call, event, scene))
    return (*left_queue(call, event, scene), *went)


def logged(operation: str) -> AgentRenderer:
    """Make what tells that an agent entered or left a queue."""

    def tell(event: AgentEvent, scene: Scene) -> tuple[Message, ...]:
        own = at(event.extension, scene)
        queue = device_of(scene.records, queue=event.queue)
        where = {"DISPOSITIVO_DESTINO": queue} if queue else {}
        return (message(operation, own | where),) if own else ()

    return tell


RENDERS: Mapping[Kind, Renderer] = {
    Kind.PICKED_UP: picked_up,
    Kind.PARKED: parked,
    Kind.JOINED: joined,
    Kind.BROKE_IN: joined,
    Kind.LEFT: left,
    Kind.DIGITS_PRESSED: digits_pressed,
    Kind.DATA_ATTACHED: data_attached,
    Kind.MAILBOX_REACHED: mailbox_reached,
}
AGENTS: Mapping[AgentKind, AgentRenderer] = {
    AgentKind.LOGGED_IN: logged("agentLoggedIn"),
    AgentKind.LOGGED_OUT: logged("agentLoggedOut"),
}
