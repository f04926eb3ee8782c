"""Targets by the control API: where a tenant's messages go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.control.replies import Failed, Missing
from simulator.control.showing import shown_target, tenant_of, tenant_with_world
from simulator.tenancy.targets import Target, checked
from simulator.tenancy.transactions import Transaction
from simulator.vendor import Received, Reply

if TYPE_CHECKING:
    from simulator.app import Simulator


def list_targets(simulator: Simulator, received: Received) -> Reply:
    """List a tenant's targets."""
    tenant = tenant_of(simulator, received)
    return Reply(200, {"targets": [shown_target(t) for t in tenant.targets.values()]})


def add_target(simulator: Simulator, received: Received) -> Reply:
    """Add a target; one that is not named gets an id of its own."""
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


def remove_target(simulator: Simulator, received: Received) -> Reply:
    """Remove a target."""
    tenant, key = tenant_of(simulator, received), received.path["target"]
    if key not in tenant.targets:
        raise Missing(f"there is no target {key!r}", "one of GET /_sim/targets")
    tx = Transaction(tenant, simulator.store)
    tx.remove_target(key)
    tx.commit()
    return Reply(200, {"removed": key})
