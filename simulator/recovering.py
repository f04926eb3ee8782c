"""Brings tenants back as the log has them: at the start, and after a change that could not be written."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from simulator.delivery.scheduler import PAUSE_AFTER_LOSS
from simulator.storage.store import RemoveTenant, StoreFailed
from simulator.tenancy.equipping import equip
from simulator.tenancy.furnishing import restored
from simulator.tenancy.registry import Taken
from simulator.tenancy.tenants import DEFAULT, UNCLAIMED, Tenant

if TYPE_CHECKING:
    from simulator.app import Simulator

log = logging.getLogger(__name__)


def bring_back(simulator: Simulator) -> None:
    """Take in every tenant that is stored, and take its runs up where they were."""
    for name in simulator.store.tenants():
        tenant = _stored(simulator, name)
        if tenant is not None:
            simulator.take_in(tenant)
            simulator.engine.resume(tenant)


def reload(simulator: Simulator, old: Tenant) -> None:
    """Put what the log has of a tenant in the place of an image of which a change, or the removal, was lost.

    A tenant of which nothing was ever written is no more, unless it is one that is always there.
    """
    if simulator.stopped or (old.name in simulator.tenants and simulator.tenants.get(old.name) is not old):
        return  # another image has taken its place
    try:
        fresh = _stored(simulator, old.name)
    except StoreFailed as trouble:
        log.error("tenant %s stands still: %s", old.name, trouble)
        asyncio.get_running_loop().call_later(PAUSE_AFTER_LOSS, reload, simulator, old)
        return
    if fresh is None and old.name in (DEFAULT, UNCLAIMED):
        fresh = Tenant(old.profile, old.clock, old.readings)
        fresh.own_world = old.own_world
        fresh.targets |= simulator.named_targets() if old.name == DEFAULT else {}
    if fresh is None:
        simulator.forget(old)
        return
    try:
        simulator.take_place_of(old, fresh, after_loss=True)
    except Taken as clash:
        log.error("tenant %s was removed, and is gone for good: %s", old.name, clash)
        simulator.forget(old)
        simulator.store.submit([RemoveTenant(old.name)])


def _stored(simulator: Simulator, name: str) -> Tenant | None:
    tenant = restored(simulator.store.load(name), simulator.readings_for)
    if tenant is not None:
        if simulator.settings.store is None:  # a temporary log has no world that all tenants share
            tenant.own_world = tenant.own_world or simulator.own_world
        equip(tenant, simulator.vendors, simulator.keep)
    return tenant
