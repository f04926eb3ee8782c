"""What is done wrong on purpose is planned once a message, and done by one function."""

from datetime import timedelta

import pytest

from contracts.faulted import SPOILING
from scenarios.model import Flaw
from simulator.faults.faults import Plan, idle, plan, spoil
from simulator.identity import Identity
from simulator.tenancy.runs import Run
from simulator.tenancy.tenants import FIRST_MORNING
from tests.simulator.faulted import SPARED, faulted, message


def begun(scenario):
    return Run("r1", scenario, FIRST_MORNING, 0, {"A": "c1"}, (0,) * len(scenario.faults))


SEED = Identity("1")


def test_plan_counts_what_a_fault_matches_and_nothing_else():
    at = begun(faulted(("vendor: pbx55, nth: 2", "drop: true")))

    plans = []
    for each in (message(), message(vendor="hubsoft"), message(call="c9"), message()):
        planned, at = plan(at, each, SEED, {})
        plans.append(planned.flaw)

    # The call c9 is none of the run's, but the fault names no call.
    assert plans == [None, None, Flaw.DROP, None]
    assert at.counts == (3,)


def test_plan_strikes_every_so_many_th():
    at = begun(faulted(("every: 3", "malformed: true")))

    struck = []
    for _ in range(7):
        planned, at = plan(at, message(), SEED, {})
        struck.append(planned.flaw is not None)

    assert struck == [False, False, True, False, False, True, False]


def test_first_fault_that_strikes_is_the_one_that_acts():
    at = begun(faulted(("vendor: pbx55", "delay: 5s"), ("vendor: pbx55", "drop: true")))

    planned, at = plan(at, message(), SEED, {})

    assert planned == Plan(Flaw.DELAY, timedelta(seconds=5))
    assert at.counts == (1, 1)


def test_idle_fault_is_named_with_how_often_it_matched():
    at = begun(faulted(("nth: 2", "drop: true"), ("message: sms", "drop: true"), ("every: 1", "malformed: true")))

    _, at = plan(at, message(), SEED, {})

    assert idle(at) == (
        f"story.yaml:9:5: drop struck nothing: 1 message matched, {SPARED}",
        "story.yaml:10:5: drop struck nothing: no message matched it",
    )


@pytest.mark.parametrize(
    ("flaw", "spoilt"),
    [
        (None, (b'{"a":1}', "PUT", "t")),
        (Flaw.DUPLICATE, (b'{"a":1}', "PUT", "t")),
        (Flaw.MALFORMED, (b'{"a', "PUT", "t")),
        (Flaw.WRONG_METHOD, (b'{"a":1}', "POST", "t")),
        (Flaw.WRONG_TOKEN, (b'{"a":1}', "PUT", "wrong-on-purpose")),
        (Flaw.MISSING_TOKEN, (b'{"a":1}', "PUT", None)),
        (Flaw.BURST, (b'{"a":1}', "PUT", "t")),
    ],
)
def test_spoil_does_one_thing_wrong(flaw, spoilt):
    assert spoil(flaw, b'{"a":1}', "PUT", "t", {}) == spoilt


def test_spoil_of_a_vendor_is_done_by_the_vendor():
    spoils = {Flaw.NULL_FIELD: lambda body: body.replace(b"1", b"null")}

    assert spoil(Flaw.NULL_FIELD, b'{"a":1}', "PUT", "t", spoils) == (b'{"a":null}', "PUT", "t")


def test_contract_knows_which_flaws_leave_a_message_other_words():
    """By their names alone, since it knows no scenario: what is new must be one of them, or leave a message whole."""
    whole = {Flaw.DELAY, Flaw.DUPLICATE, Flaw.DROP, Flaw.SWAP_WITH_NEXT, Flaw.AFTER_END, Flaw.BURST}

    assert set(Flaw) - SPOILING == whole


def test_rate_strikes_the_share_that_one_seed_draws():
    """About a tenth of a thousand; the same ones again, and others with another seed."""

    def numbers(seed):
        at, struck = begun(faulted(("rate: 0.1", "drop: true"))), []
        for number in range(1000):
            planned, at = plan(at, message(), Identity(seed), {})
            struck += [number] if planned.flaw else []
        return struck

    assert numbers("1") == numbers("1") != numbers("2")
    assert 70 <= len(numbers("1")) <= 130


def test_times_bound_how_often_a_fault_strikes():
    at, struck = begun(faulted(("every: 2, times: 2", "drop: true"))), []
    for _ in range(8):
        planned, at = plan(at, message(), SEED, {})
        struck.append(planned.flaw is not None)

    assert struck == [False, True, False, True, False, False, False, False]
    assert Run.from_document(at.to_document(), at.scenario) == at
