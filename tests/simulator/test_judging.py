"""Verdicts of runs: on what was theirs alone, with many at a time, and never on what the journal no longer has."""

import time
from dataclasses import replace
from decimal import Decimal
from types import ModuleType

import pytest

from contracts.contract import HOME, load_folder
from contracts.pbx55 import rules
from simulator.runs.engine import RunGone
from simulator.tenancy.journal import Journal
from simulator.tenancy.runs import Status
from simulator.tenancy.transactions import Transaction
from tests.core import ANSWERED, SMS, entries, log_in, pbx55, play, run, running, shown, story, until
from tests.receiver import Receiver

DIALS = """
scenario: dials
title: An extension dials out twice and pays for it
steps:
  - outbound: {call: A, extension: "111", to: "37999912222"}
  - {after: 1s, ring: {call: A}}
  - {after: 2s, answer: {call: A}}
  - {after: 75s, hangup: {call: A, by: inside}}
  - outbound: {call: B, extension: "111", to: "37999912222"}
  - {after: 1s, ring: {call: B}}
  - {after: 2s, answer: {call: B}}
  - {after: 75s, hangup: {call: B, by: inside}}
"""


def test_run_is_judged_by_its_own_calls_alone():
    """Another run of the tenant, at the same time, breaks its messages and drops some: this one passes."""
    spoilt = f"""{DIALS}
faults:
  - on: {{vendor: pbx55, message: started}}
    do: {{drop: true}}
"""
    counted = f"""{DIALS}
expect:
  - sent: {{vendor: pbx55, times: 4}}
  - sent: {{vendor: pbx55, call: A, times: 2}}
"""

    async def work():
        async with running(pbx55(receiver)) as simulator:
            tenant = simulator.default
            begun = [simulator.engine.play(tenant, story(text)) for text in (spoilt, counted, spoilt, counted)]
            return [await simulator.engine.verdict(tenant, each.id) for each in begun]

    with Receiver() as receiver:
        verdicts = run(work())

    assert [v.exchanges for v in verdicts] == [2, 4, 2, 4]
    assert [v.findings for v in verdicts] == [()] * 4
    assert [v.missed for v in verdicts] == [()] * 4


def test_undelivered_message_of_another_run_is_not_held_against_this_one():
    """The first run's message is given up after a quarter of an hour; the second's goes out a while later."""
    later = SMS.replace("- sms:", "- after: 20min\n    sms:")

    async def work():
        async with running(pbx55(receiver)) as simulator:
            tenant = simulator.default
            begun = [simulator.engine.play(tenant, story(text)) for text in (SMS, later)]
            return [await simulator.engine.verdict(tenant, each.id) for each in begun]

    with Receiver([500] * 5) as receiver:
        verdicts = run(work())

    assert [(len(v.undelivered), v.exchanges, v.exit_code) for v in verdicts] == [(1, 5, 1), (0, 1, 0)]


def test_two_hundred_calls_at_once_are_all_judged_clean_and_soon():
    """Each call gives its two pushes, in order, and a verdict of its own: some two seconds on an idle machine."""

    async def work():
        async with running(pbx55(receiver)) as simulator:
            tenant, scenario = simulator.default, story(ANSWERED)
            began = time.perf_counter()
            begun = [simulator.engine.play(tenant, scenario) for _ in range(200)]
            verdicts = [await simulator.engine.verdict(tenant, each.id) for each in begun]
            return verdicts, time.perf_counter() - began, entries(tenant)

    with Receiver() as receiver:
        verdicts, took, journal = run(work())

    of_call = {}
    for call, message in shown(journal, "call", "message"):
        of_call.setdefault(call, []).append(message)
    assert {(v.exit_code, v.findings, v.exchanges) for v in verdicts} == {(0, (), 2)}
    assert list(of_call.values()) == [["started", "ended"]] * 200
    assert len(receiver.requests) == 400
    assert took < 20


def test_money_falls_by_exactly_the_cost_over_many_calls_at_once():
    """Two calls a run, twenty runs: a run's own balances do not add up, since others pay in between."""

    async def work():
        async with running(pbx55(receiver), strict_inferred=True) as simulator:
            tenant = simulator.default
            begun = [simulator.engine.play(tenant, story(DIALS)) for _ in range(20)]
            verdicts = [await simulator.engine.verdict(tenant, each.id) for each in begun]
            return verdicts, tenant.balance, [call.bill for call in tenant.calls.values()]

    with Receiver() as receiver:
        verdicts, balance, bills = run(work())

    assert {(v.exit_code, v.findings) for v in verdicts} == {(0, ())}
    assert all(isinstance(bill.cost, Decimal) and bill.cost > 0 for bill in bills)
    assert balance == Decimal("1000.00") - sum(bill.cost for bill in bills)
    assert sorted(bill.balance for bill in bills) == [balance + bills[0].cost * n for n in range(40)]


def test_money_that_goes_elsewhere_is_found_when_a_run_was_alone():
    between = "  - await: {request: {vendor: hubsoft, operation: issueToken}, within: 25s}\n  - outbound: {call: B,"
    waits = DIALS.replace("  - outbound: {call: B,", between)

    async def work():
        async with running(pbx55(receiver), listen=True) as simulator:
            tenant = simulator.default
            begun = simulator.engine.play(tenant, story(waits))
            await until(tenant, lambda: tenant.journal.last == 2)  # and no more, before the integration asks
            tx = Transaction(tenant, simulator.store)
            tx.balance -= 5
            tx.commit()
            await log_in(simulator)
            return await simulator.engine.verdict(tenant, begun.id)

    with Receiver() as receiver:
        verdict = run(work())

    assert [f.violation.clause for f in verdict.findings] == ["balance-falls-by-the-cost"]


def test_expectation_of_a_request_waits_for_it_after_the_last_step():
    text = """
scenario: expects
title: The integration acts some time after the call
steps:
  - sms: {call: A, extension: "111", to: "37999912222", text: "oi"}
expect:
  - received: {vendor: hubsoft, operation: issueToken, times: 1, within: 25s}
"""

    async def work():
        async with running(pbx55(receiver), listen=True) as simulator:
            tenant = simulator.default
            begun = simulator.engine.play(tenant, story(text))
            await until(tenant, lambda: tenant.journal.last == 1 and not tenant.agenda.jobs)
            waited = simulator.engine.verdict_so_far(tenant, begun.id)
            await log_in(simulator)
            return waited, await simulator.engine.verdict(tenant, begun.id)

    with Receiver() as receiver:
        waited, verdict = run(work())

    assert waited is None
    assert (verdict.missed, verdict.exit_code) == ((), 0)


def test_verdict_on_an_unknown_run_is_refused():
    async def work():
        async with running() as simulator:
            await simulator.engine.verdict(simulator.default, "r9")

    with pytest.raises(RunGone, match="no verdict on run r9 of tenant default"):
        run(work())


def test_runs_that_are_over_are_kept_up_to_a_bound(monkeypatch, tmp_path):
    monkeypatch.setattr("simulator.runs.engine.KEPT_RUNS", 3)

    async def work():
        async with running(store=tmp_path / "store") as simulator:
            tenant = simulator.default
            for _ in range(6):
                await play(simulator, story(ANSWERED))
            kept = [simulator.engine.verdict_so_far(tenant, f"r{n}") is not None for n in range(1, 7)]
            stored = [row.key for row in simulator.store.load("default").documents if row.kind == "_run"]
            return list(tenant.runs), kept, stored

    assert run(work()) == (["r4", "r5", "r6"], [False] * 3 + [True] * 3, ["r4", "r5", "r6"])


def test_verdict_tells_what_the_bounded_journal_had_to_drop():
    async def work():
        async with running(pbx55(receiver)) as simulator:
            simulator.default.journal = Journal("default", max_entries=3)
            return await play(simulator, "transferred_inbound")

    with Receiver() as receiver:
        verdict = run(work())

    assert (verdict.exchanges, verdict.dropped) == (3, 2)
    assert (verdict.passes, verdict.exit_code) == (False, 1)


def test_entries_that_were_dropped_before_a_run_are_none_of_its():
    async def work():
        async with running(pbx55(receiver)) as simulator:
            simulator.default.journal = Journal("default", max_entries=3)
            await play(simulator, "transferred_inbound")
            return await play(simulator, story(ANSWERED))

    with Receiver() as receiver:
        verdict = run(work())

    assert (verdict.dropped, verdict.passes) == (0, True)


def with_a_rule_that_fails():
    """Return 55PBX's contract as somebody has written it who made a mistake in a rule."""

    def fail(subjects):
        raise KeyError("a rule that fails")

    mistaken = ModuleType("rules")
    mistaken.RULES = rules.RULES
    mistaken.SEQUENCE_RULES = {**rules.SEQUENCE_RULES, "number-of-pushes": fail}
    return load_folder(HOME / "pbx55", None, mistaken)


def test_run_whose_judging_fails_is_broken_and_nobody_waits_for_it_in_vain(caplog, tmp_path):
    """It is told again after a restart, as any verdict is."""

    async def work():
        async with running(pbx55(receiver), store=tmp_path / "store") as simulator:
            simulator.contracts["pbx55"] = with_a_rule_that_fails()
            verdict = await play(simulator, story(ANSWERED))
            before = simulator.default.runs["r1"]
        async with running(store=tmp_path / "store") as simulator:
            simulator.contracts["pbx55"] = with_a_rule_that_fails()
            again = simulator.engine.verdict_so_far(simulator.default, "r1")
            return verdict, before, again

    with Receiver() as receiver:
        verdict, after, again = run(work())

    assert (verdict.problem, verdict.exit_code) == ("the simulator failed; see its log", 2)
    assert (after.status, after.problem) == (Status.BROKEN, verdict.problem)
    assert (again.problem, again.exit_code) == (verdict.problem, 2)
    assert "a rule that fails" in caplog.text


def test_run_breaks_when_what_it_holds_back_cannot_be_sent(caplog):
    """Who waits for it is told so."""

    async def work():
        async with running(pbx55(receiver)) as simulator:
            tenant = simulator.default
            begun = simulator.engine.play(tenant, story(ANSWERED))
            await until(tenant, lambda: "c1" in tenant.calls)
            tx = Transaction(tenant, simulator.store)
            tx.put_run(replace(tenant.runs[begun.id], held=({"of": "a program of another time"},)))
            tx.commit()
            return await simulator.engine.verdict(tenant, begun.id), tenant.runs[begun.id]

    with Receiver() as receiver:
        verdict, after = run(work())

    assert (verdict.problem, verdict.exit_code) == ("the simulator failed; see its log", 2)
    assert (after.status, after.problem, after.held) == (Status.BROKEN, verdict.problem, ())
    assert "KeyError" in caplog.text
