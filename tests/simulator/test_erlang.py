"""The formulas of queueing, beside values that are printed in tables and papers."""

import math

import pytest

from simulator.traffic.erlang import Theory, erlang_a, erlang_b, erlang_c, mean_wait, theory_of


@pytest.mark.parametrize(
    ("load", "agents", "blocked"),
    # The usual Erlang B tables: the load that so many lines take at this blocking.
    [(4.461, 10, 0.01), (12.03, 20, 0.01), (84.06, 100, 0.01), (2.219, 5, 0.05), (1.0, 1, 0.5)],
)
def test_erlang_b_is_that_of_the_tables(load, agents, blocked):
    assert erlang_b(load, agents) == pytest.approx(blocked, rel=1e-3)


@pytest.mark.parametrize(
    ("load", "agents", "waits"),
    # 48 erlangs and 55 agents, and 10 and 14: the examples of call centre text books.
    [(48.0, 55, 0.2387), (10.0, 14, 0.1741), (1.0, 2, 1 / 3), (0.5, 1, 0.5)],
)
def test_erlang_c_is_that_of_the_examples(load, agents, waits):
    assert erlang_c(load, agents) == pytest.approx(waits, abs=1e-4)


def test_mean_wait_follows_from_erlang_c():
    assert mean_wait(48.0, 55, 240.0) == pytest.approx(8.184, abs=1e-3)


def test_more_load_than_agents_makes_everybody_wait_for_ever():
    assert (erlang_c(5.0, 5), mean_wait(5.0, 5, 180.0)) == (1.0, math.inf)


def test_erlang_a_is_that_of_mandelbaum_and_zeltyn():
    """48 calls a minute of a minute each, 50 agents, two minutes of patience: 3.1 % give up, 3.7 s of wait."""
    found = erlang_a(48.0, 50, 60.0, 120.0)

    assert found.abandoned == pytest.approx(0.031, abs=5e-4)
    assert found.wait == pytest.approx(3.7, abs=0.05)
    assert mean_wait(48.0, 50, 60.0) == pytest.approx(20.8, abs=0.05)


def test_erlang_a_with_endless_patience_is_erlang_c():
    found = erlang_a(4.0, 5, 180.0, 1e12)

    assert found.waits == pytest.approx(erlang_c(4.0, 5), abs=1e-6)
    assert found.abandoned == pytest.approx(0.0, abs=1e-6)
    assert found.wait == pytest.approx(mean_wait(4.0, 5, 180.0), rel=1e-4)


def test_theory_is_b_without_patience_c_with_endless_and_a_between():
    assert theory_of(4.0, 5, 180.0, 0.0) == Theory("Erlang B", 0.0, erlang_b(4.0, 5), 0.0)
    assert theory_of(4.0, 5, 180.0, math.inf) == Theory("Erlang C", erlang_c(4.0, 5), 0.0, mean_wait(4.0, 5, 180.0))
    assert theory_of(5.0, 5, 180.0, math.inf) is None
    between, found = theory_of(4.0, 5, 180.0, 120.0), erlang_a(4.0, 5, 180.0, 120.0)
    assert between == Theory("Erlang A", found.waits, found.abandoned, found.wait)


def test_little_patience_nears_a_system_of_loss():
    assert theory_of(4.0, 5, 180.0, 0.01).abandoned == pytest.approx(erlang_b(4.0, 5), abs=1e-4)
