"""Gives a tenant what each vendor wants it to have, also where a vendor came only after the tenant was stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from simulator.identity import Identity
from simulator.tenancy.furnishing import added
from simulator.tenancy.tenants import UNCLAIMED, Profile, Tenant, with_credentials
from simulator.vendor import Vendor

if TYPE_CHECKING:
    from simulator.app import Simulator


def with_all_credentials(profile: Profile, vendors: Mapping[str, Vendor]) -> Profile:
    """Return a profile with made-up credentials wherever it has none; that of ``unclaimed`` has none at all."""
    if profile.name == UNCLAIMED:
        return profile
    identity = Identity(f"credentials of {profile.name}")
    return with_credentials(profile, {key: vendor.credentials(identity) for key, vendor in vendors.items()})


def equip(simulator: Simulator, tenant: Tenant) -> None:
    """Give a stored tenant what belongs to vendors that it does not know: credentials now, records at its first use."""
    unknown = [vendor for key, vendor in simulator.vendors.items() if key not in tenant.profile.credentials]
    if tenant.name == UNCLAIMED or not unknown:
        return
    tenant.profile = with_all_credentials(tenant.profile, simulator.vendors)
    if tenant.furnished:  # else it gets everybody's at once
        tenant.furnish = partial(_add, simulator, tenant, unknown)


def _add(simulator: Simulator, tenant: Tenant, vendors: Iterable[Vendor]) -> None:
    simulator.keep(tenant, added(tenant, vendors))
