"""What somebody else than a run does to its calls is noted with the run: which call was moved on, and by what.

Who acts in a unit of work is its ``by``. What it makes due later is done by the same.
"""

from __future__ import annotations

from simulator.telephony.calls import Call
from simulator.tenancy.runs import Run
from simulator.tenancy.transactions import Transaction


def doing_of(run: str) -> str:
    """Return how a run is named as who acts."""
    return f"run {run}"


def moved(tx: Transaction, run: Run | None, before: Call, after: Call) -> Run | None:
    """Return a run that knows of a call that stands otherwise than ``before``, if that is somebody else's doing."""
    if run is None or tx.by == doing_of(run.id) or after.id not in run.calls.values():
        return run
    if (after.state, after.engaged) == (before.state, before.engaged):
        return run
    return run.with_moved(after.id, tx.by)
