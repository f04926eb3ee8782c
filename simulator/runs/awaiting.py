"""What a run awaits: a request of the integration. What our own messages ask of a fake of ours is none."""

from __future__ import annotations

from contracts.model import Direction
from scenarios.model import Wanted
from simulator.runs.judging import own_entries, records_of
from simulator.tenancy.runs import Run
from simulator.tenancy.tenants import Tenant


async def awaited(tenant: Tenant, run: Run, wanted: Wanted) -> int | None:
    """Wait for a request, and return the number of its entry; None when the time is over.

    It may have come before, since the run began; but one that an earlier step has awaited is not awaited again.
    """
    await tenant.journal.until(lambda: _asked(tenant, run, wanted) is not None, wanted.within.total_seconds())
    return _asked(tenant, run, wanted)


def _asked(tenant: Tenant, run: Run, wanted: Wanted) -> int | None:
    taken = run.awaited.get(f"{wanted.vendor} {wanted.operation}", 0)
    for record in records_of(run, own_entries(tenant.journal, run)):
        asked = record.direction, record.vendor, record.operation
        if asked == (Direction.RECEIVED, wanted.vendor, wanted.operation) and record.number > taken:
            return record.number
    return None
