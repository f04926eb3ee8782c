"""Viacel's contract: what each reading allows, and which of the printed samples are what."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Mapping
from typing import Any

import pytest

from contracts.examples import examples
from contracts.model import Confidence, Direction, Exchange, HttpRequest
from simulator.vendors.viacel.refusals import RULE_TEXTS
from tests.vendors.viacel_exchanges import Found, asked, contract, extension, judge


def test_every_documented_action_is_an_operation() -> None:
    """The document's 23 actions, one action that was observed, and the lists by GET."""
    by_confidence: dict[Confidence, list[str]] = {}
    for operation in contract().operations.values():
        selector = operation.selector[1] if operation.selector else operation.id
        by_confidence.setdefault(operation.provenance.confidence, []).append(selector)

    nouns = {"cliente": "clientes", "did": "dids", "tronco": "troncos", "ramal": "ramais"}
    nouns |= {"plano_discagem": "planos_discagem"}
    wanted = {f"{verb}_{noun}" for verb in ("inserir", "alterar", "deletar") for noun in nouns}
    wanted |= {f"listar_{nouns[noun]}" for noun in nouns}
    wanted |= {"listar_regioes", "listar_regras_roteamento", "alterar_regras_roteamento"}
    assert len(wanted) == 23
    assert set(by_confidence[Confidence.DOCUMENTED]) == wanted
    assert set(by_confidence[Confidence.OBSERVED]) == {"listar_historico_chamada", "listByQuery"}


def test_every_printed_sample_is_an_example() -> None:
    """Each of the 23 once as printed; the eight that are not JSON a second time, repaired."""
    printed: dict[str, list[str]] = {}
    for example in examples(contract()):
        if example.printed:
            printed.setdefault(example.operation, []).append(example.path.stem)

    repaired = {operation for operation, names in printed.items() if "printed-repaired" in names}
    assert len(printed) == 23
    assert all("printed" in names for names in printed.values())
    assert repaired == {
        *("insertCompany", "changeCompany", "changeDid", "insertTrunk", "insertExtension", "changeExtension"),
        *("listTrunks", "changeRoutingRules"),
    }


def test_sentences_of_the_envelope_are_those_of_the_rules() -> None:
    told = {rule.id: rule.envelope for rule in contract().rules.values() if rule.envelope}

    assert told == RULE_TEXTS


# Discrepancy and what it is about; the request; what is found under each reading.
READINGS: list[tuple[str, Exchange, Mapping[str, Found]]] = [
    (
        "V1",
        asked("deletar_cliente", cliente_id=1),
        {"delete": [("deletion-by-delete", "method")], "either": []},
    ),
    (
        "V4",
        asked("deletar_plano_discagem", "DELETE", plano_discagem_id=1, cliente_id=1),
        {"inside": [("required", "/dados")], "either": []},
    ),
    (
        "V5",
        asked("inserir_did", dados={"cliente_id": 1, "numero": "1130037294"}),
        {"as-printed": [("required", "/cliente_id")], "either": []},
    ),
    (
        "V5",
        asked("inserir_plano_discagem", cliente_id=1, dados={"nome": "Noite"}),
        {"as-printed": [("required", "/dados/cliente_id")], "either": []},
    ),
    (
        "V5",
        asked("inserir_did", cliente_id=2, dados={"cliente_id": 1, "numero": "1130037294"}),
        {"as-printed": [("company-agrees", "/cliente_id")], "either": [("company-agrees", "/cliente_id")]},
    ),
    ("V6", extension(ramal_id=9), {"none": [("enum", "/dados/ramal_id")], "ignored": []}),
    ("V8", asked("listar_tronco"), {"printed": [("const", "/acao")], "either": []}),
    (
        "V10",
        asked("listar_dids", path="/portal/api.php"),
        {"one-address": [("one-address", "path")], "any-address": []},
    ),
    (
        "V10",
        asked("listar_dids", headers=(("content-type", "text/plain"),)),
        {"one-address": [("json-content-type", "header:content-type")], "any-address": []},
    ),
    (
        "V11",
        asked("inserir_tronco", dados={"cliente_id": 1, "nome": "T", "endereco": "e", "insere_digitos": 15}),
        {"text-or-zero": [("maximum", "/dados/insere_digitos")], "either": []},
    ),
    (
        "V12",
        asked(
            "inserir_tronco",
            dados={"cliente_id": 1, "nome": "T", "endereco": "e", "tarifas": [{"regiao_id": 1, "fracionamento": "1"}]},
        ),
        {"three-numbers": [("pattern", "/dados/tarifas/0/fracionamento")], "any-text": []},
    ),
    (
        "V15",
        asked("listar_historico_chamada"),
        {"refused": [("documented-action", "/acao")], "served": []},
    ),
    (
        "V17",
        asked(
            "alterar_ramal",
            dados={"ramal_id": 1, "cliente_id": 1},
            encaminhar_todas_chamadas={"encaminhamento_tipo": 0},
        ),
        {"inside": [("not", "/encaminhar_todas_chamadas")], "either": []},
    ),
    (
        "V18",
        extension(codigo_area="11"),
        {"number": [("type", "/dados/codigo_area")], "either": []},
    ),
    ("V22", extension(numero="111"), {"refused": [("number-unique", "/dados/numero")], "taken": []}),
    (
        "V21",
        asked("inserir_cliente", dados={"login": "empresa1", "senha": "s", "nome": "N"}),
        {"refused": [("login-unique", "/dados/login")], "taken": []},
    ),
]


@pytest.mark.parametrize(
    ("key", "exchange", "found"), READINGS, ids=lambda value: value if isinstance(value, str) else ""
)
def test_reading_decides_what_is_found(key: str, exchange: Exchange, found: Mapping[str, Found]) -> None:
    """Each reading by its name, and strict and lenient by what they stand for."""
    discrepancy = contract().discrepancies[key]

    assert {reading: judge(exchange, **{key: reading}) for reading in discrepancy.readings} == found
    assert judge(exchange, **{key: "strict"}) == found[discrepancy.strict]
    assert judge(exchange, **{key: "lenient"}) == found[discrepancy.lenient]


def test_list_by_get_is_lenient() -> None:
    """V2: POST is what the document says."""
    request = HttpRequest("GET", "/pabx/api.php", "acao=listar_ramais&usuario=a&token=b&cliente_id=")
    exchange = Exchange("viacel", Direction.RECEIVED, request)

    assert judge(exchange) == [("lists-by-post", "method")]
    assert judge(exchange, V2="either") == []


def test_every_discrepancy_with_two_readings_is_tested() -> None:
    """A new one needs a new test. V14 is about answers: `test_viacel_refusals.py` has its readings on the wire."""
    elsewhere = {"V2", "V14", "V19", "V20"}

    tested = {key for key, _, _ in READINGS} | elsewhere

    assert {key for key, found in contract().discrepancies.items() if len(found.readings) > 1} == tested


def test_every_field_that_the_document_prints_is_declared_with_its_type() -> None:
    """Of each of the 23 actions: nothing that is printed is left to chance."""
    missing, actions = [], set()
    for example in (e for e in examples(contract()) if e.printed and "malformed" not in {x.clause for x in e.expect}):
        schema = contract().operations[example.operation].body
        assert schema is not None
        body = json.loads(example.exchange.request.body)
        actions.add(body["acao"])
        (ref,) = set(schema.media.values())
        missing += [f"{body['acao']}: {place}" for place in undeclared(body, [(ref, {"$ref": ref})])]

    assert missing == []
    assert len(actions) == 23


Place = tuple[str, Mapping[str, Any]]


def undeclared(value: Any, schemas: list[Place], at: str = "") -> list[str]:
    """Return where a value has what no schema for its place declares; a leaf needs a type or what stands for one."""
    whole = [part for file, schema in schemas for part in parts(file, schema)]
    if isinstance(value, dict):
        found = []
        for name, inner in value.items():
            own = [(file, part["properties"][name]) for file, part in whole if name in part.get("properties", {})]
            found += undeclared(inner, own, f"{at}/{name}") if own else [f"{at}/{name}"]
        return found
    if isinstance(value, list):
        items = [(file, part["items"]) for file, part in whole if "items" in part]
        return [place for inner in value for place in undeclared(inner, items, f"{at}/0")] if items else [at]
    typed = {"type", "enum", "const", "pattern"}
    return [] if any(typed & part.keys() for _, part in whole) else [at]


def parts(file: str, schema: Mapping[str, Any]) -> list[Place]:
    """Return a schema with all that it refers to and is put together from."""
    found = [(file, schema)]
    if "$ref" in schema:
        name, _, pointer = schema["$ref"].partition("#")
        there = posixpath.normpath(posixpath.join(posixpath.dirname(file), name)) if name else file
        there = there if there in contract().source.files else name or file
        target: Any = contract().source.files[there]
        for step in filter(None, pointer.split("/")):
            target = target[step]
        found += parts(there, target)
    for word in ("allOf", "anyOf", "oneOf"):
        for inner in schema.get(word, ()):
            found += parts(file, inner)
    return found
