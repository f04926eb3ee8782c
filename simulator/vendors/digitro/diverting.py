"""Finds the call that a command names, and sends it to another device. It knows no answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from simulator.records import Document
from simulator.telephony.calls import Call, Kind, Party, State
from simulator.telephony.transitions import ESTABLISHED
from simulator.vendor import Work
from simulator.vendors.digitro import samples
from simulator.vendors.digitro.messages import message
from simulator.vendors.digitro.naming import CALL, SAMPLE, kept, name_of, newest, root, serial_in
from simulator.vendors.digitro.orders import Order

MOVABLE = frozenset({State.ROUTING, State.MENU, State.QUEUED, State.RINGING, State.TALKING, State.HELD})


@dataclass(frozen=True, slots=True)
class Luggage:
    """What goes with a call that is sent on: data, the device that comes after the agent, its place in the queue."""

    data: str | None = None
    afterwards: Document | None = None
    place: Mapping[str, int] = field(default_factory=dict)


def find_call(work: Work, name: str) -> Call | None:
    """Return the call that goes on under an identification, or the one that was the last to; None for a strange one.

    A call that the pages name begins when it is first looked for, and is answered.
    """
    sample = work.get(SAMPLE, name)
    if sample is not None:
        first = work.call(sample["call"]) if sample["call"] else samples.begin(work, sample)
        return newest(first, work.call) if first else None
    serial = serial_in(name)
    for call in work.calls() if serial is not None else ():
        if call.origin is None and call.serial % 10_000 == serial and name_of(work, call, work.zone) == name:
            return newest(call, work.call)
    return None


def leave_with(work: Work, call: Call, fields: Document) -> None:
    """Keep what a command says of a call, beside what is kept of it."""
    first = root(call, work.call)
    name = name_of(work, first, work.zone)
    work.put(CALL, first.id, {"call": first.id, "id": name, **kept(work, first), **fields})


def movable(call: Call) -> bool:
    """Tell whether a call can be sent to another device: one that rings outside, or is over, cannot."""
    return call.state in MOVABLE and not (call.state is State.RINGING and not call.alerted)


def engaged(work: Work, extension: str) -> bool:
    """Tell whether a device rings or is in a call that is not held."""
    return any(call.state is not State.HELD and extension in call.engaged for call in work.live_calls())


def detectors_of(work: Work, call: Call) -> list[str]:
    """Return the devices that detect the digits of a call."""
    return list(kept(work, root(call, work.call)).get("detectors", ()))


def divert(order: Order, luggage: Luggage) -> Call:
    """Send a call to an extension, which rings, or to a queue, and tell of it."""
    work, call, body = order.work, order.call, order.body
    if call.state in ESTABLISHED:
        call = work.board.transfer(call.id, extension=order.to, queue=order.queue, by=order.own)
    else:
        # A call that nobody has answered is moved without a transfer, which would have told it.
        fields = {name: body[name] for name in ("DISPOSITIVO", "DISPOSITIVO_DESTINO", "ID_CHAMADA")}
        work.board.tell(message("callDiverted", fields, call.id))
        for ringing in call.alerted:
            call = work.board.happen(call.id, Kind.UNANSWERED, extension=ringing, by=Party.SYSTEM)
    _pack(work, call, luggage)
    if order.queue is not None:
        return work.board.enter_queue(call.id, order.queue, **luggage.place)
    return work.board.happen(call.id, Kind.RINGING, extension=order.to)


def _pack(work: Work, call: Call, luggage: Luggage) -> None:
    if luggage.data is not None:
        # By the PBX: the diversion tells it.
        work.board.happen(call.id, Kind.DATA_ATTACHED, data=luggage.data, by=Party.SYSTEM)
    if luggage.afterwards is not None:
        facts = {name: luggage.afterwards[name] for name in ("extension", "queue")}
        work.board.happen(call.id, Kind.DESTINATION_PRESET, **facts)
