"""Viacel's fake: who is refused and how, what lenient readings take, and where limits are."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.answer import Answer
from tests.live import Live
from tests.vendors.viacel_account import ADDRESS, SECOND, Account, refused

UNKNOWN = {"http_response_code": 401, "mensagem": "Dados de autenticação inválidos"}


@pytest.mark.parametrize(
    "auth",
    [
        None,
        {},
        "text",
        {"usuario": "", "token": ""},
        {"usuario": "own"},
        {"token": "own"},
        {"usuario": "own", "token": "wrong"},
        {"usuario": "wrong", "token": "own"},
        {"usuario": "own", "token": "other"},
        {"usuario": "own", "token": 7},
    ],
)
def test_credentials_that_are_not_one_accounts_are_refused(account: Account, running: Live, auth: Any) -> None:
    """Missing, empty, wrong, and a user of one tenant with the token of another, whatever else is wrong."""
    other = running.credentials("viacel")
    if isinstance(auth, dict):
        values = {"own": account.auth, "other": other}
        auth = {name: values[v][name] if v in ("own", "other") else v for name, v in auth.items()}

    for body in ({"acao": "listar_ramais"}, {"acao": "inserir_ramal"}, {"acao": "apagar"}):
        answer = account.client.ask("POST", ADDRESS, {"autenticacao": auth, **body} if auth is not None else body)

        assert (answer.status, answer.json) == (401, UNKNOWN)


def test_refusals_are_in_the_envelope(account: Account) -> None:
    """Field by field in the vendor's words; the request is repeated beside them."""
    refused(account.ask("apagar"), 400, "Função não encontrada.")
    refused(account.ask("listar_historico_chamada"), 400, "Função não encontrada.")
    answer = account.ask("inserir_cliente", dados={"nome": "", "senha": "s", "login": "l"})
    refused(answer, 400, "O campo nome deve ser preenchido!")
    assert answer.json["dados"] == {"nome": "", "senha": "s", "login": "l"}
    refused(account.ask("inserir_cliente"), 400, "O campo dados deve ser preenchido!")
    wrong = {**SECOND, "faixa_min": "x"}
    sentence = "O campo faixa_min deve ser preenchido com um valor do tipo númerico!"
    refused(account.ask("inserir_cliente", dados=wrong), 400, sentence)
    refused(account.client.ask("POST", ADDRESS, b"{"), 400, "O corpo da mensagem deve ser um objeto JSON.")
    refused(account.client.ask("POST", ADDRESS, []), 400, "O corpo da mensagem deve ser um objeto JSON.")
    refused(account.client.ask("POST", ADDRESS), 400, "O corpo da mensagem deve ser um objeto JSON.")
    refused(account.client.ask("POST", "/viacel/pabx", {}), 404, "Página não encontrada.")
    large = {"acao": "x" * 1_100_000}
    refused(account.server.ask("POST", ADDRESS, large), 413, "O corpo da mensagem é grande demais.")


def test_request_is_not_repeated_for_who_switches_it_off(running: Live) -> None:
    account = Account(running, "silent", switches={"viacel": {"echo_request": "no"}})

    answer = account.ask("apagar")

    assert answer.json == {"http_response_code": 400, "mensagem": "Função não encontrada."}


def test_wrong_methods_are_told_with_those_that_are_right(account: Account) -> None:
    """PUT is none of the address; POST is not for deletions, GET not for lists, under strict readings."""
    sentence = "O método utilizado para envio de dados não está habilitado!"
    query = f"?acao=listar_ramais&usuario={account.auth['usuario']}&token={account.auth['token']}"
    answers = [
        (account.ask("listar_ramais", "PUT"), "DELETE, GET, HEAD, POST"),
        (account.ask("deletar_ramal", ramal_id=1, cliente_id=0), "DELETE"),
        (account.client.ask("GET", ADDRESS + query), "POST"),
    ]

    for answer, allow in answers:
        refused(answer, 405, sentence)
        assert answer.header("allow") == allow
    assert answers[0][0].json["http_method"] == "PUT"


def test_another_address_and_content_type_are_refused_under_strict(account: Account) -> None:
    """V10: no content type at all is right, since clients send none."""
    body = json.dumps({"autenticacao": account.auth, "acao": "listar_ramais"}).encode()
    form = {"content-type": "application/x-www-form-urlencoded"}

    refused(account.ask("listar_ramais", path="/viacel/portal/api.php"), 404, "Página não encontrada.")
    sentence = "O corpo da mensagem deve ser enviado no formato JSON."
    refused(account.client.ask("POST", ADDRESS, body, form), 415, sentence)
    assert account.client.ask("POST", ADDRESS, body).status == 200


def test_everything_that_clients_do_is_taken_under_lenient(lenient: Account) -> None:
    """V1, V2, V4, V5, V6, V8, V10, V17 and V18 on the wire, each with its effect."""
    auth = lenient.auth
    company = lenient.company(cliente_id=77, qtd_ramais_max="5")
    number = lenient.do("inserir_did", dados={"cliente_id": company, "numero": "1130037294", "did_id": 8})["id"]
    extension = lenient.extension(company, "1001")
    forward = {"encaminhamento_tipo": 8, "encaminhamento_destino": "37999912222"}
    change = {"ramal_id": extension, "cliente_id": company}
    lenient.do("alterar_ramal", dados=change, encaminhar_ocupado_indisponivel=forward)
    plan = int(lenient.rows("listar_plano_discagem", cliente_id=company)[0]["plano_discagem_id"])
    query = f"acao=listar_ramais&usuario={auth['usuario']}&token={auth['token']}&cliente_id={company}"
    by_get = lenient.client.ask("GET", f"/viacel/any/where/api.php?{query}")
    by_header = lenient.client.ask("GET", f"{ADDRESS}?acao=listar_regioes", None, auth)
    form = {"content-type": "application/x-www-form-urlencoded"}
    body = json.dumps({"autenticacao": auth, "acao": "listar_dids", "cliente_id": company}).encode()
    as_form = lenient.client.ask("POST", "/viacel/api.php", body, form)
    lenient.do("deletar_plano_discagem", plano_discagem_id=plan, cliente_id=company)
    lenient.do("deletar_clientes", cliente_id=company)

    assert company != 77
    assert number != 8
    (row,) = by_get.json["dados"]
    assert row["encaminhar_ocupado_indisponivel"]["encaminhamento_destino"] == ["37999912222"]
    assert len(by_header.json["dados"]) == 6
    assert [r["did_id"] for r in as_form.json["dados"]] == [str(number)]


@pytest.mark.parametrize(
    ("reading", "status", "code", "rows"),
    [("not-found", 404, 404, None), ("not-found-in-body", 200, 404, None), ("empty-list", 200, 200, [])],
)
def test_empty_list_is_answered_as_the_tenant_reads_it(
    running: Live, reading: str, status: int, code: int, rows: object
) -> None:
    account = Account(running, f"empty-{reading}", readings={"viacel": {"V14": reading}})

    answer = account.ask("listar_ramais", ramal_id=999999)

    assert (answer.status, answer.json["http_response_code"], answer.json.get("dados")) == (status, code, rows)
    assert answer.json["qtd_total_resultados"] == 0


def test_limits_are_refused_in_words(account: Account) -> None:
    """qtd_ramais_max, the range, and the duplicates."""
    company = account.company(qtd_ramais_max=1, faixa_min=1000, faixa_max=1001)
    login = account.rows("listar_clientes", cliente_id=company)[0]["login"]

    def add(number: str) -> Answer:
        return account.ask("inserir_ramal", dados={"cliente_id": company, "nome": "R", "numero": number})

    refused(add("999"), 400, "O número do ramal está fora da faixa do cliente.")
    account.extension(company, "1000")
    refused(add("1001"), 400, "Quantidade máxima de ramais atingida.")
    account.do("alterar_cliente", dados={"cliente_id": company, "qtd_ramais_max": 0})
    refused(add("1000"), 400, "Número de ramal já cadastrado.")
    refused(account.ask("inserir_cliente", dados={**SECOND, "login": login}), 400, "Login já cadastrado.")


def test_tenants_do_not_see_each_other(account: Account, running: Live) -> None:
    """Neither rows nor ids of another account can be reached."""
    other = Account(running, "neighbour")
    company = account.company(nome="Só minha")

    assert other.ask("listar_clientes", nome="Só minha").status == 404
    refused(other.ask("deletar_cliente", "DELETE", cliente_id=company), 400, "Registro não encontrado.")
