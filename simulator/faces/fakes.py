"""The fakes of a simulator: for each vendor that serves anything, the pipeline that answers its requests."""

from __future__ import annotations

from collections.abc import Mapping

from contracts.contract import Contract
from contracts.nearness import nearest
from contracts.operation import OperationKind
from simulator.delivery.errands import Errands
from simulator.errors import SimulatorError
from simulator.faces.pipeline import Pipeline
from simulator.storage.store import Store
from simulator.switch.pbx import Pbx
from simulator.tenancy.registry import Tenants
from simulator.vendor import Vendor


class Unhandled(SimulatorError):
    """A contract of the user's own has operations that nothing of ours can do."""

    def __init__(self, vendor: str, strange: list[str], known: list[str]) -> None:
        super().__init__(
            f"contracts/{vendor}/openapi.yaml: nothing does {', '.join(strange)}: keep the operationIds of the shipped "
            f"contract; {nearest(strange[0], known)}"
        )


def check_handled(vendors: Mapping[str, Vendor], contracts: Mapping[str, Contract]) -> None:
    """Raise Unhandled where a vendor that serves anything has an operation that it cannot do."""
    for key, vendor in vendors.items():
        if not vendor.handlers:
            continue
        paths = (name for name, o in contracts[key].operations.items() if o.kind is OperationKind.PATH)
        strange = [name for name in paths if name not in vendor.handlers]
        if strange:
            raise Unhandled(key, strange, list(vendor.handlers))


def pipelines_of(
    vendors: Mapping[str, Vendor],
    contracts: Mapping[str, Contract],
    tenants: Tenants,
    store: Store,
    pbx: Pbx,
    errands: Errands,
) -> dict[str, Pipeline]:
    """Return what answers the requests of each vendor that serves anything."""
    serving = {key: vendor for key, vendor in vendors.items() if vendor.handlers}
    return {key: Pipeline(vendor, contracts[key], tenants, store, pbx, errands) for key, vendor in serving.items()}
