"""What each control operation does: a function of the simulator and the request, in a literal table."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from contracts.listing import listing
from simulator.control import calling, dialling, faulting, keeping, staff, watching
from simulator.control.replies import Failed, Missing
from simulator.control.showing import shown_target, tenant_of, tenant_with_world
from simulator.identity import Identity
from simulator.switch.crediting import review
from simulator.telephony.prices import tariffs_of
from simulator.tenancy.furnishing import Furniture, furniture
from simulator.tenancy.targets import Target, checked
from simulator.tenancy.tenants import DEFAULT, UNCLAIMED, Profile, Tenant, zone_of
from simulator.tenancy.transactions import Transaction
from simulator.vendor import Received, Reply, token_kind
from simulator.version import VERSION
from simulator.worlds.world import from_mapping

if TYPE_CHECKING:
    from simulator.app import Simulator

Handler = Callable[["Simulator", Received], Reply]


def _health(simulator: Simulator, received: Received) -> Reply:
    return Reply(
        200,
        {
            "status": "ok",
            "version": VERSION,
            "vendors": list(simulator.vendors),
            "tenants": len(_own(simulator)),
        },
    )


def _list_vendors(simulator: Simulator, received: Received) -> Reply:
    return Reply(200, {"vendors": [listing(simulator.contracts[key]) for key in simulator.vendors]})


def _list_tenants(simulator: Simulator, received: Received) -> Reply:
    return Reply(200, {"tenants": [_tenant(tenant) for tenant in _own(simulator)]})


def _make_tenant(simulator: Simulator, received: Received) -> Reply:
    body = dict(received.body)
    number = len(_own(simulator)) + 1
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


def _show_tenant(simulator: Simulator, received: Received) -> Reply:
    tenant = _named(simulator, received)
    return Reply(200, _tenant(tenant) | {"credentials": tenant.profile.to_document()["credentials"]})


def _change_tenant(simulator: Simulator, received: Received) -> Reply:
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
        given = tenant.profile.balance if "balance" in received.body else None
        review(simulator.pbx, tx, given, anew=given is not None or "prepaid" in received.body)
        tx.commit()
    return Reply(200, _tenant(tenant))


def _remove_tenant(simulator: Simulator, received: Received) -> Reply:
    tenant = _named(simulator, received)
    if tenant.name in (DEFAULT, UNCLAIMED):
        raise Failed(409, f"the tenant {tenant.name} is always there", "another tenant, or POST /_sim/reset")
    simulator.remove(tenant.name)
    return Reply(200, {"removed": tenant.name})


def _show_credentials(simulator: Simulator, received: Received) -> Reply:
    tenant = tenant_of(simulator, received)
    return Reply(200, {"tenant": tenant.name, "credentials": tenant.profile.to_document()["credentials"]})


def _revoke_tokens(simulator: Simulator, received: Received) -> Reply:
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


def _list_targets(simulator: Simulator, received: Received) -> Reply:
    tenant = tenant_of(simulator, received)
    return Reply(200, {"targets": [shown_target(t) for t in tenant.targets.values()]})


def _add_target(simulator: Simulator, received: Received) -> Reply:
    tenant = tenant_with_world(simulator, received)
    tx = Transaction(tenant, simulator.store)
    key = received.body.get("id") or f"t{tx.next_number('target')}"
    while "id" not in received.body and key in tenant.targets:  # the command line has named its own so
        key = f"t{tx.next_number('target')}"
    if key in tenant.targets:
        raise Failed(409, f"there is a target {key!r} already", "another id, or DELETE /_sim/targets/{id} first")
    target = checked(Target.from_document({**received.body, "id": key}), simulator.target_choices())
    known = tenant.profile.credentials[target.vendor] if simulator.vendors[target.vendor].login else {}
    if unknown := [name for name in target.credentials if name not in known]:
        raise Failed(422, f"{target.vendor} logs in with no {unknown[0]!r}", f"one of: {', '.join(known) or 'none'}")
    simulator.gate.check_named(target.url)
    tx.put_target(target)
    tx.commit()
    return Reply(201, shown_target(target))


def _remove_target(simulator: Simulator, received: Received) -> Reply:
    tenant, key = tenant_of(simulator, received), received.path["target"]
    if key not in tenant.targets:
        raise Missing(f"there is no target {key!r}", "one of GET /_sim/targets")
    tx = Transaction(tenant, simulator.store)
    tx.remove_target(key)
    tx.commit()
    return Reply(200, {"removed": key})


def _make_world(simulator: Simulator, received: Received) -> Callable[[], Furniture]:
    profile, vendors = tenant_with_world(simulator, received).profile, tuple(simulator.vendors.values())
    return lambda: furniture(profile, from_mapping(received.body), vendors)


def _replace_world(simulator: Simulator, received: Received) -> Reply:
    tenant, made = tenant_with_world(simulator, received), received.body
    if not made.suits(tenant.profile):
        raise Failed(409, f"tenant {tenant.name} was made anew while its world was made", "the request once more")
    simulator.put_in_place(tenant, made)
    return watching.show_world(simulator, received)


def _reset(simulator: Simulator, received: Received) -> Reply:
    tenant = tenant_of(simulator, received)
    return Reply(200, _tenant(simulator.reset(tenant.name)))


def _named(simulator: Simulator, received: Received) -> Tenant:
    return tenant_of(simulator, received, received.path["name"])


def _own(simulator: Simulator) -> list[Tenant]:
    return [tenant for tenant in simulator.tenants if tenant.name != UNCLAIMED]


def _tenant(tenant: Tenant) -> dict[str, Any]:
    document = tenant.profile.to_document()
    del document["credentials"]
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


OPEN = frozenset({"health"})  # asked by whoever waits for the start, with or without a token

# What takes long is made in a thread first, and is the body of what the handler gets.
PREPARED: dict[str, Callable[[Simulator, Received], Callable[[], object]]] = {"replaceWorld": _make_world}

HANDLERS: dict[str, Handler] = {
    "health": _health,
    "listVendors": _list_vendors,
    "metrics": watching.metrics,
    "listTenants": _list_tenants,
    "makeTenant": _make_tenant,
    "showTenant": _show_tenant,
    "changeTenant": _change_tenant,
    "removeTenant": _remove_tenant,
    "showCredentials": _show_credentials,
    "revokeTokens": _revoke_tokens,
    "listTargets": _list_targets,
    "addTarget": _add_target,
    "removeTarget": _remove_target,
    "listCalls": calling.list_calls,
    "makeCall": calling.make_call,
    "showCall": calling.show_call,
    "stepCall": calling.step_call,
    "listAgents": staff.list_agents,
    "letAgent": staff.let_agent,
    "showNumbers": dialling.show_numbers,
    "replaceNumbers": dialling.replace_numbers,
    "listRuns": calling.list_runs,
    "playScenario": calling.play_scenario,
    "showRun": calling.show_run,
    "readJournal": watching.read_journal,
    "showEntry": keeping.show_entry,
    "replay": keeping.replay,
    "readOutbox": watching.read_outbox,
    "listRecords": watching.list_records,
    "showWorld": watching.show_world,
    "replaceWorld": _replace_world,
    "showClock": watching.show_clock,
    "setClock": watching.set_clock,
    "snapshot": keeping.take_snapshot,
    "restore": keeping.restore,
    "listFaults": faulting.list_faults,
    "addFault": faulting.add_fault,
    "removeFaults": faulting.remove_faults,
    "removeFault": faulting.remove_fault,
    "reset": _reset,
}
