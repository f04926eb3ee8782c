"""HubSoft's fake in a simulator of its own, with a token, whose answers go wrong as a test says."""

import json
from contextlib import asynccontextmanager
from dataclasses import dataclass

from simulator.app import Simulator
from simulator.clock import Mode
from simulator.tenancy.tenants import Profile
from tests.core import entries, log_in, running, shown
from tests.raw_http import ask, request

JSON = "Content-Type: application/json"


@dataclass
class Erp:
    """HubSoft's fake of one tenant, as an integration with a token sees it."""

    simulator: Simulator
    tenant: object
    token: str

    @property
    def port(self):
        return self.simulator.server.port

    def notify(self, phone="37999912222"):
        body = json.dumps({"ramal": 111, "telefone": int(phone)}).encode()
        return request(
            "POST /hubsoft/api/v1/integracao/pbx/ligacao/notificar",
            JSON,
            f"Authorization: Bearer {self.token}",
            body=body,
        )

    async def ask(self, raw=None):
        return await ask(self.simulator.server, raw or self.notify())

    async def control(self, line, body=None):
        raw = json.dumps(body).encode() if body is not None else b""
        name = f"?tenant={self.tenant.name}"
        method, path = line.split()
        seen = await ask(self.simulator.server, request(f"{method} /_sim{path}{name}", JSON, body=raw))
        return seen.status, json.loads(seen.body)

    async def fault(self, do, **on):
        status, made = await self.control(
            "POST /faults", {"on": {"vendor": "hubsoft", "answer": "notifyCall", **on}, "do": do}
        )
        assert status == 201, made
        return made

    async def see(self, there):
        """Look at the faults until they are as wanted."""
        while not there((await self.control("GET /faults"))[1]["faults"]):
            pass

    def popups(self):
        return len(self.simulator.tenants.get(self.tenant.name).records.get("hubsoft.popup", {}))

    def journal(self, *fields):
        own = [e for e in entries(self.tenant) if e.exchange.operation == "notifyCall"]
        return shown(own, *fields)


@asynccontextmanager
async def erp(*, tenant=None, **settings):
    async with running(listen=True, clock=Mode.REAL, **settings) as simulator:
        own = simulator.add(Profile(tenant)) if tenant else simulator.default
        yield await logged_in(simulator, own)


async def logged_in(simulator, tenant):
    return Erp(simulator, tenant, json.loads((await log_in(simulator, tenant)).body)["access_token"])
