"""What a tenant begins with: its world's companies, numbers and extensions, as this vendor keeps them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from contracts.viacel.rules import COMPANY, DID, EXTENSION, PLAN, REGION, ROUTE, TRUNK
from simulator.identity import Identity
from simulator.records import Document
from simulator.telephony.phones import national
from simulator.vendors.viacel.credentials import KEY
from simulator.vendors.viacel.records import KINDS, made
from simulator.vendors.viacel.routes import FIRST_PLAN
from simulator.vendors.viacel.routing import TO_EXTENSION
from simulator.worlds import directory

World = Mapping[str, Mapping[str, Document]]

REGIONS = ("Fixo local", "Fixo DDD", "Móvel local", "Móvel DDD", "0800", "Internacional")


def records(identity: Identity, world: World, samples: bool) -> World:
    """Return the records of a tenant: each company with a trunk, a dial plan and its routing, then what is its."""
    companies = list(world.get(directory.COMPANY, {})) or [""]
    found: dict[str, dict[str, Document]] = {COMPANY: {}, PLAN: {}, TRUNK: {}, ROUTE: {}}
    for key, company in enumerate(companies, 1):
        given = world.get(directory.COMPANY, {}).get(company, {"name": "Empresa", "document": ""})
        fields = {"login": f"empresa{key}", "senha": _secret(identity, "company", key), "nome": given["name"]}
        fields |= {"razao_social": given["name"], "cnpj": given["document"]}
        found[COMPANY][str(key)] = made(KINDS[COMPANY], fields, cliente_id=key)
        own = {"cliente_id": key}
        found[PLAN][str(key)] = made(KINDS[PLAN], {"nome": FIRST_PLAN}, plano_discagem_id=key, **own)
        found[TRUNK][str(key)] = made(KINDS[TRUNK], _trunk(identity, key), tronco_id=key, **own)
        for region in range(1, len(REGIONS) + 1):
            routing = [{"prioridade": 1, "tronco_id": key}]
            route = {"plano_discagem_id": key, "regiao_id": region, "roteamentos": routing}
            found[ROUTE][f"{key}-{region}"] = route
    extensions = {str(record["ramal_id"]): record for record in _extensions(identity, world, companies)}
    return {
        **found,
        REGION: {str(key): {"regiao_id": key, "nome": name} for key, name in enumerate(REGIONS, 1)},
        DID: {str(record["did_id"]): record for record in _dids(world, len(companies), extensions)},
        EXTENSION: extensions,
    }


def _trunk(identity: Identity, key: int) -> dict[str, Any]:
    tariffs = [{"regiao_id": r, "tarifa": 0.1, "fracionamento": "4/30/6"} for r in range(1, len(REGIONS) + 1)]
    return {
        "nome": "Operadora",
        "endereco": f"sip{key}.example.com",
        "usuario": f"tronco{key}",
        "senha": _secret(identity, "trunk", key),
        "autentica_user_pass": 1,
        "tarifas": tariffs,
    }


def _dids(world: World, companies: int, extensions: Mapping[str, Document]) -> Iterator[Document]:
    """Yield the lines, each of which leads to the first extension of its company, where it has one."""
    for place, number in enumerate(world.get(directory.NUMBER, {})):
        owner = place % companies + 1
        first = next((e["numero"] for e in extensions.values() if e["cliente_id"] == owner), None)
        leads = {"apontar_para": TO_EXTENSION, "destino": first} if first else {}
        yield made(KINDS[DID], {"numero": national(number) or number, **leads}, did_id=place + 1, cliente_id=owner)


def _extensions(identity: Identity, world: World, companies: list[str]) -> Iterator[Document]:
    for key, extension in enumerate(world.get(directory.EXTENSION, {}).values(), 1):
        company = companies.index(extension["company"]) + 1 if extension.get("company") in companies else 1
        fields = {
            "nome": extension["name"],
            "numero": extension["number"],
            "usuario_autenticacao": extension["number"],
            "senha_sip": _secret(identity, "sip", key),
            "senha_web": _secret(identity, "web", key),
            "plano_discagem_id": company,
        }
        yield made(KINDS[EXTENSION], fields, ramal_id=key, cliente_id=company)


def _secret(identity: Identity, *name: object) -> str:
    return identity.token(KEY, *name, length=12)
