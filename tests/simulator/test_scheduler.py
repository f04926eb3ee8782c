"""What is due is done, in the time of each tenant's clock, and never before its cause is on disk."""

import asyncio
import threading
import time
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from contracts import strict_json
from simulator.clock import Clock, Mode
from simulator.delivery.scheduler import Quiet, Scheduler
from simulator.storage.store import SqlStore
from simulator.tenancy.jobs import Task
from simulator.tenancy.tenants import FIRST_MORNING, Profile, Tenant, first_clock
from simulator.tenancy.transactions import Transaction
from tests.core import pbx55, play, run, running, story, until
from tests.receiver import Receiver, Reply

LONG = """
scenario: long
title: A call that takes most of a day
steps:
  - inbound: {call: A, from: "37999912222"}
  - {after: 1h, ring: {call: A, extension: "111"}}
  - {after: 22h, hangup: {call: A, by: outside}}
"""

BRIEF = """
scenario: brief
title: A call of moments
steps:
  - inbound: {call: A, from: "37999912222"}
  - {after: %s, ring: {call: A, extension: "111"}}
  - {after: %s, hangup: {call: A, by: outside}}
"""


class Bench:
    """A scheduler for one tenant, and what it did: (job id, tenant time)."""

    def __init__(self, store, mode):
        self.store = store
        self.tenant = Tenant(Profile("t"), first_clock(mode), {})
        self.begun = 0
        self.done = []
        self.told = []
        self.hold = asyncio.Event()
        self.scheduler = Scheduler(store, self._perform, self._over)

    def schedule(self, *delays, lane="", held=False):
        tx = Transaction(self.tenant, self.store)
        jobs = [
            tx.schedule(tx.now + timedelta(seconds=delay), Task.STEP, {"held": held}, lane=lane) for delay in delays
        ]
        tx.commit()
        return [job.id for job in jobs]

    async def all_done(self):
        await until(self.tenant, lambda: not self.tenant.agenda.jobs)

    def _over(self, tenant, job):
        self.told.append(job.id)
        if job.body.get("fail_after"):
            raise ArithmeticError("as told")

    async def _perform(self, tenant, job):
        assert tenant.pending.done()
        self.begun += 1
        if job.body["held"]:
            await self.hold.wait()
        if job.body.get("fail"):
            raise ArithmeticError("as told")
        self.done.append((job.id, tenant.now() - FIRST_MORNING))
        tx = Transaction(tenant, self.store)
        tx.finish(job)
        tx.tell(job)
        written = tx.commit()
        if job.body.get("lingers"):
            await asyncio.wait([written])


@asynccontextmanager
async def bench(mode=Mode.JUMPING):
    store = SqlStore(None)
    made = Bench(store, mode)
    made.scheduler.watch(made.tenant)
    try:
        yield made
    finally:
        await made.scheduler.stop()
        store.close()


def test_jobs_are_done_when_they_are_due_and_nothing_is_done_before_it_is_on_disk():
    async def work():
        async with bench() as made:
            made.schedule(7, 0, 86_400)
            await made.all_done()
            return made.done, made.told

    done, told = run(work())

    assert done == [(2, timedelta()), (1, timedelta(seconds=7)), (3, timedelta(days=1))]
    assert told == [2, 1, 3]


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


def test_job_that_fails_is_over_and_the_others_go_on(caplog):
    async def work():
        async with bench() as made:
            tx = Transaction(made.tenant, made.store)
            tx.schedule(tx.now, Task.STEP, {"held": False, "fail": True}, lane="a")
            tx.schedule(tx.now, Task.STEP, {"held": False}, lane="a")
            tx.commit()
            await until(made.tenant, lambda: not made.tenant.agenda.jobs)
            return made.done, made.told

    done, told = run(work())

    assert done == [(2, timedelta())]
    assert 1 in told
    assert "as told" in caplog.text


def test_who_is_told_that_a_job_is_over_and_fails_does_not_stop_the_others(caplog):
    async def work():
        async with bench() as made:
            tx = Transaction(made.tenant, made.store)
            tx.schedule(tx.now, Task.STEP, {"held": False, "lingers": True, "fail_after": True})
            tx.schedule(tx.now + timedelta(seconds=7), Task.STEP, {"held": False})
            tx.commit()
            await until(made.tenant, lambda: not made.tenant.agenda.jobs)
            return made.done, made.told

    done, told = run(work())

    assert done == [(1, timedelta()), (2, timedelta(seconds=7))]
    assert 1 in told
    assert "as told" in caplog.text


def test_stop_ends_what_is_under_way_and_keeps_it_to_be_done():
    async def work():
        async with bench() as made:
            made.schedule(0, 0, held=True)
            while made.begun < 2:
                await asyncio.sleep(0)
            await made.scheduler.stop()
            return made.tenant, asyncio.all_tasks() - {asyncio.current_task()}

    tenant, left = run(work())

    assert left == set()
    assert (tenant.in_flight, tenant.agenda.running, sorted(tenant.agenda.jobs)) == (0, set(), [1, 2])


def test_stop_lets_no_pump_start_another_job():
    """A pump that is about to start a job while the tasks are being ended starts none."""

    async def work():
        async with bench() as made:
            for _ in range(20):
                made.schedule(0, held=True)
            await asyncio.sleep(0)
            await made.scheduler.stop()
            for _ in range(50):
                await asyncio.sleep(0)
            return made.tenant.in_flight

    assert run(work()) == 0


def test_forgotten_tenants_jobs_end_with_it():
    async def work():
        async with bench() as made:
            made.schedule(0, held=True)
            while not made.begun:
                await asyncio.sleep(0)
            made.scheduler.forget("t")
            made.schedule(0)
            for _ in range(50):
                await asyncio.sleep(0)
            return made.tenant.in_flight, made.done

    assert run(work()) == (0, [])


def test_watching_twice_does_everything_once():
    async def work():
        async with bench() as made:
            made.scheduler.watch(made.tenant)
            made.schedule(0, 1)
            await made.all_done()
            return made.done

    assert len(run(work())) == 2


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


def test_nothing_is_left_of_a_simulator_that_was_stopped(tmp_path):
    """No task, thread, connection or temporary file: not even with a delivery and an `await` step under way."""
    waiting = story("""
scenario: waiting
title: Waits for the integration
steps:
  - await: {request: {vendor: hubsoft, operation: issueToken}, within: 1h}
""")
    before = set(threading.enumerate())

    async def work():
        async with running(pbx55(receiver), listen=True) as simulator:
            path = simulator.store._file.path
            simulator.engine.play(simulator.default, story(LONG))
            simulator.engine.play(simulator.default, waiting)
            await asyncio.to_thread(receiver.wait, 1)
            port = simulator.server.port
        left = asyncio.all_tasks() - {asyncio.current_task()}
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", port)
        return left, path

    with Receiver(otherwise=Reply(silent=True)) as receiver:
        left, path = run(work())

    assert left == set()
    assert not path.parent.exists()
    assert set(threading.enumerate()) == before
