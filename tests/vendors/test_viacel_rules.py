"""Viacel's contract: what the rules find of limits, ids and secrets."""

from __future__ import annotations

import pytest

from contracts.model import Exchange
from tests.vendors.viacel_exchanges import Found, asked, contract, extension, judge, world


@pytest.mark.parametrize(
    ("reading", "limit", "number", "found"),
    [
        ({}, {"qtd_ramais_max": 2}, "113", [("extension-limit", "/dados/cliente_id")]),
        ({"V19": "ignored"}, {"qtd_ramais_max": 2}, "113", []),
        ({}, {"qtd_ramais_max": 3}, "113", []),
        ({}, {"faixa_min": 114}, "113", [("extension-range", "/dados/numero")]),
        ({}, {"faixa_max": 112}, "113", [("extension-range", "/dados/numero")]),
        ({"V20": "ignored"}, {"faixa_max": 112}, "113", []),
        ({}, {"faixa_min": 113, "faixa_max": 113}, "113", []),
        ({}, {"faixa_min": 114}, "recepção", []),
    ],
)
def test_limits_of_a_company_are_kept(
    reading: dict[str, str], limit: dict[str, int], number: str, found: Found
) -> None:
    """Each is switched off by its own reading; 0 is no limit."""
    work = world()
    work.put("viacel.company", "1", {**(work.get("viacel.company", "1") or {}), **limit})

    assert judge(extension(numero=number), work, **reading) == found


def test_own_login_and_number_are_no_duplicates() -> None:
    """A change may say again what is so already; another company's extension may have the same number."""
    again = asked("alterar_cliente", dados={"cliente_id": 1, "login": "empresa1"})
    same = asked("alterar_ramal", dados={"ramal_id": 1, "cliente_id": 1, "numero": "111"})
    other = asked("alterar_ramal", dados={"ramal_id": 1, "cliente_id": 1, "numero": "112"})
    elsewhere = extension(cliente_id=2, numero="111")

    assert [judge(e) for e in (again, same, elsewhere)] == [[], [], []]
    assert judge(other) == [("number-unique", "/dados/numero")]


@pytest.mark.parametrize(
    ("exchange", "found"),
    [
        (extension(cliente_id=9), [("company-exists", "/dados/cliente_id")]),
        (extension(cliente_id=0), [("company-exists", "/dados/cliente_id")]),
        (extension(plano_discagem_id=2), [("plan-exists", "/dados/plano_discagem_id")]),
        (extension(plano_discagem_id=9), [("plan-exists", "/dados/plano_discagem_id")]),
        (extension(plano_discagem_id=1), []),
        (asked("deletar_ramal", "DELETE", ramal_id=9, cliente_id=1), [("record-exists", "/ramal_id")]),
        (asked("deletar_ramal", "DELETE", ramal_id=1, cliente_id=2), [("owned", "/cliente_id")]),
        (asked("deletar_ramal", "DELETE", ramal_id=1, cliente_id=0), []),
        (
            asked("alterar_did", cliente_id=2, dados={"did_id": 1, "cliente_id": 2}),
            [("owned", "/dados/cliente_id")],
        ),
        (
            asked("deletar_plano_discagem", "DELETE", dados={"plano_discagem_id": 9, "cliente_id": 1}),
            [("record-exists", "/dados/plano_discagem_id")],
        ),
        (
            asked(
                "alterar_regras_roteamento",
                plano_discagem_id=1,
                dados={"regioes": [{"regiao_id": 9, "roteamentos": [{"prioridade": 1, "tronco_id": 2}]}]},
            ),
            [
                ("region-exists", "/dados/regioes/0/regiao_id"),
                ("trunk-exists", "/dados/regioes/0/roteamentos/0/tronco_id"),
            ],
        ),
        (
            asked("alterar_regras_roteamento", plano_discagem_id=9, dados={"regioes": []}),
            [("record-exists", "/plano_discagem_id")],
        ),
        (
            asked(
                "inserir_tronco", dados={"cliente_id": 1, "nome": "T", "endereco": "", "tarifas": [{"regiao_id": 9}]}
            ),
            [("region-exists", "/dados/tarifas/0/regiao_id")],
        ),
    ],
)
def test_ids_name_what_is_there_and_whose_it_is(exchange: Exchange, found: Found) -> None:
    assert judge(exchange) == found


def test_unknown_action_names_those_that_there_are() -> None:
    """The mistake is in acao, whatever else is missing."""
    (violation,) = contract().check(asked("apagar_tudo")).violations

    assert (violation.clause, violation.pointer, violation.found) == ("discriminator", "/acao", '"apagar_tudo"')
    assert violation.expected.startswith('one of "inserir_cliente"')


def test_secrets_are_known_wherever_they_stand() -> None:
    assert contract().secrets == {
        "token": "token",
        "senha": "password",
        "senha_sip": "password",
        "senha_web": "password",
        "registro_senha": "password",
        "codigo_incorporacao": "code",
    }
