"""What is due is done in the time of each tenant's clock, however that goes."""

import asyncio
import time
from datetime import timedelta

import pytest

from contracts import strict_json
from simulator.clock import Clock, Mode
from simulator.delivery.scheduler import Quiet
from simulator.tenancy.tenants import FIRST_MORNING, Profile
from simulator.tenancy.transactions import Transaction
from tests.core import pbx55, play, run, running, story, until
from tests.receiver import Receiver, Reply
from tests.simulator.bench import LONG, bench

BRIEF = """
scenario: brief
title: A call of moments
steps:
  - inbound: {call: A, from: "37999912222"}
  - {after: %s, ring: {call: A, extension: "111"}}
  - {after: %s, hangup: {call: A, by: outside}}
"""


def test_jumping_clock_stands_while_a_job_is_under_way():
    async def work():
        async with bench() as made:
            made.schedule(0, held=True)
            made.schedule(60)
            while not made.tenant.in_flight:
                await asyncio.sleep(0)
            for _ in range(100):  # as many turns of the loop as it would take to get there
                await asyncio.sleep(0)
            stood = made.tenant.now() - FIRST_MORNING
            made.hold.set()
            await made.all_done()
            return stood, made.done

    stood, done = run(work())

    assert stood == timedelta()
    assert done == [(1, timedelta()), (2, timedelta(seconds=60))]


@pytest.mark.parametrize(("mode", "speed", "wall"), [(Mode.REAL, 1.0, 0.2), (Mode.SCALED, 100.0, 0.2)])
def test_clock_that_runs_by_itself_takes_its_time(mode, speed, wall):
    unit = timedelta(seconds=wall * speed / 2)
    text = BRIEF % ((f"{round(unit.total_seconds() * 1000)}ms",) * 2)

    async def work():
        async with running(pbx55(receiver), clock=mode, speed=speed) as simulator:
            began = time.perf_counter()
            verdict = await play(simulator, story(text))
            return verdict, time.perf_counter() - began, simulator.default.calls["c1"]

    with Receiver() as receiver:
        verdict, took, call = run(work())

    assert verdict.passes
    assert call.ended - call.started == 2 * unit
    assert wall - 0.02 <= took < wall + 5


def test_jump_of_the_clock_is_on_disk_with_what_it_led_to():
    async def work():
        async with bench() as made:
            made.schedule(3600)
            await made.all_done()
            await asyncio.wrap_future(made.store.submit([]))
            (stored,) = (row for row in made.store.load("t").documents if row.kind == "_clock")
            return made.tenant.now(), Clock.from_document(strict_json.loads(stored.body)).tenant_anchor

    assert run(work()) == (FIRST_MORNING + timedelta(hours=1),) * 2


def test_tenant_with_nothing_left_to_do_is_told_to_be_quiet_and_not_before():
    async def work():
        async with bench() as made:
            quiet = []
            made.tenant.observers.append(lambda news: isinstance(news, Quiet) and quiet.append(len(made.done)))
            made.schedule(1, 2, 3)
            await until(made.tenant, lambda: quiet and quiet[-1])
            return quiet

    assert [done for done in run(work()) if done] == [3]


def test_jumping_clock_runs_days_in_moments():
    async def work():
        async with running(pbx55(receiver)) as simulator:
            verdicts = [await play(simulator, story(LONG)) for _ in range(4)]
            return verdicts, simulator.default.now() - FIRST_MORNING

    with Receiver() as receiver:
        verdicts, passed = run(work())

    assert [v.exit_code for v in verdicts] == [0] * 4
    assert passed == 4 * timedelta(hours=23)


def test_jumping_clock_stands_while_a_delivery_is_under_way():
    async def work():
        with Receiver(otherwise=Reply(silent=True)) as receiver:
            async with running(pbx55(receiver)) as simulator:
                tenant = simulator.default
                simulator.engine.play(tenant, story(LONG))
                await asyncio.to_thread(receiver.wait, 1)
                for _ in range(100):
                    await asyncio.sleep(0)
                return tenant.now() - FIRST_MORNING, tenant.in_flight, len(tenant.calls["c1"].events)

    assert run(work()) == (timedelta(), 1, 1)


def test_tenants_have_clocks_of_their_own():
    """One tenant's clock stands at a delivery while another's runs on for a day."""

    async def work():
        with Receiver(otherwise=Reply(silent=True)) as silent, Receiver() as good:
            async with running(pbx55(silent)) as simulator:
                other = simulator.add(Profile("other"))
                tx = Transaction(other, simulator.store)
                tx.put_target(pbx55(good))
                tx.commit()
                simulator.engine.play(simulator.default, story(LONG))
                await asyncio.to_thread(silent.wait, 1)
                verdict = await play(simulator, story(LONG), other)
                return verdict, simulator.default.now(), other.now()

    verdict, stood, ran = run(work())

    assert verdict.passes
    assert (stood, ran) == (FIRST_MORNING, FIRST_MORNING + timedelta(hours=23))
