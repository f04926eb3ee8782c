"""The list of all tickets page by page, in the form of the server's own paginator."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

from contracts.hubsoft.rules import TICKET
from simulator.records import Document
from simulator.vendor import Received, Reply, Work
from simulator.vendors.hubsoft.addresses import address
from simulator.vendors.hubsoft.lookup import FOUND
from simulator.vendors.hubsoft.messages import KEY
from simulator.vendors.hubsoft.ticket_views import CLOSED, CLOSED_ID, OPEN, OPEN_ID, edited, kind_of, owner

# Operation to what it calls the number of a page.
NAMES = {"pageTickets": "page", "pageTicketsByQuery": "pagina"}


def page_tickets(work: Work, received: Received) -> Reply:
    """Return a page of the tickets that were opened between two days, the newest first."""
    days = received.body if received.operation == "pageTickets" else received.query
    found = [t for t in work.all(TICKET) if days["data_inicio"] <= _day(work, t) <= days["data_fim"]]
    found.sort(key=lambda t: (t["opened_at"], int(t["id"])), reverse=True)
    size, number = int(received.path["quantidade"]), _number(received, work.readings)
    start = (number - 1) * size
    shown = [_paged(work, ticket) for ticket in found[start : start + size]]
    last = max(1, -(-len(found) // size))
    page = {
        "current_page": number,
        "data": shown,
        **_links(received, number, last),
        "from": start + 1 if shown else None,
        "last_page": last,
        "per_page": size,
        "to": start + len(shown) if shown else None,
        "total": len(found),
    }
    return Reply(200, {"status": "success", "msg": FOUND, "atendimentos": page, "cliente": None})


def _number(received: Received, readings: Mapping[str, str]) -> int:
    own = NAMES[received.operation]
    names = [own, *NAMES.values()] if readings.get("H18") == "either" else [own]
    return int(next((text for name in names if (text := received.query.get(name))), "1"))


def _links(received: Received, number: int, last: int) -> dict[str, Any]:
    host, own = received.http.header("host"), NAMES[received.operation]
    path = quote(f"/{KEY}{received.http.path}", safe="/%")
    base = f"http://{host}{path}" if host else path

    def to(page: int) -> str | None:
        return f"{base}?{own}={page}" if 1 <= page <= last else None

    return {
        "first_page_url": to(1),
        "last_page_url": to(last),
        "next_page_url": to(number + 1),
        "path": base,
        "prev_page_url": to(number - 1),
    }


def _day(work: Work, ticket: Document) -> str:
    return datetime.fromisoformat(ticket["opened_at"]).astimezone(work.zone).date().isoformat()


def _paged(work: Work, ticket: Document) -> dict[str, Any]:
    """Return a ticket as the pages of all tickets show it: as it is edited, with names beside the ids."""
    shown = {name: value for name, value in edited(work, ticket).items() if name != "resultado_diagnostico"}
    over = ticket["closed_at"] is not None
    word = CLOSED if over else OPEN
    return shown | {
        "ordem_servico_count": 1 if ticket["order"] else 0,
        "anexos_count": 0,
        "ingressado": False,
        "status": {
            "id_atendimento_status": CLOSED_ID if over else OPEN_ID,
            "prefixo": "finalizado" if over else "aguardando_analise",
            "descricao": word,
            "cor": "md-green-900-bg" if over else "md-purple-900-bg",
            "abrir_ordem_servico": False,
            "display": word,
        },
        "tipo_atendimento": {"id_tipo_atendimento": ticket["kind"], "descricao": kind_of(ticket)},
        "cliente_servico": _place(work, ticket),
        "usuarios_responsaveis": [],
    }


def _place(work: Work, ticket: Document) -> dict[str, Any]:
    service, customer = owner(work, ticket)
    if service is None or customer is None:
        return {"id_cliente_servico": int(ticket["service"]), "cliente": {}}
    where = address(service["draw"], next(iter(customer["phones"]), ""))
    code, name = int(customer["code"]), customer["name"]
    return {
        "id_cliente_servico": int(service["id"]),
        "id_cliente": int(customer["id"]),
        "id_servico": service["product"] + 1,
        "endereco_numero_completo": f"{where['completo']} | CEP: {where['cep']}",
        "cliente": {
            "id_cliente": int(customer["id"]),
            "ativo": True,
            "codigo_cliente": code,
            "nome_razaosocial": name,
            "display": f"({code}) {name}",
        },
    }
