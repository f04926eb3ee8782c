"""Does what is due, tenant by tenant, in the time of each tenant's clock.

A jumping clock stands while anything of its tenant is under way, and otherwise jumps to the next job. Nothing is done
before what caused it is on disk.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime

from simulator.clock import Mode
from simulator.storage.store import Store
from simulator.tenancy.jobs import Job, Task
from simulator.tenancy.tenants import Tenant
from simulator.tenancy.transactions import Transaction

log = logging.getLogger(__name__)

# After a change was lost (a full disk), jobs begin again only after this many seconds: each attempt is a real push.
PAUSE_AFTER_LOSS = 1.0

# What only goes out, and so schedules nothing before somebody has answered.
_WAIT_FOR_OTHERS = frozenset({Task.DELIVER, Task.REPLAY})

Perform = Callable[[Tenant, Job], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Quiet:
    """News: nothing of the tenant is under way, and nothing is left to do."""


class Scheduler:
    """Keeps one task a tenant, and one a job that is under way.

    ``perform`` does a job and removes or reschedules it; ``done`` is told when one is over.
    """

    def __init__(self, store: Store, perform: Perform, done: Callable[[Tenant, Job], None]) -> None:
        self._store = store
        self._perform = perform
        self._done = done
        self._pumps: dict[str, asyncio.Task[None]] = {}
        self._under_way: dict[asyncio.Task[None], str] = {}

    def watch(self, tenant: Tenant, *, after_loss: bool = False) -> None:
        """See to a tenant's jobs from now on; harmless when that is so already."""
        pump = self._pumps.get(tenant.name)
        if pump is None or pump.done():
            pause = PAUSE_AFTER_LOSS if after_loss else 0.0
            self._pumps[tenant.name] = asyncio.create_task(self._pump(tenant, pause), name=f"jobs of {tenant.name}")

    def forget(self, name: str) -> None:
        """Stop seeing to a tenant, and end what is under way for it."""
        pump = self._pumps.pop(name, None)
        for task in (pump, *(task for task, owner in self._under_way.items() if owner == name)):
            if task is not None:
                task.cancel()

    async def stop(self) -> None:
        """End every task. What was under way stays in the store and is done after the next start."""
        pumps = tuple(self._pumps.values())
        self._pumps.clear()
        await _end(pumps)  # first, since a pump starts jobs
        await _end(tuple(self._under_way))

    async def _pump(self, tenant: Tenant, pause: float) -> None:
        await asyncio.sleep(pause)
        while True:
            tenant.changed.clear()
            job = tenant.agenda.next()
            if job is not None and job.due <= tenant.now():
                await self._start(tenant, job)
            elif job is not None and tenant.clock.mode is Mode.JUMPING and not tenant.busy():
                await self._jump(tenant, job.due)
            else:
                await self._rest(tenant, job)

    async def _start(self, tenant: Tenant, job: Job) -> None:
        if not await _committed(tenant) or tenant.agenda.jobs.get(job.id) is not job:
            return
        tenant.agenda.running.add(job.id)
        tenant.in_flight += 1
        task = asyncio.create_task(self._run(tenant, job), name=f"job {job.id} of {tenant.name}")
        self._under_way[task] = tenant.name
        task.add_done_callback(self._under_way.pop)
        if job.task not in _WAIT_FOR_OTHERS:
            # It is done by then: of several jobs that are due, as after the clock was set forward, what the first one
            # schedules comes before those that are due later.
            await asyncio.sleep(0)

    async def _run(self, tenant: Tenant, job: Job) -> None:
        try:
            await self._perform(tenant, job)
        except Exception:
            log.exception("job %s of tenant %s failed", job.id, tenant.name)
            tx = Transaction(tenant, self._store)
            tx.finish(job)
            tx.commit()
        finally:
            tenant.agenda.running.discard(job.id)
            tenant.in_flight -= 1
            tenant.wake()
            self._told(tenant, job)

    def _told(self, tenant: Tenant, job: Job) -> None:
        try:
            self._done(tenant, job)
        except Exception:
            log.exception("what follows job %s of tenant %s failed", job.id, tenant.name)

    async def _jump(self, tenant: Tenant, to: datetime) -> None:
        kept = await _committed(tenant)
        job = tenant.agenda.next()
        if not kept or job is None or job.due > to or tenant.busy():
            return  # something came up while the log was written: look again
        # Written with what the job changes: until then nothing has happened at the new time, and after a restart the
        # clock jumps again. A commit of its own for each jump would be every other one of a busy run.
        tenant.clock, tenant.clock_unwritten = tenant.clock.jumped(to, datetime.now(UTC)), True

    async def _rest(self, tenant: Tenant, job: Job | None) -> None:
        if job is None and not tenant.busy():
            tenant.tell(Quiet())
        wall = tenant.clock.wall_due(job.due) if job else None
        seconds = max(0.0, (wall - datetime.now(UTC)).total_seconds()) if wall else None
        try:
            async with asyncio.timeout(seconds):
                await tenant.changed.wait()
        except TimeoutError:
            return


async def _committed(tenant: Tenant) -> bool:
    """Wait until the tenant's changes are on disk; when they are lost, wait for whatever happens next."""
    change = tenant.pending
    if change is None:
        return True
    if not change.done():
        await asyncio.wait([change])
    if change.cancelled() or change.exception() is not None:
        await tenant.changed.wait()
        return False
    return True


async def _end(tasks: Collection[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks)
