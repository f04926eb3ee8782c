"""Tenants by the control API: made, shown, changed, reset and removed, their credentials, and their worlds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from simulator.control import watching
from simulator.control.replies import Failed
from simulator.control.showing import tenant_of, tenant_with_world
from simulator.identity import Identity
from simulator.issued import token_kind
from simulator.switch.metering import review
from simulator.telephony.prices import tariffs_of
from simulator.tenancy.furnishing import Furniture, furniture
from simulator.tenancy.tenants import DEFAULT, UNCLAIMED, Profile, Tenant, zone_of
from simulator.tenancy.transactions import Transaction
from simulator.vendor import Received, Reply
from simulator.worlds.world import from_mapping

if TYPE_CHECKING:
    from simulator.app import Simulator


def own_tenants(simulator: Simulator) -> list[Tenant]:
    """Return the tenants that somebody has: all but the one of what names nobody."""
    return [tenant for tenant in simulator.tenants if tenant.name != UNCLAIMED]


def list_tenants(simulator: Simulator, received: Received) -> Reply:
    """List the tenants, but the one of what names nobody."""
    return Reply(200, {"tenants": [_tenant(tenant) for tenant in own_tenants(simulator)]})


def make_tenant(simulator: Simulator, received: Received) -> Reply:
    """Make a tenant; a name and credentials that are not given are made up."""
    body = dict(received.body)
    number = len(own_tenants(simulator)) + 1
    name = body.pop("name", None) or next(
        f"tenant-{n}" for n in range(number, number + 10_000) if f"tenant-{n}" not in simulator.tenants
    )
    _check_choices(simulator, body)
    settings = simulator.settings
    given = {"seed": settings.seed, "zone": settings.zone, **body}
    zone_of(given["zone"])
    tariffs_of(given.get("tariffs", {}))
    profile = Profile.from_document({**Profile(name).to_document(), **given, "name": name})
    tenant = simulator.add(profile)
    return Reply(201, _tenant(tenant) | {"credentials": tenant.profile.to_document()["credentials"]})


def show_tenant(simulator: Simulator, received: Received) -> Reply:
    """Show a tenant with its credentials."""
    tenant = _named(simulator, received)
    return Reply(200, _tenant(tenant) | {"credentials": tenant.profile.to_document()["credentials"]})


def change_tenant(simulator: Simulator, received: Received) -> Reply:
    """Change what a tenant has chosen, and its account: its calls that go on are metered anew."""
    tenant = _named(simulator, received)
    _check_choices(simulator, received.body)
    document = tenant.profile.to_document()
    for field, choices in received.body.items():
        if field in ("balance", "prepaid"):
            document[field] = choices
            continue
        for name, values in choices.items():
            document[field][name] = {**document[field].get(name, {}), **values}
    tariffs_of(document["tariffs"])
    simulator.change(tenant, Profile.from_document(document))
    if not received.body.keys().isdisjoint(("balance", "prepaid", "tariffs")):
        tx = Transaction(tenant, simulator.store)
        tx.by = "a change of the account"
        given = tenant.profile.balance if "balance" in received.body else None
        review(simulator.pbx, tx, given, anew=given is not None or "prepaid" in received.body)
        tx.commit()
    return Reply(200, _tenant(tenant))


def remove_tenant(simulator: Simulator, received: Received) -> Reply:
    """Remove a tenant, and all that is its."""
    tenant = _named(simulator, received)
    if tenant.name in (DEFAULT, UNCLAIMED):
        raise Failed(409, f"the tenant {tenant.name} is always there", "another tenant, or POST /_sim/reset")
    simulator.remove(tenant.name)
    return Reply(200, {"removed": tenant.name})


def show_credentials(simulator: Simulator, received: Received) -> Reply:
    """Show the credentials of a tenant, by vendor."""
    tenant = tenant_of(simulator, received)
    return Reply(200, {"tenant": tenant.name, "credentials": tenant.profile.to_document()["credentials"]})


def revoke_tokens(simulator: Simulator, received: Received) -> Reply:
    """Revoke the tokens that a vendor issued to a tenant: one, or all."""
    tenant = tenant_of(simulator, received)
    vendor, wanted = received.body["vendor"], received.body.get("token")
    _check_vendor(simulator, "vendor", vendor)
    kind = token_kind(vendor)
    tx = Transaction(tenant, simulator.store)
    revoked = 0
    for key, record in list(tenant.records.get(kind, {}).items()):
        if wanted in (None, key) and not record["revoked"]:
            tx.put(kind, key, {**record, "revoked": True})
            revoked += 1
    tx.commit()
    return Reply(200, {"revoked": revoked})


def make_world(simulator: Simulator, received: Received) -> Callable[[], Furniture]:
    """Return what makes a world: that takes long, and touches no tenant."""
    profile, vendors = tenant_with_world(simulator, received).profile, tuple(simulator.vendors.values())
    return lambda: furniture(profile, from_mapping(received.body), vendors)


def replace_world(simulator: Simulator, received: Received) -> Reply:
    """Put a world that was made in the place of the one that a tenant has."""
    tenant, made = tenant_with_world(simulator, received), received.body
    if not made.suits(tenant.profile):
        raise Failed(409, f"tenant {tenant.name} was made anew while its world was made", "the request once more")
    simulator.put_in_place(tenant, made)
    return watching.show_world(simulator, received)


def reset(simulator: Simulator, received: Received) -> Reply:
    """Return a tenant to what it was at first."""
    tenant = tenant_of(simulator, received)
    return Reply(200, _tenant(simulator.reset(tenant.name)))


def _named(simulator: Simulator, received: Received) -> Tenant:
    return tenant_of(simulator, received, received.path["name"])


def _tenant(tenant: Tenant) -> dict[str, Any]:
    document = tenant.profile.to_document()
    del document["credentials"], document["beginning"]
    return document | {
        "left": str(tenant.balance),
        "targets": len(tenant.targets),
        "calls": len(tenant.calls),
        "journal": tenant.journal.last,
    }


def _check_choices(simulator: Simulator, body: dict[str, Any]) -> None:
    for field in ("readings", "switches", "accounts", "credentials"):
        for vendor, values in body.get(field, {}).items():
            _check_vendor(simulator, field, vendor)
            if field == "switches":
                _check_switches(simulator, vendor, values)
            elif field == "accounts":
                _check_names(f"accounts: {vendor}", values, simulator.vendors[vendor].account)
            elif field == "credentials":
                _check_names(f"credentials: {vendor}", values, simulator.vendors[vendor].credentials(Identity("")))


def _check_vendor(simulator: Simulator, field: str, vendor: str) -> None:
    if vendor not in simulator.vendors:
        raise Failed(422, f"{field}: there is no vendor {vendor!r}", _one_of(simulator.vendors))


def _check_names(place: str, values: Iterable[str], known: Iterable[str]) -> None:
    for name in values:
        if name not in known:
            raise Failed(422, f"{place} has no {name!r}", _one_of(known))


def _check_switches(simulator: Simulator, vendor: str, values: dict[str, str]) -> None:
    switches = simulator.vendors[vendor].switches
    for name, value in values.items():
        if name not in switches:
            raise Failed(422, f"switches: {vendor} has no switch {name!r}", _one_of(switches))
        if value not in switches[name]:
            raise Failed(422, f"switches: {vendor} {name} cannot be {value!r}", _one_of(switches[name]))


def _one_of(names: Iterable[str]) -> str:
    return f"one of: {', '.join(names) or 'none'}"
