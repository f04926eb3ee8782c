"""What a call costs: tariffs by destination, in reais, and the balance that is left. Pure; knows no vendor.

Amounts are `Decimal` and rounded half up to cents; seconds are the whole ones for which a line was put through.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from types import MappingProxyType

from simulator.errors import SimulatorError
from simulator.telephony import phones
from simulator.telephony.calls import Bill, Direction, Medium
from simulator.telephony.phones import LineKind

CENT = Decimal("0.01")


class Destination(StrEnum):
    """The usual Brazilian tariff classes. VC1 to VC3 are mobiles, by how far apart the two area codes are."""

    LOCAL = "LOCAL"  # a landline in the line's own area
    VC1 = "VC1"  # a mobile in the line's own area
    VC2 = "VC2"  # a mobile in another area with the same first digit
    VC3 = "VC3"  # a mobile anywhere else in the country
    DDD = "DDD"  # a landline in another area, or a number without one that the caller pays for (0300)
    DDI = "DDI"  # abroad
    FREE = "FREE"  # 0800
    SMS = "SMS"  # a text message, wherever it goes


@dataclass(frozen=True, slots=True)
class Tariff:
    """A price per minute, and how the time that a line was put through is cut into what is charged.

    Less than ``free`` seconds cost nothing; else ``minimum`` seconds are charged, and then each
    ``increment`` seconds begun. The default 60/60 is inferred: the only usual one that gives the cost that 55PBX
    prints (0.58 for 11 s at 0.58 a minute). Raises BadTariff.
    """

    name: str
    per_minute: Decimal
    minimum: int = 60
    increment: int = 60
    free: int = 0

    def __post_init__(self) -> None:
        lengths = self.increment >= 1 and self.minimum >= 0 and self.free >= 0
        if not lengths or not self.per_minute.is_finite() or self.per_minute < 0:
            raise BadTariff(self)

    def cost(self, seconds: int) -> Decimal:
        """Return what so many seconds through cost; 0 for none, which is an unanswered call."""
        return _cents(self.per_minute * self.charged(seconds) / 60)

    @property
    def once(self) -> Decimal:
        """What a text message costs, whatever the increment."""
        return _cents(self.per_minute)

    def charged(self, seconds: int) -> int:
        """Return how many seconds are charged for so many through."""
        if seconds <= 0 or seconds < self.free:
            return 0
        beyond = max(0, seconds - self.minimum)
        return self.minimum + -(-beyond // self.increment) * self.increment

    def paid_until(self, seconds: int) -> int:
        """Return the most seconds through that cost no more than so many do."""
        return self.charged(seconds) or max(0, self.free - 1)


@dataclass(frozen=True, slots=True)
class Tariffs:
    """A price list: a tariff for each `Destination`, and one for inbound calls (None: they are free)."""

    by_class: Mapping[str, Tariff] = field(default_factory=dict)
    inbound: Tariff | None = None

    def bill(
        self,
        direction: Direction,
        medium: Medium,
        line: str,
        outside: str,
        seconds: int,
        balance: Decimal,
        most: Decimal | None = None,
    ) -> Bill:
        """Return the bill of a call that is over; ``balance`` is what the account held before it.

        ``most`` is what there is to pay it with (None: it may fall below zero); a bill never takes more.

        A text message that is sent costs its tariff's price once, whatever the increment. What no tariff is for
        (an internal call, an inbound call or message without a tariff) has no tariff name and costs nothing.
        Raises MissingTariff.
        """
        tariff = self._tariff(direction, medium, line, outside)
        if tariff is None:
            return Bill("", Decimal(0), Decimal(0), balance)
        cost = tariff.once if medium is Medium.SMS else tariff.cost(seconds)
        if most is not None:
            cost = min(cost, max(most, Decimal(0)))
        return Bill(tariff.name, tariff.per_minute, cost, balance - cost)

    def charging(self, direction: Direction, medium: Medium, line: str, outside: str) -> Tariff | None:
        """Return the tariff by which such a call costs something; None where it costs nothing. Raises MissingTariff."""
        tariff = self._tariff(direction, medium, line, outside)
        return tariff if tariff is not None and tariff.per_minute else None

    def beginning(self, direction: Direction, medium: Medium, line: str, outside: str) -> Decimal | None:
        """Return the least that a call costs once it costs anything, or what a message does; None: it never does.

        Raises MissingTariff.
        """
        tariff = self.charging(direction, medium, line, outside)
        if tariff is None:
            return None
        return tariff.once if medium is Medium.SMS else tariff.cost(max(1, tariff.free))

    def _tariff(self, direction: Direction, medium: Medium, line: str, outside: str) -> Tariff | None:
        if medium is Medium.SMS:
            return self._of(Destination.SMS) if direction is Direction.OUTBOUND else None
        if direction is Direction.INBOUND:
            return self.inbound
        if direction is Direction.INTERNAL:
            return None
        return self._of(classify(line, outside))

    def _of(self, destination: Destination) -> Tariff:
        tariff = self.by_class.get(destination)
        if tariff is None:
            raise MissingTariff(destination, self.by_class)
        return tariff


def classify(line: str, outside: str) -> Destination:
    """Return the tariff class of a call from a line of ours to an outside number (digits, either form)."""
    if phones.is_abroad(outside):
        return Destination.DDI
    there = phones.split(outside)
    here = phones.split(line)
    if len(there.area) == 3:
        # Who calls 0300, 0303, 0500 or 0900 pays, from anywhere the same; that it costs as DDD does is inferred.
        return Destination.FREE if there.area == phones.TOLL_FREE else Destination.DDD
    if not there.area:
        # Short numbers (190, 4004 1234) are dialled as they are; anything longer without an area of ours goes abroad.
        return Destination.LOCAL if len(there.local) <= 8 else Destination.DDI
    if phones.kind(outside) is not LineKind.MOBILE:
        return Destination.LOCAL if there.area == here.area else Destination.DDD
    if there.area == here.area:
        return Destination.VC1
    near = len(here.area) == 2 and there.area[:1] == here.area[:1]  # a line without an area is near to none
    return Destination.VC2 if near else Destination.VC3


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


def _price(destination: Destination, per_minute: str) -> Tariff:
    return Tariff(destination.value, Decimal(per_minute))


DEFAULT_TARIFFS = Tariffs(
    MappingProxyType(
        {
            Destination.LOCAL: _price(Destination.LOCAL, "0.08"),
            Destination.VC1: _price(Destination.VC1, "0.49"),
            Destination.VC2: _price(Destination.VC2, "0.58"),
            Destination.VC3: _price(Destination.VC3, "0.69"),
            Destination.DDD: _price(Destination.DDD, "0.19"),
            Destination.DDI: _price(Destination.DDI, "2.40"),
            Destination.FREE: _price(Destination.FREE, "0.00"),
            Destination.SMS: _price(Destination.SMS, "0.12"),
        }
    )
)
"""The price list of a tenant that brings none. VC2 is as 55PBX prints it, others are made up: inferred."""


class BadTariff(SimulatorError):
    """A tariff that cannot be charged by."""

    def __init__(self, tariff: Tariff) -> None:
        super().__init__(
            f"tariff {tariff.name!r} is {tariff.per_minute} a minute, {tariff.minimum}/{tariff.increment}: "
            "expected a price of 0 or more, a minimum of 0 or more seconds and an increment of 1 or more; "
            "60/60 is the usual one"
        )
        self.tariff = tariff


class MissingTariff(SimulatorError):
    """The price list has nothing for where a call went."""

    def __init__(self, destination: Destination, have: Mapping[str, Tariff]) -> None:
        known = ", ".join(sorted(have)) or "none"
        super().__init__(f"no tariff for {destination.value}: the price list has {known}; add one for it")
        self.destination = destination
