"""What a vendor cannot say of a run: kinds of things that it has no message for, and calls that it told nothing of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from contracts.model import Direction, Exchange
from simulator.runs import Run
from simulator.tenants import Tenant
from simulator.vendor import Vendor


@dataclass(frozen=True, slots=True)
class Silence:
    """What one vendor said nothing of. ``kinds`` are those of events, ``calls`` the scenario's names."""

    kinds: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()


def silences(
    tenant: Tenant, run: Run, vendors: Mapping[str, Vendor], exchanges: Iterable[Exchange]
) -> Mapping[str, Silence]:
    """Return the silence of each vendor that somebody listens to, by its key."""
    calls = {name: tenant.calls[key] for name, key in run.calls.items() if key in tenant.calls}
    happened = {event.kind for call in calls.values() for event in call.events}
    told = {(e.vendor, e.call) for e in exchanges if e.direction is Direction.SENT}
    found = {}
    for vendor in _heard(tenant, vendors):
        mute = tuple(sorted(kind.value for kind in happened - set(vendor.renders)))
        untold = tuple(name for name, call in calls.items() if (vendor.key, call.id) not in told)
        if mute or untold:
            found[vendor.key] = Silence(mute, untold)
    return found


def _heard(tenant: Tenant, vendors: Mapping[str, Vendor]) -> Iterator[Vendor]:
    targets = {target.vendor for target in tenant.targets.values()}
    for vendor in vendors.values():
        if vendor.renders and (
            tenant.records.get(f"{vendor.key}.channel") if vendor.channel else vendor.key in targets
        ):
            yield vendor
