"""Puts the parts together: `build` is the only place that makes things, and `Simulator.start` sets them going."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from contracts.contract import load
from contracts.egress import Gate
from simulator.delivery.announcing import Announcer
from simulator.delivery.dispatch import Dispatcher
from simulator.delivery.errands import Errands
from simulator.delivery.retries import RetryPolicy
from simulator.delivery.scheduler import PAUSE_AFTER_LOSS, Scheduler
from simulator.delivery.sending import Sender
from simulator.discovery import discover_vendors, target_choices
from simulator.identity import Identity
from simulator.recording.replaying import Replayer
from simulator.runs.engine import Engine
from simulator.settings import Settings
from simulator.storage.store import Change, RemoveTenant, SqlStore, StoreFailed
from simulator.switch.numbers import own_numbers
from simulator.switch.pbx import Pbx
from simulator.tenancy.furnishing import Furniture, first_world, founded, furnish, restored
from simulator.tenancy.jobs import Job, Task
from simulator.tenancy.registry import Tenants
from simulator.tenancy.targets import Target
from simulator.tenancy.tenants import (
    DEFAULT,
    UNCLAIMED,
    Choices,
    Profile,
    Tenant,
    first_clock,
    with_credentials,
    zone_of,
)
from simulator.tenancy.transactions import Transaction
from simulator.worlds.world import OwnWorld, World, load_world

if TYPE_CHECKING:
    from simulator.shell.serving import Server
    from simulator.shell.shell import Shell

log = logging.getLogger(__name__)


class Simulator:
    """Every part, wired. Use `start` and `stop`, on one loop."""

    def __init__(self, settings: Settings, own_world: OwnWorld | None, numbers: World) -> None:
        self.settings = settings
        self.vendors = discover_vendors()
        self.contracts = {key: load(key, settings.contracts) for key in self.vendors}
        self.tenants = Tenants()
        self.store = SqlStore(settings.store)
        self.gate = Gate()
        for target in settings.targets:
            self.gate = self.gate.allow_url(target.url)
        self.sender = Sender(self.gate)
        self.pbx = Pbx(self.vendors, Announcer(self.vendors, self.contracts, self.store))
        self.engine = Engine(self.pbx, self.store, self.contracts)
        self.engine.strict_inferred = settings.strict_inferred
        self.policy = RetryPolicy()
        self.errands = Errands()
        self.dispatcher = Dispatcher(self.vendors, self.contracts, self.store, self.sender, self.policy, self.errands)
        self.scheduler = Scheduler(self.store, self._perform, self.engine.settled)
        self.server: Server | None = None
        self.shell: Shell
        self.own_world, self.numbers = own_world, numbers
        self.stopped = False
        self._growth: set[asyncio.Future[None]] = set()

    @property
    def default(self) -> Tenant:
        """The tenant that is always there."""
        return self.tenants.get(DEFAULT)

    async def start(self, *, listen: bool = True) -> None:
        """Bring the stored tenants back, make ``default`` where it is missing, and serve."""
        for name in self.store.tenants():
            tenant = restored(self.store.load(name), self.readings_for)
            if tenant is not None:
                tenant.own_world = tenant.own_world or self.own_world  # for a reset: what it holds is in the store
                self._take_in(tenant)
                self.engine.resume(tenant)
        settings = self.settings
        if DEFAULT not in self.tenants:
            self._made(Profile(DEFAULT, settings.seed, settings.zone, settings.readings, settings.switches))
        if UNCLAIMED not in self.tenants:
            self._made(Profile(UNCLAIMED))
        if self.own_world is not None:
            self.default.open()  # now, so that what it has wrong is told before anything is served
        if settings.targets:
            self._point()
        if listen:
            await self._serve()

    async def stop(self) -> None:
        """End everything; what is not done stays in the store."""
        self.stopped = True
        if self.server is not None:
            self.tenants.end_channels()
            self.shell.stop()
            await self.server.stop()
        await self.scheduler.stop()
        await self.engine.stop()
        await self.sender.close()
        for waiter in tuple(self._growth):
            waiter.cancel()
        await asyncio.get_running_loop().run_in_executor(None, self.store.close)

    def add(self, profile: Profile) -> Tenant:
        """Make a tenant, with made-up credentials where none are given. Raises Taken, or what a reading has wrong."""
        tenant = self._made(profile)
        self._keep_profile(tenant)
        return tenant

    def _made(self, profile: Profile) -> Tenant:
        if profile.name != UNCLAIMED:
            identity = Identity(f"credentials of {profile.name}")
            made = {key: vendor.credentials(identity) for key, vendor in self.vendors.items()}
            profile = with_credentials(profile, made)
        clock = first_clock(self.settings.clock, self.settings.speed, self.settings.start)
        tenant = Tenant(profile, clock, self.readings_for(profile))
        tenant.own_world = self.own_world
        self._take_in(tenant)
        return tenant

    def reset(self, name: str) -> Tenant:
        """Return a tenant to its baseline: records, calls, jobs, journal, clock, balance; targets and profile stay."""
        old = self.tenants.get(name)
        self.halt(old)
        self.engine.forget(name)
        clock = first_clock(self.settings.clock, self.settings.speed, self.settings.start)
        fresh = Tenant(old.profile, clock, old.readings)
        fresh.targets, fresh.observers = old.targets, old.observers
        fresh.own_world, fresh.furniture = old.own_world, old.furniture
        fresh.journal.restore((), last=old.journal.last)  # its numbers go on, so that a cursor stays good
        self.tenants.put_back(fresh)
        self.wire(fresh)
        self.store.submit([RemoveTenant(name)])
        self._keep_profile(fresh)
        return fresh

    def remove(self, name: str) -> None:
        """Forget a tenant and all that was its."""
        self.halt(self.tenants.discard(name))
        self.engine.forget(name)
        self.store.submit([RemoveTenant(name)])

    def change(self, tenant: Tenant, profile: Profile) -> None:
        """Give a tenant other readings, switches, accounts or zone. Raises what a reading has wrong."""
        readings, zone = self.readings_for(profile), zone_of(profile.zone)
        tenant.profile, tenant.readings, tenant.zone = profile, readings, zone
        self._keep_profile(tenant)

    def put_in_place(self, tenant: Tenant, made: Furniture) -> None:
        """Give a tenant a world that was made for it."""
        tenant.own_world, tenant.furniture, tenant.furnish = made.own, made, None
        self._keep_profile(tenant)
        self._write(tenant, furnish(tenant, made.world), sliced=True)

    def target_choices(self) -> dict[str, tuple[str, ...]]:
        """Return the vendors that send, each with the methods among which a target may choose."""
        return target_choices(self.vendors, self.contracts)

    def pending(self) -> asyncio.Future[None]:
        """Return what is done when all that was changed up to now is on disk, and fails when some of it was lost."""
        changes = [t.pending for t in self.tenants if t.pending is not None and not t.pending.done()]
        return asyncio.ensure_future(_all(changes, asyncio.wrap_future(self.store.submit([]))))

    def reload(self, name: str) -> None:
        """Bring a tenant back as the log has it, after a change that could not be written."""
        old = self.tenants.get(name)
        try:
            fresh = restored(self.store.load(name), self.readings_for)
        except StoreFailed as trouble:
            log.error("tenant %s stands still: %s", name, trouble)
            asyncio.get_running_loop().call_later(PAUSE_AFTER_LOSS, self._reload_again, old)
            return
        self.halt(old)
        if fresh is None:  # nothing of it has ever been written
            fresh = Tenant(old.profile, old.clock, old.readings)
            fresh.targets |= self._named_targets() if name == DEFAULT else {}
        fresh.own_world, fresh.observers = fresh.own_world or old.own_world, old.observers
        self.tenants.put_back(fresh)
        self.wire(fresh, after_loss=True)
        self.engine.resume(fresh)

    def _reload_again(self, old: Tenant) -> None:
        if not old.closed and not self.stopped:
            self.reload(old.name)

    def readings_for(self, profile: Profile) -> Choices:
        """Return the reading of every discrepancy of every vendor that a profile comes to."""
        return {key: contract.choose(profile.readings.get(key, {})) for key, contract in self.contracts.items()}

    async def journal_growth(self, seconds: float) -> None:
        """Wait until any journal has grown, or the time is over."""
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._growth.add(waiter)
        try:
            await asyncio.wait([waiter], timeout=seconds)
        finally:
            self._growth.discard(waiter)

    async def _perform(self, tenant: Tenant, job: Job) -> None:
        try:
            if job.task is Task.DELIVER:
                await self.dispatcher.attempt(tenant, job)
            elif job.task is Task.REPLAY:
                await Replayer(self).perform(tenant, job)
            else:
                await self.engine.perform(tenant, job)
        except Exception as trouble:
            self.engine.break_off(tenant, job, trouble)

    def _take_in(self, tenant: Tenant) -> None:
        self.tenants.add(tenant)
        self.wire(tenant)

    def wire(self, tenant: Tenant, *, after_loss: bool = False) -> None:
        """Let a tenant's image that is new here be seen to: its world, its losses, its channels, its jobs."""

        def found() -> None:
            # On first use, and not at the start: writing loads the store's library, and a world that of made-up people.
            self._keep_profile(tenant)
            world = first_world(tenant, self.vendors.values(), self.numbers)
            self._write(tenant, furnish(tenant, world), sliced=True)

        if not tenant.furnished:
            tenant.furnish = found
        tenant.on_growth = self._grown
        tenant.channels.on_left = partial(self.pbx.announcer.left, tenant)
        tenant.on_loss = lambda: self.reload(tenant.name)
        self.scheduler.watch(tenant, after_loss=after_loss)

    def _grown(self) -> None:
        for waiter in self._growth:
            if not waiter.done():
                waiter.set_result(None)

    def halt(self, tenant: Tenant) -> None:
        """Let nothing more happen to an image of a tenant that another takes the place of, or none."""
        tenant.close()
        self.scheduler.forget(tenant.name)
        self.dispatcher.forget(tenant.name)

    def _keep_profile(self, tenant: Tenant) -> None:
        self._write(tenant, founded(tenant, own_world=tenant.own_world is not self.own_world))

    def _write(self, tenant: Tenant, changes: list[Change], *, sliced: bool = False) -> None:
        tenant.written(self.store.submit(changes, sliced=sliced))

    def _point(self) -> None:
        tx = Transaction(self.default, self.store)
        for target in self._named_targets().values():
            tx.put_target(target)
        tx.commit()

    def _named_targets(self) -> dict[str, Target]:
        """Return the targets of the command line; who names no credentials for a login means the simulator's own."""
        named = {}
        for target in self.settings.targets:
            own = self.default.profile.credentials.get(target.vendor, {}) if target.token is None else {}
            wanted = self.vendors[target.vendor].login is not None
            named[target.id] = replace(target, credentials={**own, **target.credentials} if wanted else {})
        return named

    async def _serve(self) -> None:
        from simulator.mounting import shell_of
        from simulator.shell.serving import Server

        self.shell = shell_of(self)
        self.server = await Server.start(self.shell, self.settings.host, self.settings.port)
        self.errands.home = self.server.url


async def _all(changes: list[asyncio.Future[None]], last: asyncio.Future[None]) -> None:
    await last
    for change in changes:
        await asyncio.shield(change)


def build(settings: Settings) -> Simulator:
    """Make a simulator. Raises a SimulatorError or ContractError when a file or a setting is wrong."""
    own = load_world(settings.world) if settings.world else None
    return Simulator(settings, own, own_numbers(settings.numbers))
