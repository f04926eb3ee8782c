"""A whole simulator in the test's own process: play a scenario against real receivers, and be told what came of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from contracts import strict_json
from contracts.exchanges import canonical, to_record
from scenarios.loader import load, load_text
from scenarios.model import Scenario
from simulator.app import Simulator, build
from simulator.clock import Mode
from simulator.runs.verdicts import Verdict
from simulator.settings import Settings
from simulator.storage.store import SqlStore
from simulator.tenancy.furnishing import founded, furnish, furniture, world_of
from simulator.tenancy.journal import Entry, Journal
from simulator.tenancy.targets import Target
from simulator.tenancy.tenants import Profile, Tenant, first_clock
from simulator.tenancy.transactions import Transaction
from simulator.worlds.world import OwnWorld
from tests.answer import Answer
from tests.raw_http import ask, request
from tests.receiver import Receiver

T = TypeVar("T")

TOKEN = "t0ken-of-the-receiver"
LONGEST = 30.0

ANSWERED = """
scenario: answered
title: A call is answered
steps:
  - inbound: {call: A, from: "37999912222"}
  - {after: 1s, ring: {call: A, extension: "111"}}
  - {after: 4s, answer: {call: A}}
  - {after: 60s, hangup: {call: A, by: outside}}
"""


SMS = """
scenario: one_message
title: One message goes out
steps:
  - sms: {call: A, extension: "111", to: "37999912222", text: "oi"}
"""

_LOGIN = b'{"grant_type":"password","client_id":"%s","client_secret":"%s","username":"%s","password":"%s"}'


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a test's coroutine; one that hangs fails by itself."""

    async def bounded() -> T:
        async with asyncio.timeout(LONGEST):
            return await work

    return asyncio.run(bounded())


def settings(*targets: Target, store: Path | None = None, clock: Mode = Mode.JUMPING, **more: Any) -> Settings:
    """Return settings with a jumping clock unless told otherwise."""
    return Settings(targets=targets, store=store, clock=clock, port=0, **more)


def refurnish(simulator: Simulator, own: OwnWorld) -> None:
    """Give the default tenant another world, over its baseline."""
    simulator.put_in_place(simulator.default, furniture(simulator.default.profile, own, simulator.vendors.values()))


def canonical_of(journal: Journal) -> bytes:
    """Return the form of a journal that the same seed and scenario make equal, byte for byte."""
    return canonical(entry.exchange for entry in journal.after(0, limit=max(1, journal.last)))


@asynccontextmanager
async def running(*targets: Target, listen: bool = False, **more: Any) -> AsyncIterator[Simulator]:
    """Give a simulator that is started, and stop it at the end."""
    simulator = build(settings(*targets, **more))
    try:
        await simulator.start(listen=listen)
        yield simulator
    finally:
        await simulator.stop()


def pbx55(receiver: Receiver, key: str = "t1", **more: Any) -> Target:
    """Return a target of 55PBX at a receiver, with a token."""
    return Target(key, "pbx55", f"{receiver.url}/{key}", **{"method": "POST", "token": TOKEN, **more})


def story(text: str, name: str = "story.yaml") -> Scenario:
    """Return the scenario that a text says."""
    return load_text(text, name)


async def play(simulator: Simulator, scenario: Scenario | str, tenant: Tenant | None = None) -> Verdict:
    """Play a scenario (or one of the library, by name) to its end."""
    tenant = tenant or simulator.default
    begun = simulator.engine.play(tenant, load(scenario) if isinstance(scenario, str) else scenario)
    return await simulator.engine.verdict(tenant, begun.id)


def played(scenario: Scenario | str, *targets: Target, **more: Any) -> tuple[Verdict, list[Entry]]:
    """Play one scenario on a fresh simulator; return the verdict and the whole journal."""

    async def work() -> tuple[Verdict, list[Entry]]:
        async with running(*targets, **more) as simulator:
            return await play(simulator, scenario), entries(simulator.default)

    return run(work())


async def log_in(simulator: Simulator, tenant: Tenant | None = None) -> Answer:
    """Be the integration: ask HubSoft's fake for a token of a tenant's, ``default`` unless told otherwise."""
    assert simulator.server is not None
    own = (tenant or simulator.default).profile.credentials["hubsoft"]
    body = _LOGIN % tuple(own[name].encode() for name in ("client_id", "client_secret", "username", "password"))
    raw = request("POST /hubsoft/oauth/token", "Content-Type: application/json", body=body)
    return await ask(simulator.server, raw)


def entries(tenant: Tenant) -> list[Entry]:
    """Return everything in a tenant's journal."""
    return tenant.journal.after(0, limit=1_000_000)


def shown(journal: Iterable[Entry], *fields: str) -> list[tuple[Any, ...]]:
    """Return these fields of each exchange, ``status`` among them."""

    def field(entry: Entry, name: str) -> Any:
        if name == "status":
            return entry.exchange.response.status if entry.exchange.response else None
        return getattr(entry.exchange, name)

    return [tuple(field(entry, name) for name in fields) for entry in journal]


def errors_of(journal: Iterable[Entry]) -> list[dict[str, Any]]:
    """Return the records of the exchanges that the contract found errors in."""
    return [to_record(e.exchange, e.verdict) for e in journal if e.verdict is not None and not e.verdict.clean]


async def until(tenant: Tenant, there: Callable[[], bool]) -> None:
    """Wait until something holds, looking again whenever anything happens to the tenant."""
    happened = asyncio.Event()

    def look(news: object) -> None:
        happened.set()

    tenant.observers.append(look)
    end = tenant.journal.subscribe(look)
    try:
        while not there():
            await happened.wait()
            happened.clear()
    finally:
        end()
        tenant.observers.remove(look)


@dataclass
class Desk:
    """One furnished tenant on a store of its own, without scheduler and vendors."""

    tenant: Tenant
    store: SqlStore

    def tx(self, vendor: str = "", **more: Any) -> Transaction:
        """Begin a unit of work."""
        return Transaction(self.tenant, self.store, vendor, **more)

    def stored(self, kind: str) -> dict[str, Any]:
        """Return the documents of a kind that are on disk, as JSON-able values."""
        rows = self.store.load(self.tenant.name).documents
        return {row.key: strict_json.loads(row.body) for row in rows if row.kind == kind}


@asynccontextmanager
async def desk(**profile: Any) -> AsyncIterator[Desk]:
    """Give a furnished tenant, ``t`` unless a profile says otherwise."""
    store = SqlStore(None)
    try:
        tenant = Tenant(Profile(**{"name": "t", **profile}), first_clock(Mode.JUMPING), {})
        made = Desk(tenant, store)
        tenant.written(store.submit([*founded(tenant, own_world=False), *furnish(tenant, world_of(tenant, None, ()))]))
        yield made
    finally:
        store.close()
