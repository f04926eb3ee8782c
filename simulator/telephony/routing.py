"""Where a call goes, as it was provisioned: destinations, ring groups, forwards, lines and trunks. Pure.

A vendor that keeps such records has a `Routing`; `simulator.switch.router` does what comes of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from simulator.telephony.distribution import Draw, Strategy

if TYPE_CHECKING:
    from simulator.records import Reader

# A call that was sent to so many destinations goes to no other: forwards may lead in circles.
MOST_HOPS = 10
# The kind of record that keeps what is still to be tried for a call: a `Plan`.
PLAN = "route"
# The kind of record that keeps which trunk a call went out on; it goes when the call is forgotten.
TAKEN = "trunk"


class Place(StrEnum):
    """What kind of thing a call is sent to."""

    EXTENSION = "extension"
    QUEUE = "queue"
    GROUP = "group"  # a ring group
    MAILBOX = "mailbox"  # of an extension
    OUTSIDE = "outside"  # a number on the public network
    MENU = "menu"


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a call is sent: ``key`` is an extension's number, a queue's name, a group's id or name, or digits."""

    place: Place
    key: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """A ring group: its members (extensions, in its own order), and how long each rings (None: the usual time).

    ``strategy`` is all at once, one after the other (linear), or one after the other in a drawn order.
    """

    key: str
    name: str
    members: tuple[str, ...]
    strategy: Strategy = Strategy.RING_ALL
    seconds: int | None = None

    def waves(self, draw: Draw) -> tuple[tuple[str, ...], ...]:
        """Return who rings together, in turn."""
        members = tuple(dict.fromkeys(self.members))
        if self.strategy is Strategy.RING_ALL:
            return (members,) if members else ()
        if self.strategy is Strategy.RANDOM:
            left = list(members)
            members = tuple(left.pop(draw(len(left))) for _ in members)
        return tuple((member,) for member in members)


@dataclass(frozen=True, slots=True)
class Forwards:
    """Where an extension's calls go instead, each a list that is tried in order.

    ``always`` before it rings, ``busy`` while it talks, ``no_answer`` when it let a call ring, which is after
    ``seconds`` (None: the usual time), ``offline`` when it cannot be reached. ``off`` says that it cannot be: it is
    blocked.
    """

    always: tuple[Destination, ...] = ()
    no_answer: tuple[Destination, ...] = ()
    busy: tuple[Destination, ...] = ()
    offline: tuple[Destination, ...] = ()
    off: bool = False
    seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Incoming:
    """Where calls to a line go: destinations in order; ``closed`` out of its hours; ``most`` calls at once."""

    destinations: tuple[Destination, ...]
    closed: bool = False
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Trunk:
    """A trunk, by its vendor's id and name, and the digits that go out on it."""

    key: str
    name: str
    dialled: str


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What an extension may dial with: the trunks in the order in which they are tried; none: it may not."""

    trunks: tuple[Trunk, ...]


@dataclass(frozen=True, slots=True)
class Routing:
    """What a vendor's records say, as functions of them; None is: nothing, so that another vendor may be asked.

    groups    every ring group, the inactive without members
    forwards  those of an extension
    incoming  where a line's calls go at a local time (``line`` with country code)
    outgoing  what an extension dials a number with
    """

    groups: Callable[[Reader], Iterable[Group]] = lambda records: ()
    forwards: Callable[[Reader, str], Forwards | None] = lambda records, extension: None
    incoming: Callable[[Reader, str, datetime], Incoming | None] = lambda records, line, local: None
    outgoing: Callable[[Reader, str, str], Outgoing | None] = lambda records, extension, digits: None


@dataclass(frozen=True, slots=True)
class Plan:
    """What is still to be tried for a call.

    ``waves`` are the extensions that ring next, together each time; ``left`` the destinations after them. ``ringing``
    is the extension whose forwards count when it lets the call ring. ``tried`` keeps a call from going in circles.
    """

    call: str
    left: tuple[Destination, ...]
    waves: tuple[tuple[str, ...], ...] = ()
    seconds: int | None = None
    ringing: str | None = None
    tried: tuple[str, ...] = ()
    rang: bool = False
    busy: bool = False

    def taken(self) -> tuple[Plan, Destination | None]:
        """Return the next destination that was not tried before, and the plan after it; None at the end."""
        plan = self
        while plan.left and len(plan.tried) < MOST_HOPS:
            first, name = plan.left[0], f"{plan.left[0].place.value} {plan.left[0].key}"
            plan = replace(plan, left=plan.left[1:])
            if name not in plan.tried:
                return replace(plan, tried=(*plan.tried, name)), first
        return replace(plan, left=()), None

    def diverted(self, destinations: Sequence[Destination]) -> Plan:
        """Return the plan with other destinations before what is left."""
        return replace(self, left=(*destinations, *self.left), ringing=None)

    def to_document(self) -> dict[str, Any]:
        """Return the plan as JSON-able values."""
        return {**asdict(self), "left": [[d.place.value, d.key] for d in self.left]}

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Plan:
        """Return the plan that `to_document` wrote."""
        left = tuple(Destination(Place(place), key) for place, key in document["left"])
        waves = tuple(tuple(wave) for wave in document["waves"])
        return cls(**{**document, "left": left, "waves": waves, "tried": tuple(document["tried"])})


@dataclass(frozen=True, slots=True)
class Provisioned:
    """What the vendors' records say together: the first vendor that says anything is believed."""

    records: Reader
    routings: tuple[Routing, ...] = field(default=())

    def groups(self) -> list[Group]:
        """Return every ring group."""
        return [group for routing in self.routings for group in routing.groups(self.records)]

    def group(self, key: str) -> Group | None:
        """Return a ring group by its id, else by its name."""
        groups = self.groups()
        by_id = next((group for group in groups if group.key == key), None)
        return by_id or next((group for group in groups if group.name == key), None)

    def forwards(self, extension: str) -> Forwards:
        """Return where an extension's calls go instead; whoever blocks it, it is blocked."""
        said = (routing.forwards(self.records, extension) for routing in self.routings)
        found = [forwards for forwards in said if forwards is not None]
        return replace(found[0], off=any(forwards.off for forwards in found)) if found else Forwards()

    def incoming(self, line: str, local: datetime) -> Incoming | None:
        """Return where a line's calls go at a local time."""
        found = (routing.incoming(self.records, line, local) for routing in self.routings)
        return next((incoming for incoming in found if incoming is not None), None)

    def outgoing(self, extension: str, digits: str) -> Outgoing | None:
        """Return what an extension dials a number with; None where no vendor has a say in it."""
        found = (routing.outgoing(self.records, extension, digits) for routing in self.routings)
        return next((outgoing for outgoing in found if outgoing is not None), None)
