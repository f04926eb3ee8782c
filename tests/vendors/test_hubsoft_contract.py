"""HubSoft's contract: what each reading allows, what the rules find, and that the fake keeps it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest

from contracts import strict_json
from contracts.contract import Contract, load
from contracts.model import Direction, Exchange, HttpRequest, HttpResponse, Judgement, Severity
from simulator.vendor import Problem, Received, Refusal, Reply
from simulator.vendors.hubsoft import VENDOR
from simulator.vendors.hubsoft.messages import CANCEL_PATH, NOTIFY_PATH, TOKEN_PATH
from tests.vendors.hubsoft_world import work_of

# The readings that tests/vendors/test_hubsoft_neighbours_readings.py and test_hubsoft_pages.py are about.
NEIGHBOURS = {
    "H12": ("with-sample", "table-only"),
    "H13": ("rising", "falling"),
    "H14": ("success", "as-printed", "either"),
    "H15": ("ten-or-eleven", "eleven", "any-digits"),
    "H16": ("required", "default-false"),
    "H17": ("either", "post-only", "get-only"),
    "H18": ("as-printed", "either"),
}
PATHS = {"notifyCall": NOTIFY_PATH, "cancelCall": CANCEL_PATH, "issueToken": TOKEN_PATH}
FORM = "application/x-www-form-urlencoded"
CALL = {"ramal": 111, "telefone": 37999912222}
ERROR, WARNING = Severity.ERROR, Severity.WARNING
Found = list[tuple[str, str, Severity]]


@cache
def contract() -> Contract:
    return load("hubsoft")


def exchange(
    operation: str,
    body: object,
    readings: Mapping[str, str] | None = None,
    *,
    reply: Reply | None = None,
    media: str = "application/json",
    direction: Direction = Direction.RECEIVED,
) -> Exchange:
    headers = (("authorization", "Bearer t0k"), ("content-type", media))
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = None
    if reply:
        answer = HttpResponse(reply.status, (("content-type", "application/json"),), strict_json.dumps(reply.body))
    request = HttpRequest("POST", PATHS[operation], "", headers, raw)
    return Exchange("hubsoft", direction, request, answer, readings=readings or {})


def judge(body: object, operation: str = "notifyCall", **readings: str) -> Found:
    """Return what is found in a request (clause, pointer, severity) by who knows the small world."""
    return brief(contract().check(exchange(operation, body, readings), facts=work_of()))


def brief(judgement: Judgement) -> Found:
    return [(v.clause, v.pointer, v.severity) for v in judgement.violations]


@pytest.mark.parametrize(
    ("reading", "body", "found"),
    [
        ("seed-2019", {"ramal": 111}, [("required", "/telefone", WARNING)]),
        ("seed-2019", {"ramal": 111, "id_cliente": 11201}, [("required", "/telefone", WARNING)]),
        ("seed-2019", CALL, []),
        ("either", {"ramal": 111}, [("anyOf", "", WARNING)]),
        ("either", {"ramal": 111, "id_cliente": 11201}, []),
        ("either", CALL, []),
        ("current-2020", {"ramal": 111}, []),
    ],
)
def test_phone_is_required_as_the_reading_of_h1_says(reading: str, body: object, found: Found) -> None:
    """What only an older page forbids is a warning."""
    assert judge(body, H1=reading) == found


def test_missing_phone_names_both_pages_and_is_refused() -> None:
    """The note names the page that forbids it and the one that allows it; the fake still refuses."""
    judgement = contract().check(exchange("notifyCall", {"ramal": 111}))

    (violation,) = judgement.refused
    assert violation.discrepancy == "H1"
    assert "seed-2019" in violation.note
    assert "current-2020" in violation.note


BOTH = CALL | {"identificador_interno": "XYZ112"}


@pytest.mark.parametrize(
    ("reading", "body", "found"),
    [
        ("same-user", {"telefone": 37999912222}, [("anyOf", "", ERROR)]),
        ("same-user", BOTH, [("same-user", "/identificador_interno", WARNING)]),
        ("same-user", CALL | {"identificador_interno": "ABC111"}, []),
        ("extension-wins", {"telefone": 37999912222}, [("anyOf", "", ERROR)]),
        ("extension-wins", BOTH, []),
        ("extension-wins", CALL | {"identificador_interno": "nobody"}, []),
    ],
)
def test_extension_and_internal_id_agree_as_the_reading_of_h2_says(reading: str, body: object, found: Found) -> None:
    """At least one under each reading; both must agree under the strict one."""
    assert judge(body, H2=reading) == found


@pytest.mark.parametrize(
    ("reading", "phone", "found"),
    [
        ("number-or-digits", 37999912222, []),
        ("number-or-digits", "37999912222", []),
        ("number-or-digits", "(37) 99991-2222", [("pattern", "/telefone", ERROR)]),
        ("number-or-digits", "37999912222\n", [("pattern", "/telefone", ERROR)]),
        ("formatted", "(37) 99991-2222", []),
        ("formatted", "+55 37 99991.2222", []),
        ("formatted", "+() -", [("pattern", "/telefone", ERROR)]),
        ("formatted", "37 9999 call me", [("pattern", "/telefone", ERROR)]),
    ],
)
def test_numbers_are_written_as_the_reading_of_h3_says(reading: str, phone: object, found: Found) -> None:
    """Numbers and digits always, formatted text under the lenient reading."""
    assert judge(CALL | {"telefone": phone}, H3=reading) == found


@pytest.mark.parametrize(
    ("reading", "phone", "found"),
    [
        ("ten-to-thirteen", 999912222, [("phone-length", "/telefone", WARNING)]),
        ("ten-to-thirteen", 3732221234, []),
        ("ten-to-thirteen", "5537999912222", []),
        ("ten-to-thirteen", "55379999122223", [("phone-length", "/telefone", WARNING)]),
        ("any-digits", 190, []),
        ("any-digits", "553799991222233", []),
        ("any-digits", "5537999912222333", [("maxLength", "/telefone", WARNING)]),
    ],
)
def test_phone_is_as_long_as_the_reading_of_h4_says(reading: str, phone: object, found: Found) -> None:
    """10 to 13 digits, which is inferred; 15 at most in any case."""
    assert judge(CALL | {"telefone": phone}, H4=reading) == found


def test_length_of_a_formatted_phone_counts_its_digits() -> None:
    """H3 and H4 go together."""
    found = judge(CALL | {"telefone": "(37) 9999-122"}, H3="formatted")

    assert found == [("phone-length", "/telefone", WARNING)]


@pytest.mark.parametrize(
    ("reading", "found"),
    [("json-or-form", []), ("json-only", [("media-type", "header:content-type", ERROR)])],
)
def test_token_request_is_encoded_as_the_reading_of_h6_says(reading: str, found: Found) -> None:
    """JSON and form by default: the vendor's page shows one, its example the other."""
    body = b"grant_type=password&client_id=3&client_secret=s&username=u%40example.com&password=p"

    judgement = contract().check(exchange("issueToken", body, {"H6": reading}, media=FORM))

    assert brief(judgement) == found


@pytest.mark.parametrize(
    ("reading", "direction", "found"),
    [
        ("always-200", Direction.SENT, [("refusal-status", "status", WARNING)]),
        ("also-422", Direction.SENT, []),
        ("always-200", Direction.RECEIVED, []),
    ],
)
def test_status_of_a_refusal_is_judged_as_the_reading_of_h7_says(
    reading: str, direction: Direction, found: Found
) -> None:
    """A real ERP's 422 is a surprise under the strict reading; the fake's own is its tenant's choice."""
    reply = Reply(422, {"status": "error", "msg": "x", "errors": []})

    judgement = contract().check(exchange("notifyCall", CALL, {"H7": reading}, reply=reply, direction=direction))

    assert brief(judgement) == found


@pytest.mark.parametrize(
    ("reading", "body", "found"),
    [
        ("as-notice", CALL | {"id_cliente": 11201}, []),
        ("as-notice", CALL | {"origem": "PBX"}, [("additionalProperties", "/origem", WARNING)]),
        ("anything-more", CALL | {"origem": "PBX"}, []),
        ("shorter-list", CALL, []),
        ("shorter-list", CALL | {"id_cliente": 11201}, [("additionalProperties", "/id_cliente", WARNING)]),
    ],
)
def test_cancel_has_the_attributes_that_the_reading_of_h10_names(reading: str, body: object, found: Found) -> None:
    """An attribute too many is drift, and never refused."""
    judgement = contract().check(exchange("cancelCall", body, {"H10": reading}), facts=work_of())

    assert brief(judgement) == found
    assert judgement.refused == ()


@pytest.mark.parametrize(
    ("reading", "body", "found"),
    [
        ("refused", CALL | {"ramal": 999}, [("extension-exists", "/ramal", WARNING)]),
        (
            "refused",
            {"identificador_interno": "nobody", "telefone": 37999912222},
            [("internal-id-exists", "/identificador_interno", WARNING)],
        ),
        ("taken", CALL | {"ramal": 999}, []),
        ("taken", {"identificador_interno": "nobody", "telefone": 37999912222}, []),
    ],
)
def test_unknown_desk_is_judged_as_the_reading_of_h11_says(reading: str, body: object, found: Found) -> None:
    """Nothing is documented: refused by default, and the tenant may choose otherwise."""
    assert judge(body, H11=reading) == found


def test_every_reading_is_tested_here() -> None:
    """A new reading needs a new test."""
    readings = {(key, name) for key, entry in contract().discrepancies.items() for name in entry.readings}

    assert readings == {
        *(("H1", name) for name in ("seed-2019", "either", "current-2020")),
        *(("H2", name) for name in ("same-user", "extension-wins")),
        *(("H3", name) for name in ("number-or-digits", "formatted")),
        *(("H4", name) for name in ("ten-to-thirteen", "any-digits")),
        *(("H6", name) for name in ("json-or-form", "json-only")),
        *(("H7", name) for name in ("always-200", "also-422")),
        *(("H10", name) for name in ("as-notice", "anything-more", "shorter-list")),
        *(("H11", name) for name in ("refused", "taken")),
        *((key, name) for key, names in NEIGHBOURS.items() for name in names),
    }


@pytest.mark.parametrize("operation", ["notifyCall", "cancelCall"])
@pytest.mark.parametrize(
    ("named", "found"),
    [
        ({"id_cliente": 11201}, []),
        ({"id_cliente": "011201"}, []),
        ({"id_cliente": 49742}, [("customer-exists", "/id_cliente", ERROR)]),
        ({"codigo_cliente": "421"}, []),
        ({"codigo_cliente": 11201}, [("customer-code-exists", "/codigo_cliente", ERROR)]),
    ],
)
def test_named_customer_must_exist(operation: str, named: dict[str, object], found: Found) -> None:
    """The page says that it is in the database."""
    assert judge(CALL | named, operation) == found


def test_rules_of_state_are_not_judged_without_records() -> None:
    """Recorded traffic alone cannot say who exists."""
    judgement = contract().check(exchange("notifyCall", CALL | {"id_cliente": 49742}))

    assert judgement.violations == ()
    assert set(judgement.unjudged) == {
        "customer-exists",
        "customer-code-exists",
        "extension-exists",
        "internal-id-exists",
        "same-user",
    }


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
