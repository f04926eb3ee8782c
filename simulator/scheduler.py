"""Does what is due, tenant by tenant, in the time of each tenant's clock.

A jumping clock stands while anything of its tenant is under way, and otherwise jumps to the next job.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from simulator.clock import Mode
from simulator.jobs import Job
from simulator.store import Store
from simulator.tenants import Tenant
from simulator.transactions import Transaction

log = logging.getLogger(__name__)

Perform = Callable[[Tenant, Job], Awaitable[None]]


class Scheduler:
    """Keeps one task a tenant, and one a job that is under way.

    ``perform`` does a job and removes or reschedules it; ``done`` is told when one is over.
    """

    def __init__(self, store: Store, perform: Perform, done: Callable[[Tenant, Job], None]) -> None:
        self._store = store
        self._perform = perform
        self._done = done
        self._pumps: dict[str, asyncio.Task[None]] = {}
        self._under_way: set[asyncio.Task[None]] = set()

    def watch(self, tenant: Tenant) -> None:
        """See to a tenant's jobs from now on; harmless when that is so already."""
        pump = self._pumps.get(tenant.name)
        if pump is None or pump.done():
            self._pumps[tenant.name] = asyncio.create_task(self._pump(tenant), name=f"jobs of {tenant.name}")

    def forget(self, name: str) -> None:
        """Stop seeing to a tenant."""
        pump = self._pumps.pop(name, None)
        if pump is not None:
            pump.cancel()

    async def stop(self) -> None:
        """End every task. What was under way stays in the store and is done after the next start."""
        for task in (*self._pumps.values(), *self._under_way):
            await _end(task)
        self._pumps.clear()
        self._under_way.clear()

    async def _pump(self, tenant: Tenant) -> None:
        while True:
            tenant.changed.clear()
            job = tenant.next_job()
            if job is not None and job.due <= tenant.now():
                await self._start(tenant, job)
            elif job is not None and tenant.clock.mode is Mode.JUMPING and not tenant.busy():
                await self._jump(tenant, job.due)
            else:
                await self._rest(tenant, job)

    async def _start(self, tenant: Tenant, job: Job) -> None:
        # Nothing is done before what caused it is on disk.
        await _committed(tenant)
        if tenant.jobs.get(job.id) is not job:
            return
        tenant.running.add(job.id)
        tenant.in_flight += 1
        task = asyncio.create_task(self._run(tenant, job), name=f"job {job.id} of {tenant.name}")
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _run(self, tenant: Tenant, job: Job) -> None:
        try:
            await self._perform(tenant, job)
        except Exception:
            log.exception("job %s of tenant %s failed", job.id, tenant.name)
            tx = Transaction(tenant, self._store)
            tx.finish(job)
            tx.commit()
        finally:
            tenant.running.discard(job.id)
            tenant.in_flight -= 1
            self._done(tenant, job)
            tenant.wake()

    async def _jump(self, tenant: Tenant, to: datetime) -> None:
        await _committed(tenant)
        job = tenant.next_job()
        if job is None or job.due > to or tenant.busy():
            return  # something came up while the log was written: look again
        tx = Transaction(tenant, self._store)
        tx.set_clock(tenant.clock.jumped(to, datetime.now(UTC)))
        tx.commit()

    async def _rest(self, tenant: Tenant, job: Job | None) -> None:
        wall = tenant.clock.wall_due(job.due) if job else None
        seconds = max(0.0, (wall - datetime.now(UTC)).total_seconds()) if wall else None
        try:
            async with asyncio.timeout(seconds):
                await tenant.changed.wait()
        except TimeoutError:
            return


async def _committed(tenant: Tenant) -> None:
    if tenant.pending is not None and not tenant.pending.done():
        await asyncio.wait([tenant.pending])


async def _end(task: asyncio.Task[None] | None) -> None:
    if task is not None and not task.done():
        task.cancel()
        await asyncio.wait([task])
