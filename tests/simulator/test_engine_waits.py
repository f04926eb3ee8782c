"""Runs that wait, for the integration or for another message, and what happens meanwhile."""

import asyncio
import time

import pytest

from simulator.runs.engine import RunGone
from simulator.switch.switchboard import Switchboard
from simulator.telephony.calls import Party, State
from simulator.tenancy.jobs import Task
from simulator.tenancy.tenants import FIRST_MORNING, Profile
from simulator.tenancy.transactions import Transaction
from tests.core import ANSWERED, log_in, pbx55, played, run, running, story, until
from tests.receiver import Receiver, Reply


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
