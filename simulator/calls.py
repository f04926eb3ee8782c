"""A call is a small state machine, and everything that happens to it is an event.

Pure: no clock, no store, no vendor word. Time is an argument; durations are computed from the events.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from simulator.errors import SimulatorError
from simulator.events import Bill, Cause, Direction, Event, Kind, Leg, Medium, Outcome, Party, State

__all__ = [
    "TRANSITIONS",
    "Bill",
    "Call",
    "Cause",
    "Direction",
    "Event",
    "ImpossibleEvent",
    "Kind",
    "Leg",
    "Medium",
    "Outcome",
    "Party",
    "State",
]

TRANSITIONS: dict[tuple[State, Kind], State] = {
    (State.NEW, Kind.STARTED): State.ROUTING,
    (State.NEW, Kind.SMS_SENT): State.ENDED,
    (State.ROUTING, Kind.MENU_ENTERED): State.MENU,
    (State.ROUTING, Kind.QUEUED): State.QUEUED,
    (State.ROUTING, Kind.RINGING): State.RINGING,
    (State.ROUTING, Kind.ENDED): State.ENDED,
    (State.MENU, Kind.MENU_CHOSEN): State.MENU,
    (State.MENU, Kind.DOCUMENT_TYPED): State.MENU,
    (State.MENU, Kind.ORDER_TYPED): State.MENU,
    (State.MENU, Kind.QUEUED): State.QUEUED,
    (State.MENU, Kind.RINGING): State.RINGING,
    (State.MENU, Kind.ENDED): State.ENDED,
    (State.QUEUED, Kind.QUEUED): State.QUEUED,  # it moves to another queue
    (State.QUEUED, Kind.RINGING): State.RINGING,
    (State.QUEUED, Kind.ENDED): State.ENDED,
    (State.RINGING, Kind.RINGING): State.RINGING,
    (State.RINGING, Kind.UNANSWERED): State.RINGING,  # apply() falls back to the queue when no device rings
    (State.RINGING, Kind.ANSWERED): State.TALKING,
    (State.RINGING, Kind.ENDED): State.ENDED,
    (State.TALKING, Kind.HELD): State.HELD,
    (State.TALKING, Kind.TRANSFERRED): State.ENDED,
    (State.TALKING, Kind.ENDED): State.ENDED,
    (State.HELD, Kind.RESUMED): State.TALKING,
    (State.HELD, Kind.TRANSFERRED): State.ENDED,
    (State.HELD, Kind.ENDED): State.ENDED,
}


@dataclass(frozen=True, slots=True)
class Call:
    """A call and all that happened to it.

    ``serial`` counts the tenant's calls: vendors form their own identifiers from it and the start. ``outside`` and
    ``line`` are digit strings with country code: the other party, and the trunk number of ours that carries the call.
    ``origin`` is the id of the call that was transferred into this one.
    """

    id: str
    serial: int
    direction: Direction
    outside: str
    line: str
    medium: Medium = Medium.VOICE
    extension: str | None = None
    origin: str | None = None
    state: State = State.NEW
    events: tuple[Event, ...] = ()

    def apply(
        self,
        kind: Kind,
        at: datetime,
        *,
        extension: str | None = None,
        queue: str | None = None,
        digits: str | None = None,
        other: str | None = None,
        by: Party | None = None,
        cause: Cause | None = None,
        bill: Bill | None = None,
    ) -> tuple[Call, Event]:
        """Return the call after this has happened, and the event.

        Raises ImpossibleEvent when a call in this state cannot take it, or when ``at`` lies before its last event.
        """
        after = TRANSITIONS.get((self.state, kind))
        if after is None:
            raise ImpossibleEvent(self, kind)
        if self.events and at < self.events[-1].at:
            raise ImpossibleEvent(self, kind, "it would happen before the call's last event")
        if kind in (Kind.ANSWERED, Kind.UNANSWERED) and extension is not None and extension not in self.alerted:
            raise ImpossibleEvent(self, kind, f"extension {extension} is not ringing")
        event = Event(self.id, len(self.events) + 1, kind, at, extension, queue, digits, other, by, cause, bill)
        call = replace(self, state=after, events=(*self.events, event))
        if kind is Kind.UNANSWERED and not call.alerted:
            call = replace(call, state=State.QUEUED if call.queue else State.ROUTING)
        return call, event

    @property
    def started(self) -> datetime | None:
        """When the call began."""
        return self.events[0].at if self.events else None

    @property
    def answered(self) -> datetime | None:
        """When somebody first picked up."""
        return self._first(Kind.ANSWERED)

    @property
    def ended(self) -> datetime | None:
        """When the call was over."""
        return self.events[-1].at if self.state is State.ENDED else None

    @property
    def last(self) -> Event:
        """The newest event."""
        return self.events[-1]

    @property
    def abandoned(self) -> bool:
        """True when the call ended before anybody answered it, by the caller's will."""
        return self.state is State.ENDED and self.last.cause is Cause.ABANDONED

    @property
    def alerted(self) -> tuple[str, ...]:
        """The extensions that ring now, oldest first."""
        ringing: dict[str, None] = {}
        for event in self.events:
            if event.kind is Kind.RINGING and event.extension:
                ringing[event.extension] = None
            elif event.kind is Kind.UNANSWERED and event.extension:
                ringing.pop(event.extension, None)
            elif event.kind in (Kind.ANSWERED, Kind.ENDED):
                ringing.clear()
        return tuple(ringing)

    @property
    def legs(self) -> tuple[Leg, ...]:
        """Each device that was alerted, in order, with how it came out."""
        return tuple(self._leg(e) for e in self.events if e.kind is Kind.RINGING and e.extension)

    @property
    def agent(self) -> str | None:
        """The extension that is talking, or talked last; else the one alerted last; else the one that dialled."""
        for kind in (Kind.ANSWERED, Kind.RINGING):
            for event in reversed(self.events):
                if event.kind is kind and event.extension:
                    return event.extension
        return self.extension

    @property
    def queue(self) -> str | None:
        """The queue it was last put in."""
        return next((e.queue for e in reversed(self.events) if e.kind is Kind.QUEUED), None)

    @property
    def choices(self) -> tuple[str, ...]:
        """The menu options pressed, in order."""
        return tuple(e.digits or "" for e in self.events if e.kind is Kind.MENU_CHOSEN)

    @property
    def document(self) -> str | None:
        """The CPF or CNPJ typed in the IVR."""
        return next((e.digits for e in reversed(self.events) if e.kind is Kind.DOCUMENT_TYPED), None)

    @property
    def order(self) -> str | None:
        """The order number typed in the IVR."""
        return next((e.digits for e in reversed(self.events) if e.kind is Kind.ORDER_TYPED), None)

    @property
    def bill(self) -> Bill | None:
        """What it cost, once it is over."""
        return next((e.bill for e in reversed(self.events) if e.bill), None)

    @property
    def duration(self) -> int:
        """Whole seconds from start to end; 0 while the call goes on."""
        return self._second(self.ended) if self.ended else 0

    @property
    def talk(self) -> int:
        """Whole seconds from the first answer to the end, holds included; 0 while the call goes on."""
        if not (self.answered and self.ended):
            return 0
        return self._second(self.ended) - self._second(self.answered)

    @property
    def in_menu(self) -> int:
        """Whole seconds that went to the IVR, so far."""
        total, since = 0, None
        for event in self.events:
            if event.kind is Kind.MENU_ENTERED:
                since = event.at
            elif since and event.kind in (Kind.QUEUED, Kind.RINGING, Kind.ENDED):
                total, since = total + self._second(event.at) - self._second(since), None
        return total

    @property
    def waiting(self) -> int:
        """Whole seconds of waiting for a person: all but the menu, up to the answer or the end."""
        upto = self.answered or self.ended
        return self._second(upto) - self.in_menu if upto else 0

    def _second(self, at: datetime) -> int:
        # Both ends are cut to whole seconds from the start, so that the parts add up to the whole.
        return int((at - self.events[0].at).total_seconds())

    def _first(self, kind: Kind) -> datetime | None:
        return next((e.at for e in self.events if e.kind is kind), None)

    def _leg(self, offered: Event) -> Leg:
        for event in self.events[offered.number :]:
            same = event.extension == offered.extension
            if event.kind is Kind.ANSWERED:
                outcome = Outcome.ANSWERED if same else Outcome.MISSED
                return Leg(offered.extension or "", offered.at, outcome, event.at if same else None)
            if event.kind is Kind.ENDED or (event.kind is Kind.UNANSWERED and same):
                return Leg(offered.extension or "", offered.at, Outcome.MISSED)
        return Leg(offered.extension or "", offered.at, Outcome.RINGING)


class ImpossibleEvent(SimulatorError):
    """A call in this state cannot take this event."""

    def __init__(self, call: Call, kind: Kind, why: str = "") -> None:
        can = sorted(k.value for (state, k) in TRANSITIONS if state is call.state)
        possible = f"it can take: {', '.join(can)}" if can else "it has ended and takes nothing more"
        super().__init__(f"call {call.id} is {call.state.value}: {kind.value} cannot happen; {why or possible}")
        self.call, self.kind = call, kind
