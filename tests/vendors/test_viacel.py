"""Viacel's fake: records are made, listed, changed and deleted, and routing is replaced."""

from __future__ import annotations

import json
from typing import Any

import pytest

from contracts.contract import load
from simulator.vendors.viacel import VENDOR
from tests.vendors.viacel_account import KIND_OF, Account, refused


def test_every_operation_has_a_handler() -> None:
    assert set(VENDOR.handlers) == set(load("viacel").operations)


KINDS_ON_THE_WIRE = [
    ("cliente", "clientes", "cliente_id", {"login": "a", "senha": "b", "nome": "C"}, {"nome": "D"}),
    ("did", "dids", "did_id", {"numero": "1130037294", "registro_senha": "r"}, {"destino": "1001"}),
    ("tronco", "troncos", "tronco_id", {"nome": "T", "endereco": "e", "insere_digitos": "015"}, {"nome": "U"}),
    ("ramal", "ramais", "ramal_id", {"nome": "R", "numero": "900", "senha_sip": "s"}, {"bloquear_ramal": 1}),
    ("plano_discagem", "planos_discagem", "plano_discagem_id", {"nome": "P"}, {"nome": "Q"}),
]


@pytest.mark.parametrize(("noun", "table", "key", "fields", "change"), KINDS_ON_THE_WIRE)
def test_record_is_made_listed_changed_and_deleted(
    account: Account, noun: str, table: str, key: str, fields: dict[str, Any], change: dict[str, Any]
) -> None:
    """A create is seen by the next list, a change keeps what it does not name, a second delete is refused."""
    company = 0 if noun == "cliente" else account.company()
    own = {} if noun == "cliente" else {"cliente_id": company}
    top = own if noun == "did" else {}

    def row(number: int) -> dict[str, str]:
        rows = account.rows(f"listar_{table}", **{**own, **({"cliente_id": number} if noun == "cliente" else {})})
        return next(r for r in rows if r[key] == str(number))

    inserted = account.do(f"inserir_{noun}", **top, dados={key: 0, **own, **fields})
    number = inserted["id"]
    first = row(number)
    done = account.do(f"alterar_{noun}", **top, dados={key: number, **own, **change})
    second = row(number)
    deletion = {key: number, **own}
    deletion = {"dados": deletion} if noun == "plano_discagem" else deletion
    deleted = account.do(f"deletar_{noun}", "DELETE", **deletion)
    again = account.ask(f"deletar_{noun}", "DELETE", **deletion)

    assert inserted == {"http_response_code": 200, "id": number, "mensagem": f"{table} cadastrado com sucesso."}
    assert first.items() >= {name: str(value) for name, value in {**fields, **own}.items()}.items()
    assert done == {"http_response_code": 200, "id": 0, "mensagem": f"{table} alterado(a) com sucesso."}
    assert second == {**first, **{name: str(value) for name, value in change.items()}}
    assert deleted == {"http_response_code": 200, "id": 0, "mensagem": f"{table} deletado(a) com sucesso."}
    refused(again, 400, "Registro não encontrado.")
    assert number not in [int(r[key]) for r in account.server.records(f"viacel.{KIND_OF[noun]}", account.name)]


def test_new_company_has_a_dial_plan_and_its_extensions_use_it(account: Account) -> None:
    company = account.company()

    (plan,) = account.rows("listar_planos_discagem", cliente_id=company)
    account.extension(company, "1001")

    (row,) = account.rows("listar_ramais", cliente_id=company)
    assert plan == {"plano_discagem_id": row["plano_discagem_id"], "cliente_id": str(company), "nome": "Padrão"}


def test_tariffs_of_a_trunk_are_kept_and_listed(account: Account) -> None:
    """What a call costs is the tenant's own price list's business."""
    company = account.company()
    tariffs = [{"regiao_id": 1, "tarifa": 0.07, "fracionamento": "4/30/6"}]

    account.do("inserir_tronco", dados={"cliente_id": company, "nome": "T", "endereco": "e", "tarifas": tariffs})

    (trunk,) = account.rows("listar_troncos", cliente_id=company)
    assert trunk["tarifas"] == [{name: str(value) for name, value in tariffs[0].items()}]


def test_deleting_a_company_deletes_what_is_its(account: Account) -> None:
    """DIDs, trunks, extensions, dial plans and their routing; what is another's stays."""
    company = account.company()
    account.do("inserir_did", cliente_id=company, dados={"cliente_id": company, "numero": "1130037294"})
    trunk = account.do("inserir_tronco", dados={"cliente_id": company, "nome": "T", "endereco": "e"})["id"]
    account.extension(company, "1001")
    (plan,) = account.rows("listar_planos_discagem", cliente_id=company)
    routing = {"regioes": [{"regiao_id": 1, "roteamentos": [{"prioridade": 1, "tronco_id": trunk}]}]}
    account.do("alterar_regras_roteamento", plano_discagem_id=int(plan["plano_discagem_id"]), dados=routing)
    kinds = [f"viacel.{kind}" for kind in (*KIND_OF.values(), "route")]
    with_it = {kind: len(account.server.records(kind, account.name)) for kind in kinds}

    account.do("deletar_cliente", "DELETE", cliente_id=company)

    left = {kind: len(account.server.records(kind, account.name)) for kind in kinds}
    assert {kind: with_it[kind] - left[kind] for kind in kinds} == dict.fromkeys(kinds, 1)


def test_deleting_a_dial_plan_or_a_trunk_leaves_nothing_that_names_it(account: Account) -> None:
    company = account.company()
    trunk = account.do("inserir_tronco", dados={"cliente_id": company, "nome": "T", "endereco": "e"})["id"]
    (plan,) = account.rows("listar_planos_discagem", cliente_id=company)
    key = int(plan["plano_discagem_id"])
    account.extension(company, "1001")
    both = [{"regiao_id": r, "roteamentos": [{"prioridade": 1, "tronco_id": trunk}]} for r in (1, 2)]
    account.do("alterar_regras_roteamento", plano_discagem_id=key, dados={"regioes": both})

    account.do("deletar_tronco", "DELETE", tronco_id=trunk, cliente_id=company)
    routing = account.ask("listar_regras_roteamento", plano_discagem_id=key)
    account.do("deletar_plano_discagem", "DELETE", dados={"plano_discagem_id": key, "cliente_id": company})

    assert routing.status == 404
    assert account.rows("listar_ramais", cliente_id=company)[0]["plano_discagem_id"] == "0"


def test_routing_is_replaced_region_by_region_and_listed_in_order(account: Account) -> None:
    """Regions that a change does not name keep their trunks; each filter narrows; names come with the ids."""
    company = account.company()
    trunks = [
        account.do("inserir_tronco", dados={"cliente_id": company, "nome": f"T{n}", "endereco": "e"})["id"]
        for n in (1, 2)
    ]
    key = int(account.rows("listar_planos_discagem", cliente_id=company)[0]["plano_discagem_id"])

    def change(*regions: tuple[int, list[tuple[int, int]]]) -> None:
        tree = [
            {"regiao_id": r, "roteamentos": [{"prioridade": p, "tronco_id": t} for p, t in places]}
            for r, places in regions
        ]
        account.do("alterar_regras_roteamento", plano_discagem_id=key, dados={"regioes": tree})

    def routing(**filters: int) -> list[tuple[str, list[tuple[str, str]]]]:
        rows = account.rows("listar_regras_roteamento", **{"plano_discagem_id": key, **filters})
        return [(r["regiao_nome"], [(t["prioridade"], t["tronco_nome"]) for t in r["roteamentos"]]) for r in rows]

    change((1, [(2, trunks[0]), (1, trunks[1])]), (2, [(1, trunks[0])]))
    first = routing()
    narrowed = routing(tronco_id=trunks[1], regiao_id=0), routing(regiao_id=2), routing(prioridade=2)
    change((1, [(1, trunks[0])]))
    change((2, []))

    assert first == [("Fixo local", [("1", "T2"), ("2", "T1")]), ("Fixo DDD", [("1", "T1")])]
    assert narrowed == (
        [("Fixo local", [("1", "T2")])],
        [("Fixo DDD", [("1", "T1")])],
        [("Fixo local", [("2", "T1")])],
    )
    assert routing() == [("Fixo local", [("1", "T1")])]


def test_list_has_twenty_rows_a_page_and_filters_of_nothing_are_none(account: Account) -> None:
    """As clients page: twenty further each time, until the total is passed."""
    company = account.company()
    for number in range(1000, 1045):
        account.extension(company, str(number))

    pages = [account.do("listar_ramais", cliente_id=company, pos_registro_inicial=start) for start in (0, 20, 40)]
    beyond = account.ask("listar_ramais", cliente_id=company, pos_registro_inicial=60)
    everyone = account.do("listar_ramais", cliente_id="", ramal_id=0, nome="")
    named = account.rows("listar_ramais", cliente_id=company, nome="ramal 1044")

    assert [p["qtd_resultados_retornados"] for p in pages] == [20, 20, 5]
    assert [p["qtd_total_resultados"] for p in pages] == [45, 45, 45]
    assert [r["numero"] for p in pages for r in p["dados"]] == [str(n) for n in range(1000, 1045)]
    assert beyond.status == 404
    assert everyone["qtd_total_resultados"] > 45
    assert [row["numero"] for row in named] == ["1044"]


@pytest.mark.parametrize("table", ["dids", "troncos", "regioes"])
def test_list_without_a_position_is_whole(account: Account, table: str) -> None:
    """Only clientes, ramais and planos_discagem have pos_registro_inicial in the document."""
    company = account.company()
    for number in range(25):
        text = f"11300372{number}"
        if table == "dids":
            account.do("inserir_did", cliente_id=company, dados={"cliente_id": company, "numero": text})
        if table == "troncos":
            account.do("inserir_tronco", dados={"cliente_id": company, "nome": text, "endereco": "e"})

    answer = account.do(f"listar_{table}", **({} if table == "regioes" else {"cliente_id": company}))

    assert len(answer["dados"]) == answer["qtd_total_resultados"] == (6 if table == "regioes" else 25)


def test_rows_are_text_with_passwords_in_clear(account: Account) -> None:
    """Observed of extensions: destinations are lists, a missing music group is null."""
    company = account.company()
    forward = {"encaminhamento_tipo": 1, "encaminhamento_destino": "1002"}
    account.extension(company, "1001", senha_sip="segredo-sip", encaminhar_todas_chamadas=forward, puxar_chamadas=3)
    days = {"horario_funcionamento_dias_semana": [1, 5], "horario_funcionamento_lista_feriados": "25/12"}
    account.do("inserir_did", cliente_id=company, dados={"cliente_id": company, "numero": "1130037294", **days})

    (extension,) = account.rows("listar_ramais", cliente_id=company)
    (did,) = account.rows("listar_dids", cliente_id=company)

    assert extension["encaminhar_todas_chamadas"] == {
        "encaminhamento_tipo": "1",
        "encaminhamento_destino": ["1002"],
        "encaminhamento_destinos": [],
    }
    assert (extension["senha_sip"], extension["puxar_chamadas"]) == ("segredo-sip", "3")
    assert extension["grupo_musica_espera"] is None
    assert did["horario_funcionamento_dias_semana"] == ["1", "5"]
    assert did["horario_funcionamento_lista_feriados"] == ["25/12"]


def test_journal_has_none_of_the_secrets(account: Account) -> None:
    """The token, passwords that are sent, and those that lists give back in clear."""
    company = account.company(senha="segredo-da-empresa")
    account.extension(company, "1001", senha_sip="segredo-sip", senha_web="segredo-web")
    account.rows("listar_ramais", cliente_id=company)
    account.ask("apagar", token=account.auth["token"])

    kept = json.dumps(account.server.journal(account.name))

    assert [s for s in ("segredo", account.auth["token"]) if s in kept] == []
    assert "[redacted:token]" in kept
