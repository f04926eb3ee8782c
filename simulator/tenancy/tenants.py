"""A tenant is one isolated test world: its records, calls, jobs, clock, targets and journal, in memory.

Only the loop's thread touches a tenant. What happens in one is a transaction; apart from that its set-up is changed,
its world put in place, and a jumping clock and the counts of faults move at once, to be written with what comes next.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from simulator.clock import Clock, Mode
from simulator.errors import SimulatorError
from simulator.identity import Identity
from simulator.records import Document
from simulator.storage.landing import Landing
from simulator.telephony.billing import Tariffs
from simulator.telephony.calls import Call, State
from simulator.telephony.documents import time_from_text, time_to_text
from simulator.telephony.prices import tariffs_of
from simulator.tenancy.agenda import Agenda
from simulator.tenancy.channel import Channels
from simulator.tenancy.index import Index
from simulator.tenancy.journal import Journal
from simulator.tenancy.runs import Run
from simulator.tenancy.targets import Target

if TYPE_CHECKING:
    from simulator.tenancy.furnishing import Furniture
    from simulator.worlds.world import OwnWorld

log = logging.getLogger(__name__)

DEFAULT = "default"
UNCLAIMED = "unclaimed"

# A run on a jumping clock starts here unless told otherwise, so that two runs with one seed are alike.
FIRST_MORNING = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)

Choices = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Beginning:
    """How a tenant's clock begins, and begins again at each reset; ``start`` as `first_clock` has it."""

    mode: Mode
    speed: float = 1.0
    start: datetime | None = None

    def clock(self) -> Clock:
        """Return the clock that begins so, now."""
        return first_clock(self.mode, self.speed, self.start)

    def to_document(self) -> dict[str, Any]:
        """Return it as JSON-able values."""
        start = time_to_text(self.start) if self.start else None
        return {"mode": self.mode.value, "speed": self.speed, "start": start}

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Beginning:
        """Return what `to_document` wrote."""
        start = time_from_text(document["start"]) if document["start"] else None
        return cls(Mode(document["mode"]), float(document["speed"]), start)


@dataclass(frozen=True, slots=True)
class Profile:
    """How a tenant is set up. The mappings are by vendor key, but for ``tariffs`` (see `simulator.telephony.prices`).

    ``balance`` is in reais; ``prepaid``: what costs more than it does not take place. ``beginning`` is None until the
    tenant is made, where nobody says otherwise.
    """

    name: str
    seed: str = "1"
    zone: str = "America/Sao_Paulo"
    readings: Choices = field(default_factory=dict)
    switches: Choices = field(default_factory=dict)
    accounts: Choices = field(default_factory=dict)
    credentials: Choices = field(default_factory=dict)
    balance: Decimal = Decimal("1000.00")
    tariffs: Choices = field(default_factory=dict)
    prepaid: bool = False
    beginning: Beginning | None = None

    def to_document(self) -> dict[str, Any]:
        """Return the profile as JSON-able values."""
        return {
            "name": self.name,
            "seed": self.seed,
            "zone": self.zone,
            "readings": _plain(self.readings),
            "switches": _plain(self.switches),
            "accounts": _plain(self.accounts),
            "credentials": _plain(self.credentials),
            "balance": str(self.balance),
            "tariffs": _plain(self.tariffs),
            "prepaid": self.prepaid,
            "beginning": self.beginning.to_document() if self.beginning else None,
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Profile:
        """Return the profile that `to_document` wrote."""
        begins = document.get("beginning")
        beginning = Beginning.from_document(begins) if begins else None
        return cls(**{**document, "balance": Decimal(document["balance"]), "beginning": beginning})


class Tenant:
    """One tenant's memory image. What happens in it is a `simulator.tenancy.transactions.Transaction`."""

    def __init__(self, profile: Profile, clock: Clock, readings: Choices) -> None:
        self.profile = profile
        self.readings = readings  # every discrepancy of every vendor, where the profile has only what was chosen
        self.clock = clock
        self.clock_unwritten = False  # it has jumped since it was last written
        self.identity = Identity(profile.seed)
        self.zone = zone_of(profile.zone)
        self.furnished = False
        self.records: dict[str, dict[str, Document]] = {}
        self.index = Index()  # over the records
        self.sequences: dict[str, int] = {}
        self.calls: dict[str, Call] = {}
        self.live: dict[str, Call] = {}  # those of them that are not over
        self.targets: dict[str, Target] = {}
        self.runs: dict[str, Run] = {}
        self.agenda = Agenda()
        self.balance = profile.balance
        self._priced: tuple[Choices, Tariffs] | None = None
        self.journal = Journal(profile.name)
        self.channels = Channels()
        self.in_flight = 0
        self.changed = asyncio.Event()
        self.pending: asyncio.Future[None] | None = None
        self._landing: Landing | None = None
        self.observers: list[Callable[[object], None]] = []
        self.own_world: OwnWorld | None = None
        self.furniture: Furniture | None = None  # its world, and how that is written down
        self.closed = False  # it was reset or removed: what is still under way for it changes nothing
        self.furnish: Callable[[], None] | None = None
        self.on_growth: Callable[[], None] = _nothing
        self.on_loss: Callable[[], None] = _nothing

    @property
    def name(self) -> str:
        """The tenant's name."""
        return self.profile.name

    @property
    def tariffs(self) -> Tariffs:
        """The price list."""
        words = self.profile.tariffs
        if self._priced is None or self._priced[0] is not words:
            self._priced = words, tariffs_of(words)
        return self._priced[1]

    def now(self) -> datetime:
        """Tenant time, aware UTC."""
        return self.clock.now(datetime.now(UTC))

    def keep(self, calls: Mapping[str, Call]) -> None:
        """Take in calls as they stand now."""
        self.calls |= calls
        for key, call in calls.items():
            if call.state is State.ENDED:
                self.live.pop(key, None)
            else:
                self.live[key] = call

    def open(self) -> None:
        """Put the tenant's world in place, the first time that anything is asked of it."""
        if self.furnish is not None:
            furnish, self.furnish = self.furnish, None
            furnish()

    def close(self) -> None:
        """Let nothing that is still under way change it, and end its event channels."""
        self.closed = True
        self.channels.end()

    def written(self, change: Future[None]) -> asyncio.Future[None]:
        """Take note of a change on its way to the log; when it is lost, so is this image of the tenant."""
        loop = asyncio.get_running_loop()
        if self._landing is None or self._landing.loop is not loop:
            self._landing = Landing(loop)
        self.pending = self._landing.follow(change)
        self.pending.add_done_callback(self._settled)
        return self.pending

    def _settled(self, change: asyncio.Future[None]) -> None:
        if not change.cancelled() and change.exception() is not None and not self.closed:
            self.on_loss()

    def tell(self, news: object) -> None:
        """Show something that happened to whoever watches. One that fails is shown nothing more: it has no say."""
        for observer in tuple(self.observers):
            try:
                observer(news)
            except Exception:
                log.exception("an observer of tenant %s failed", self.name)
                self.observers.remove(observer)

    def wake(self) -> None:
        """Let the scheduler look again."""
        self.changed.set()

    def busy(self) -> bool:
        """True while a jumping clock must stand: something is under way that may still cause more."""
        return self.in_flight > 0


class UnknownZone(SimulatorError):
    """The time zone database has no such zone."""

    def __init__(self, name: str) -> None:
        super().__init__(f"there is no time zone {name!r}; write one like America/Sao_Paulo or America/Manaus")


def zone_of(name: str) -> ZoneInfo:
    """Return a time zone by its IANA name. Raises UnknownZone."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UnknownZone(name) from None


def first_clock(mode: Mode, speed: float = 1.0, start: datetime | None = None) -> Clock:
    """Return a clock that begins now, or for a jumping one at a fixed morning, unless ``start`` says when."""
    wall = datetime.now(UTC)
    begin = start or (FIRST_MORNING if mode is Mode.JUMPING else wall)
    return Clock(mode, wall, begin, speed)


def with_credentials(profile: Profile, made: Choices) -> Profile:
    """Return the profile with made credentials where none were given."""
    sets = {vendor: {**values, **profile.credentials.get(vendor, {})} for vendor, values in made.items()}
    return replace(profile, credentials={**profile.credentials, **sets})


def _nothing() -> None:
    pass


def _plain(choices: Choices) -> dict[str, dict[str, str]]:
    return {vendor: dict(values) for vendor, values in choices.items()}
