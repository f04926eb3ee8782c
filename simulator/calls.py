"""A call is a small state machine, and everything that happens to it is an event.

Pure: no clock, no store, no vendor word. Time is an argument; durations are computed from the events.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Unpack

from simulator import attending
from simulator.attending import PICKING_UP, SILENCING
from simulator.errors import SimulatorError
from simulator.events import Bill, Cause, Direction, Event, Facts, Kind, Leg, Medium, Outcome, Party, State
from simulator.reaching import why_not_unreached
from simulator.transitions import TRANSITIONS

__all__ = [
    "TRANSITIONS",
    "Bill",
    "Call",
    "Cause",
    "Direction",
    "Event",
    "Facts",
    "ImpossibleEvent",
    "Kind",
    "Leg",
    "Medium",
    "Outcome",
    "Party",
    "State",
]

_OUT_OF_MENU = (Kind.QUEUED, Kind.RINGING, Kind.MAILBOX_REACHED, Kind.ENDED)


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

    def apply(self, kind: Kind, at: datetime, **facts: Unpack[Facts]) -> tuple[Call, Event]:
        """Return the call after this has happened, and the event.

        Raises ImpossibleEvent when a call in this state cannot take it, or when ``at`` lies before its last event.
        """
        after = TRANSITIONS.get((self.state, kind))
        if after is None:
            raise ImpossibleEvent(self, kind)
        why = self._hindrance(kind, at, facts.get("extension")) or why_not_unreached(self, facts.get("cause"))
        if why:
            raise ImpossibleEvent(self, kind, why)
        event = Event(self.id, len(self.events) + 1, kind, at, **facts)
        # `dataclasses.replace` takes three times as long, and this is done for every event of every call.
        what = (self.id, self.serial, self.direction, self.outside, self.line, self.medium, self.extension, self.origin)
        call = Call(*what, after, (*self.events, event))
        if kind is Kind.UNANSWERED and not call.alerted:
            call = replace(call, state=call._before_ringing)
        return call, event

    def _hindrance(self, kind: Kind, at: datetime, extension: str | None) -> str:
        """Return why an event that the state allows is impossible all the same, or ""."""
        if self.events and at < self.events[-1].at:
            return "it would happen before the call's last event"
        if kind is Kind.UNANSWERED or (kind is Kind.ANSWERED and self.state is State.RINGING):
            if extension is not None and extension not in self.alerted:
                return f"extension {extension} is not ringing"
        elif self.state is State.TALKING and kind in (Kind.QUEUED, Kind.RINGING) and self.attended:
            return "somebody of ours is in the call: transfer it"
        elif kind in (Kind.JOINED, Kind.BROKE_IN, Kind.RINGING) and extension in self.engaged:
            return f"extension {extension} is in the call, or rings, already"
        elif kind is Kind.LEFT and (extension not in self.present or len(self.present) < 2):
            return f"extension {extension} is not in a conference"
        return ""

    @property
    def possible(self) -> tuple[Kind, ...]:
        """What can happen to the call now; which device can do it is another question."""
        kinds = tuple(kind for (state, kind) in TRANSITIONS if state is self.state)
        if self.state is not State.TALKING:
            return kinds
        barred = {Kind.QUEUED, Kind.RINGING} if self.attended else set()
        return tuple(k for k in kinds if k not in barred and (k is not Kind.LEFT or len(self.present) > 1))

    @property
    def started(self) -> datetime | None:
        """When the call began."""
        return self.events[0].at if self.events else None

    @property
    def answered(self) -> datetime | None:
        """When somebody first picked up."""
        return self._first(*PICKING_UP)

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
        return attending.alerted(self.events)

    @property
    def present(self) -> tuple[str, ...]:
        """The extensions that are connected to the call now, in the order in which they came; holds count."""
        return attending.present(self.events, self.extension)

    @property
    def engaged(self) -> tuple[str, ...]:
        """The extensions that this call keeps from taking another: those that ring, and those that are in it."""
        return tuple(dict.fromkeys((*self.present, *self.alerted)))

    @property
    def attended(self) -> bool:
        """True once an extension of ours was in the call: a predictive one begins without."""
        came = (*PICKING_UP, Kind.JOINED, Kind.BROKE_IN)
        return self.extension is not None or any(e.extension for e in self.events if e.kind in came)

    @property
    def connected(self) -> bool:
        """True once both parties were there: whom a dialler reached waits for an agent first."""
        return self.answered is not None and (self.direction is Direction.INBOUND or self.attended)

    @property
    def recorded(self) -> bool:
        """True once somebody began to record it."""
        return self._first(Kind.RECORDING_STARTED) is not None

    @property
    def legs(self) -> tuple[Leg, ...]:
        """Each device that was alerted, in order, with how it came out."""
        return tuple(self._leg(e) for e in self.events if e.kind is Kind.RINGING and e.extension)

    @property
    def agent(self) -> str | None:
        """The extension that is talking, or talked last; else the one alerted last; else the one that dialled."""
        return attending.agent(self.events, self.extension)

    @property
    def queue(self) -> str | None:
        """The queue it was last put in."""
        return next((e.queue for e in reversed(self.events) if e.kind is Kind.QUEUED), None)

    @property
    def waits(self) -> Event | None:
        """How it was last put in a queue."""
        return self._newest(Kind.QUEUED)

    @property
    def data(self) -> str | None:
        """What goes with the call: the data last attached to it."""
        event = self._newest(Kind.DATA_ATTACHED)
        return event.data if event else None

    @property
    def afterwards(self) -> Event | None:
        """How it was last preset to which extension or queue the other party goes on when the agent hangs up."""
        return self._newest(Kind.DESTINATION_PRESET)

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
            elif since and event.kind in _OUT_OF_MENU:
                total, since = total + self._second(event.at) - self._second(since), None
        return total

    @property
    def in_mailbox(self) -> int:
        """Whole seconds that a mailbox had of a call that nobody answered."""
        since = self._first(Kind.MAILBOX_REACHED)
        return self._second(self.ended) - self._second(since) if since and self.ended and not self.answered else 0

    @property
    def waiting(self) -> int:
        """Whole seconds of waiting for a person: all but menu and mailbox, up to the answer or the end."""
        upto = self.answered or self.ended
        return self._second(upto) - self.in_menu - self.in_mailbox if upto else 0

    def _second(self, at: datetime) -> int:
        # Both ends are cut to whole seconds from the start, so that the parts add up to the whole.
        return int((at - self.events[0].at).total_seconds())

    def _first(self, *kinds: Kind) -> datetime | None:
        return next((e.at for e in self.events if e.kind in kinds), None)

    def _newest(self, kind: Kind) -> Event | None:
        return next((e for e in reversed(self.events) if e.kind is kind), None)

    @property
    def _before_ringing(self) -> State:
        """Where a call falls back when no device rings any more."""
        if self.queue:
            return State.QUEUED
        return State.TALKING if self.answered else State.ROUTING

    def _leg(self, offered: Event) -> Leg:
        for event in self.events[offered.number :]:
            same = event.extension == offered.extension
            if event.kind in PICKING_UP:
                outcome = Outcome.ANSWERED if same else Outcome.MISSED
                return Leg(offered.extension or "", offered.at, outcome, event.at if same else None)
            if event.kind in SILENCING or (event.kind is Kind.UNANSWERED and same):
                return Leg(offered.extension or "", offered.at, Outcome.MISSED)
        return Leg(offered.extension or "", offered.at, Outcome.RINGING)


class ImpossibleEvent(SimulatorError):
    """A call in this state cannot take this event."""

    def __init__(self, call: Call, kind: Kind, why: str = "") -> None:
        can = sorted(kind.value for kind in call.possible)
        possible = f"it can take: {', '.join(can)}" if can else "it has ended and takes nothing more"
        super().__init__(f"call {call.id} is {call.state.value}: {kind.value} cannot happen; {why or possible}")
        self.call, self.kind, self.why = call, kind, why
