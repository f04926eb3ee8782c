"""Which vendors there are: each is found by having a folder."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

import simulator.vendors
from contracts.contract import Contract, discover, load
from simulator.vendor import Vendor


def discover_vendors() -> dict[str, Vendor]:
    """Return every vendor that has a folder, by key, in alphabetical order."""
    found = {}
    for key in discover():
        module = import_module(f"{simulator.vendors.__name__}.{key}")
        vendor: Vendor = module.VENDOR
        found[vendor.key] = vendor
    return found


def discover_targets() -> dict[str, tuple[str, ...]]:
    """Return the vendors that send, each with the methods among which a target may choose."""
    vendors = discover_vendors()
    return target_choices(vendors, {key: load(key) for key in vendors})


def target_choices(vendors: Mapping[str, Vendor], contracts: Mapping[str, Contract]) -> dict[str, tuple[str, ...]]:
    """Return those of the vendors that send, each with the methods among which a target may choose."""
    return {
        key: next((o.methods for o in contracts[key].operations.values() if o.kind == "webhook"), ())
        for key, vendor in vendors.items()
        if vendor.renders and not vendor.channel
    }
