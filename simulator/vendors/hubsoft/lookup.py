"""The look-up of customers: by phone when a call rings, by a document or a name when somebody asks."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from contracts.hubsoft.rules import SERVICE, digits_of, national, record_id
from simulator.records import Document
from simulator.vendor import Received, Reply, Work
from simulator.vendors.hubsoft.messages import KEY
from simulator.vendors.hubsoft.subscriptions import (
    CANCELLED,
    connection,
    ipv4_of,
    keys_of,
    login_of,
    mac_of,
    whole,
)
from simulator.worlds import directory

FOUND = "Dados consultados com sucesso"
LIMIT = 5
LONGEST_CNPJ = 14

# The first day on which a made-up customer can have come.
OPENING = date(2010, 1, 1)
ALERT = "Existe uma manutenção programada que pode afetar esse cliente"

Found = Iterator[Document]


def find_customers(work: Work, received: Received) -> Reply:
    """Return the customers whom a search finds, with their services; an empty list for nobody."""
    query = received.query
    search = SEARCHES[query["busca"]]
    wanted = query.get("servico_status")
    found = [c for c in search(work, query["termo_busca"]) if not wanted or _has(work, c, wanted)]
    if query.get("inativo") == "sim":
        found = []
    key = _code if query.get("order_by") == "codigo_cliente" else lambda c: (_entered(work, c), _code(c))
    found.sort(key=key, reverse=falls(query, work.readings))
    shown = found[: int(query.get("limit") or LIMIT)]
    customers = [_customer(work, customer, query) for customer in shown]
    return Reply(200, {"status": "success", "msg": FOUND, "clientes": customers})


def falls(query: Mapping[str, str], readings: Mapping[str, str]) -> bool:
    """Tell whether the greatest comes first: for desc, or for asc where the reading takes the page at its word."""
    return (query.get("order_type") == "desc") != (readings.get("H13") == "falling")


def services_of(work: Work, customer: Document) -> Iterable[Document]:
    """Return the services of a customer, in the order of their numbers."""
    kept = (work.get(SERVICE, key) for key in keys_of(customer))
    return [service for service in kept if service and service["customer"] == customer["id"]]


def by_document(work: Work, term: str) -> Found:
    """Find customers by CPF or CNPJ, formatted or not."""
    wanted = digits_of(term)
    return (c for c in work.all(directory.CUSTOMER) if wanted and c["document"] == wanted)


def by_code(work: Work, term: str) -> Found:
    """Find customers by their code."""
    wanted = record_id(term)
    return (c for c in work.all(directory.CUSTOMER) if record_id(c["code"]) == wanted)


def _by_name(work: Work, term: str) -> Found:
    wanted = _folded(term)
    return (c for c in work.all(directory.CUSTOMER) if wanted in _folded(c["name"]))


def _by_trade_name(work: Work, term: str) -> Found:
    return (c for c in _by_name(work, term) if _is_firm(c))


def _by_phone(work: Work, term: str) -> Found:
    wanted = national(term)
    return iter(work.having(directory.CUSTOMER, "phones", wanted) if wanted else ())


def _by_service(work: Work, term: str) -> Found:
    service = work.get(SERVICE, record_id(term) or "")
    return _owners(work, (service,) if service else ())


def _by_login(work: Work, term: str) -> Found:
    owned = ((s, work.get(directory.CUSTOMER, s["customer"])) for s in work.all(SERVICE))
    return _owners(work, (s for s, customer in owned if customer and login_of(s, customer) == term.strip()))


def _by_address(work: Work, term: str) -> Found:
    return _owners(work, (s for s in work.all(SERVICE) if ipv4_of(s) == term.strip()))


def _by_device(work: Work, term: str) -> Found:
    wanted = _hexadecimal(term)
    return _owners(work, (s for s in work.all(SERVICE) if _hexadecimal(mac_of(s)) == wanted))


SEARCHES: dict[str, Callable[[Work, str], Found]] = {
    "nome_razaosocial": _by_name,
    "nome_fantasia": _by_trade_name,
    "cpf_cnpj": by_document,
    "codigo_cliente": by_code,
    "telefone": _by_phone,
    "login_radius": _by_login,
    "ipv4": _by_address,
    "mac": _by_device,
    "id_cliente_servico": _by_service,
}


def _owners(work: Work, services: Iterable[Document]) -> Found:
    owners = {s["customer"]: work.get(directory.CUSTOMER, s["customer"]) for s in services}
    return (customer for customer in owners.values() if customer is not None)


def _has(work: Work, customer: Document, status: str) -> bool:
    return any(s["status"] == status for s in services_of(work, customer))


def _customer(work: Work, customer: Document, query: Mapping[str, str]) -> dict[str, Any]:
    first, second, third = (*customer["phones"], "", "", "")[:3]
    draw = work.identity.integer(KEY, "customer", customer["id"], low=0, high=2**62)
    alerted = draw % 10 == 0
    firm = _is_firm(customer)
    return {
        "id_cliente": int(customer["id"]),
        "codigo_cliente": int(customer["code"]),
        "nome_razaosocial": customer["name"],
        "nome_fantasia": customer["name"] if firm else None,
        "tipo_pessoa": "pj" if firm else "pf",
        "cpf_cnpj": customer["document"],
        "telefone_primario": first,
        "telefone_secundario": second,
        "telefone_terciario": third,
        "email_principal": customer["email"] or None,
        "email_secundario": None,
        "rg": None if firm else f"MG{draw // 7 % 10**8:08}",
        "rg_emissao": None,
        "inscricao_municipal": None,
        "inscricao_estadual": None,
        "data_cadastro": f"{_entered(work, customer)} 00:00:00",
        "data_nascmento": None if firm else f"{_born(draw)} 00:00:00",
        "alerta": alerted,
        "alerta_mensagens": [ALERT] if alerted else [],
        "servicos": [_service(work, s, customer, query) for s in _shown(work, customer, query)],
    }


def _shown(work: Work, customer: Document, query: Mapping[str, str]) -> Iterator[Document]:
    everything = query.get("cancelado") == "sim"
    return (s for s in services_of(work, customer) if everything or s["status"] != CANCELLED)


def _service(work: Work, service: Document, customer: Document, query: Mapping[str, str]) -> dict[str, Any]:
    asked: dict[str, Any] = {}
    if query.get("ultima_conexao") == "sim":
        asked["ultima_conexao"] = connection(service, work.now, work.zone)
    if query.get("incluir_contrato") == "sim":
        asked["contratos"] = []
    if query.get("incluir_alarmes") == "sim":
        asked["alarmes"] = []
    return whole(service, customer) | asked


def _entered(work: Work, customer: Document) -> date:
    return OPENING + timedelta(days=work.identity.integer(KEY, "entered", customer["id"], low=0, high=2000))


def _born(draw: int) -> date:
    return OPENING - timedelta(days=19 * 365 + draw // 11 % (50 * 365))


def _code(customer: Document) -> int:
    return int(customer["code"])


def _is_firm(customer: Document) -> bool:
    return len(customer["document"]) == LONGEST_CNPJ


def _folded(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c)).strip()


def _hexadecimal(text: str) -> str:
    return "".join(c for c in text.upper() if c in "0123456789ABCDEF")
