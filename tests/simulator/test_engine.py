"""Runs: played to their end, alike for one seed, and in order."""

from datetime import timedelta

import pytest

from scenarios.loader import library, load
from simulator.telephony.calls import Kind, State
from simulator.tenancy.tenants import FIRST_MORNING
from simulator.tenancy.transactions import Transaction
from tests.core import ANSWERED, canonical_of, errors_of, log_in, pbx55, play, played, run, running, story, until
from tests.receiver import Receiver, Reply
from tests.vendors.hubsoft_peer import NOTIFIED, granted, hubsoft


def canonical(name, *answers, seed="1"):
    """Play a scenario against a receiver of each vendor, and return its canonical journal."""

    async def work():
        with Receiver(answers) as receiver, Receiver([granted(), Reply(503)], otherwise=NOTIFIED) as erp:
            async with running(pbx55(receiver), hubsoft(erp), seed=seed) as simulator:
                await play(simulator, name)
                return canonical_of(simulator.default.journal)

    return run(work())


@pytest.mark.parametrize("name", library())
def test_two_runs_with_one_seed_give_equal_canonical_journals(name):
    assert canonical(name) == canonical(name)


def test_retries_come_at_the_same_times_for_one_seed():
    one, two = (canonical("answered_inbound", 500, 503, 200, 500) for _ in range(2))

    assert one == two
    assert b'"attempt":3' in one


def test_runs_with_other_seeds_give_other_journals():
    one, two = (canonical("transferred_inbound", seed=seed) for seed in "12")

    assert one != two
    assert one.count(b"\n") == two.count(b"\n")


@pytest.mark.parametrize("name", library())
def test_scenario_of_the_library_passes_and_breaks_no_clause(name):
    """What it does wrong with messages strikes; a fault on answers has nothing to strike, since nobody asks here."""
    with Receiver() as receiver:
        verdict, journal = played(name, pbx55(receiver))

    # Where nobody asks a fake for anything, a fault of its answers strikes nothing, and that is said.
    idle = len(load(name).answers)
    assert (errors_of(journal), verdict.findings, len(verdict.idle)) == ([], (), idle)
    assert (verdict.missed, verdict.exit_code) == ((), 0)


def test_run_begins_at_a_fixed_time_on_a_jumping_clock():
    with Receiver() as receiver:
        _, journal = played(story(ANSWERED), pbx55(receiver))

    assert journal[0].exchange.at == FIRST_MORNING


TWO_CALLS = """
scenario: two_calls
title: A step with a second call, with which somebody else has done something a moment later than the step is due
steps:
  - inbound: {call: A, from: "37999912222"}
  - ring: {call: A, extension: "111"}
  - answer: {call: A}
  - hold: {call: A}
  - internal: {call: B, extension: "111", to: "112"}
  - ring: {call: B, extension: "112"}
  - answer: {call: B}
  - await: {request: {vendor: hubsoft, operation: issueToken}, within: 25s}
"""


@pytest.mark.parametrize(
    ("step", "moved"),
    [
        ("swap: {call: B, with: A}", "c1"),
        ('transfer: {call: A, to: "112", with: B, as: C}', "c2"),
        ('transfer: {call: A, to: "112", with: B, as: C}', "c1"),
    ],
)
def test_step_happens_no_earlier_than_the_last_event_of_either_of_its_calls(step, moved):
    """All that it does happens then, the beginning of another call too."""
    later = FIRST_MORNING + timedelta(milliseconds=10)

    async def work():
        async with running(pbx55(receiver), listen=True) as simulator:
            tenant = simulator.default
            begun = simulator.engine.play(tenant, story(f"{TWO_CALLS}  - {step}\n"))
            await until(tenant, lambda: "c2" in tenant.calls and tenant.calls["c2"].state is State.TALKING)
            tx = Transaction(tenant, simulator.store, now=later)
            simulator.pbx.happen(tx, moved, Kind.DATA_ATTACHED, data="x", run=tx.run_of(moved))
            tx.commit()
            before = {key: len(call.events) for key, call in tenant.calls.items()}
            await log_in(simulator)
            verdict = await simulator.engine.verdict(tenant, begun.id)
            new = [e.at for key, call in tenant.calls.items() for e in call.events[before.get(key, 0) :]]
            return verdict, new

    with Receiver() as receiver:
        verdict, new = run(work())

    assert verdict.problem == ""
    assert set(new) == {later}
