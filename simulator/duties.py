"""What is due and is neither a step nor a delivery: who does it, by its task."""

from __future__ import annotations

from simulator import floor, router
from simulator.jobs import Job, Task
from simulator.pbx import Pbx
from simulator.transactions import Transaction


def perform(pbx: Pbx, tx: Transaction, job: Job) -> None:
    """Do what is due, if it still is."""
    (router.perform if job.task is Task.ROUTE else floor.perform)(pbx, tx, job)
