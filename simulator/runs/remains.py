"""What a run has left behind in its tenant, as expectations ask for it and as people may see it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from contracts.contract import Contract
from contracts.hiding import Names, without_secrets
from simulator.telephony.documents import computed_call
from simulator.tenancy.runs import Run
from simulator.tenancy.tenants import Tenant
from simulator.vendor import Vendor, secret_kinds


@dataclass(frozen=True, slots=True)
class Remains:
    """See `scenarios.holding.Left`."""

    tenant: Tenant
    run: Run
    vendors: Mapping[str, Vendor]
    contracts: Mapping[str, Contract]

    def records(self, kind: str) -> Sequence[Mapping[str, Any]]:
        """Return the records of a kind."""
        return tuple(self.tenant.records.get(kind, {}).values())

    def shown(self, kind: str, record: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return a record of a kind with a marker for each secret."""
        hidden: Mapping[str, Any] = without_secrets(record, secret_names(kind, self.vendors, self.contracts))
        return hidden

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


def secret_names(kind: str, vendors: Mapping[str, Vendor], contracts: Mapping[str, Contract]) -> Names:
    """Return what opens a door in records of a kind: they have the contract's names, or the English of its kinds."""
    vendor = kind.partition(".")[0]
    if vendor not in vendors:
        return {}  # records of the world, which its schema keeps free of them
    names = secret_kinds(vendors[vendor], contracts[vendor])
    english = {kind.lower(): kind for kind in ("password", *names.values())}
    return english | {name.lower(): kind for name, kind in names.items()}
