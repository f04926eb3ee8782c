"""Plays scenarios: steps become jobs, one after the other, and a run is judged when its last message is settled."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from datetime import datetime, timedelta

from contracts.contract import Contract
from contracts.model import Direction, Exchange
from scenarios.expectations import evaluate
from scenarios.model import Received, Scenario, Step, Verb
from scenarios.sendings import Record
from simulator.calls import ImpossibleEvent
from simulator.errors import SimulatorError
from simulator.fitting import check_fit
from simulator.jobs import Job, Task
from simulator.journal import Entry
from simulator.pbx import Pbx
from simulator.runs import Run, Status
from simulator.steps import act
from simulator.store import Store
from simulator.tenants import Tenant
from simulator.transactions import RUN, Transaction
from simulator.verdicts import Verdict, judge, with_expectations


class Engine:
    """Plays runs on any tenant, and keeps the verdicts of those that are over."""

    def __init__(self, pbx: Pbx, store: Store, contracts: Mapping[str, Contract]) -> None:
        self._pbx = pbx
        self._store = store
        self._contracts = contracts
        self._over: dict[tuple[str, str], asyncio.Future[Verdict]] = {}
        self._judging: set[asyncio.Task[None]] = set()
        self.strict_inferred = False

    def play(self, tenant: Tenant, scenario: Scenario, *, lenient: bool = False, at_once: bool = False) -> Run:
        """Begin a scenario on a tenant now.

        A ``lenient`` run ends in peace when its call was ended by somebody else meanwhile. ``at_once`` does the first
        of several steps here, so that its call is there. Raises Unfit when the scenario names what this tenant does
        not have.
        """
        tx = Transaction(tenant, self._store)
        check_fit(scenario, tx, self._pbx.vendors, self._contracts)
        number = tx.next_number("run")
        run = Run(
            id=f"r{number}",
            scenario=scenario,
            started=tx.now,
            first=tenant.journal.last,
            counts=(0,) * len(scenario.faults),
            lenient=lenient,
        )
        if at_once:
            run = act(self._pbx, tx, run, scenario.steps[0])
        self._keep(tx, tenant, run)
        self._over[tenant.name, run.id] = asyncio.get_running_loop().create_future()
        self._schedule(tx, run, 1 if at_once else 0)
        tx.commit()
        return run

    async def verdict(self, tenant: Tenant, run: str) -> Verdict:
        """Wait until a run is over and return what came of it."""
        return await asyncio.shield(self._over[tenant.name, run])

    def verdict_so_far(self, tenant: str, run: str) -> Verdict | None:
        """Return what came of a run, or None while it goes on."""
        future = self._over.get((tenant, run))
        return future.result() if future and future.done() and not future.cancelled() else None

    async def perform(self, tenant: Tenant, job: Job) -> None:
        """Do one step of a run, and schedule the next."""
        run = tenant.runs[job.run]
        step = run.scenario.steps[job.body["step"]]
        if step.verb is Verb.AWAIT:
            await self._await(tenant, run, step)
        tx = Transaction(tenant, self._store, now=_not_before_the_last_event(tenant, run, step, job.due))
        following = job.body["step"] + 1
        try:
            if step.verb is not Verb.AWAIT:
                run = act(self._pbx, tx, run, step)
        except SimulatorError as problem:
            tx = Transaction(tenant, self._store)
            if run.lenient and isinstance(problem, ImpossibleEvent):
                following = len(run.scenario.steps)
            else:
                run = replace(run, status=Status.BROKEN, problem=f"{step.where}: {problem}")
        tx.finish(job)
        if run.status is Status.RUNNING and following < len(run.scenario.steps):
            self._schedule(tx, run, following, behind=max(job.due, tenant.now()) - job.due, since=job)
        elif run.held:
            run = self._pbx.release_held(tx, run)
        self._keep(tx, tenant, run)
        tx.commit()

    def settled(self, tenant: Tenant, job: Job) -> None:
        """Judge a run once none of its jobs is left."""
        run = tenant.runs.get(job.run)
        key = (tenant.name, job.run)
        if run is None or any(j.run == job.run for j in tenant.jobs.values()):
            return
        over = self._over.get(key)
        if over is None or over.done() or any(t.get_name() == str(key) for t in self._judging):
            return
        task = asyncio.create_task(self._judge(tenant, run, over), name=str(key))
        self._judging.add(task)
        task.add_done_callback(self._judging.discard)

    def forget(self, tenant: str) -> None:
        """Drop the verdicts of a tenant that was reset or removed; who waits for one is told so by a cancellation."""
        for key in [key for key in self._over if key[0] == tenant]:
            self._over.pop(key).cancel()

    async def stop(self) -> None:
        """End what is being judged, and let nobody wait in vain."""
        for task in tuple(self._judging):
            task.cancel()
        for over in self._over.values():
            over.cancel()
        if self._judging:
            await asyncio.wait(tuple(self._judging))

    def _schedule(
        self,
        tx: Transaction,
        run: Run,
        step: int,
        *,
        behind: timedelta = timedelta(),
        since: Job | None = None,
    ) -> None:
        steps = run.scenario.steps
        gap = steps[step].offset - (steps[step - 1].offset if step else timedelta())
        base = since.due if since else run.started
        # A step that waited for the integration puts off all that follows it; any other delay is made good.
        late = behind if since and steps[step - 1].verb is Verb.AWAIT else timedelta()
        tx.schedule(base + gap + late, Task.STEP, {"step": step}, run=run.id)

    async def _await(self, tenant: Tenant, run: Run, step: Step) -> None:
        wanted = step.wanted
        if wanted is None:
            return

        def there() -> bool:
            return any(
                e.exchange.direction is Direction.RECEIVED
                and e.exchange.vendor == wanted.vendor
                and e.exchange.operation == wanted.operation
                for e in _entries(tenant, run)
            )

        await _until(tenant, there, wanted.within)

    async def _judge(self, tenant: Tenant, run: Run, over: asyncio.Future[Verdict]) -> None:
        for expectation in run.scenario.expectations:
            if isinstance(expectation, Received) and expectation.within:
                await _until(tenant, partial(self._met, tenant, run, expectation), expectation.within)
        verdict = self._verdict(tenant, run)
        run = replace(tenant.runs[run.id], status=_status(run, verdict))
        tx = Transaction(tenant, self._store)
        self._keep(tx, tenant, run)
        tx.commit()
        if not over.done():
            over.set_result(verdict)
        tenant.tell(run)
        tenant.on_growth()  # who waits for the run is told, though the journal has not grown

    def _met(self, tenant: Tenant, run: Run, expectation: Received) -> bool:
        (outcome,) = evaluate((expectation,), _records(tenant, run))
        return outcome.met

    def _verdict(self, tenant: Tenant, run: Run) -> Verdict:
        entries = _entries(tenant, run)
        pairs = [(e.exchange, e.verdict) for e in entries if e.verdict is not None]
        verdict = judge(pairs, self._contracts, strict_inferred=self.strict_inferred)
        outcomes = evaluate(
            run.scenario.expectations, _records(tenant, run), errors=len(verdict.errors), unsent=run.unsent
        )
        verdict = with_expectations(verdict, outcomes)
        return replace(
            verdict,
            undelivered=tuple(_undelivered([e.exchange for e in entries])),
            unsent=run.unsent,
            problem=run.problem,
        )

    def _keep(self, tx: Transaction, tenant: Tenant, run: Run) -> None:
        tx.put(RUN, run.id, run.to_document())
        tenant.runs[run.id] = run


def _not_before_the_last_event(tenant: Tenant, run: Run, step: Step, due: datetime) -> datetime:
    # A command by the control API may have moved the call on, a moment later than this step was due.
    call = tenant.calls.get(run.calls.get(step.call, ""))
    return max(due, call.last.at) if call else due


def _status(run: Run, verdict: Verdict) -> Status:
    if run.status is Status.BROKEN:
        return Status.BROKEN
    return Status.PASSED if verdict.passes else Status.FAILED


def _entries(tenant: Tenant, run: Run) -> list[Entry]:
    return tenant.journal.after(run.first, limit=1_000_000)


def _records(tenant: Tenant, run: Run) -> list[Record]:
    return [_record(entry, run) for entry in _entries(tenant, run)]


def _record(entry: Entry, run: Run) -> Record:
    exchange = entry.exchange
    status = exchange.response.status if exchange.response else None
    return Record(
        number=entry.number,
        direction=exchange.direction.value,
        vendor=exchange.vendor,
        call=run.name_of(exchange.call),
        message=exchange.message,
        operation=exchange.operation,
        at=exchange.at,
        status=status,
        delivered=status is not None and 200 <= status < 300,
        fault=exchange.fault,
        delivery=exchange.delivery,
        attempt=exchange.attempt,
        target=exchange.target,
        summary=f"{exchange.request.method} {exchange.request.path} -> {status or exchange.error}",
    )


def _undelivered(exchanges: Sequence[Exchange]) -> list[Exchange]:
    """Return the last attempt of each delivery that never got a 2xx, unless it was spoilt on purpose."""
    last: dict[tuple[str | None, str | None], Exchange] = {}
    for exchange in exchanges:
        if exchange.delivery and (exchange.fault in (None, "delay", "duplicate", "swap_with_next")):
            key = (exchange.delivery, exchange.target)
            good = key in last and _arrived(last[key])
            last[key] = last[key] if good else exchange
    return [e for e in last.values() if not _arrived(e)]


def _arrived(exchange: Exchange) -> bool:
    return exchange.response is not None and 200 <= exchange.response.status < 300


async def _until(tenant: Tenant, there: Callable[[], bool], within: timedelta) -> bool:
    """Wait (wall time) until ``there()`` holds, looking again at each new journal entry; return whether it does."""
    loop = asyncio.get_running_loop()
    end = loop.time() + within.total_seconds()
    while not there():
        left = end - loop.time()
        if left <= 0:
            return False
        await tenant.journal.wait(tenant.journal.last, left)
    return True
