"""What the fake does: it makes, changes and deletes what a company has, and keeps the routing of its dial plans.

Handlers are plain functions of a unit of work and a checked request. They know no Flask and no store.
"""

from __future__ import annotations

from typing import Any

from contracts.viacel.rules import COMPANY, DID, EXTENSION, PLAN, ROUTE, TRUNK, kind_of, named, whole
from simulator.records import Document
from simulator.vendor import Received, Reply, Work
from simulator.vendors.viacel.records import KINDS, Kind, changed, made, of_company, owner, sent

OWNED = (DID, TRUNK, EXTENSION, PLAN)
FIRST_PLAN = "Padrão"


def insert(work: Work, received: Received) -> Reply:
    """Make a record under an id of its own; a new company has a dial plan."""
    kind = KINDS[kind_of(received.operation)]
    if kind.kind == COMPANY:
        own = {kind.id: next_id(work, kind)}
        _put(work, KINDS[PLAN], _plan_of(work, own[kind.id]))
    else:
        own = {kind.id: next_id(work, kind), "cliente_id": owner(received.body)}
    record = made(kind, sent(received.body), **own)
    if kind.kind == EXTENSION and not record["plano_discagem_id"]:
        record = {**record, "plano_discagem_id": _first_plan(work, record["cliente_id"])}
    _put(work, kind, record)
    return _done(f"{kind.table} cadastrado com sucesso.", own[kind.id])


def change(work: Work, received: Received) -> Reply:
    """Change what a request names of a record; the rest stays."""
    kind = KINDS[kind_of(received.operation)]
    record = work.get(kind.kind, str(named(received.body, kind.id))) or {}
    _put(work, kind, changed(kind, record, sent(received.body)))
    return _done(f"{kind.table} alterado(a) com sucesso.")


def delete(work: Work, received: Received) -> Reply:
    """Delete a record, and what cannot be without it."""
    kind = KINDS[kind_of(received.operation)]
    key = named(received.body, kind.id)
    if kind.kind == COMPANY:
        for below in OWNED:
            for record in of_company(work, below, key):
                _remove(work, KINDS[below], record[KINDS[below].id])
    _remove(work, kind, key)
    return _done(f"{kind.table} deletado(a) com sucesso.")


def change_routing(work: Work, received: Received) -> Reply:
    """Put other trunks in the place of those of each region that is named."""
    plan = named(received.body, "plano_discagem_id")
    for region in received.body["dados"]["regioes"]:
        trunks = [{name: whole(r[name]) for name in ("prioridade", "tronco_id")} for r in region["roteamentos"]]
        put_route(work, plan, whole(region["regiao_id"]), trunks)
    return _done("regras_roteamento alterado(a) com sucesso.")


def put_route(work: Work, plan: int, region: int, trunks: list[dict[str, Any]]) -> None:
    """Write the trunks of a dial plan for a region, in the order in which they are tried; none removes it."""
    key = f"{plan}-{region}"
    if trunks:
        ordered = sorted(trunks, key=lambda trunk: int(trunk["prioridade"]))
        work.put(ROUTE, key, {"plano_discagem_id": plan, "regiao_id": region, "roteamentos": ordered})
    else:
        work.remove(ROUTE, key)


def next_id(work: Work, kind: Kind) -> int:
    """Return an id that no record of this kind has."""
    number = work.next_number(kind.kind)
    while work.get(kind.kind, str(number)) is not None:  # the world that a tenant begins with has the first ones
        number = work.next_number(kind.kind)
    return number


def _plan_of(work: Work, company: int) -> Document:
    plan = KINDS[PLAN]
    return made(plan, {"nome": FIRST_PLAN}, **{plan.id: next_id(work, plan), "cliente_id": company})


def _first_plan(work: Work, company: int) -> int:
    plan = work.find(PLAN, cliente_id=company)
    return int(plan["plano_discagem_id"]) if plan else 0


def _put(work: Work, kind: Kind, record: Document) -> None:
    work.put(kind.kind, str(record[kind.id]), record)


def _remove(work: Work, kind: Kind, key: int) -> None:
    work.remove(kind.kind, str(key))
    if kind.kind == PLAN:
        for route in [r for r in work.all(ROUTE) if r["plano_discagem_id"] == key]:
            put_route(work, key, route["regiao_id"], [])
        for extension in [e for e in work.all(EXTENSION) if e["plano_discagem_id"] == key]:
            _put(work, KINDS[EXTENSION], {**extension, "plano_discagem_id": 0})
    if kind.kind == TRUNK:
        for route in list(work.all(ROUTE)):
            left = [trunk for trunk in route["roteamentos"] if trunk["tronco_id"] != key]
            if len(left) < len(route["roteamentos"]):
                put_route(work, route["plano_discagem_id"], route["regiao_id"], left)


def _done(sentence: str, key: int = 0) -> Reply:
    return Reply(200, {"http_response_code": 200, "id": key, "mensagem": sentence})
