"""A call is a small state machine, and everything that happens to it is an event.

Pure: no clock, no store, no vendor word. Time is an argument; durations are computed from the events.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Unpack

from simulator.telephony import attending, timing
from simulator.telephony.attending import PICKING_UP
from simulator.telephony.events import Bill, Cause, Direction, Event, Facts, Kind, Leg, Medium, Outcome, Party, State
from simulator.telephony.reaching import why_not_unreached
from simulator.telephony.transitions import TRANSITIONS, ImpossibleEvent

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
        why = self._hindrance(kind, at, facts.get("extension")) or why_not_unreached(self, facts)
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
        elif kind is Kind.PICKED_UP and extension in self.present:
            return f"extension {extension} is in the call already"
        return self._hindrance_of_talk(kind, extension)

    def _hindrance_of_talk(self, kind: Kind, extension: str | None) -> str:
        if kind is Kind.PARKED and self.conference:
            return "others of ours are in the conference: let them leave it first"
        if kind is Kind.LEFT and (extension not in self.present or not self.conference):
            return f"extension {extension} is not in a conference"
        if kind in (Kind.HELD, Kind.RESUMED) and extension is not None and extension not in self.present:
            return f"extension {extension} is not in the call"
        return "it came from no queue" if kind is Kind.QUEUE_CHANGED and self.queue is None else ""

    @property
    def possible(self) -> tuple[Kind, ...]:
        """What can happen to the call now; which device can do it is another question."""
        kinds = tuple(kind for (state, kind) in TRANSITIONS if state is self.state)
        barred = {Kind.QUEUED, Kind.RINGING} if self.state is State.TALKING and self.attended else set()
        barred.add(Kind.PARKED if self.conference else Kind.LEFT)
        if self.queue is None:
            barred.add(Kind.QUEUE_CHANGED)
        return tuple(k for k in kinds if k not in barred)

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
        return attending.present(self.events, self.extension, internal=self.between_ours)

    @property
    def engaged(self) -> tuple[str, ...]:
        """The extensions that this call keeps from taking another: those that ring, and those that are in it."""
        return tuple(dict.fromkeys((*self.present, *self.alerted)))

    @property
    def attended(self) -> bool:
        """True once an extension of ours was in the call: a predictive one begins without."""
        return self.extension is not None or attending.came(self.events)

    @property
    def parties(self) -> tuple[str, ...]:
        """The extensions of ours that had a part in it: who dialled, who was alerted, who was in it."""
        return attending.took_part(self.events, self.extension)

    @property
    def takers(self) -> tuple[str, ...]:
        """The extensions that picked up, in order: from a ring, a queue, a park or another device."""
        return tuple(dict.fromkeys(e.extension for e in self.events if e.kind in PICKING_UP and e.extension))

    @property
    def connected(self) -> bool:
        """True once both parties were there: whom a dialler reached waits for an agent first."""
        return timing.conversation(self) is not None

    @property
    def recorded(self) -> bool:
        """True once somebody began to record it."""
        return self._first(Kind.RECORDING_STARTED) is not None

    @property
    def legs(self) -> tuple[Leg, ...]:
        """Each device that was alerted, in order, with how it came out."""
        return attending.legs(self.events)

    @property
    def agent(self) -> str | None:
        """The extension that is talking, or talked last; else the one alerted last; else the one that dialled.

        None when an outside party took the call over.
        """
        return attending.agent(self.events, self.extension)

    @property
    def called(self) -> str:
        """The other end: the outside party; of an internal call who had it last, else who was dialled."""
        internal = self.direction is Direction.INTERNAL and self.agent not in (None, self.extension)
        return (self.agent if internal else None) or self.outside

    @property
    def queue(self) -> str | None:
        """The queue it was last put in, or has counted for since."""
        kinds = (Kind.QUEUED, Kind.QUEUE_CHANGED)
        return next((e.queue for e in reversed(self.events) if e.kind in kinds), None)

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
        return timing.second(self, self.ended) if self.ended else 0

    @property
    def talk(self) -> int:
        """Whole seconds that both parties were there, mailbox left out; 0 while the call goes on."""
        return timing.talk(self)

    @property
    def talked(self) -> Mapping[str, int]:
        """Whole seconds that each extension of ours had of the talk, in the order in which they came to it."""
        return timing.talked(self)

    @property
    def charged(self) -> int:
        """Whole seconds that the line to the outside party was put through; 0 while the call goes on."""
        return timing.charged(self, self.ended)

    @property
    def in_menu(self) -> int:
        """Whole seconds that went to the IVR, so far."""
        return timing.in_menu(self)

    @property
    def in_mailbox(self) -> int:
        """Whole seconds that a mailbox had of a call."""
        return timing.in_mailbox(self)

    @property
    def waiting(self) -> int:
        """Whole seconds of waiting for a person: all but menu and mailbox, up to the talk or the end."""
        return timing.waiting(self)

    def _first(self, *kinds: Kind) -> datetime | None:
        return next((e.at for e in self.events if e.kind in kinds), None)

    def _newest(self, kind: Kind) -> Event | None:
        return next((e for e in reversed(self.events) if e.kind is kind), None)

    @property
    def conference(self) -> bool:
        """True when one of ours can leave, and two parties are there still."""
        return len(self.present) > (2 if self.between_ours else 1)

    @property
    def between_ours(self) -> bool:
        """True for an internal call, unless it was forwarded to an outside number that has picked up."""
        return self.direction is Direction.INTERNAL and attending.outsider(self.events) is None

    @property
    def _before_ringing(self) -> State:
        """Where a call falls back when no device rings any more."""
        elsewhere = State.TALKING if self.answered else State.ROUTING
        return State.QUEUED if self.queue else elsewhere
