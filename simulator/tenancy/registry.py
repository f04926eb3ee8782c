"""Every tenant by its name, and which secret is whose."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from simulator.errors import SimulatorError
from simulator.issued import is_good, token_kind
from simulator.tenancy.tenants import Profile, Tenant


class Tenants:
    """Every tenant, and which secret is whose (see `simulator.vendor.Credentials`)."""

    def __init__(self) -> None:
        self._tenants: dict[str, Tenant] = {}
        self._holders: dict[tuple[str, str, str], str] = {}

    def __iter__(self) -> Iterator[Tenant]:
        return iter(self._tenants.values())

    def __contains__(self, name: str) -> bool:
        return name in self._tenants

    def get(self, name: str) -> Tenant:
        """Return a tenant by name. Raises UnknownTenant."""
        if name not in self._tenants:
            raise UnknownTenant(name, self._tenants)
        return self._tenants[name]

    def add(self, tenant: Tenant) -> None:
        """Take in a tenant. Raises Taken when its name or one of its credentials belongs to another."""
        if tenant.name in self._tenants:
            raise Taken(f"the name {tenant.name!r}")
        claims = dict(_secrets(tenant.profile))
        for (vendor, name, _), clash in ((key, self._holders.get(key)) for key in claims):
            if clash:
                raise Taken(f"the {vendor} credential {name!r}")
        self._tenants[tenant.name] = tenant
        self._holders |= dict.fromkeys(claims, tenant.name)

    def take_over(self, tenant: Tenant) -> None:
        """Take in an image of a tenant, in place of any other of it, which may have other credentials. Raises Taken."""
        known = self._tenants.get(tenant.name)
        if known is not None and tenant.profile.credentials == known.profile.credentials:
            self._tenants[tenant.name] = tenant
            return
        if known is not None:
            self.discard(known.name)
        try:
            self.add(tenant)
        except Taken:
            if known is not None:
                self.add(known)
            raise

    def end_channels(self) -> None:
        """End every event channel of every tenant."""
        for tenant in self._tenants.values():
            tenant.channels.end()

    def discard(self, name: str) -> Tenant:
        """Forget a tenant and its credentials."""
        tenant = self.get(name)
        for key in dict(_secrets(tenant.profile)):
            self._holders.pop(key, None)
        return self._tenants.pop(name)

    def holder(self, vendor: str, field: str, value: str) -> str | None:
        """Return the tenant whose credential ``field`` has this value."""
        return self._holders.get((vendor, field, value))

    def token_holder(self, vendor: str, token: str) -> str | None:
        """Return the tenant to which a token was issued, unless it is revoked or its time is over."""
        for tenant in self._tenants.values():
            record = tenant.records.get(token_kind(vendor), {}).get(token)
            if record is not None:
                return tenant.name if is_good(record, tenant.now()) else None
        return None


class UnknownTenant(SimulatorError):
    """No tenant has this name."""

    def __init__(self, name: str, known: Mapping[str, Tenant]) -> None:
        shown = ", ".join(sorted(known)[:10])
        super().__init__(f"there is no tenant {name!r}; there are: {shown}. Make it with POST /_sim/tenants")


class Taken(SimulatorError):
    """A name or a credential belongs to another tenant."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} belongs to another tenant; choose another, or leave it out to have one made")


def _secrets(profile: Profile) -> Iterator[tuple[tuple[str, str, str], str]]:
    for vendor, values in profile.credentials.items():
        for name, value in values.items():
            yield (vendor, name, value), profile.name
