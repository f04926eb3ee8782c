"""What somebody else than a run does to its calls is noted with the run: which call was moved on, and by what."""

from __future__ import annotations

from collections.abc import Iterable

from simulator.telephony.calls import Call
from simulator.tenancy.runs import Run
from simulator.tenancy.transactions import Transaction


def moved_by_others(tx: Transaction, run: Run, before: Iterable[Call | None], what: str) -> Run:
    """Return a run that knows which of these calls of it stand otherwise than ``before``, by ``what``."""
    own = set(run.calls.values())
    for call in before:
        now = tx.call(call.id) if call is not None and call.id in own else None
        if call is not None and now is not None and (now.state, now.engaged) != (call.state, call.engaged):
            run = run.with_moved(call.id, what)
    return run
