"""A Dígitro PBX with one channel open: a test lets calls stand as it needs them, commands, and hears what is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from simulator.delivery.announcing import EVERYONE
from simulator.switch.floor import agent_does
from simulator.telephony.calls import Call, Direction, Kind
from simulator.tenancy.transactions import Transaction
from simulator.vendors.digitro.naming import identification, newest
from tests.event_stream import EventStream
from tests.vendors.digitro_world import Fake, fake


@dataclass
class Stage:
    """One tenant's fake, and the channel that the test listens to."""

    pbx: Fake
    stream: EventStream
    channel: int
    read: int = 1  # the opening

    def call(self, *events: tuple[Kind, dict[str, Any]], extension: str | None = None) -> Call:
        """Begin a call, from outside unless an extension dials it, and let these things happen to it."""
        tx = self._tx()
        way = Direction.INBOUND if extension is None else Direction.OUTBOUND
        call, _ = self.pbx.simulator.pbx.start(tx, way, "37999912222", extension=extension)
        for kind, facts in events:
            call, _ = self.pbx.simulator.pbx.happen(tx, call.id, kind, **facts)
        tx.commit()
        return call

    def let(self, call: Call, kind: Kind, **facts: Any) -> None:
        """Let something happen to a call, as a step does."""
        tx = self._tx()
        self.pbx.simulator.pbx.happen(tx, call.id, kind, **facts)
        tx.commit()

    def agent(self, extension: str, *kinds: Any, queue: str = "suporte") -> None:
        """Let things happen to an agent."""
        for kind in kinds:
            tx = self._tx()
            agent_does(self.pbx.simulator.pbx, tx, extension, kind, queue=queue)
            tx.commit()

    def put(self, kind: str, key: str, document: dict[str, Any]) -> None:
        """Write a record."""
        tx = self._tx()
        tx.put(kind, key, document)
        tx.commit()

    def name(self, call: Call) -> str:
        """Return a call's identification."""
        assert call.started is not None
        return identification(call.started, self.pbx.tenant.zone, call.serial)

    def now(self, call: Call) -> Call:
        """Return the call as it is now, or the one that goes on for it."""
        return newest(self.pbx.tenant.calls[call.id], self.pbx.tenant.calls.get)

    async def command(
        self, slug: str, call: Call | str | None, device: str = "1125000", **fields: str
    ) -> tuple[int, Any]:
        """Send a command of a device on a call, or on what has this name; return the status and the decoded answer."""
        own = {"DISPOSITIVO": device, "SENHA_DISPOSITIVO": "4567"}
        named = {} if call is None else {"ID_CHAMADA": call if isinstance(call, str) else self.name(call)}
        return await self.pbx.command(slug, {**own, **named, **fields}, self.channel)

    async def quiet(self) -> None:
        """Wait until nothing is due any more."""
        while self.pbx.tenant.agenda.jobs:
            await asyncio.sleep(0)

    async def events(self) -> list[dict[str, Any]]:
        """Return the data of what the channel brought since it was last asked; contracts are kept in all of it."""
        entries = self.pbx.tenant.journal.after(0, 10_000)
        assert [v for e in entries if e.verdict for v in e.verdict.violations if e.exchange.target == EVERYONE] == []
        told = sum(e.exchange.target == EVERYONE for e in entries)
        found = [(await self.stream.next()).data for _ in range(told - self.read)]
        self.read = told
        return found

    async def told(self) -> list[str]:
        """Return the events since last time, each as its name, its device, and ``>`` the other device."""
        return [_short(event) for event in await self.events()]

    def _tx(self) -> Transaction:
        return Transaction(self.pbx.tenant, self.pbx.simulator.store)


def _short(event: dict[str, Any]) -> str:
    name = event["EVENTO"].removeprefix("EVENTO_DE_")
    to = f">{event['DISPOSITIVO_DESTINO']}" if "DISPOSITIVO_DESTINO" in event else ""
    return f"{name} {event.get('DISPOSITIVO', '')}{to}".rstrip()


@asynccontextmanager
async def stage(**settings: Any) -> AsyncIterator[Stage]:
    """Give the stage of the tenant default."""
    async with fake(**settings) as pbx, pbx.opened() as (stream, channel):
        yield Stage(pbx, stream, channel)
