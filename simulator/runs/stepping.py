"""One step of a run: it is done, or what is to be done where it cannot be. What it had begun then is gone."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from scenarios.model import Step
from simulator.runs.court import in_words
from simulator.runs.hindered import do_without, gone_elsewhere
from simulator.runs.steps import act
from simulator.storage.store import Store
from simulator.switch.others import doing_of
from simulator.switch.pbx import Pbx
from simulator.telephony.calls import ImpossibleEvent
from simulator.tenancy.runs import Run, Status
from simulator.tenancy.tenants import Tenant
from simulator.tenancy.transactions import Transaction


def take(pbx: Pbx, tenant: Tenant, store: Store, run: Run, step: Step, *, due: datetime) -> tuple[Transaction, Run]:
    """Do a step, or what is to be done for it; return the unit of work that has it, and the run after it."""
    tx = _work_of(run, tenant, store, due)
    try:
        return tx, _done(pbx, tx, run, step)
    except Exception as problem:
        tx = _work_of(run, tenant, store, tx.now)
        return tx, _instead(pbx, tx, run, step, problem)


def _work_of(run: Run, tenant: Tenant, store: Store, now: datetime) -> Transaction:
    tx = Transaction(tenant, store, now=now)
    tx.by = doing_of(run.id)
    return tx


def _done(pbx: Pbx, tx: Transaction, run: Run, step: Step) -> Run:
    if step.wanted is not None or (run.lenient and gone_elsewhere(tx, run, step)):
        return run
    return act(pbx, tx, run, step)


def _instead(pbx: Pbx, tx: Transaction, run: Run, step: Step, problem: Exception) -> Run:
    if run.lenient and isinstance(problem, ImpossibleEvent):
        return run
    without = None if run.lenient else do_without(pbx, tx, run, step, problem)
    if without is not None:
        return without
    return replace(run, status=Status.BROKEN, problem=f"{step.where}: {in_words(problem, run, step)}")
