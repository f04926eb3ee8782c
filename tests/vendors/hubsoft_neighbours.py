"""A tenant with HubSoft's whole world, and requests to its routes that are judged with their answers."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import urlencode

from contracts import strict_json
from contracts.contract import Contract, load
from contracts.model import Direction, Exchange, HttpRequest, HttpResponse
from simulator.identity import Identity
from simulator.vendor import Problem, Received, Refusal, Reply
from simulator.vendors.hubsoft import VENDOR
from simulator.worlds.baseline import baseline
from tests.work import DictWork

METHODS = {"findCustomers": "GET", "listTickets": "GET", "openTicket": "POST", "editTicket": "PUT"}
PATHS = {
    "findCustomers": "/api/v1/integracao/cliente",
    "listTickets": "/api/v1/integracao/cliente/atendimento",
    "openTicket": "/api/v1/integracao/atendimento",
    "editTicket": "/api/v1/integracao/atendimento/",
}
TICKET = {"id_cliente_servico": "11201", "descricao": "Sem acesso", "nome": "Ana", "telefone": "37999112233"}


@cache
def contract() -> Contract:
    return load("hubsoft")


def world(tenant: str = "default", seed: str = "1", **readings: str) -> DictWork:
    """Return a unit of work on the baseline, with what the printed requests name."""
    work = DictWork(tenant=tenant, identity=Identity(seed), readings=readings)
    base = baseline(seed, VENDOR.phones, samples=True)
    work.records = {kind: dict(found) for kind, found in {**base, **VENDOR.world(work.identity, base, True)}.items()}
    return work


def ask(work: DictWork, operation: str, body: Mapping[str, Any] | None = None, /, key: str = "", **query: Any) -> Any:
    """Ask a route as the pipeline does, hold request and answer against the contract, and return the answer's body.

    A request that breaks a clause is refused in the vendor's envelope.
    """
    raw = b"" if body is None else strict_json.dumps(body)
    headers = (("authorization", "Bearer t0k"), ("content-type", "application/json"))
    http = HttpRequest(METHODS[operation], PATHS[operation] + key, urlencode(query), headers, raw)
    exchange = Exchange("hubsoft", Direction.RECEIVED, http, operation=operation, readings=work.readings)
    judgement = contract().check(exchange, facts=work)
    reply = _refused(operation, judgement.refused) if judgement.refused else _handled(work, operation, http, body, key)
    answer = HttpResponse(reply.status, (("content-type", "application/json"),), strict_json.dumps(reply.body))
    whole = Exchange("hubsoft", Direction.RECEIVED, http, answer, operation=operation, readings=work.readings)
    assert contract().check_reply(whole, judgement).violations == judgement.violations
    return strict_json.loads(answer.body)


def _handled(work: DictWork, operation: str, http: HttpRequest, body: Any, key: str) -> Reply:
    from contracts.parameters import query_of

    received = Received(operation, http, body, {"id_atendimento": key} if key else {}, query_of(http))
    return VENDOR.handlers[operation](work, received)


def _refused(operation: str, violations: Any) -> Reply:
    assert VENDOR.refuse
    return VENDOR.refuse(Refusal(Problem.VIOLATION, "", operation, violations))
