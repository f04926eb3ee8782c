"""Traffic on the call model alone, beside the theory of queues: 200,000 calls, fixed seeds, without store or pushes."""

import math
from itertools import pairwise

import pytest

from simulator.identity import Identity
from simulator.traffic.arrivals import Poisson
from simulator.traffic.distributions import Exponential, Fixed
from simulator.traffic.erlang import erlang_a, erlang_c
from simulator.traffic.traffic import Plan
from tests.queueing import Floor

CALLS = 200_000
# The queue begins empty, which no theory of its long run knows: so many calls are not counted.
WARM_UP = 10_000
SERVICE = 180.0

pytestmark = pytest.mark.slow


class Seen:
    """Counts the calls that are over, but for those of the warm-up."""

    def __init__(self):
        self.calls = self.waited = self.abandoned = 0

    def over(self, call):
        if call.serial > WARM_UP:
            self.calls += 1
            self.abandoned += call.abandoned
            self.waited += call.abandoned or call.answered > call.started

    @property
    def waiting(self):
        return self.waited / self.calls

    @property
    def abandonment(self):
        return self.abandoned / self.calls


def plan(load, patience=None):
    lengths = {"talk": Exponential(SERVICE), "answer": Fixed(0.0), "wrap_up": Fixed(0.0)}
    return Plan("t1", "vendas", Poisson(load / SERVICE), patience=patience, calls=CALLS, **lengths)


def played(load, agents, seed, patience=None):
    seen = Seen()
    Floor(plan(load, patience), seed, agents, seen.over).play()
    return seen


def furthest(values, law):
    """Return the statistic of Kolmogorov and Smirnov: how far the values are from a law, at most."""
    ordered = sorted(values)
    steps = ((number / len(ordered), law(value)) for number, value in enumerate(ordered))
    return max(max(chance - below, below + 1 / len(ordered) - chance) for below, chance in steps)


def gaps(seed, calls=CALLS):
    """Return the gaps between the arrivals of a plan, in seconds."""
    made, identity, moments = plan(4.0), Identity(seed), [0.0]
    for number in range(1, calls + 1):
        moments.append(made.following(identity, number, moments[-1]))
    return [later - earlier for earlier, later in pairwise(moments)][WARM_UP:]


@pytest.mark.parametrize("seed", ["1", "2"])
def test_gaps_between_calls_are_exponential(seed):
    """By the test of Kolmogorov and Smirnov at 1 %: 1.628 by the root of how many there are."""
    found = gaps(seed)

    distance = furthest(found, lambda gap: 1 - math.exp(-gap * 4.0 / SERVICE))

    assert distance < 1.628 / math.sqrt(len(found))


def test_test_of_the_gaps_finds_a_rate_that_is_two_in_a_hundred_off():
    found = gaps("1")

    assert furthest(found, lambda gap: 1 - math.exp(-gap * 4.08 / SERVICE)) > 1.628 / math.sqrt(len(found))


def test_patient_callers_wait_as_often_as_erlang_c_says():
    seen = played(4.0, 5, "erlang-c")

    assert seen.calls == CALLS - WARM_UP
    assert seen.abandoned == 0
    assert seen.waiting == pytest.approx(erlang_c(4.0, 5), abs=0.02)


def test_callers_give_up_as_often_as_erlang_a_says():
    seen = played(5.0, 5, "erlang-a", Exponential(120.0))
    theory = erlang_a(5.0, 5, SERVICE, 120.0)

    assert seen.abandonment == pytest.approx(theory.abandoned, abs=0.02)
    assert seen.waiting == pytest.approx(theory.waits, abs=0.02)
