"""Tariffs: what is charged, by which class, and what is left."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.telephony.billing import (
    DEFAULT_TARIFFS,
    BadTariff,
    Destination,
    MissingTariff,
    Tariff,
    Tariffs,
    classify,
)
from simulator.telephony.calls import Bill, Direction, Medium
from simulator.telephony.prices import BadPrice, parse_increments, tariffs_of

LINE = "551130037293"
VC2_NUMBER = "5519987654321"
SECONDS = (0, 1, 3, 4, 29, 30, 31, 36, 37, 59, 60, 61)


@pytest.mark.parametrize(
    ("increments", "charged"),
    # Talk of 0, 1, 3, 4, 29, 30, 31, 36 and 37 s; what Viacel's 4/30/6 means is inferred.
    [
        ("60/60", (0, 60, 60, 60, 60, 60, 60, 60, 60)),
        ("30/6", (0, 30, 30, 30, 30, 30, 36, 36, 42)),
        ("4/30/6", (0, 0, 0, 30, 30, 30, 36, 36, 42)),
    ],
)
def test_talk_is_charged_by_the_notation_of_its_tariff(increments, charged):
    free, minimum, increment = parse_increments(increments)
    tariff = Tariff("X", Decimal("0.60"), minimum, increment, free)

    assert tuple(tariff.charged(seconds) for seconds in (0, 1, 3, 4, 29, 30, 31, 36, 37)) == charged
    assert [tariff.cost(s) for s in (0, 3, 37)] == [Decimal(charged[n]) / 100 for n in (0, 2, 8)]


@pytest.mark.parametrize(
    ("text", "increments"),
    [("60/60", (0, 60, 60)), ("30/6", (0, 30, 6)), ("4/30/6", (4, 30, 6)), ("1/1", (0, 1, 1)), ("0/0/1", (0, 0, 1))],
)
def test_notation_of_increments_is_read(text, increments):
    assert parse_increments(text) == increments


@pytest.mark.parametrize("text", ["", "60", "60/0", "a/b", "4/30/6/6", "-1/6", "30 / 6", "30/6 ", "99999/6", "١/٦"])
def test_text_that_says_no_increments_is_refused(text):
    with pytest.raises(BadPrice, match="as in 60/60 or 30/6"):
        parse_increments(text)


def test_price_list_of_a_tenant_replaces_what_it_names():
    tariffs = tariffs_of(
        {"VC2": {"increments": "4/30/6"}, "DDI": {"per_minute": "3.10"}, "INBOUND": {"per_minute": "0.2"}}
    )

    assert tariffs.by_class["VC2"] == Tariff("VC2", Decimal("0.58"), 30, 6, 4)
    assert tariffs.by_class["DDI"] == Tariff("DDI", Decimal("3.10"))
    assert tariffs.inbound == Tariff("INBOUND", Decimal("0.2"))
    assert tariffs.by_class["LOCAL"] is DEFAULT_TARIFFS.by_class["LOCAL"]
    assert tariffs_of({}) is DEFAULT_TARIFFS


@pytest.mark.parametrize(
    ("prices", "why"),
    [
        ({"VC9": {}}, "there is no class 'VC9'"),
        ({"VC1": {"price": "1"}}, "VC1 has no 'price'"),
        ({"VC1": {"per_minute": "1,10"}}, "VC1 costs '1,10' a minute"),
        ({"VC1": {"per_minute": "-1"}}, "VC1 costs '-1' a minute"),
        ({"VC1": {"increments": "fast"}}, "'fast' says no increments"),
    ],
)
def test_price_list_that_cannot_be_charged_by_is_refused(prices, why):
    with pytest.raises(BadPrice, match=why):
        tariffs_of(prices)


@settings(max_examples=100)
@given(talks=st.lists(st.integers(0, 10_000), max_size=50), start=st.integers(0, 10**9))
def test_balance_never_drifts(talks, start):
    """After any calls the balance is the first one less their costs, to the cent, however they are added up."""
    balance = Decimal(start) / 100
    tariffs = tariffs_of({"VC2": {"per_minute": "0.333", "increments": "4/30/6"}})

    bills = []
    for talk in talks:
        bills.append(tariffs.bill(Direction.OUTBOUND, Medium.VOICE, LINE, VC2_NUMBER, talk, balance))
        balance = bills[-1].balance

    cents = sum(int(bill.cost * 100) for bill in reversed(bills))
    assert balance * 100 == start - cents
    assert all(bill.cost == bill.cost.quantize(Decimal("0.01")) for bill in bills)


@settings(max_examples=100)
@given(
    seconds=st.integers(0, 10_000), free=st.integers(0, 60), minimum=st.integers(0, 90), increment=st.integers(1, 90)
)
def test_talk_that_is_paid_for_costs_no_more_and_a_second_longer_does(seconds, free, minimum, increment):
    tariff = Tariff("X", Decimal("6.00"), minimum, increment, free)

    paid = tariff.paid_until(seconds)

    assert paid >= seconds or not tariff.charged(seconds)
    assert tariff.charged(paid) == tariff.charged(seconds)
    assert tariff.charged(paid + 1) > tariff.charged(seconds)


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
        ("0034912345678", Destination.DDI),
        ("0033612345678", Destination.DDI),
        ("0012025550123", Destination.DDI),
        ("0059829010000", Destination.DDI),
        ("004722334455", Destination.DDI),
        ("004533112233", Destination.DDI),
        ("006561234567", Destination.DDI),
        ("0035315123456", Destination.DDI),
        ("005511987654321", Destination.VC1),
        ("08008000049", Destination.FREE),
        ("558008000049", Destination.FREE),
        ("03003211234", Destination.DDD),
        ("553003211234", Destination.DDD),
        ("03033211234", Destination.DDD),
        ("05003211234", Destination.DDD),
        ("0900321123", Destination.DDD),
        ("19987654321", Destination.VC2),
        ("40041234", Destination.LOCAL),
        ("190", Destination.LOCAL),
    ],
)
def test_classify_tells_the_tariff_class(outside, expected):
    """Mobiles are classed by how far apart the area codes are, landlines by whether they differ."""
    assert classify(LINE, outside) is expected


def test_line_without_an_area_is_in_none():
    """An 0800 of ours begins with an 8, and is no nearer to the areas 81 to 89 than to others."""
    line = "08007210000"

    assert {classify(line, f"{area}999912222") for area in ("11", "81", "89")} == {Destination.VC3}


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
