"""Gives a tenant what each vendor wants it to have, also where a vendor came only after the tenant was stored."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from simulator.identity import Identity
from simulator.storage.store import Change
from simulator.tenancy.furnishing import added
from simulator.tenancy.tenants import UNCLAIMED, Profile, Tenant, with_credentials
from simulator.vendor import Vendor

Keep = Callable[[Tenant, Sequence[Change]], None]


def with_all_credentials(profile: Profile, vendors: Mapping[str, Vendor]) -> Profile:
    """Return a profile with made-up credentials wherever it has none; that of ``unclaimed`` has none at all."""
    if profile.name == UNCLAIMED:
        return profile
    identity = Identity(f"credentials of {profile.name}")
    return with_credentials(profile, {key: vendor.credentials(identity) for key, vendor in vendors.items()})


def equip(tenant: Tenant, vendors: Mapping[str, Vendor], keep: Keep) -> None:
    """Give a stored tenant what belongs to vendors that it does not know: credentials now, records at its first use.

    ``keep`` writes down how the tenant is set up, and the records with it.
    """
    unknown = [vendor for key, vendor in vendors.items() if key not in tenant.profile.credentials]
    if tenant.name == UNCLAIMED or not unknown:
        return
    tenant.profile = with_all_credentials(tenant.profile, vendors)
    if tenant.furnished:  # else it gets everybody's at once
        tenant.furnish = partial(_add, tenant, unknown, keep)


def _add(tenant: Tenant, vendors: Sequence[Vendor], keep: Keep) -> None:
    keep(tenant, added(tenant, vendors))
