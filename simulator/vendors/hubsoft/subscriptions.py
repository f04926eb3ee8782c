"""The services that the ERP's customers have: made up with the world, and how they look on the wire.

Pure: everything follows from the record, which has one number drawn for it. It knows no request.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from contracts.hubsoft.rules import SERVICE, TICKET
from simulator.identity import Identity
from simulator.records import Document
from simulator.vendors.hubsoft.addresses import address
from simulator.vendors.hubsoft.messages import KEY
from simulator.worlds import directory
from simulator.worlds.people import plain

ENABLED, SUSPENDED, CANCELLED = "servico_habilitado", "suspenso_debito", "cancelado"
STATUSES = {ENABLED: "Serviço Habilitado", SUSPENDED: "Suspenso por Débito", CANCELLED: "Cancelado"}

# The service and the ticket that the vendor's printed requests name; the ticket is the one of the printed answer.
PRINTED_SERVICE = "11000"
PRINTED_TICKET: Mapping[str, Any] = {
    "id": "1",
    "protocol": "202003051452007",
    "service": PRINTED_SERVICE,
    "kind": 44,
    "description": "INSTALAÇÃO NOVA",
    "name": "TESTE APRESENT",
    "phone": "3734151100",
    "email": None,
    "params": {},
    "opened_at": "2020-03-05T17:52:00+00:00",
    "closed_at": None,
    "order": None,
}


@dataclass(frozen=True, slots=True)
class Product:
    """What a provider sells. ``price`` is in reais a month."""

    name: str
    technology: str
    price: float


PRODUCTS = (
    Product("100M", "FIBRA", 89.9),
    Product("300M", "FIBRA", 99.9),
    Product("600M", "FIBRA", 119.9),
    Product("20M", "WIRELESS", 79.9),
)


def world(
    identity: Identity, records: Mapping[str, Mapping[str, Document]], samples: bool
) -> dict[str, dict[str, Document]]:
    """Give every customer one service or two, and the printed requests what they name; tickets begin anew."""
    made: dict[str, Document] = {}
    for customer in records.get(directory.CUSTOMER, {}).values():
        for record in _services(identity, customer):
            made.setdefault(record["id"], record)
    first = next(iter(records.get(directory.CUSTOMER, {}).values()), None)
    if not samples or first is None:
        return {SERVICE: made, TICKET: {}}
    draw = identity.integer(KEY, PRINTED_SERVICE, low=0, high=2**62)
    made[PRINTED_SERVICE] = _record(PRINTED_SERVICE, first, 3, ENABLED, draw)
    return {SERVICE: made, TICKET: {PRINTED_TICKET["id"]: PRINTED_TICKET}}


def keys_of(customer: Document) -> tuple[str, ...]:
    """Return the ids that a customer's services may have, in the order of their numbers; the first is its own."""
    number = int(customer["id"])
    return str(number), f"9{number:07}", PRINTED_SERVICE


def login_of(service: Document, customer: Document) -> str:
    """Return the login of a service's connection, formed as in the printed answers."""
    words = [plain(word) for word in customer["name"].split()] or [""]
    number = str(service["plan"]) if service["plan"] > 1 else ""
    document: str = customer["document"]
    return (words[0] + words[-1])[:40] + document[:4] + number


def ipv4_of(service: Document) -> str:
    """Return the address of a service, in a private network."""
    draw = service["draw"] >> 16
    return f"10.{90 + draw % 20}.{draw // 20 % 256}.{1 + draw // 5120 % 254}"


def mac_of(service: Document) -> str:
    """Return the address of a service's device, of a range that no maker has."""
    octets = (0x02, *(service["draw"] >> 8 * place & 0xFF for place in range(5)))
    return ":".join(f"{octet:02X}" for octet in octets)


def brief(service: Document) -> dict[str, Any]:
    """Return a service as tickets show it."""
    product = PRODUCTS[service["product"]]
    return {
        "numero_plano": service["plan"],
        "nome": product.name,
        "valor": product.price,
        "status": STATUSES[service["status"]],
        "status_prefixo": service["status"],
    }


def whole(service: Document, customer: Document) -> dict[str, Any]:
    """Return a service as a customer's look-up shows it, without what must be asked for."""
    draw, phone = service["draw"], next(iter(customer["phones"]), "")
    fibre = PRODUCTS[service["product"]].technology == "FIBRA"
    port = {"nome": f"PON{1 + draw % 8}" if fibre else f"AP{1 + draw % 8}", "tipo": "gpon" if fibre else "wireless"}
    return {
        "id_cliente_servico": int(service["id"]),
        **brief(service),
        "tecnologia": PRODUCTS[service["product"]].technology,
        "login": login_of(service, customer),
        "senha": f"{draw % 10**8:08}",
        "referencia": None,
        "ipv4": ipv4_of(service),
        "ipv6": None,
        "mac_addr": mac_of(service),
        "phy_addr": mac_of(service),
        "interface": {**port, "called_sid": None},
        "interface_roteamento": {"nome": f"ether{1 + draw % 8}", "tipo": "ethernet", "called_sid": None},
        "equipamento_conexao": {"nome": "OLT 1" if fibre else "TORRE 1", "ipv4": "192.168.2.100", "ipv6": None},
        "equipamento_roteamento": {"nome": "CONCENTRADOR 1", "ipv4": "172.17.24.98", "ipv6": None},
        "pacotes": [],
        "senhas": [],
        "endereco_cadastral": address(draw, phone),
        "endereco_instalacao": address(draw, phone, located=True),
        "endereco_fiscal": address(draw, phone),
        "endereco_cobranca": address(draw, phone),
    }


def connection(service: Document, now: datetime, zone: ZoneInfo) -> dict[str, Any] | list[Any]:
    """Return the last connection of a service, which an enabled one still has; an empty list for none."""
    if service["status"] == CANCELLED:
        return []
    up = timedelta(minutes=service["draw"] % 20_000)
    since = (now - up).astimezone(zone)
    connected = service["status"] == ENABLED
    hours, minutes = divmod(up.seconds // 60, 60)
    state = "CONECTADO" if connected else "DESCONECTADO"
    text = f"{state} HÁ 0 MES(ES), {up.days} DIA(S), {hours} HORA(S) e {minutes} MINUTO(S)"
    return {
        "conectado": connected,
        "ultima_conexao_datetime": f"{since:%Y-%m-%d %H:%M:%S%z}"[:-2],
        "ultima_desconexao_datetime": None if connected else f"{since:%Y-%m-%d %H:%M:%S%z}"[:-2],
        "ultima_conexao": f"{since:%d/%m/%Y %H:%M:%S}",
        "ultima_desconexao": None if connected else f"{since:%d/%m/%Y %H:%M:%S}",
        "ultimo_ipv4": ipv4_of(service),
        "ultimo_nas_ip": "10.28.33.20",
        "status_txt": f"{text} - {ipv4_of(service)}(10.28.33.20)",
        "status_txt_resumido": text,
    }


def _services(identity: Identity, customer: Document) -> Iterator[Document]:
    # One number a customer, of which every fact takes a part: a world may have ten thousand of them.
    draw = identity.integer(KEY, SERVICE, customer["id"], low=0, high=2**62)
    first, second, _ = keys_of(customer)
    yield _record(first, customer, 1, SUSPENDED if draw % 10 == 0 else ENABLED, draw)
    if draw % 4 == 1:
        status = CANCELLED if draw % 3 == 0 else ENABLED
        yield _record(second, customer, 2, status, draw // 7)


def _record(key: str, customer: Document, plan: int, status: str, draw: int) -> Document:
    return {
        "id": key,
        "customer": customer["id"],
        "plan": plan,
        "product": draw // 100 % len(PRODUCTS),
        "status": status,
        "draw": draw,
    }
