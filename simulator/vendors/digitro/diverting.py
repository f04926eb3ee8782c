"""Finds the call that a command names, and sends it to another device. It knows no answer."""

from __future__ import annotations

from collections.abc import Iterable

from simulator.calls import Call, Direction, Kind, State
from simulator.directory import QUEUE
from simulator.vendor import Document, Work
from simulator.vendors.digitro.naming import CALL, SAMPLE, kept, name_of, newest, root, serial_in

# Calls beyond these are forgotten by the PBX, and what commands left with them here.
KEPT_CALLS = 10_000

MOVABLE = frozenset({State.ROUTING, State.MENU, State.QUEUED, State.RINGING, State.TALKING, State.HELD})
ESTABLISHED = frozenset({State.TALKING, State.HELD})


def find_call(work: Work, name: str) -> Call | None:
    """Return the call that goes on under an identification, or the one that was the last to; None for a strange one.

    A call that the pages name begins when it is first looked for, and is answered.
    """
    sample = work.get(SAMPLE, name)
    if sample is not None:
        first = work.call(sample["call"]) if sample["call"] else _begin_sample(work, sample)
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
    work.remove(CALL, f"c{int(first.id[1:]) - KEPT_CALLS}")


def movable(call: Call) -> bool:
    """Tell whether a call can be sent to another device: one that rings outside, or is over, cannot."""
    return call.state in MOVABLE and not (call.state is State.RINGING and not call.alerted)


def divert(work: Work, call: Call, device: Document) -> Call:
    """Send a call to an extension, which rings, or to a queue, where the first free extension of it rings."""
    extension, queue = device["extension"], device["queue"]
    if call.state in ESTABLISHED:
        call = work.board.transfer(call.id, extension=extension, queue=queue)
    else:
        for ringing in call.alerted:
            call = work.board.happen(call.id, Kind.UNANSWERED, extension=ringing)
    if queue is not None:
        call = work.board.happen(call.id, Kind.QUEUED, queue=queue)
        served = (work.get(QUEUE, queue) or {}).get("extensions", ())
        extension = _first_free(work, served)
    return work.board.happen(call.id, Kind.RINGING, extension=extension) if extension else call


def _first_free(work: Work, extensions: Iterable[str]) -> str | None:
    busy = {e for call in work.calls() if call.state is not State.ENDED for e in _engaged(call)}
    return next((e for e in extensions if e not in busy), None)


def _engaged(call: Call) -> tuple[str, ...]:
    return (call.agent,) if call.state in ESTABLISHED and call.agent else call.alerted


def _begin_sample(work: Work, sample: Document) -> Call:
    def note(call: Call) -> None:
        work.put(SAMPLE, sample["id"], {**sample, "call": call.id})
        work.put(CALL, call.id, {"call": call.id, "id": sample["id"]})

    call = work.board.start(Direction.INBOUND, sample["outside"], note=note)
    work.board.happen(call.id, Kind.RINGING, extension=sample["extension"])
    return work.board.happen(call.id, Kind.ANSWERED, extension=sample["extension"])
