"""Control operations on what was kept: one exchange, the same once more, and a tenant as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contracts.egress import Forbidden
from contracts.exchanges import to_record
from contracts.model import Direction
from simulator import restoring
from simulator.control.replies import Failed, Missing
from simulator.control.showing import tenant_of, tenant_with_world
from simulator.faces.replying import JSON
from simulator.recording import replaying
from simulator.recording.refilling import NotKept
from simulator.recording.replaying import CannotReplay
from simulator.tenancy.journal import Entry
from simulator.tenancy.snapshots import MOST_BYTES, BadSnapshot, TooLarge
from simulator.tenancy.tenants import Tenant
from simulator.vendor import Received, Reply

if TYPE_CHECKING:
    from simulator.app import Simulator


def show_entry(simulator: Simulator, received: Received) -> Reply:
    """Return one exchange of the journal, and a curl that repeats it without its secrets."""
    tenant = tenant_of(simulator, received)
    entry = _entry(tenant, received)
    record = {"number": entry.number, **to_record(entry.exchange, entry.verdict)}
    return Reply(200, {"entry": record, "curl": replaying.curl_of(simulator, tenant, entry)})


def replay(simulator: Simulator, received: Received) -> Reply:
    """Send a journaled exchange once more: a push by a job, a request to its fake at once."""
    tenant = tenant_of(simulator, received)
    entry, after = _entry(tenant, received), tenant.journal.last
    body: dict[str, object] = {"replayed": entry.number, "after": after, "number": None, "job": None}
    try:
        if entry.exchange.direction is Direction.SENT:
            body["job"] = replaying.schedule(simulator, tenant, entry).id
        else:
            body["number"] = replaying.ask_again(simulator, tenant, entry)
    except (CannotReplay, NotKept) as refusal:
        raise Failed(409, str(refusal), "an exchange that can be sent again; GET /_sim/journal lists them") from None
    return Reply(201, body)


def take_snapshot(simulator: Simulator, received: Received) -> Reply:
    """Return everything of a tenant, but the secrets of its targets."""
    tenant = tenant_with_world(simulator, received)
    try:
        return Reply(200, restoring.snapshot(simulator, tenant), JSON)
    except TooLarge as refusal:
        raise Failed(409, str(refusal), "a tenant with fewer calls and exchanges: reset it, or play less") from None


def restore(simulator: Simulator, received: Received) -> Reply:
    """Put a tenant back to a snapshot of it."""
    tenant = tenant_with_world(simulator, received)
    try:
        fresh = restoring.restore(simulator, tenant, received.body)
    except (BadSnapshot, Forbidden) as refusal:
        expected = f"what POST /_sim/snapshot of this tenant answered, of at most {MOST_BYTES} bytes"
        raise Failed(422, str(refusal), expected) from None
    return Reply(200, {"restored": fresh.name, "journal": fresh.journal.last, "calls": len(fresh.calls)})


def _entry(tenant: Tenant, received: Received) -> Entry:
    number = int(received.path["number"])
    entry = tenant.journal.get(number)
    if entry is None:
        known = f"{tenant.journal.first} to {tenant.journal.last}" if len(tenant.journal) else "none yet"
        raise Missing(f"tenant {tenant.name} has no exchange {number} in its journal", f"a number from it ({known})")
    return entry
