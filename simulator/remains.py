"""What a run has left behind in its tenant, as expectations ask for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from simulator.documents import computed_call
from simulator.runs import Run
from simulator.tenants import Tenant


@dataclass(frozen=True, slots=True)
class Remains:
    """See `scenarios.holding.Left`."""

    tenant: Tenant
    run: Run

    def records(self, kind: str) -> Sequence[Mapping[str, Any]]:
        """Return the records of a kind."""
        return tuple(self.tenant.records.get(kind, {}).values())

    def kinds(self) -> Sequence[str]:
        """Return the kinds of which there are records."""
        return sorted(kind for kind, records in self.tenant.records.items() if records)

    def call(self, name: str) -> Mapping[str, Any] | None:
        """Return a call by the scenario's name of it, with what is computed from its events."""
        call = self.tenant.calls.get(self.run.calls.get(name, ""))
        if call is None:
            return None
        cause = call.last.cause.value if call.last.cause else None
        return {**computed_call(call), "data": call.data, "cause": cause}
