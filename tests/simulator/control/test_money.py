"""A change of an account by the control API acts on the calls that go on."""

import pytest

from simulator.clock import Mode
from tests.live import live

VC3 = {"per_minute": "0.60", "increments": "30/6"}
ANSWERS, RINGS = "11987659010", "11987659002"  # see docs/numbers.md


@pytest.fixture(scope="module")
def server():
    with live(clock=Mode.REAL) as server:
        yield server


@pytest.fixture
def tenant(server):
    """A tenant whose price list has one price for mobiles, wherever its first line is."""
    name = server.control("POST", "/tenants", {"tariffs": dict.fromkeys(("VC1", "VC2", "VC3"), VC3)}).json["name"]
    yield name
    assert server.control("DELETE", f"/tenants/{name}").status == 200


def account(server, tenant, **change):
    answer = server.control("PATCH", f"/tenants/{tenant}", change)
    assert answer.status == 200, answer.text
    return answer.json["left"]


def prices(price):
    return {vc: {**VC3, "per_minute": price} for vc in ("VC1", "VC2", "VC3")}


def begin(server, tenant, *, to=ANSWERS, state="talking", seconds=10):
    """Let a call begin, and go on for so long after the answer, if there is one; return its id."""
    body = {"direction": "outbound", "to": to, "outcome": "by_number"}
    key = server.control("POST", "/calls", body, tenant=tenant).json["call"]
    for wait in ("1s", "3s", f"{seconds}s"):  # until it rings, is answered, and goes on
        assert server.control("PUT", "/clock", {"forward": wait}, tenant=tenant).status == 200
    assert any(call(server, tenant, key)["state"] == state for _ in range(1000))
    return key


def call(server, tenant, key):
    return server.control("GET", f"/calls/{key}", tenant=tenant).json


def hang_up(server, tenant, key):
    server.control("POST", f"/calls/{key}/steps", {"step": "hangup"}, tenant=tenant)


def told(server, tenant):
    return [record["call"] for record in server.control("GET", "/records/no_credit", tenant=tenant).json["records"]]


@pytest.mark.parametrize(
    ("before", "change", "left"),
    [
        ({"prepaid": True, "balance": "5.00"}, {"balance": "0.00"}, "0.00"),
        ({"prepaid": True, "balance": "5.00"}, {"balance": "0.29"}, "0.00"),
        ({"prepaid": True, "balance": "1.00"}, {"tariffs": prices("100.00")}, "0.00"),
        ({"prepaid": False, "balance": "0.10"}, {"prepaid": True}, "0.00"),
    ],
    ids=["balance", "too little", "price", "kind"],
)
def test_call_that_can_be_paid_for_no_longer_is_over_at_once_and_costs_what_there_is(
    server, tenant, before, change, left
):
    account(server, tenant, **before)
    key = begin(server, tenant)

    assert account(server, tenant, **change) == left
    over = call(server, tenant, key)

    assert (over["state"], over["events"][-1]["cause"]) == ("ended", "no_credit")
    assert told(server, tenant) == [key]


@pytest.mark.parametrize(
    ("before", "change", "cost"),
    [
        ({"prepaid": True, "balance": "5.00"}, {"balance": "0.30"}, "0.30"),
        ({"prepaid": True, "balance": "5.00"}, {"tariffs": prices("6.00")}, "4.80"),
        ({"prepaid": True, "balance": "0.40"}, {"tariffs": prices("0.06")}, "0.05"),
        ({"prepaid": False, "balance": "0.40"}, {"prepaid": True}, "0.36"),
    ],
    ids=["balance", "dearer", "cheaper", "kind"],
)
def test_call_that_can_still_be_paid_for_is_metered_from_the_answer_as_the_account_is_now(
    server, tenant, before, change, cost
):
    """It is cut 45 s after the answer, or where the new account ends before that: at 30 s, 48 s or 36 s."""
    account(server, tenant, **before)
    key = begin(server, tenant)

    account(server, tenant, **change)
    assert call(server, tenant, key)["state"] == "talking"
    server.control("PUT", "/clock", {"forward": "35s"}, tenant=tenant)
    if cost in ("0.30", "0.36"):  # the new account ends before: that is due, and comes by itself
        while call(server, tenant, key)["state"] != "ended":
            pass
    else:
        hang_up(server, tenant, key)

    assert call(server, tenant, key)["events"][-1]["bill"]["cost"] == cost


def test_call_that_rings_is_over_at_once_when_its_beginning_can_be_paid_for_no_longer(server, tenant):
    account(server, tenant, prepaid=True, balance="5.00")
    key = begin(server, tenant, to=RINGS, state="ringing")

    account(server, tenant, balance="0.29")

    assert call(server, tenant, key)["events"][-1]["cause"] == "no_credit"
    assert told(server, tenant) == [key]


def test_call_of_an_account_that_is_prepaid_no_longer_goes_on_below_zero(server, tenant):
    """It is hung up 55 s after the answer and charged for a minute: a clock that goes on has 5 s to spare."""
    account(server, tenant, prepaid=True, balance="0.30")
    key = begin(server, tenant)

    account(server, tenant, prepaid=False)
    server.control("PUT", "/clock", {"forward": "45s"}, tenant=tenant)
    hang_up(server, tenant, key)

    assert account(server, tenant) == "-0.30"
    assert told(server, tenant) == []
