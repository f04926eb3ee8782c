"""Tariffs: what is charged, by which class, and what is left."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.billing import (
    DEFAULT_TARIFFS,
    BadTariff,
    Destination,
    MissingTariff,
    Tariff,
    Tariffs,
    classify,
)
from simulator.calls import Bill, Direction, Medium

LINE = "551130037293"
VC2_NUMBER = "5519987654321"
SECONDS = (0, 1, 3, 4, 29, 30, 31, 36, 37, 59, 60, 61)


@pytest.mark.parametrize(
    ("minimum", "increment", "charged"),
    [
        (60, 60, (0, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 120)),
        (30, 6, (0, 30, 30, 30, 30, 30, 36, 36, 42, 60, 60, 66)),
        (1, 1, SECONDS),
    ],
)
def test_increments_charge_what_was_begun(minimum, increment, charged):
    """The minimum is charged for the first second, then each increment begun; nothing for no talk."""
    tariff = Tariff("X", Decimal("0.60"), minimum, increment)

    assert tuple(tariff.charged(seconds) for seconds in SECONDS) == charged
    assert tuple(tariff.cost(seconds) for seconds in SECONDS) == tuple(Decimal(seconds) / 100 for seconds in charged)


def test_cost_of_the_printed_example_comes_out():
    """11 s at 0.58 a minute cost 0.58 with 60/60, and with no finer increment."""
    assert Tariff("VC2", Decimal("0.58")).cost(11) == Decimal("0.58")
    assert Tariff("VC2", Decimal("0.58"), 30, 6).cost(11) == Decimal("0.29")
    assert Tariff("VC2", Decimal("0.58"), 1, 1).cost(11) == Decimal("0.11")


def test_cost_is_rounded_half_up_to_cents():
    """Half a cent goes up, where banker's rounding would go down."""
    assert Tariff("X", Decimal("0.09"), 30, 30).cost(1) == Decimal("0.05")
    assert Tariff("X", Decimal("0.49"), 30, 30).cost(1) == Decimal("0.25")


@settings(max_examples=100)
@given(
    seconds=st.integers(0, 100_000),
    minimum=st.integers(0, 120),
    increment=st.integers(1, 120),
    cents=st.integers(0, 10_000),
)
def test_cost_covers_the_talk_and_never_shrinks(seconds, minimum, increment, cents):
    """What is charged covers the talk, by less than an increment, and a second more costs no less."""
    tariff = Tariff("X", Decimal(cents) / 100, minimum, increment)

    charged = tariff.charged(seconds)

    assert seconds <= charged < max(seconds, minimum) + increment
    assert tariff.cost(seconds) <= tariff.cost(seconds + 1)
    assert tariff.cost(seconds).as_tuple().exponent == -2


@pytest.mark.parametrize(
    ("outside", "expected"),
    [
        ("551133334444", Destination.LOCAL),
        ("5511987654321", Destination.VC1),
        ("5519987654321", Destination.VC2),
        ("5521987654321", Destination.VC3),
        ("5519987654", Destination.DDI),
        ("551933334444", Destination.DDD),
        ("552133334444", Destination.DDD),
        ("14155550123", Destination.DDI),
        ("08008000049", Destination.FREE),
        ("558008000049", Destination.FREE),
        ("19987654321", Destination.VC2),
        ("40041234", Destination.LOCAL),
        ("190", Destination.LOCAL),
    ],
)
def test_classify_tells_the_tariff_class(outside, expected):
    """Mobiles are classed by how far apart the area codes are, landlines by whether they differ."""
    assert classify(LINE, outside) is expected


@pytest.mark.parametrize(
    ("direction", "medium", "outside", "talk", "expected"),
    [
        (Direction.OUTBOUND, Medium.VOICE, VC2_NUMBER, 11, ("VC2", "0.58", "0.58", "9.42")),
        (Direction.OUTBOUND, Medium.VOICE, VC2_NUMBER, 0, ("VC2", "0.58", "0", "10")),
        (Direction.OUTBOUND, Medium.SMS, VC2_NUMBER, 0, ("SMS", "0.12", "0.12", "9.88")),
        (Direction.INBOUND, Medium.VOICE, VC2_NUMBER, 600, ("", "0", "0", "10")),
        (Direction.INTERNAL, Medium.VOICE, "5001", 600, ("", "0", "0", "10")),
    ],
)
def test_bill_takes_the_cost_from_the_balance(direction, medium, outside, talk, expected):
    """Outbound talk and messages cost; what is unanswered, inbound or internal does not."""
    name, *amounts = expected

    bill = DEFAULT_TARIFFS.bill(direction, medium, LINE, outside, talk, Decimal("10"))

    assert bill == Bill(name, *map(Decimal, amounts))


def test_bill_charges_inbound_calls_by_their_tariff():
    """An inbound call is free only until there is a tariff for it."""
    tariffs = Tariffs(inbound=Tariff("0800", Decimal("0.20"), 30, 6))

    bill = tariffs.bill(Direction.INBOUND, Medium.VOICE, "08008000049", VC2_NUMBER, 31, Decimal("1"))

    assert bill == Bill("0800", Decimal("0.20"), Decimal("0.12"), Decimal("0.88"))


def test_bill_names_the_missing_tariff():
    """A price list with a gap says which class it lacks, and what it has."""
    tariffs = Tariffs({"VC1": Tariff("VC1", Decimal("0.49"))})

    with pytest.raises(MissingTariff, match="no tariff for VC2: the price list has VC1"):
        tariffs.bill(Direction.OUTBOUND, Medium.VOICE, LINE, VC2_NUMBER, 1, Decimal("1"))


def test_default_tariffs_have_every_class():
    """No destination is left without a price."""
    assert set(DEFAULT_TARIFFS.by_class) == set(Destination)


@pytest.mark.parametrize(
    ("per_minute", "minimum", "increment"),
    [("0.58", 60, 0), ("0.58", -1, 60), ("-0.01", 60, 60), ("NaN", 60, 60)],
)
def test_tariff_that_cannot_be_charged_by_is_refused(per_minute, minimum, increment):
    """An increment of 0, a negative minimum and a price that is no amount are refused at once."""
    with pytest.raises(BadTariff, match="60/60 is the usual one"):
        Tariff("X", Decimal(per_minute), minimum, increment)
