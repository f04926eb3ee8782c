"""The fakes of a simulator: for each vendor that serves anything, the pipeline that answers its requests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.faces.pipeline import Pipeline

if TYPE_CHECKING:
    from simulator.app import Simulator


def pipelines_of(simulator: Simulator) -> dict[str, Pipeline]:
    """Return what answers the requests of each vendor that serves anything."""
    return {
        key: Pipeline(
            vendor, simulator.contracts[key], simulator.tenants, simulator.store, simulator.pbx, simulator.errands
        )
        for key, vendor in simulator.vendors.items()
        if vendor.handlers
    }
