"""What is due is done, and never before its cause is on disk."""

import asyncio
import threading
from datetime import timedelta

import pytest

from simulator.tenancy.jobs import Task
from simulator.tenancy.transactions import Transaction
from tests.core import pbx55, run, running, story, until
from tests.receiver import Receiver, Reply
from tests.simulator.bench import LONG, bench


def test_jobs_are_done_when_they_are_due_and_nothing_is_done_before_it_is_on_disk():
    async def work():
        async with bench() as made:
            made.schedule(7, 0, 86_400)
            await made.all_done()
            return made.done, made.told

    done, told = run(work())

    assert done == [(2, timedelta()), (1, timedelta(seconds=7)), (3, timedelta(days=1))]
    assert told == [2, 1, 3]


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
