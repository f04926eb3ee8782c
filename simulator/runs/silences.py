"""What a vendor cannot say of a run: kinds of things that it has no message for, and calls that it told nothing of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from contracts.model import Direction, Exchange
from simulator.issued import channel_kind
from simulator.tenancy.runs import Run
from simulator.tenancy.tenants import Tenant
from simulator.vendor import Vendor


@dataclass(frozen=True, slots=True)
class Silence:
    """What one vendor said nothing of.

    ``kinds`` are those of events, ``calls`` the scenario's names; ``listed`` are those of the calls that the vendor
    shows all the same to whoever asks for its list or its report. One that never ``sends`` has no kinds.
    """

    kinds: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    listed: tuple[str, ...] = ()
    sends: bool = True


def silences(
    tenant: Tenant, run: Run, vendors: Mapping[str, Vendor], exchanges: Iterable[Exchange]
) -> Mapping[str, Silence]:
    """Return the silence of each vendor that somebody listens to, or that nobody can listen to, by its key."""
    calls = {name: tenant.calls[key] for name, key in run.calls.items() if key in tenant.calls}
    happened = {event.kind for call in calls.values() for event in call.events}
    told = {(e.vendor, e.call) for e in exchanges if e.direction is Direction.SENT}
    found = {}
    for vendor in _heard(tenant, vendors):
        sends = bool(vendor.renders)
        mute = tuple(sorted(kind.value for kind in happened - set(vendor.renders))) if sends else ()
        untold = tuple(name for name, call in calls.items() if (vendor.key, call.id) not in told)
        readings = tenant.readings.get(vendor.key, {})
        listed = tuple(name for name in untold if vendor.lists(calls[name], readings))
        if mute or untold:
            found[vendor.key] = Silence(mute, untold, listed, sends)
    return found


def _heard(tenant: Tenant, vendors: Mapping[str, Vendor]) -> Iterator[Vendor]:
    targets = {target.vendor for target in tenant.targets.values()}
    for vendor in vendors.values():
        listened = tenant.records.get(channel_kind(vendor.key)) if vendor.channel else vendor.key in targets
        if listened or not vendor.renders:
            yield vendor
