"""A running PBX of Dígitro's kind for a test: channels, commands, the printed values."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from simulator.app import Simulator
from simulator.tenancy.tenants import Profile, Tenant
from tests.answer import Answer
from tests.core import running
from tests.event_stream import EventStream, streaming
from tests.raw_http import connected, request

PRINTED_CALL = "08/07/24 10:46:19 010A 0974/00"
DEVICE = {"DISPOSITIVO": "1125000", "SENHA_DISPOSITIVO": "4567"}
ON_CALL = {**DEVICE, "ID_CHAMADA": PRINTED_CALL}
DIVERT = {
    **ON_CALL,
    "DISPOSITIVO_DESTINO": "1132000",
    "PRIORIDADE": "0",
    "DADOS": "111222333-44;Fulano",
    "FONTE_MUSICA": "1",
    "TEMPO_FILA": "23",
    "DISPOSITIVO_DESTINO_APOS_FINALIZACAO_CHAMADA": "1244000",
    "TEMPO_POS_ATENDIMENTO": "5",
}
PREDICTIVE = {
    **DEVICE,
    "ROTA": "0",
    "CONTA": "1114000",
    "SENHA": "1234",
    "IDENTIDADE_DESTINO": "04832817000",
    "MODO_PREDITIVO": "0",
    "DADOS": "111222333-44;Fulano",
    "IDENTIDADE_ORIGINADOR": "1112000",
    "CPD": "1",
    "TEMPO_REATENDIMENTO": "10",
    "TIPO_CPD_DESTINO": "1",
    "BLOQUEIO_TELEMARKETING": "NAO",
}
CHANGE = {**DEVICE, "CONTA": "1114000", "SENHA": "1234", "NOVA_SENHA": "2345"}


class Fake:
    """The fake of one tenant, as its client sees it."""

    def __init__(self, simulator: Simulator, tenant: Tenant) -> None:
        self.simulator = simulator
        self.tenant = tenant
        self.key = tenant.profile.credentials["digitro"]["api_key"]
        assert simulator.server is not None
        self.port = simulator.server.port

    def other(self, name: str, **more: Any) -> Fake:
        """Return the fake of another tenant, which is made."""
        return Fake(self.simulator, self.simulator.add(Profile(name, **more)))

    @asynccontextmanager
    async def channel(self, key: str | None = None) -> AsyncIterator[EventStream]:
        """Open a channel whose first event is not read yet."""
        async with streaming(self.port, "/digitro/events", f"x-api-key: {key or self.key}") as stream:
            yield stream

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[tuple[EventStream, int]]:
        """Open a channel and read its id."""
        async with self.channel() as stream:
            (opening,) = await stream.named("EVENTO_DE_ABERTURA_DE_CANAL")
            yield stream, opening["ID_CANAL"]

    async def ask(self, raw: bytes) -> Answer:
        """Send one request on a connection of its own."""
        async with connected(self.port) as client:
            client.send(raw)
            return await client.answer()

    async def command(
        self, slug: str, body: object, channel: object, key: str | None = None, raw: bytes | None = None
    ) -> tuple[int, Any]:
        """Send a command; return the status and the decoded answer."""
        headers = (f"x-api-key: {self.key if key is None else key}", "Content-Type: application/json")
        content = json.dumps(body).encode() if raw is None else raw
        seen = await self.ask(request(f"POST /digitro/requests/{channel}/{slug}", *headers, body=content))
        return seen.status, json.loads(seen.body)


@asynccontextmanager
async def fake(**settings: Any) -> AsyncIterator[Fake]:
    """Give the fake of the tenant default on a free port."""
    async with running(listen=True, **settings) as simulator:
        yield Fake(simulator, simulator.default)
