"""What a run awaits: a request of the integration. What our own messages ask of a fake of ours is none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from contracts.model import Direction
from scenarios.expected import Expectation
from scenarios.model import Wanted
from scenarios.sendings import Record
from simulator.runs.judging import met, own_entries, records_of
from simulator.tenancy.runs import Run
from simulator.tenancy.tenants import Tenant


@dataclass(slots=True)
class _Reader:
    """Reads what a run has in the journal beyond an entry that was ``seen``, each entry once."""

    tenant: Tenant
    run: str
    seen: int

    def new(self) -> list[Record]:
        """Return what has come since the last look."""
        run, journal = self.tenant.runs[self.run], self.tenant.journal
        entries = own_entries(journal, run, after=self.seen)
        self.seen = journal.last
        return records_of(run, entries)


async def awaited(tenant: Tenant, run: Run, wanted: Wanted) -> int | None:
    """Wait for a request, and return the number of its entry; None when the time is over.

    It may have come before, since the run began; but one that an earlier step has awaited is not awaited again.
    """
    reader = _Reader(tenant, run.id, run.awaited.get(f"{wanted.vendor} {wanted.operation}", 0))
    request = Direction.RECEIVED, wanted.vendor, wanted.operation
    found: list[int] = []

    def asked() -> bool:
        found.extend(r.number for r in reader.new() if (r.direction, r.vendor, r.operation) == request)
        return bool(found)

    await tenant.journal.until(asked, wanted.within.total_seconds())
    return found[0] if found else None


async def until_met(tenant: Tenant, run: str, expectation: Expectation, within: timedelta) -> None:
    """Wait until what has come meets an expectation, or the time is over."""
    reader, found = _Reader(tenant, run, 0), list[Record]()

    def enough() -> bool:
        found.extend(reader.new())
        return met(expectation, found)

    await tenant.journal.until(enough, within.total_seconds())
