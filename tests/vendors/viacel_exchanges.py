"""Requests to Viacel, and what its contract finds in them."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from contracts.contract import Contract, load
from contracts.model import Direction, Exchange, HttpRequest
from simulator.identity import Identity
from simulator.vendors.viacel.world import records
from tests.work import DictWork

AUTH = {"usuario": "a", "token": "b"}
JSON = (("content-type", "application/json"),)
WORLD = {
    "company": {key: {"id": key, "name": f"Firma {key}", "document": ""} for key in ("1", "2")},
    "number": {"551130037293": {"number": "551130037293", "kind": "landline"}},
    "extension": {n: {"number": n, "name": "Ana", "company": "1"} for n in ("111", "112")},
}
Found = list[tuple[str, str]]


@cache
def contract() -> Contract:
    return load("viacel")


def world() -> DictWork:
    """Two companies, each with plan and trunk 1 or 2; the first has DID 1 and extensions 1 and 2."""
    work = DictWork()
    work.records = {kind: dict(found) for kind, found in records(Identity("1"), WORLD, False).items()}
    return work


def asked(acao: str, method: str = "POST", path: str = "/pabx/api.php", headers: Any = JSON, **more: Any) -> Exchange:
    body = {"autenticacao": AUTH, "acao": acao, **more}
    return Exchange("viacel", Direction.RECEIVED, HttpRequest(method, path, "", headers, json.dumps(body).encode()))


def judge(exchange: Exchange, work: DictWork | None = None, **readings: str) -> Found:
    """Return what is found in a request that names no operation: clause and pointer."""
    exchange = Exchange("viacel", exchange.direction, exchange.request, readings=readings)
    return [(v.clause, v.pointer) for v in contract().check(exchange, facts=work or world()).violations]


def extension(**fields: Any) -> Exchange:
    return asked("inserir_ramal", dados={"cliente_id": 1, "nome": "Bia", "numero": "113", **fields})
