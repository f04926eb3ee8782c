"""HubSoft: how it words a refusal."""

from __future__ import annotations

import json

import pytest
import yaml

from contracts.model import Confidence, Part, Severity, Violation
from simulator.identity import Identity
from simulator.vendor import Problem, Refusal, Reply
from simulator.vendors.hubsoft import VENDOR
from simulator.vendors.hubsoft.refusals import FILL_IN, RULE_TEXTS
from tests.vendors.hubsoft_asks import ask
from tests.vendors.hubsoft_world import CONTRACT_DIR, work_of


def refused(problem: Problem, detail: str = "", **more: object) -> Reply:
    assert VENDOR.refuse
    return VENDOR.refuse(Refusal(problem, detail, **more))  # type: ignore[arg-type]


def broken(clause: str, pointer: str, keyword: str = "", discrepancy: str | None = None) -> Violation:
    return Violation(
        clause,
        Part.REQUEST,
        pointer,
        "",
        "",
        "",
        "",
        Confidence.DOCUMENTED,
        Severity.ERROR,
        keyword=keyword or clause,
        discrepancy=discrepancy,
    )


def test_violations_are_told_in_the_envelope_of_the_neighbouring_routes() -> None:
    """HTTP 200, the general sentence, and one sentence a field in the vendor's words, each once."""
    violations = (
        broken("required", "/telefone"),
        broken("type", "/ligacao_params"),
        broken("pattern", "/id_cliente"),
        broken("customer-exists", "/id_cliente", "rule"),
        broken("pattern", "/id_cliente"),
    )

    reply = refused(Problem.VIOLATION, operation="notifyCall", violations=violations)

    errors = [
        "O campo telefone é obrigatório.",
        "O campo ligacao_params deve ser do tipo object",
        "O campo id cliente não possui um valor válido.",
        "O cliente informado não foi encontrado.",
    ]
    assert reply == Reply(200, {"status": "error", "msg": FILL_IN, "errors": errors})


def test_violations_come_with_422_for_a_tenant_that_asks_for_it() -> None:
    """The body is the same (H7)."""
    ordinary = refused(Problem.VIOLATION, violations=(broken("anyOf", "", discrepancy="H2"),))

    reply = refused(
        Problem.VIOLATION,
        violations=(broken("anyOf", "", discrepancy="H2"),),
        switches={"validation_status": "422"},
    )

    errors = [
        "O campo ramal é obrigatório quando identificador interno não está presente.",
        "O campo identificador interno é obrigatório quando ramal não está presente.",
    ]
    assert reply == Reply(422, {"status": "error", "msg": FILL_IN, "errors": errors})
    assert ordinary == Reply(200, reply.body)


def test_rule_sentences_are_those_of_the_contract() -> None:
    """The fake says what rules.yaml says."""
    rules = yaml.safe_load((CONTRACT_DIR / "rules.yaml").read_text(encoding="utf-8"))

    told = {name: rule["envelope"] for name, rule in rules.items() if "envelope" in rule}

    assert told == RULE_TEXTS


@pytest.mark.parametrize("problem", [Problem.UNAUTHENTICATED, Problem.FORBIDDEN])
def test_wrong_secrets_are_refused_as_printed(problem: Problem) -> None:
    """The token route's 401 is documented; mixed secrets get it too."""
    sentence = "The user credentials were incorrect."

    reply = refused(problem, "whatever", operation="issueToken")

    assert reply == Reply(401, {"error": "invalid_credentials", "error_description": sentence, "message": sentence})


def test_missing_secret_is_an_invalid_request() -> None:
    """The hint names the parameter."""
    reply = refused(Problem.VIOLATION, operation="issueToken", violations=(broken("required", "/username"),))

    assert reply.status == 400
    assert reply.body["error"] == "invalid_request"  # type: ignore[index]
    assert reply.body["hint"] == "Check the `username` parameter"  # type: ignore[index]


def test_other_grant_is_unsupported() -> None:
    """No refresh is documented."""
    reply = refused(Problem.VIOLATION, operation="issueToken", violations=(broken("const", "/grant_type"),))

    assert reply.status == 400
    assert reply.body["error"] == "unsupported_grant_type"  # type: ignore[index]


def test_unauthenticated_call_is_401() -> None:
    """The status is documented; the body is that of the server's kind."""
    reply = refused(Problem.UNAUTHENTICATED, "no bearer token", operation="notifyCall")

    assert reply == Reply(401, {"message": "Unauthenticated."})


@pytest.mark.parametrize(
    ("problem", "status"),
    [
        (Problem.FORBIDDEN, 403),
        (Problem.NOT_FOUND, 404),
        (Problem.MALFORMED, 400),
        (Problem.UNSUPPORTED_MEDIA, 415),
        (Problem.TOO_LARGE, 413),
        (Problem.FAILURE, 500),
    ],
)
def test_every_other_problem_has_the_envelope(problem: Problem, status: int) -> None:
    """What is wrong in particular stands in errors."""
    reply = refused(problem, "character 7 is no JSON")

    assert reply.status == status
    assert isinstance(reply.body, dict)
    assert list(reply.body) == ["status", "msg", "errors"]
    assert (reply.body["status"], reply.body["errors"]) == ("error", ["character 7 is no JSON"])


def test_wrong_method_says_what_is_allowed() -> None:
    """405 carries Allow, on the token route too."""
    reply = refused(Problem.METHOD_NOT_ALLOWED, allow=("OPTIONS", "POST"), operation="issueToken")

    body = {"status": "error", "msg": "Método não permitido para esta rota", "errors": []}
    assert reply == Reply(405, body, (("allow", "OPTIONS, POST"),))


def test_credentials_are_made_from_the_seed() -> None:
    """The same seed makes the same set, another one another; mail goes to nobody."""
    one, again, other = (VENDOR.credentials(Identity(seed)) for seed in ("1", "1", "2"))

    assert one == again
    assert all(one[name] != other[name] for name in one)
    assert list(one) == ["client_id", "client_secret", "username", "password"]
    assert one["client_id"].isdigit()
    assert one["username"].endswith("@example.com")


def test_every_operation_of_the_contract_has_a_handler() -> None:
    """What is promised is served."""
    document = yaml.safe_load((CONTRACT_DIR / "openapi.yaml").read_text(encoding="utf-8"))

    promised = {operation["operationId"] for path in document["paths"].values() for operation in path.values()}

    assert promised == set(VENDOR.handlers)


def test_bodies_can_be_written_as_json() -> None:
    """No handler answers with what JSON cannot hold."""
    work = work_of()

    replies = [ask(work, "issueToken"), ask(work, "notifyCall", ramal=111, telefone=37999912222)]

    assert all(json.loads(json.dumps(reply.body)) == reply.body for reply in replies)
