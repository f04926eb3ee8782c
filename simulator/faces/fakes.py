"""The fakes of a simulator: for each vendor that serves anything, the pipeline that answers its requests."""

from __future__ import annotations

from collections.abc import Mapping

from contracts.contract import Contract
from simulator.delivery.errands import Errands
from simulator.faces.pipeline import Pipeline
from simulator.storage.store import Store
from simulator.switch.pbx import Pbx
from simulator.tenancy.registry import Tenants
from simulator.vendor import Vendor


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
