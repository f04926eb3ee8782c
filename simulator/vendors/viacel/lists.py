"""What the fake tells of what there is: lists, whole or twenty rows at a time, narrowed by what is not 0 or empty."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from contracts.viacel.rules import (
    COMPANY,
    DID,
    EMPTY_LIST,
    EXTENSION,
    NOT_FOUND_IN_BODY,
    PLAN,
    REGION,
    ROUTE,
    TRUNK,
    whole,
)
from simulator.records import Document
from simulator.vendor import Received, Reply, Work
from simulator.vendors.viacel.records import KINDS, row, texts

PAGE = 20
START = "pos_registro_inicial"


@dataclass(frozen=True, slots=True)
class List:
    """A list: of what, and which ids narrow it. A paged one has twenty rows at a time."""

    kind: str
    ids: tuple[str, ...]
    paged: bool = False


LISTS = {
    "listCompanies": List(COMPANY, ("cliente_id",), paged=True),
    "listDids": List(DID, ("cliente_id",)),
    "listTrunks": List(TRUNK, ("tronco_id", "cliente_id")),
    "listExtensions": List(EXTENSION, ("cliente_id", "ramal_id"), paged=True),
    "listRegions": List(REGION, ("regiao_id",)),
    "listDialPlans": List(PLAN, ("plano_discagem_id", "cliente_id"), paged=True),
}
# What a list by GET asks for, by its action.
BY_QUERY = {
    "listar_clientes": "listCompanies",
    "listar_dids": "listDids",
    "listar_troncos": "listTrunks",
    "listar_ramais": "listExtensions",
    "listar_regioes": "listRegions",
    "listar_planos_discagem": "listDialPlans",
    "listar_regras_roteamento": "listRoutingRules",
}
BY_NAME = (COMPANY, EXTENSION)


def listed(work: Work, received: Received) -> Reply:
    """List what there is of a kind, oldest first."""
    asked, body = LISTS[received.operation], received.body
    found: Iterable[Document] = work.all(asked.kind)
    for name in asked.ids:
        if wanted := whole(body.get(name)):
            found = [record for record in found if record[name] == wanted]
    if asked.kind in BY_NAME and (part := body.get("nome", "").casefold()):
        found = [record for record in found if part in record["nome"].casefold()]
    return page(work, list(found), _teller(work, asked.kind), *((whole(body.get(START)), PAGE) if asked.paged else ()))


def listed_by_query(work: Work, received: Received) -> Reply:
    """List what a query asks for, as the same words in a body would."""
    operation = BY_QUERY[received.query["acao"]]
    asked = replace(received, operation=operation, body=received.query)
    return list_routing(work, asked) if operation == "listRoutingRules" else listed(work, asked)


def list_routing(work: Work, received: Received) -> Reply:
    """List the trunks of each dial plan and region, in the order in which they are tried."""
    wanted = {name: whole(received.body.get(name)) for name in ("plano_discagem_id", "regiao_id")}
    trunk, priority = (whole(received.body.get(name)) for name in ("tronco_id", "prioridade"))
    found = []
    for route in work.all(ROUTE):
        if any(value and route[name] != value for name, value in wanted.items()):
            continue
        left = [t for t in route["roteamentos"] if trunk in (0, t["tronco_id"]) and priority in (0, t["prioridade"])]
        if left:
            found.append({**route, "roteamentos": left})
    return page(work, found, lambda route: _routing_row(work, route))


def page(
    work: Work, found: Sequence[Any], tell: Callable[[Any], Mapping[str, Any]], start: int = 0, size: int | None = None
) -> Reply:
    """Answer with the rows from ``start``; without ``size`` with all. An empty page is told as the tenant reads V14."""
    shown = found[start : start + size] if size else found[start:]
    counts = {"qtd_total_resultados": len(found), "qtd_resultados_retornados": len(shown)}
    reading = work.readings.get("V14")
    if shown or reading == EMPTY_LIST:
        return Reply(
            200, {"http_response_code": 200, **counts, "mensagem": "", "dados": [tell(each) for each in shown]}
        )
    body = {"http_response_code": 404, **counts, "mensagem": "Nenhum registro encontrado."}
    return Reply(200 if reading == NOT_FOUND_IN_BODY else 404, body)


def _teller(work: Work, kind: str) -> Callable[[Document], dict[str, Any]]:
    if kind == REGION:
        return texts
    return lambda record: row(KINDS[kind], record, work)


def _routing_row(work: Work, route: Document) -> dict[str, Any]:
    trunks = [{**t, "tronco_nome": _name(work, TRUNK, t["tronco_id"])} for t in route["roteamentos"]]
    told: dict[str, Any] = texts({**route, "roteamentos": trunks})
    return {**told, "regiao_nome": _name(work, REGION, route["regiao_id"])}


def _name(work: Work, kind: str, key: int) -> str:
    record = work.get(kind, str(key))
    return str(record["nome"]) if record else ""
