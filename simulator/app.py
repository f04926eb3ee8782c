"""Puts the parts together: `build` is the only place that makes things, and `Simulator.start` sets them going."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from contracts.contract import load
from contracts.egress import Gate
from simulator.delivery.announcing import Announcer
from simulator.delivery.dispatch import Dispatcher
from simulator.delivery.errands import Errands
from simulator.delivery.retries import RetryPolicy
from simulator.delivery.scheduler import Scheduler
from simulator.delivery.sending import Sender
from simulator.discovery import discover_vendors, target_choices
from simulator.faces.fakes import check_handled, pipelines_of
from simulator.recording.replaying import Replayer
from simulator.recovering import bring_back, reload
from simulator.runs.engine import Engine
from simulator.settings import Settings
from simulator.storage.store import Change, RemoveTenant, SqlStore
from simulator.switch.numbers import own_numbers
from simulator.switch.pbx import Pbx
from simulator.tenancy.equipping import with_all_credentials
from simulator.tenancy.furnishing import Furniture, first_world, founded, furnish
from simulator.tenancy.growth import Growth
from simulator.tenancy.jobs import Job, Task
from simulator.tenancy.registry import Tenants
from simulator.tenancy.targets import Target
from simulator.tenancy.tenants import DEFAULT, UNCLAIMED, Choices, Profile, Tenant, zone_of
from simulator.tenancy.transactions import Transaction
from simulator.worlds.world import OwnWorld, World, load_world

if TYPE_CHECKING:
    from simulator.shell.serving import Server
    from simulator.shell.shell import Shell

log = logging.getLogger(__name__)


class Simulator:
    """Every part, wired. Use `start` and `stop`, on one loop."""

    def __init__(self, settings: Settings, own_world: OwnWorld | None, numbers: World, store: SqlStore) -> None:
        self.settings = settings
        self.vendors = discover_vendors()
        self.contracts = {key: load(key, settings.contracts) for key in self.vendors}
        if settings.contracts is not None:
            check_handled(self.vendors, self.contracts)
        self.tenants = Tenants()
        self.store = store
        self.gate = Gate()
        for target in settings.targets:
            self.gate = self.gate.allow_url(target.url)
        self.sender = Sender(self.gate)
        self.pbx = Pbx(self.vendors, Announcer(self.vendors, self.contracts, self.store))
        self.engine = Engine(self.pbx, self.store, self.contracts)
        self.engine.court.strict_inferred = settings.strict_inferred
        self.policy = RetryPolicy()
        self.errands = Errands()
        self.dispatcher = Dispatcher(self.vendors, self.contracts, self.store, self.sender, self.policy, self.errands)
        self.fakes = pipelines_of(self.vendors, self.contracts, self.tenants, self.store, self.pbx, self.errands)
        self.scheduler = Scheduler(self.store, self._perform, self.engine.settled)
        self.server: Server | None = None
        self.shell: Shell
        self.own_world, self.numbers = own_world, numbers
        self.stopped = False
        self.growth = Growth()
        self._removals: set[asyncio.Future[None]] = set()

    @property
    def default(self) -> Tenant:
        """The tenant that is always there."""
        return self.tenants.get(DEFAULT)

    async def start(self, *, listen: bool = True) -> None:
        """Bring the stored tenants back, make ``default`` where it is missing, and serve."""
        bring_back(self)
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
        """End everything, the rest too where a part cannot be ended; what is not done stays in the store."""
        self.stopped = True
        async with AsyncExitStack() as parts:  # the last one here ends first
            parts.push_async_callback(asyncio.get_running_loop().run_in_executor, None, self.store.close)
            parts.callback(self.growth.grown)
            for end in (self.sender.close, self.engine.stop, self.scheduler.stop):
                parts.push_async_callback(end)
            if self.server is not None:
                parts.push_async_callback(self.server.stop)
                parts.callback(self.shell.stop)
                parts.callback(self.tenants.end_channels)

    def add(self, profile: Profile) -> Tenant:
        """Make a tenant, with made-up credentials where none are given. Raises Taken, or what a reading has wrong."""
        tenant = self._made(profile)
        self.keep(tenant)
        return tenant

    def _made(self, profile: Profile) -> Tenant:
        beginning = profile.beginning or self.settings.beginning
        profile = replace(with_all_credentials(profile, self.vendors), beginning=beginning)
        tenant = Tenant(profile, beginning.clock(), self.readings_for(profile))
        tenant.own_world = self.own_world
        self.take_in(tenant)
        return tenant

    def reset(self, name: str) -> Tenant:
        """Return a tenant to its baseline: records, calls, jobs, journal, clock, balance; targets and profile stay."""
        old = self.tenants.get(name)
        beginning = old.profile.beginning or self.settings.beginning
        fresh = Tenant(old.profile, beginning.clock(), old.readings)
        fresh.targets, fresh.own_world, fresh.furniture = old.targets, old.own_world, old.furniture
        fresh.journal.restore((), last=old.journal.last)  # its numbers go on, so that a cursor stays good
        self.take_place_of(old, fresh, [RemoveTenant(name), *self._founded(fresh)])
        return fresh

    def remove(self, name: str) -> None:
        """Forget a tenant and all that was its; it comes back when that cannot be written."""
        gone = self.tenants.get(name)
        self.forget(gone)
        removal = asyncio.wrap_future(self.store.submit([RemoveTenant(name)]))
        self._removals.add(removal)
        removal.add_done_callback(partial(self._removed, gone))

    def _removed(self, gone: Tenant, removal: asyncio.Future[None]) -> None:
        self._removals.discard(removal)
        if not removal.cancelled() and removal.exception() is not None:
            reload(self, gone)

    def change(self, tenant: Tenant, profile: Profile) -> None:
        """Give a tenant another profile, but for name and seed. Raises what a reading or the zone has wrong."""
        readings, zone = self.readings_for(profile), zone_of(profile.zone)
        tenant.open()
        tenant.profile, tenant.readings, tenant.zone = profile, readings, zone
        self.keep(tenant)

    def put_in_place(self, tenant: Tenant, made: Furniture) -> None:
        """Give a tenant a world that was made for it."""
        tenant.own_world, tenant.furniture, tenant.furnish = made.own, made, None
        self.keep(tenant)
        self._write(tenant, furnish(tenant, made.world), sliced=True)

    def target_choices(self) -> dict[str, tuple[str, ...]]:
        """Return the vendors that send, each with the methods among which a target may choose."""
        return target_choices(self.vendors, self.contracts)

    def pending(self) -> asyncio.Future[None]:
        """Return what is done when all that was changed up to now is on disk, and fails when some of it was lost."""
        changes = [t.pending for t in self.tenants if t.pending is not None and not t.pending.done()]
        return asyncio.ensure_future(_all([*changes, *self._removals], asyncio.wrap_future(self.store.submit([]))))

    def readings_for(self, profile: Profile) -> Choices:
        """Return the reading of every discrepancy of every vendor that a profile comes to."""
        return {key: contract.choose(profile.readings.get(key, {})) for key, contract in self.contracts.items()}

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

    def take_in(self, tenant: Tenant) -> None:
        """Let a tenant be one of those there are, and see to it. Raises Taken."""
        self.tenants.add(tenant)
        self._wire(tenant)

    def take_place_of(
        self, old: Tenant, fresh: Tenant, changes: Sequence[Change] = (), *, after_loss: bool = False
    ) -> None:
        """Put an image of a tenant in the place of another, and write what of it is not in the log.

        Who waits for the verdict on a run goes on waiting ``after_loss``, and is told that it is gone otherwise.
        Raises Taken, and has changed nothing then.
        """
        self.tenants.take_over(fresh)
        self._halt(old)
        if not after_loss:
            self.engine.forget(old.name)
        fresh.observers = old.observers
        if changes:
            self._write(fresh, changes)
        self._wire(fresh, after_loss=after_loss)
        self.engine.resume(fresh)

    def forget(self, tenant: Tenant) -> None:
        """Let a tenant be no more, as far as memory goes."""
        if tenant.name in self.tenants:
            self.tenants.discard(tenant.name)
        self._halt(tenant)
        self.engine.forget(tenant.name)

    def _wire(self, tenant: Tenant, *, after_loss: bool = False) -> None:
        """Let a tenant's image that is new here be seen to: its world, its losses, its channels, its jobs."""

        def found() -> None:
            # On first use, and not at the start: writing loads the store's library, and a world that of made-up people.
            self.keep(tenant)
            world = first_world(tenant, self.vendors.values(), self.numbers)
            self._write(tenant, furnish(tenant, world), sliced=True)

        if not tenant.furnished:
            tenant.furnish = found
        tenant.on_growth = self.growth.grown
        tenant.channels.on_left = partial(self.pbx.announcer.left, tenant)
        tenant.on_loss = lambda: reload(self, tenant)
        self.scheduler.watch(tenant, after_loss=after_loss)

    def _halt(self, tenant: Tenant) -> None:
        """Let nothing more happen to an image of a tenant; who waits for what comes of it looks again."""
        tenant.close()
        self.scheduler.forget(tenant.name)
        self.dispatcher.forget(tenant.name)
        self.growth.grown()

    def keep(self, tenant: Tenant, more: Sequence[Change] = ()) -> None:
        """Write down how a tenant is set up, and more with it."""
        self._write(tenant, [*self._founded(tenant), *more])

    def _founded(self, tenant: Tenant) -> list[Change]:
        # Whoever starts on this store again may name another world, or none: a reset leads back to this one.
        return founded(tenant, own_world=self.settings.store is not None or tenant.own_world is not self.own_world)

    def _write(self, tenant: Tenant, changes: Sequence[Change], *, sliced: bool = False) -> None:
        tenant.written(self.store.submit(changes, sliced=sliced))

    def _point(self) -> None:
        tx = Transaction(self.default, self.store)
        for target in self.named_targets().values():
            tx.put_target(target)
        tx.commit()

    def named_targets(self) -> dict[str, Target]:
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
    numbers = own_numbers(settings.numbers)
    store = SqlStore(settings.store)
    try:
        return Simulator(settings, own, numbers, store)
    except BaseException:
        store.close()  # a temporary one would stay
        raise
