"""Tenants and a scheduler that does what a test notes down."""

import asyncio
from contextlib import asynccontextmanager
from datetime import timedelta

from simulator.clock import Mode
from simulator.delivery.scheduler import Scheduler
from simulator.storage.store import SqlStore
from simulator.tenancy.jobs import Task
from simulator.tenancy.tenants import FIRST_MORNING, Profile, Tenant, first_clock
from simulator.tenancy.transactions import Transaction
from tests.core import until

LONG = """
scenario: long
title: A call that takes most of a day
steps:
  - inbound: {call: A, from: "37999912222"}
  - {after: 1h, ring: {call: A, extension: "111"}}
  - {after: 22h, hangup: {call: A, by: outside}}
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
