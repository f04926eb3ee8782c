"""HubSoft's neighbouring routes under the readings of their contradictions, and how they refuse."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.contract import load
from simulator.vendors.hubsoft.refusals import FILL_IN, SEARCHES
from tests.vendors.hubsoft_neighbours import TICKET, ask, world


@pytest.mark.parametrize(
    ("reading", "status"), [("success", "success"), ("as-printed", "suscess"), ("either", "success")]
)
def test_list_has_the_status_of_its_reading(reading: str, status: str) -> None:
    """The page prints another word than every other route (H14)."""
    answer = ask(world(H14=reading), "listTickets", busca="codigo_cliente", termo_busca="1099", limit=2)

    assert answer == {"status": status, "msg": "Dados consultados com sucesso", "atendimentos": []}


@pytest.mark.parametrize(
    ("reading", "phone", "taken"),
    [
        ("ten-or-eleven", "3734151100", True),
        ("ten-or-eleven", 37999112233, True),
        ("ten-or-eleven", "999112233", False),
        ("eleven", "3734151100", False),
        ("eleven", "37999112233", True),
        ("any-digits", "190", True),
    ],
)
def test_phone_of_who_asks_is_as_long_as_its_reading_says(reading: str, phone: object, taken: bool) -> None:
    """The format has eleven digits, a printed answer ten (H15)."""
    answer = ask(world(H15=reading), "openTicket", {**TICKET, "telefone": phone})

    assert answer["status"] == ("success" if taken else "error")
    assert taken or answer["errors"] == ["O campo telefone não possui um valor válido."]


@pytest.mark.parametrize(
    ("reading", "errors"),
    [("required", ["O campo fechar atendimento é obrigatório."]), ("default-false", None)],
)
def test_closing_is_said_or_not_as_its_reading_has_it(reading: str, errors: list[str] | None) -> None:
    """Required in one table, false by default in the other (H16)."""
    answer = ask(world(H16=reading), "editTicket", {"parametros": {}}, key="1")

    assert answer.get("errors") == errors
    assert errors or answer["atendimento"]["data_fechamento"] is None


@pytest.mark.parametrize(("reading", "status"), [("with-sample", "success"), ("table-only", "error")])
def test_printed_sort_is_taken_as_its_reading_has_it(reading: str, status: str) -> None:
    """The printed request sorts by a field that the table does not have (H12)."""
    query = {"busca": "nome_razaosocial", "termo_busca": "guilherme", "limit": 2, "order_by": "codigo_cliente"}

    assert ask(world(H12=reading), "findCustomers", **query)["status"] == status


KINDS = "nome_razaosocial,nome_fantasia,cpf_cnpj,codigo_cliente,telefone,login_radius,ipv4,mac,id_cliente_servico"


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"termo_busca": "1"}, "O campo busca é obrigatória"),
        ({"busca": "", "termo_busca": ""}, "O campo busca é obrigatória"),
        (
            {"busca": "email", "termo_busca": "a"},
            f"O tipo de busca (email) não é válido | Valores aceitos para esse campo: {KINDS}",
        ),
    ],
)
def test_wrong_kind_of_search_is_told_in_the_sentence(query: dict[str, str], said: str) -> None:
    """As printed for other routes: no errors beside it."""
    assert ask(world(), "findCustomers", **query) == {"status": "error", "msg": said}


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ({}, "O campo termo busca é obrigatório."),
        ({"termo_busca": "1", "limit": "101"}, "O campo limit não possui um valor válido."),
        ({"termo_busca": "1", "cancelado": "true"}, "O campo cancelado não possui um valor válido."),
    ],
)
def test_other_parameters_are_told_in_errors(query: dict[str, str], error: str) -> None:
    """With the sentence of every other field."""
    answer = ask(world(), "findCustomers", busca="telefone", **query)

    assert answer == {"status": "error", "msg": FILL_IN, "errors": [error]}


def test_unknown_service_and_ticket_are_told_in_the_sentence() -> None:
    """As printed for other records."""
    work = world()

    service = ask(work, "openTicket", {**TICKET, "id_cliente_servico": 49742})
    ticket = ask(work, "editTicket", {"parametros": {}, "fechar_atendimento": True}, key="49742")

    assert service == {"status": "error", "msg": "Serviço do cliente de ID 49742 não encontrado"}
    assert ticket == {"status": "error", "msg": "Atendimento de ID 49742 não encontrado"}


def test_several_faults_are_told_together() -> None:
    """A missing name and a wrong type are two errors; who exists is looked at when the shape is right."""
    body = {**TICKET, "id_cliente_servico": 49742, "abrir_os": "sim"}
    del body["nome"]

    answer = ask(world(), "openTicket", body)

    assert answer["errors"] == ["O campo abrir_os deve ser do tipo boolean", "O campo nome é obrigatório."]


@pytest.mark.parametrize("operation", ["findCustomers", "listTickets"])
def test_kinds_of_search_are_those_of_the_contract(operation: str) -> None:
    """The sentence lists what the contract takes."""
    (parameter,) = (p for p in load("hubsoft").operations[operation].parameters if p.name == "busca")
    assert parameter.ref

    file, _, pointer = parameter.ref.partition("#")
    schema: Any = load("hubsoft").source.files[file]
    for step in pointer.removeprefix("/").split("/"):
        step = step.replace("~1", "/").replace("~0", "~")
        schema = schema[int(step)] if isinstance(schema, list) else schema[step]

    assert SEARCHES[operation].split(",") == schema["enum"]
