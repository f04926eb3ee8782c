"""HubSoft's fake keeps its contract, and refuses in the vendor's words."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.model import HttpRequest
from simulator.vendor import Problem, Received, Refusal, Reply
from simulator.vendors.hubsoft import VENDOR
from tests.vendors.hubsoft_exchanges import CALL, PATHS, brief, contract, exchange
from tests.vendors.hubsoft_world import work_of


def ask(operation: str, body: dict[str, object]) -> Reply:
    return VENDOR.handlers[operation](work_of(), Received(operation, HttpRequest("POST", "/"), body))


def refused(body: object, operation: str = "notifyCall", **switches: str) -> Reply:
    """Return the fake's refusal of a request that the contract does not take."""
    judgement = contract().check(exchange(operation, body), facts=work_of())
    assert judgement.refused
    assert VENDOR.refuse
    refusal = Refusal(Problem.VIOLATION, "", operation, judgement.refused, switches=switches)
    return VENDOR.refuse(refusal)


ASK: dict[str, Any] = {
    "grant_type": "password",
    "client_id": "3",
    "client_secret": "s",
    "username": "u@example.com",
    "password": "p",
}


@pytest.mark.parametrize(("operation", "body"), [("issueToken", ASK), ("notifyCall", CALL), ("cancelCall", CALL)])
def test_answers_of_the_fake_keep_the_contract(operation: str, body: dict[str, object]) -> None:
    """What it gives on success is what the pages print."""
    reply = ask(operation, body)

    assert brief(contract().check(exchange(operation, body, reply=reply), facts=work_of())) == []


@pytest.mark.parametrize("operation", list(PATHS))
@pytest.mark.parametrize("problem", list(Problem))
@pytest.mark.parametrize("status", ["200", "422"])
def test_refusals_of_the_fake_keep_the_contract(operation: str, problem: Problem, status: str) -> None:
    """Every problem has an answer that the contract lists, with the body that it says."""
    body = ASK if operation == "issueToken" else CALL
    assert VENDOR.refuse

    reply = VENDOR.refuse(Refusal(problem, "why", operation, allow=("POST",), switches={"validation_status": status}))

    assert brief(contract().check(exchange(operation, body, reply=reply), facts=work_of())) == []


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({"ramal": 111}, ["O campo telefone é obrigatório."]),
        (
            {"telefone": 37999912222},
            [
                "O campo ramal é obrigatório quando identificador interno não está presente.",
                "O campo identificador interno é obrigatório quando ramal não está presente.",
            ],
        ),
        (CALL | {"ramal": None}, ["O campo ramal deve ser do tipo integer"]),
        (CALL | {"ligacao_params": []}, ["O campo ligacao_params deve ser do tipo object"]),
        (CALL | {"id_cliente": "abc"}, ["O campo id cliente não possui um valor válido."]),
        (CALL | {"id_cliente": 49742}, ["O cliente informado não foi encontrado."]),
        (CALL | {"codigo_cliente": 9}, ["O código de cliente informado não foi encontrado."]),
        (CALL | {"ramal": 999}, ["O ramal informado não foi encontrado."]),
        (CALL | {"telefone": 190}, ["O campo telefone não possui um valor válido."]),
        ([], ["O corpo da requisição deve ser um objeto JSON."]),
    ],
)
def test_refusal_says_what_is_wrong_in_the_vendors_words(body: object, errors: list[str]) -> None:
    """From the check to the envelope."""
    msg = "Favor preencher os campos obrigatórios de acordo com as especificações"

    assert refused(body) == Reply(200, {"status": "error", "msg": msg, "errors": errors})


@pytest.mark.parametrize(
    ("change", "error", "hint"),
    [
        ({"grant_type": "refresh_token"}, "unsupported_grant_type", "required parameters"),
        ({"grant_type": None}, "unsupported_grant_type", "required parameters"),
        ({"username": "teste"}, "invalid_request", "`username`"),
        ({"password": ""}, "invalid_request", "`password`"),
    ],
)
def test_refused_token_request_says_which_parameter(change: dict[str, object], error: str, hint: str) -> None:
    """From the check to the body of the server's kind."""
    reply = refused(ASK | change, "issueToken")

    assert reply.status == 400
    assert isinstance(reply.body, dict)
    assert reply.body["error"] == error
    assert hint in reply.body["hint"]


@pytest.mark.parametrize("name", list(ASK))
def test_token_request_without_a_key_is_an_invalid_request(name: str) -> None:
    """Each of the five is required."""
    reply = refused({key: value for key, value in ASK.items() if key != name}, "issueToken")

    assert isinstance(reply.body, dict)
    assert (reply.status, reply.body["error"]) == (400, "invalid_request")
    assert reply.body["hint"] == f"Check the `{name}` parameter"


def test_secrets_of_a_token_request_are_known_as_secrets() -> None:
    """The journal hides them, and the tokens of the answer."""
    operation = contract().operations["issueToken"]
    answer = operation.answer(200)

    assert operation.body
    assert answer
    assert answer.body
    assert operation.body.secrets == {"client_secret": "client_secret", "password": "password"}
    assert answer.body.secrets == {"access_token": "token", "refresh_token": "token"}
