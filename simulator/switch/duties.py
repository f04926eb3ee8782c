"""What is due and is neither a step nor a delivery: who does it, by its task."""

from __future__ import annotations

from simulator.switch import floor, router
from simulator.switch.pbx import Pbx
from simulator.tenancy.jobs import Job, Task
from simulator.tenancy.transactions import Transaction


def perform(pbx: Pbx, tx: Transaction, job: Job) -> None:
    """Do what is due, if it still is."""
    tx.by = job.by
    if job.deed_of is not None and tx.call(job.deed_of) is not None:
        tx.take_up(job.deed_of)
    match job.task:
        case Task.ROUTE:
            router.perform(pbx, tx, job)
        case Task.ANNOUNCE:
            pbx.post.perform(tx, job)
        case _:
            floor.perform(pbx, tx, job)
