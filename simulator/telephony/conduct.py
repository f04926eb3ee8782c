"""What people do with a call when no step says it: when they pick up, how long they talk, when they give up. Pure.

A conduct is kept beside its call, and what follows from it is due at a time: it happens only if the call still waits
for it then.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import Any, cast

from simulator.telephony.calls import Call, Cause, Direction, Event, Facts, Kind, Party, State

CONDUCT = "conduct"


class Ending(StrEnum):
    """How the ringing of a device ends."""

    ANSWERS = "answers"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    REFUSES = "refuses"
    MACHINE = "machine"
    UNKNOWN = "unknown"  # no such number


_ENDS: Mapping[Ending, tuple[Party, Cause]] = {
    Ending.NO_ANSWER: (Party.SYSTEM, Cause.NO_ANSWER),
    Ending.BUSY: (Party.OUTSIDE, Cause.BUSY),
    Ending.REFUSES: (Party.OUTSIDE, Cause.REFUSED),
    Ending.MACHINE: (Party.SYSTEM, Cause.MACHINE),
    Ending.UNKNOWN: (Party.SYSTEM, Cause.UNKNOWN_NUMBER),
}
# Where talk begins; that after a hold, too, since who waits on hold does not hang up when the talk would be over.
_TALKING = (Kind.ANSWERED, Kind.PICKED_UP, Kind.RESUMED)


@dataclass(frozen=True, slots=True)
class Conduct:
    """How the people of one call behave, in seconds.

    The far end of an outbound call does ``outcome`` after it has rung for ``ring``; agents pick up after ``answer``
    (None: never by themselves). Who talks hangs up after ``talk`` (None: never), ``by`` whom; who waits for one of us
    (a caller from the start, whom a dialler reached from when he picked up) gives up after ``patience`` (None: never).
    """

    outcome: Ending = Ending.ANSWERS
    ring: float | None = None
    answer: float | None = None
    talk: float | None = None
    by: Party = Party.OUTSIDE
    patience: float | None = None

    def transferred(self) -> Conduct:
        """Return how the people of the call behave into which this one was transferred: its far end is there."""
        return replace(self, outcome=Ending.ANSWERS, ring=None)

    def to_document(self) -> dict[str, Any]:
        """Return the conduct as JSON-able values."""
        named = {name: getattr(self, name) for name in ("ring", "answer", "talk", "patience")}
        return {"outcome": self.outcome.value, "by": self.by.value, **named}

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Conduct:
        """Return the conduct that `to_document` wrote."""
        return cls(**{**document, "outcome": Ending(document["outcome"]), "by": Party(document["by"])})


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that a person will do ``after`` a while, unless the call has moved on: see `still_due`."""

    kind: Kind
    after: timedelta
    facts: Facts


def deeds(conduct: Conduct, call: Call, event: Event) -> Iterator[Deed]:
    """Yield what people will do after this event, each a time later."""
    if conduct.patience is not None and _begins_to_wait(call, event):
        yield _deed(Kind.ENDED, conduct.patience, by=Party.OUTSIDE, cause=Cause.ABANDONED)
    if event.kind is Kind.RINGING and event.extension is None and conduct.ring is not None:
        if conduct.outcome is Ending.ANSWERS:
            yield _deed(Kind.ANSWERED, conduct.ring)
        else:
            by, cause = _ENDS[conduct.outcome]
            yield _deed(Kind.ENDED, conduct.ring, by=by, cause=cause)
    if event.kind is Kind.RINGING and event.extension is not None and conduct.answer is not None:
        yield _deed(Kind.ANSWERED, conduct.answer, extension=event.extension)
    if event.kind in _TALKING and conduct.talk is not None and call.connected:
        yield _deed(Kind.ENDED, conduct.talk, by=conduct.by, cause=Cause.NORMAL)
    if event.kind is Kind.MAILBOX_REACHED and conduct.talk is not None:
        yield _deed(Kind.ENDED, conduct.talk, by=Party.OUTSIDE, cause=Cause.NORMAL)


def still_due(call: Call, deed_kind: Kind, facts: Facts, since: int) -> bool:
    """Tell whether a deed that followed event number ``since`` is still to be done."""
    extension = facts.get("extension")
    if deed_kind is Kind.ANSWERED:
        return call.state is State.RINGING and _rings_since(call, extension, since)
    if call.state is State.ENDED:
        return False
    if deed_kind in (Kind.RINGING, Kind.QUEUED):
        return call.state is State.TALKING and not call.attended
    if facts.get("cause") is Cause.NORMAL:
        return call.state in (State.TALKING, State.MAILBOX)
    if facts.get("cause") is Cause.ABANDONED:
        return not call.connected and call.state is not State.MAILBOX
    return call.state is State.RINGING and call.answered is None


def past(call: Call, deed_kind: Kind, facts: Facts, since: int) -> bool:
    """Tell whether a deed that followed event number ``since`` can never be due: one that is not now may be later."""
    if call.state is State.ENDED:
        return True
    extension = facts.get("extension")
    if deed_kind is Kind.ANSWERED and extension is not None:
        return not _rings_since(call, extension, since)
    return facts.get("cause") is Cause.ABANDONED and call.connected


def _rings_since(call: Call, extension: str | None, since: int) -> bool:
    newest = next((e for e in reversed(call.events) if e.kind is Kind.RINGING and e.extension == extension), None)
    rings = extension is None or extension in call.alerted
    return rings and newest is not None and newest.number == since


def _begins_to_wait(call: Call, event: Event) -> bool:
    if call.direction is Direction.INBOUND:
        return event.kind is Kind.STARTED
    return event.kind is Kind.ANSWERED and not call.connected


def _deed(kind: Kind, seconds: float, **facts: Any) -> Deed:
    return Deed(kind, timedelta(seconds=seconds), cast("Facts", facts))
