"""What the fake ERP does with tickets: it opens them under a protocol number, changes, closes and lists them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from contracts.hubsoft.rules import SERVICE, TICKET, digits_of, record_id
from simulator.records import Document
from simulator.vendor import Received, Reply, Work
from simulator.vendors.hubsoft.lookup import FOUND, by_code, by_document, falls
from simulator.vendors.hubsoft.ticket_views import edited, listed, opened

# The numbers that the printed answers begin with.
FIRST_TICKET, FIRST_ORDER, FIRST_ORDER_NUMBER = 300, 340, 320
KEPT_TICKETS = 10_000
LIMIT = 20
SAC = 1
PROTOCOL, ORDER = "hubsoft.protocol", "hubsoft.order"

BY_API = " | ATENDIMENTO ABERTO VIA API"
AUTOMATIC = "Fechamento automático."

Tickets = Iterator[Document]


def open_ticket(work: Work, received: Received) -> Reply:
    """Open a ticket, with a work order where one is asked for, and tell its protocol number."""
    body = received.body
    number = work.next_number(TICKET)
    ticket = {
        "id": str(FIRST_TICKET - 1 + number),
        "protocol": _protocol(work),
        "service": record_id(body["id_cliente_servico"]),
        "kind": int(record_id(body.get("id_tipo_atendimento")) or SAC),
        "description": body["descricao"] + BY_API,
        "name": body["nome"],
        "phone": digits_of(body["telefone"]),
        "email": body.get("email"),
        "params": body.get("parametros", {}),
        "opened_at": work.now.isoformat(),
        "closed_at": None,
        "order": _order(work, body) if body.get("abrir_os") else None,
    }
    work.put(TICKET, ticket["id"], ticket)
    work.remove(TICKET, str(FIRST_TICKET - 1 + number - KEPT_TICKETS))
    sentence = f"Atendimento aberto com sucesso. Anote o protocolo: {ticket['protocol']}."
    if ticket["order"]:
        sentence += " Foi aberto também uma ordem de serviço e encaminhada ao sertor responsável"
    return Reply(200, {"status": "success", "msg": sentence, "atendimento": opened(work, ticket)})


def edit_ticket(work: Work, received: Received) -> Reply:
    """Keep what a ticket is changed to, and close it with its work order where that is asked for."""
    body = received.body
    key = record_id(received.path["id_atendimento"]) or ""
    ticket = dict(work.get(TICKET, key) or {}) | {"params": body["parametros"]}
    if "descricao" in body:
        ticket["description"] = body["descricao"]
    if body.get("fechar_atendimento") and ticket["closed_at"] is None:
        ticket["closed_at"] = work.now.isoformat()
        ticket["closing"] = AUTOMATIC
    work.put(TICKET, key, ticket)
    answer = {"status": "success", "msg": "Atendimento atualizado com sucesso", "atendimento": edited(work, ticket)}
    return Reply(200, answer)


def list_tickets(work: Work, received: Received) -> Reply:
    """Return the tickets that a search finds: the open ones, unless closed ones are asked for too."""
    query = received.query
    found = [t for t in SEARCHES[query["busca"]](work, query["termo_busca"]) if _wanted(work, t, query)]
    key = "closed_at" if query.get("order_by") == "data_fechamento" else "opened_at"
    # What is not closed yet comes after all that is.
    found.sort(key=lambda t: (t[key] is None, t[key] or "", int(t["id"])), reverse=falls(query, work.readings))
    shown = [listed(work, ticket) for ticket in found[: int(query.get("limit") or LIMIT)]]
    status = "suscess" if work.readings.get("H14") == "as-printed" else "success"
    return Reply(200, {"status": status, "msg": FOUND, "atendimentos": shown})


def _by_protocol(work: Work, term: str) -> Tickets:
    return (t for t in work.all(TICKET) if t["protocol"] == term.strip())


def _by_service(work: Work, term: str) -> Tickets:
    wanted = record_id(term)
    return (t for t in work.all(TICKET) if t["service"] == wanted)


def _of_owners(find: Callable[[Work, str], Iterable[Document]]) -> Callable[[Work, str], Tickets]:
    def search(work: Work, term: str) -> Tickets:
        owners = {customer["id"] for customer in find(work, term)}
        services = ((t, work.get(SERVICE, t["service"])) for t in work.all(TICKET))
        return (ticket for ticket, service in services if service and service["customer"] in owners)

    return search


SEARCHES: dict[str, Callable[[Work, str], Tickets]] = {
    "codigo_cliente": _of_owners(by_code),
    "cpf_cnpj": _of_owners(by_document),
    "id_cliente_servico": _by_service,
    "protocolo": _by_protocol,
}


def _wanted(work: Work, ticket: Document, query: Mapping[str, str]) -> bool:
    if query.get("apenas_pendente") != "nao" and ticket["closed_at"] is not None:
        return False
    day = datetime.fromisoformat(ticket["opened_at"]).astimezone(work.zone).date().isoformat()
    first, last = query.get("data_inicio"), query.get("data_fim")
    return (not first or first <= day) and (not last or day <= last)


def _protocol(work: Work) -> str:
    """Return the moment of the tenant's day and a digit; a second with more than ten tickets needs more digits."""
    second = f"{work.now.astimezone(work.zone):%Y%m%d%H%M%S}"
    last = work.get(PROTOCOL, "last")
    count = last["count"] + 1 if last and last["second"] == second else 0
    work.put(PROTOCOL, "last", {"second": second, "count": count})
    start = work.identity.integer(PROTOCOL, second, low=0, high=9)
    return f"{second}{(start + count) % 10 if count < 10 else count}"


def _order(work: Work, body: Mapping[str, Any]) -> dict[str, Any]:
    number, wanted = work.next_number(ORDER), body.get("parametros_ordem_servico", {})
    return {
        "id": FIRST_ORDER - 1 + number,
        "number": str(FIRST_ORDER_NUMBER - 1 + number),
        "status": wanted.get("status") or "aguardando_agendamento",
        "kind": record_id(wanted.get("id_tipo_ordem_servico")),
        "technicians": [record_id(key) for key in wanted.get("ids_tecnicos", ())],
    }
