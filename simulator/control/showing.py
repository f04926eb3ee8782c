"""What the control handlers share: which tenant is meant, and how things are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.control.replies import Failed, Missing
from simulator.telephony.calls import Call
from simulator.telephony.documents import computed_call
from simulator.tenancy.targets import Target
from simulator.tenancy.tenants import DEFAULT, UNCLAIMED, Tenant
from simulator.vendor import Received

if TYPE_CHECKING:
    from simulator.app import Simulator


def tenant_of(simulator: Simulator, received: Received, name: str | None = None) -> Tenant:
    """Return the tenant that a request means. Raises Missing."""
    wanted = name or received.query.get("tenant") or DEFAULT
    if wanted not in simulator.tenants:
        raise Missing(f"there is no tenant {wanted!r}", "one of GET /_sim/tenants, or a new one by POST")
    return simulator.tenants.get(wanted)


def tenant_with_world(simulator: Simulator, received: Received) -> Tenant:
    """Return the tenant that a request means, if calls can happen there. Raises Missing or Failed."""
    tenant = tenant_of(simulator, received)
    if tenant.name == UNCLAIMED:
        raise Failed(
            409, f"{UNCLAIMED} only keeps what named no tenant: it has no world and no calls", "another tenant"
        )
    return tenant


def shown_target(target: Target) -> dict[str, Any]:
    """Return a target without its secrets."""
    return target.to_public()


def shown_call(call: Call) -> dict[str, Any]:
    """Return a call with what is computed from its events."""
    return computed_call(call)
