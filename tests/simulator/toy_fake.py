"""A toy vendor that does what a test wants, and what came of a request to it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from contracts.model import HttpRequest, HttpResponse
from simulator.shell.bridge import Slip
from simulator.tenancy.journal import Entry
from simulator.tenancy.tenants import Tenant
from simulator.vendor import Claim, Credentials, Problem, Received, Refusal, Reply, Vendor, Work

JSON = ("content-type", "application/json")
SECRET = "the-secret-of-acme"
RUNG = Reply(200, {"ok": True})


@dataclass
class Asked:
    """An answer, the slip that went with it, and all that is in the two journals afterwards."""

    response: HttpResponse
    slip: Slip
    acme: list[Entry]
    unclaimed: list[Entry]
    tenant: Tenant

    @property
    def entry(self) -> Entry:
        (entry,) = self.acme + self.unclaimed
        return entry

    @property
    def body(self) -> Any:
        return json.loads(self.response.body)


@dataclass
class Toy:
    """A vendor whose bell ``a`` is there, and that does what a test wants."""

    handler: Callable[[Work, Received], Reply] = lambda work, received: RUNG
    admit: Callable[[Work, Received], Refusal | None] | None = None
    seen: list[Refusal] = field(default_factory=list)

    @property
    def vendor(self) -> Vendor:
        handlers = dict.fromkeys(("ring", "listRings", "order"), self.handler)
        return Vendor("toy", "Toy", handlers=handlers, claim=self._claim, refuse=self._refuse, admit=self.admit)

    def _claim(self, operation: str | None, http: HttpRequest, body: Any, known: Credentials) -> Claim:
        token = (http.header("authorization") or "").removeprefix("Bearer ")
        return Claim(known.holder("toy", "code", token), detail="nobody has this", hint="code")

    def _refuse(self, refusal: Refusal) -> Reply:
        self.seen.append(refusal)
        status = {Problem.UNAUTHENTICATED: 401, Problem.FAILURE: 500}.get(refusal.problem, 400)
        return Reply(status, {"refused": refusal.problem, "why": refusal.detail})


def ring(body: object = None, token: str | None = SECRET, **more: Any) -> HttpRequest:
    raw = body if isinstance(body, bytes) else json.dumps({"bell": "a"} if body is None else body).encode()
    shown = (("authorization", f"Bearer {token}"),) if token else ()
    request = HttpRequest("POST", "/rings/7/k", "", (*shown, JSON), raw)
    return replace(request, **more)
