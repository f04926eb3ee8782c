"""Puts a tenant back to what a snapshot holds: records, calls, runs, jobs, clock, journal; all of it, or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from contracts.errors import ContractError
from simulator.errors import SimulatorError
from simulator.storage.store import Change, RemoveTenant, TrimJournal
from simulator.tenancy.equipping import equip
from simulator.tenancy.furnishing import restored
from simulator.tenancy.snapshots import BadSnapshot, Snapshot, read, take
from simulator.tenancy.targets import checked
from simulator.tenancy.tenants import Tenant

if TYPE_CHECKING:
    from simulator.app import Simulator


def snapshot(simulator: Simulator, tenant: Tenant) -> bytes:
    """Return a tenant's snapshot as JSON. Raises TooLarge."""
    logins = simulator.dispatcher.tokens_of(tenant.name).marks()
    return take(tenant, logins, own_world=tenant.own_world is not simulator.own_world)


def restore(simulator: Simulator, tenant: Tenant, document: Mapping[str, Any]) -> Tenant:
    """Put a tenant back to a snapshot of it, and return it. Raises BadSnapshot, Taken, or Forbidden for a target's URL.

    It has changed nothing then.
    """
    found = read(document, tenant)
    fresh = _image(simulator, found)
    for target in fresh.targets.values():
        simulator.gate.check_named(checked(target, simulator.target_choices()).url)
    fresh.journal.dropped = found.dropped
    tokens = simulator.dispatcher.tokens_of(tenant.name).only(found.logins)
    simulator.take_place_of(tenant, fresh, _changes(fresh, found))
    simulator.dispatcher.keep(tenant.name, tokens)
    return fresh


def _image(simulator: Simulator, found: Snapshot) -> Tenant:
    try:
        fresh = restored(found.rows, simulator.readings_for)
    except (SimulatorError, ContractError, LookupError, TypeError, ValueError, ArithmeticError) as error:
        raise BadSnapshot(f"the snapshot is broken ({type(error).__name__}: {error}): take it again") from None
    if fresh is None:
        raise BadSnapshot("the snapshot is broken (it has no profile): take it again")
    fresh.own_world = fresh.own_world or simulator.own_world  # a snapshot has one that was a tenant's alone
    equip(fresh, simulator.vendors, simulator.keep)
    return fresh


def _changes(fresh: Tenant, found: Snapshot) -> list[Change]:
    rows = found.rows
    trim = TrimJournal(fresh.name, fresh.journal.first - 1)
    return [RemoveTenant(fresh.name), *rows.documents, *rows.jobs, *rows.journal, trim]
