"""Runs that cannot go on: what is impossible breaks them, changes nothing, and is told."""

from dataclasses import replace

import pytest

from simulator.runs.fitting import Unfit
from simulator.telephony.calls import Kind, State
from simulator.tenancy.runs import Status
from simulator.tenancy.transactions import Transaction
from tests.core import ANSWERED, entries, pbx55, play, played, run, running, shown, story, until
from tests.receiver import Receiver

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
