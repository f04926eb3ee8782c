"""Plays scenarios: steps become jobs, one after the other, and a run is judged when its last message is settled."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta

from contracts.contract import Contract
from scenarios.expected import Reaction, Received
from scenarios.model import Scenario
from simulator.errors import SimulatorError
from simulator.faults.standing import lift_faults_of, put_faults_of, strikes_of
from simulator.runs.awaiting import awaited, until_met
from simulator.runs.court import Court, in_words
from simulator.runs.fitting import check_fit
from simulator.runs.judging import others_went_on, status_of
from simulator.runs.stepping import take
from simulator.runs.steps import act
from simulator.runs.verdicts import Verdict
from simulator.storage.store import Store
from simulator.switch import duties
from simulator.switch.others import doing_of
from simulator.switch.pbx import Pbx
from simulator.tenancy.jobs import Job, Task
from simulator.tenancy.runs import Run, Status
from simulator.tenancy.tenants import Tenant
from simulator.tenancy.transactions import Transaction

log = logging.getLogger(__name__)

# Runs of a tenant that are over, beyond these, are forgotten with their verdicts, the oldest first.
KEPT_RUNS = 1000


class RunGone(SimulatorError):
    """A run will never be judged: its tenant was reset or removed, or the simulator stopped."""

    def __init__(self, tenant: str, run: str) -> None:
        super().__init__(
            f"there is no verdict on run {run} of tenant {tenant}: the tenant was reset or removed, the simulator "
            f"stopped, or {KEPT_RUNS} other runs came after it; play it again"
        )


class Engine:
    """Plays runs on any tenant, and keeps the verdicts of those that are over."""

    def __init__(self, pbx: Pbx, store: Store, contracts: Mapping[str, Contract]) -> None:
        self._pbx = pbx
        self._store = store
        self._contracts = contracts
        self._over: dict[tuple[str, str], asyncio.Future[Verdict]] = {}
        self._judging: dict[tuple[str, str], asyncio.Task[None]] = {}
        self.court = Court(pbx, store, contracts)

    def play(self, tenant: Tenant, scenario: Scenario, *, lenient: bool = False, at_once: bool = False) -> Run:
        """Begin a scenario on a tenant now.

        A ``lenient`` run leaves out, in peace, what its call cannot do any more since somebody else moved it.
        ``at_once`` does the first of several steps here, so that its call is there. Raises Unfit when the scenario
        names what this tenant does not have.
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
            tx.by = doing_of(run.id)
            run = act(self._pbx, tx, run, scenario.steps[0])
        tx.put_run(run)
        put_faults_of(tx, run)
        self._over[tenant.name, run.id] = asyncio.get_running_loop().create_future()
        self._schedule(tx, run, 1 if at_once else 0)
        tx.commit()
        return run

    async def verdict(self, tenant: Tenant, run: str) -> Verdict:
        """Wait until a run is over and return what came of it. Raises RunGone."""
        over = self._over.get((tenant.name, run))
        if over is None:
            verdict = self.verdict_so_far(tenant, run)
            if verdict is None:
                raise RunGone(tenant.name, run)
            return verdict
        await asyncio.wait([over])
        if over.cancelled():
            raise RunGone(tenant.name, run)
        return over.result()

    def verdict_so_far(self, tenant: Tenant, run: str) -> Verdict | None:
        """Return what came of a run, or None while it goes on. One from before the last start is judged once more."""
        over, known = self._over.get((tenant.name, run)), tenant.runs.get(run)
        if over is None and known is not None and known.last is not None:
            over = self._over[tenant.name, run] = asyncio.get_running_loop().create_future()
            over.set_result(self.court.verdict(tenant, known, shared=True))
        return over.result() if over and over.done() and not over.cancelled() else None

    async def perform(self, tenant: Tenant, job: Job) -> None:
        """Do a job that is no delivery: a step of a run, or what is due by itself."""
        if job.task is Task.STEP:
            await self._step(tenant, job)
            return
        tx = Transaction(tenant, self._store, now=job.due)
        duties.perform(self._pbx, tx, job)
        tx.finish(job)
        tx.commit()

    async def _step(self, tenant: Tenant, job: Job) -> None:
        """Do one step of a run, and schedule the next, unless the run is broken by it."""
        run = tenant.runs[job.run]
        step = run.scenario.steps[job.body["step"]]
        if step.wanted is not None:
            entry = await awaited(tenant, run, step.wanted)
            run = tenant.runs[job.run]  # meanwhile its calls went on, and its faults counted
            run = run if entry is None else run.with_awaited(step.wanted, entry)
        tx, run = take(self._pbx, tenant, self._store, run, step, due=job.due)
        tx.finish(job)
        following = job.body["step"] + 1
        if run.status is Status.RUNNING and following < len(run.scenario.steps):
            self._schedule(tx, run, following, behind=max(job.due, tenant.now()) - job.due, since=job)
        elif run.held:
            run = self._pbx.post.last_bursts(tx, run)
        tx.put_run(run)
        tx.commit()

    def break_off(self, tenant: Tenant, job: Job, trouble: Exception) -> None:
        """End a job that failed by a fault of ours, and the run that it belongs to: nothing can be said of that."""
        run = tenant.runs.get(job.run)
        tx = Transaction(tenant, self._store)
        tx.finish(job)
        if run is not None:
            tx.put_run(replace(run, status=Status.BROKEN, problem=in_words(trouble)))
        else:
            log.error("job %s (%s) of tenant %s failed", job.id, job.task, tenant.name, exc_info=trouble)
        tx.commit()

    def settled(self, tenant: Tenant, job: Job) -> None:
        """Go on with the run of a job that is over: send what waited for that, and judge it once no job is left."""
        run = tenant.runs.get(job.run)
        if run is None:
            return
        try:
            self._send_held(tenant, run, self._pbx.post.settle)
        except Exception as trouble:
            self._give_up(tenant, run.id, trouble)
        self._begin_judging(tenant, run.id)

    def resume(self, tenant: Tenant) -> None:
        """Take up the runs of a tenant that was brought back from the store; who waits for one goes on waiting."""
        going = {run.id: run for run in tenant.runs.values() if run.last is None}
        self._end_judging(tenant.name)
        for key in [key for key in self._over if key[0] == tenant.name]:
            if key[1] not in going and not self._over[key].done():
                self._over.pop(key).cancel()  # its beginning was lost
        for run in going.values():
            self._over.setdefault((tenant.name, run.id), asyncio.get_running_loop().create_future())
            self._begin_judging(tenant, run.id)

    def forget(self, tenant: str) -> None:
        """Drop the runs of a tenant that was reset or removed; who waits for a verdict is told so (RunGone)."""
        self._end_judging(tenant)
        for key in [key for key in self._over if key[0] == tenant]:
            self._over.pop(key).cancel()

    async def stop(self) -> None:
        """End what is being judged, and let nobody wait in vain."""
        ended = tuple(self._judging.values())
        for task in ended:
            task.cancel()
        for over in self._over.values():
            over.cancel()
        if ended:
            await asyncio.wait(ended)

    def _begin_judging(self, tenant: Tenant, run: str) -> None:
        """Begin to judge a run, unless a job of it is left, or that goes on or is done already."""
        key = (tenant.name, run)
        over = self._over.get(key)
        if tenant.closed or over is None or over.done() or key in self._judging or tenant.agenda.has_jobs_of(run):
            return
        task = self._judging[key] = asyncio.create_task(self._judge(tenant, run), name=f"verdict on {run}")

        def ended(task: asyncio.Task[None]) -> None:
            if self._judging.get(key) is not task:
                return
            del self._judging[key]
            trouble = None if task.cancelled() else task.exception()
            if isinstance(trouble, Exception):
                self._give_up(tenant, run, trouble)
            elif not task.cancelled():
                self._begin_judging(tenant, run)  # if it was put off, by a job that may be over by now

        task.add_done_callback(ended)

    def _end_judging(self, tenant: str) -> None:
        for key in [key for key in self._judging if key[0] == tenant]:
            self._judging.pop(key).cancel()

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
        late = behind if since and steps[step - 1].wanted else timedelta()
        tx.schedule(base + gap + late, Task.STEP, {"step": step}, run=run.id)

    async def _judge(self, tenant: Tenant, key: str) -> None:
        """Let out what a run holds back, give its expectations their time, and judge it.

        Any of that may make a job, or let one be made: then it is put off until that is over.
        """
        waited = False
        while not tenant.agenda.has_jobs_of(key) and (run := tenant.runs[key]).last is None:
            if run.held:
                self._send_held(tenant, run, self._pbx.post.finish)
                waited = False
            elif not waited:
                for expectation in run.scenario.expectations:
                    if isinstance(expectation, Received | Reaction) and expectation.within:
                        await until_met(tenant, key, expectation, expectation.within)
                waited = True
            else:
                run = replace(run, answers=strikes_of(tenant, run))
                self._conclude(tenant, run, self.court.verdict(tenant, run, shared=others_went_on(tenant.calls, run)))
                return

    def _send_held(self, tenant: Tenant, run: Run, let_go: Callable[[Transaction, Run], Run]) -> None:
        """Send what a run holds back, as far as it is to be let go now."""
        tx = Transaction(tenant, self._store)
        after = let_go(tx, run) if run.held else run
        if after is not run:
            tx.put_run(after)
            tx.commit()

    def _give_up(self, tenant: Tenant, key: str, trouble: Exception) -> None:
        """End a run of which nothing can be said, by a fault of ours; who waits for it is told so."""
        run = replace(tenant.runs[key], held=())
        self._conclude(tenant, run, Verdict(problem=in_words(trouble), unsent=run.unsent))

    def _conclude(self, tenant: Tenant, run: Run, verdict: Verdict) -> None:
        run = replace(run, status=status_of(verdict), problem=verdict.problem, last=tenant.journal.last)
        tx = Transaction(tenant, self._store)
        tx.put_run(run)
        lift_faults_of(tx, run)
        self._forget_old_runs(tx, tenant)
        tx.commit()
        over = self._over.get((tenant.name, run.id))
        if over is not None and not over.done():
            over.set_result(verdict)
        tenant.tell(run)
        tenant.on_growth()  # who waits for the run is told, though the journal has not grown

    def _forget_old_runs(self, tx: Transaction, tenant: Tenant) -> None:
        if len(tenant.runs) > KEPT_RUNS:
            oldest = next((key for key, run in tenant.runs.items() if run.last is not None), None)
            if oldest is not None:
                tx.remove_run(oldest)
                self._over.pop((tenant.name, oldest), None)
