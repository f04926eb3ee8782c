"""Runs: played to their end, alike for one seed, judged by what was theirs, and told when they cannot be."""

import asyncio
import time
from dataclasses import replace
from datetime import timedelta

import pytest

from scenarios.loader import library, load
from simulator.runs.engine import RunGone
from simulator.runs.fitting import Unfit
from simulator.switch.switchboard import Switchboard
from simulator.telephony.calls import Kind, Party, State
from simulator.tenancy.jobs import Task
from simulator.tenancy.runs import Status
from simulator.tenancy.tenants import FIRST_MORNING, Profile
from simulator.tenancy.transactions import Transaction
from tests.core import (
    ANSWERED,
    canonical_of,
    entries,
    errors_of,
    log_in,
    pbx55,
    play,
    played,
    run,
    running,
    shown,
    story,
    until,
)
from tests.receiver import Receiver, Reply
from tests.vendors.hubsoft_peer import NOTIFIED, granted, hubsoft

DIALS = """
scenario: dials
title: An extension dials out and pays for it
steps:
  - outbound: {call: A, extension: "111", to: "37999912222"}
  - {after: 1s, ring: {call: A}}
  - {after: 2s, answer: {call: A}}
  - {after: 75s, hangup: {call: A, by: inside}}
"""

IMPOSSIBLE = """
scenario: impossible
title: A call is answered that rings nowhere
steps:
  - inbound: {call: A, from: "37999912222"}
  - {after: 1s, ring: {call: A, extension: "111"}}
  - {after: 1s, hangup: {call: A, by: outside}}
"""


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


def test_step_that_is_impossible_breaks_the_run_and_changes_nothing():
    """Somebody else ends the call while it rings: the run cannot go on, and says where."""

    async def work():
        async with running(pbx55(receiver)) as simulator:
            tenant = simulator.default
            begun = simulator.engine.play(tenant, story(IMPOSSIBLE))
            await until(tenant, lambda: "c1" in tenant.calls and tenant.calls["c1"].state is State.RINGING)
            tx = Transaction(tenant, simulator.store)
            simulator.pbx.happen(tx, "c1", Kind.ENDED)
            tx.commit()
            before = tenant.balance, tenant.calls["c1"]
            verdict = await simulator.engine.verdict(tenant, begun.id)
            left = tenant.agenda.has_jobs_of(begun.id)
            return verdict, tenant.runs[begun.id], before == (tenant.balance, tenant.calls["c1"]), left

    with Receiver() as receiver:
        verdict, after, unchanged, left = run(work())

    assert (verdict.exit_code, verdict.passes, after.status) == (2, False, Status.BROKEN)
    assert verdict.problem == ('story.yaml:7:5: hangup: call "A" is ended; it has ended and takes nothing more')
    assert unchanged
    assert not left


IN = 'scenario: s\ntitle: T\nsteps:\n  - inbound: {call: A, from: "37999912222"}\n'


@pytest.mark.parametrize(
    ("step", "why"),
    [
        (
            "hold: {call: A}",
            'hold: call "A" is routing; it can take: answer, attach, busy, hangup, menu, preset, queue, '
            "ring, voicemail",
        ),
        (
            "answer: {call: A}",
            'answer: call "A" is routing; no device rings, and nobody outside was dialled: name the extension',
        ),
        (
            "ring: {call: A}",
            'ring: call "A" is routing; no device rings, and nobody outside was dialled: name the extension',
        ),
    ],
)
def test_step_that_a_call_cannot_take_is_told_in_the_words_of_the_scenario(step, why):
    verdict, _ = played(story(f"{IN}  - {step}\n"))

    assert verdict.problem == f"story.yaml:5:5: {why}"


def test_renderer_that_fails_breaks_the_run_and_changes_nothing(caplog):
    def fail(call, event, scene):
        raise ZeroDivisionError("a fault in a vendor's table")

    async def work():
        async with running(pbx55(receiver)) as simulator:
            vendor = simulator.pbx.vendors["pbx55"]
            broken = replace(vendor, renders={**vendor.renders, Kind.ENDED: fail})
            simulator.pbx.vendors = {**simulator.pbx.vendors, "pbx55": broken}
            before = simulator.default.balance
            verdict = await play(simulator, story(DIALS))
            tenant = simulator.default
            return verdict, tenant.calls["c1"], tenant.balance == before, entries(tenant), tenant.agenda.jobs

    with Receiver() as receiver:
        verdict, call, unpaid, journal, left = run(work())

    assert verdict.problem == "story.yaml:8:5: the simulator failed; see its log"
    assert (call.state, call.last.kind) == (State.TALKING, Kind.ANSWERED)
    assert unpaid
    assert shown(journal, "message") == [("started",)]
    assert (left, verdict.exit_code) == ({}, 2)
    assert "a fault in a vendor's table" in caplog.text


def test_lenient_run_ends_in_peace_when_somebody_else_ended_its_call():
    async def work():
        async with running(pbx55(receiver)) as simulator:
            tenant = simulator.default
            begun = simulator.engine.play(tenant, story(IMPOSSIBLE), lenient=True)
            await until(tenant, lambda: "c1" in tenant.calls and tenant.calls["c1"].state is State.RINGING)
            tx = Transaction(tenant, simulator.store)
            simulator.pbx.happen(tx, "c1", Kind.ENDED)
            tx.commit()
            return await simulator.engine.verdict(tenant, begun.id)

    with Receiver() as receiver:
        verdict = run(work())

    assert (verdict.problem, verdict.exit_code) == ("", 0)


def test_scenario_that_does_not_fit_is_refused_before_anything_happens():
    async def work():
        async with running() as simulator:
            with pytest.raises(Unfit, match="there is no extension '999'"):
                simulator.engine.play(simulator.default, story(ANSWERED.replace('"111"', '"999"')))
            return simulator.default.runs, simulator.default.agenda.jobs, simulator.default.sequences

    assert run(work()) == ({}, {}, {})


def test_await_step_holds_a_jumping_clock_until_the_integration_has_acted():
    text = """
scenario: waits
title: The integration logs in, and only then does the day go on
steps:
  - inbound: {call: A, from: "37999912222"}
  - await: {request: {vendor: hubsoft, operation: issueToken}, within: 25s}
  - {after: 5h, ring: {call: A, extension: "111"}}
  - {after: 1s, hangup: {call: A, by: outside}}
expect:
  - received: {vendor: hubsoft, operation: issueToken, times: 1}
"""

    async def work():
        async with running(pbx55(receiver), listen=True) as simulator:
            tenant = simulator.default
            begun = simulator.engine.play(tenant, story(text))
            await until(tenant, lambda: tenant.journal.last == 1)
            for _ in range(100):
                await asyncio.sleep(0)
            stood = tenant.now()
            seen = await log_in(simulator)
            verdict = await simulator.engine.verdict(tenant, begun.id)
            return stood, seen.status, verdict, tenant.now() - FIRST_MORNING

    began = time.perf_counter()
    with Receiver() as receiver:
        stood, status, verdict, passed = run(work())

    assert (stood, status) == (FIRST_MORNING, 200)
    assert (verdict.missed, verdict.exit_code, passed.total_seconds()) == ((), 0, 18_001)
    assert time.perf_counter() - began < 20


def test_await_step_that_waits_in_vain_lets_the_run_go_on():
    text = """
scenario: waits
title: The integration never acts
steps:
  - inbound: {call: A, from: "37999912222"}
  - await: {request: {vendor: hubsoft, operation: notifyCall}, within: 50ms}
  - {after: 1s, hangup: {call: A, by: outside}}
expect:
  - received: {vendor: hubsoft, operation: notifyCall, times: 1}
"""
    verdict, _ = played(story(text))

    assert [o.text for o in verdict.missed] == ["received hubsoft notifyCall: expected exactly 1, found 0"]
    assert verdict.exit_code == 1


@pytest.mark.parametrize("end", ["reset", "remove"])
def test_who_waits_for_a_run_of_a_tenant_that_goes_is_told(end):
    async def work():
        async with running(pbx55(receiver)) as simulator:
            tenant = simulator.add(Profile("other"))
            tx = Transaction(tenant, simulator.store)
            tx.put_target(pbx55(receiver))
            tx.commit()
            begun = simulator.engine.play(tenant, story(ANSWERED))
            waiting = asyncio.create_task(simulator.engine.verdict(tenant, begun.id))
            await asyncio.to_thread(receiver.wait, 1)
            {"reset": simulator.reset, "remove": simulator.remove}[end]("other")
            await waiting

    with Receiver(otherwise=Reply(silent=True)) as receiver, pytest.raises(RunGone, match="no verdict on run r1"):
        run(work())


def test_new_run_after_a_reset_is_judged_though_the_old_one_still_waited():
    """The old run waits a minute for a request; the new one has its name, and is over at once."""
    text = f"""{ANSWERED}
expect:
  - received: {{vendor: hubsoft, operation: issueToken, within: 1min}}
"""

    async def work():
        async with running(pbx55(receiver)) as simulator:
            old = simulator.engine.play(simulator.default, story(text))
            tenant = simulator.default
            await until(tenant, lambda: tenant.journal.last == 2 and not tenant.agenda.jobs)
            simulator.reset("default")
            begun = simulator.engine.play(simulator.default, story(ANSWERED))
            return old.id == begun.id, await simulator.engine.verdict(simulator.default, begun.id)

    with Receiver() as receiver:
        same_name, verdict = run(work())

    assert same_name
    assert verdict.passes


MOVED_ON = """
scenario: moved_on
title: The integration ends the call while something waits
steps:
  - inbound: {call: A, from: "37999912222"}
  - ring: {call: A, extension: "111"}
{waits}
faults:
  - on: {vendor: pbx55, call: A, message: ended}
    do: {duplicate: true}
expect:
  - sent: {vendor: pbx55, call: A, message: ended, times: 2}
{expected}
"""
AWAITS = "  - await: {request: {vendor: hubsoft, operation: issueToken}, within: 25s}"
EXPECTS = "  - received: {vendor: hubsoft, operation: issueToken, times: 1, within: 25s}"


@pytest.mark.parametrize(("waits", "expected"), [(AWAITS, ""), ("", EXPECTS)], ids=["step", "expectation"])
def test_what_happens_to_a_call_of_a_run_while_that_waits_is_part_of_it(waits, expected):
    """Its faults count what is told, and its verdict waits for that."""
    text = MOVED_ON.replace("{waits}", waits).replace("{expected}", expected)

    async def work():
        async with running(pbx55(receiver), listen=True) as simulator:
            tenant = simulator.default
            begun = simulator.engine.play(tenant, story(text))
            await until(tenant, lambda: "c1" in tenant.calls and tenant.calls["c1"].state is State.RINGING)
            await until(tenant, lambda: not any(job.task is Task.DELIVER for job in tenant.agenda.jobs.values()))
            for _ in range(100):
                await asyncio.sleep(0)
            tx = Transaction(tenant, simulator.store)
            Switchboard(simulator.pbx, tx, "").hang_up("c1", Party.OUTSIDE)
            tx.commit()
            await log_in(simulator)
            return await simulator.engine.verdict(tenant, begun.id)

    with Receiver() as receiver:
        verdict = run(work())

    assert (verdict.missed, verdict.idle, verdict.exit_code) == ((), (), 0)


@pytest.mark.parametrize("fault", ["swap_with_next: true", "burst: 3"])
def test_message_that_is_held_back_after_the_last_step_goes_out_all_the_same(fault):
    """The number that was dialled hangs up by itself, when no step is left that would let go what is held."""
    text = f"""
scenario: held
title: A number that was dialled ends the call
steps:
  - outbound: {{call: A, extension: "111", to: "37999989001", by_number: true}}
  - {{after: 1s, ring: {{call: A}}}}
faults:
  - on: {{vendor: pbx55, call: A, message: ended}}
    do: {{{fault}}}
expect:
  - sent: {{vendor: pbx55, call: A, message: ended, times: 1}}
"""

    with Receiver() as receiver:
        verdict, _ = played(story(text), pbx55(receiver))

    assert (verdict.missed, verdict.undelivered, verdict.exit_code) == ((), (), 0)


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
