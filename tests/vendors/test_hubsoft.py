"""HubSoft as the ERP that is faked: who may speak, what opens and closes a window, and how it refuses."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
import yaml

from contracts.model import Confidence, HttpRequest, Part, Severity, Violation
from simulator.identity import Identity
from simulator.vendor import Claim, Problem, Received, Refusal, Reply
from simulator.vendors.hubsoft import VENDOR
from simulator.vendors.hubsoft.refusals import FILL_IN, RULE_TEXTS
from tests.vendors.hubsoft_world import CONTRACT_DIR, work_of
from tests.work import MORNING, DictCredentials, DictWork

NOTIFIED = Reply(200, {"status": "success", "msg": "Ligação notificada com sucesso"})
CANCELLED = Reply(200, {"status": "success", "msg": "Ligação cancelada com sucesso"})
WINDOW = {
    "id": "1",
    "extension": "111",
    "internal_id": "ABC111",
    "user": "1",
    "phone": "37999912222",
    "customer": "11201",
    "params": None,
    "opened_at": "2026-03-02T12:00:00+00:00",
    "closed_at": None,
    "status": "open",
    "notices": 1,
}
CLOSED = {"status": "closed", "closed_at": "2026-03-02T12:00:00+00:00"}


def ask(work: DictWork, operation: str, **body: object) -> Reply:
    return VENDOR.handlers[operation](work, Received(operation, HttpRequest("POST", "/"), body))


def windows(work: DictWork) -> list[object]:
    return list(work.all("hubsoft.popup"))


def token_of(work: DictWork) -> str:
    body = ask(work, "issueToken").body
    assert isinstance(body, dict)
    return str(body["access_token"])


def bearer(token: str) -> HttpRequest:
    return HttpRequest("POST", "/", headers=(("Authorization", f"Bearer {token}"),))


def secrets_of(work: DictWork, **other: object) -> dict[str, object]:
    return {"grant_type": "password", **work.credentials("hubsoft"), **other}


def claim(body: object, *works: DictWork) -> Claim:
    assert VENDOR.claim
    return VENDOR.claim("issueToken", HttpRequest("POST", "/oauth/token"), body, DictCredentials(works))


def claim_by(request: HttpRequest, *works: DictWork) -> Claim:
    assert VENDOR.claim
    return VENDOR.claim("notifyCall", request, None, DictCredentials(works))


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


def test_token_lives_for_thirty_days_of_the_tenants_clock() -> None:
    """The answer says 2592000 seconds, and the record ends when they are over."""
    work = work_of()

    reply = ask(work, "issueToken")

    (record,) = work.all("hubsoft.token")
    assert reply == Reply(
        200,
        {
            "access_token": record["token"],
            "expires_in": 2592000,
            "refresh_token": reply.body["refresh_token"],  # type: ignore[index]
            "token_type": "Bearer",
        },
    )
    assert record == {
        "token": record["token"],
        "issued_at": "2026-03-02T12:00:00+00:00",
        "expires_at": "2026-04-01T12:00:00+00:00",
        "revoked": False,
    }
    assert record["token"].startswith("eyJ0eXAiOiJKV1Qi")


def test_token_is_another_one_each_time_and_for_each_tenant() -> None:
    """Two tenants with one seed never give the same token."""
    one, other = work_of(), work_of(tenant="other")

    tokens = [token_of(one), token_of(one), token_of(other)]

    assert len(set(tokens)) == 3


def test_token_is_the_same_for_the_same_seed_and_tenant() -> None:
    """Two runs with one seed are alike."""
    assert token_of(work_of()) == token_of(work_of())


def test_expired_tokens_are_forgotten_with_the_next_one() -> None:
    """Tokens do not pile up."""
    work = work_of()
    first = token_of(work)
    work.now += timedelta(days=20)
    second = token_of(work)
    work.now += timedelta(days=10)

    third = token_of(work)

    assert [record["token"] for record in work.all("hubsoft.token")] == [second, third]
    assert first not in (second, third)


def test_claim_by_bearer_names_the_tenant_that_issued_it() -> None:
    """The token alone says which world is meant, whatever the case of the scheme."""
    one, other = work_of(), work_of(tenant="other")
    token = token_of(other)

    lower = HttpRequest("POST", "/", headers=(("authorization", f"bearer {token}"),))

    assert claim_by(bearer(token), one, other) == Claim("other")
    assert claim_by(lower, one, other) == Claim("other")


@pytest.mark.parametrize(
    ("header", "hint"),
    [
        ("", ""),
        ("ONe7Ns48Y30tB", ""),
        ("Basic eDp5", "Basic"),
        ("Bearer", "Bearer"),
        ("Bearer nobody", "access_token"),
    ],
)
def test_claim_without_a_good_token_names_nobody(header: str, hint: str) -> None:
    """No scheme (a secret is never shown), another one, no token, and an unknown one: all the same."""
    found = claim_by(HttpRequest("POST", "/", headers=(("authorization", header),)), work_of())

    assert (found.tenant, found.problem, found.hint) == (None, Problem.UNAUTHENTICATED, hint)
    assert "POST /oauth/token" in found.detail


def test_claim_by_a_secret_as_token_hints_at_the_secret() -> None:
    """A client secret in the place of the token is recognised for the journal."""
    work = work_of()

    found = claim_by(bearer(work.credentials("hubsoft")["client_secret"]), work)

    assert (found.tenant, found.hint) == (None, "client_secret")


def test_claim_by_an_expired_token_names_nobody() -> None:
    """A token is good until its last second, and not in the one after."""
    work = work_of()
    token = token_of(work)
    work.now = MORNING + timedelta(seconds=2591999)
    before = claim_by(bearer(token), work)
    work.now += timedelta(seconds=1)

    after = claim_by(bearer(token), work)

    assert (before.tenant, after.tenant) == ("default", None)


@pytest.mark.parametrize("how", ["marked", "removed"])
def test_claim_by_a_revoked_token_names_nobody(how: str) -> None:
    """A token is revoked by marking its record, or by removing it."""
    work = work_of()
    token = token_of(work)
    if how == "marked":
        work.put("hubsoft.token", token, {**work.records["hubsoft.token"][token], "revoked": True})
    else:
        work.remove("hubsoft.token", token)

    found = claim_by(bearer(token), work)

    assert (found.tenant, found.problem) == (None, Problem.UNAUTHENTICATED)


def test_claim_by_secrets_names_their_holder() -> None:
    """All four secrets of one tenant name it; a client id may be a JSON number."""
    one, other = work_of(), work_of(tenant="other", seed="2")
    number = int(other.credentials("hubsoft")["client_id"])

    assert claim(secrets_of(other), one, other) == Claim("other")
    assert claim(secrets_of(other, client_id=number), one, other) == Claim("other")


@pytest.mark.parametrize("name", ["client_id", "client_secret", "username", "password"])
def test_claim_by_one_wrong_secret_names_nobody(name: str) -> None:
    """Each of the four counts."""
    work = work_of()

    found = claim(secrets_of(work, **{name: "wrong"}), work)

    assert (found.tenant, found.problem) == (None, Problem.UNAUTHENTICATED)
    assert name in found.detail
    assert found.hint in {"client_id", "client_secret"} - {name}


@pytest.mark.parametrize("name", ["client_id", "client_secret", "username", "password"])
def test_claim_by_secrets_of_two_tenants_is_forbidden(name: str) -> None:
    """Credentials mixed from two tenants open neither."""
    one, other = work_of(), work_of(tenant="other", seed="2")

    found = claim(secrets_of(one, **{name: other.credentials("hubsoft")[name]}), one, other)

    assert (found.tenant, found.problem) == (None, Problem.FORBIDDEN)


def test_claim_with_a_missing_secret_leaves_it_to_the_check() -> None:
    """The tenant of the other secrets is named, so that the contract can say what is missing."""
    work = work_of()
    body = secrets_of(work)
    del body["password"]

    assert claim(body, work) == Claim("default")


@pytest.mark.parametrize("body", [None, [], "text", {}, {"client_id": ""}, {"client_id": True, "password": []}])
def test_claim_without_any_secret_is_a_violation(body: object) -> None:
    """What is no secret at all is told as missing, not as wrong."""
    found = claim(body, work_of())

    assert (found.tenant, found.problem) == (None, Problem.VIOLATION)


def test_notice_opens_the_window_of_the_extensions_user() -> None:
    """The user is the extension's, and the customer is recognised by phone."""
    work = work_of()

    reply = ask(work, "notifyCall", ramal=111, telefone=37999912222)

    assert reply == NOTIFIED
    assert windows(work) == [WINDOW]


@pytest.mark.parametrize(
    "phone", ["37999912222", 5537999912222, "5537999912222", "037999912222", "+55 (37) 99991-2222"]
)
def test_notice_recognises_a_customer_however_the_phone_is_written(phone: object) -> None:
    """Text or number, with country code or a zero in front: it is the same phone."""
    work = work_of()

    ask(work, "notifyCall", ramal="111", telefone=phone)

    assert windows(work) == [WINDOW]


def test_notice_of_an_area_code_that_looks_like_a_country_code_keeps_it() -> None:
    """55 is an area code too: eleven digits that begin with it are national."""
    work = work_of()

    ask(work, "notifyCall", ramal=111, telefone=55999912222)

    assert windows(work) == [{**WINDOW, "phone": "55999912222", "customer": None}]


def test_notice_opens_the_window_of_the_internal_ids_user() -> None:
    """The internal id finds the user where no extension is given."""
    work = work_of()

    ask(work, "notifyCall", identificador_interno="XYZ112", telefone=37900000000)

    window = {
        "extension": None,
        "internal_id": "XYZ112",
        "user": "2",
        "phone": "37900000000",
        "customer": None,
    }
    assert windows(work) == [WINDOW | window]


def test_notice_with_both_looks_at_the_extension() -> None:
    """The extension wins (the strict reading of H2 refuses a contradiction before)."""
    work = work_of()

    ask(work, "notifyCall", ramal=111, identificador_interno="XYZ112", telefone=37999912222)

    assert windows(work) == [WINDOW]


@pytest.mark.parametrize("named", [{"id_cliente": 11202}, {"id_cliente": "11202"}, {"codigo_cliente": 422}])
def test_notice_that_names_a_customer_shows_that_one(named: dict[str, object]) -> None:
    """A named customer goes before the one who has the phone."""
    work = work_of()

    ask(work, "notifyCall", ramal=111, telefone=37999912222, ligacao_params={"origem": "PBX"}, **named)

    assert windows(work) == [{**WINDOW, "customer": "11202", "params": {"origem": "PBX"}}]


def test_notice_without_a_phone_shows_the_customer_named() -> None:
    """The readings that do without a phone open a window all the same."""
    work = work_of()

    ask(work, "notifyCall", ramal=111, id_cliente=11202)

    assert windows(work) == [{**WINDOW, "phone": None, "customer": "11202"}]


def test_notice_for_an_unknown_extension_opens_a_window_for_nobody() -> None:
    """Where the reading of H11 lets it through, no user sees the window."""
    work = work_of()

    ask(work, "notifyCall", ramal=999, telefone=37999912222)

    assert windows(work) == [{**WINDOW, "extension": "999", "internal_id": None, "user": None}]


def test_same_notice_twice_keeps_one_window() -> None:
    """A second equal notice is counted."""
    work = work_of()
    ask(work, "notifyCall", ramal=111, telefone=37999912222)

    again = ask(work, "notifyCall", ramal="111", telefone="5537999912222")

    assert again == NOTIFIED
    assert windows(work) == [{**WINDOW, "notices": 2}]


def test_notice_of_another_phone_or_extension_opens_another_window() -> None:
    """Extension and phone together are the call."""
    work = work_of()

    ask(work, "notifyCall", ramal=111, telefone=37999912222)
    ask(work, "notifyCall", ramal=111, telefone=37900000000)
    ask(work, "notifyCall", ramal=112, telefone=37999912222)

    assert windows(work) == [
        WINDOW,
        {**WINDOW, "id": "2", "phone": "37900000000", "customer": None},
        {**WINDOW, "id": "3", "extension": "112", "internal_id": "XYZ112", "user": "2"},
    ]


def test_notice_without_a_phone_is_equal_by_its_customer() -> None:
    """It is counted on the window of the same customer, and on no window of a phone."""
    work = work_of()
    ask(work, "notifyCall", ramal=111, telefone=37999912222)

    ask(work, "notifyCall", ramal=111, id_cliente=11202)
    ask(work, "notifyCall", ramal=111, codigo_cliente=422)
    ask(work, "notifyCall", ramal=111)

    counted = [(w["phone"], w["customer"], w["notices"]) for w in work.all("hubsoft.popup")]
    assert counted == [("37999912222", "11201", 1), (None, "11202", 2), (None, None, 1)]


def test_cancel_closes_the_window_of_the_call_alone() -> None:
    """Other extensions and other phones keep theirs."""
    work = work_of()
    for extension, phone in ((111, 37999912222), (112, 37999912222), (111, 37900000000)):
        ask(work, "notifyCall", ramal=extension, telefone=phone)

    reply = ask(work, "cancelCall", ramal="111", telefone="5537999912222")

    assert reply == CANCELLED
    assert windows(work)[0] == WINDOW | CLOSED
    assert [w["status"] for w in work.all("hubsoft.popup")] == ["closed", "open", "open"]


def test_cancel_by_internal_id_closes_what_the_extension_opened() -> None:
    """Both name the user's desk."""
    work = work_of()
    ask(work, "notifyCall", ramal=111, telefone=37999912222)

    ask(work, "cancelCall", identificador_interno="ABC111", telefone=37999912222)

    assert windows(work) == [WINDOW | CLOSED]


def test_cancel_by_extension_closes_what_the_internal_id_opened() -> None:
    """Both name the user's desk."""
    work = work_of()
    ask(work, "notifyCall", identificador_interno="ABC111", telefone=37999912222)

    ask(work, "cancelCall", ramal=111, telefone=37999912222)

    assert windows(work) == [WINDOW | CLOSED | {"extension": None}]


def test_cancel_without_notice_is_a_success() -> None:
    """The page closes the window if it is still open; that it is not is no error."""
    work = work_of()

    assert ask(work, "cancelCall", ramal=111, telefone=37999912222) == CANCELLED
    assert windows(work) == []


def test_cancel_twice_changes_nothing_more() -> None:
    """A closed window keeps the time when it was closed."""
    work = work_of()
    ask(work, "notifyCall", ramal=111, telefone=37999912222)
    ask(work, "cancelCall", ramal=111, telefone=37999912222)
    work.now += timedelta(minutes=1)

    ask(work, "cancelCall", ramal=111, telefone=37999912222)

    assert windows(work) == [WINDOW | CLOSED]


def test_cancel_without_a_phone_closes_what_agrees() -> None:
    """With the customer alone it closes that customer's window; with nothing more, all of the desk."""
    work = work_of()
    ask(work, "notifyCall", ramal=111, telefone=37999912222)
    ask(work, "notifyCall", ramal=111, id_cliente=11202)
    ask(work, "notifyCall", ramal=112, telefone=37999912222)

    ask(work, "cancelCall", ramal=111, id_cliente=11202)
    first = [w["status"] for w in work.all("hubsoft.popup")]
    ask(work, "cancelCall", ramal=111)

    assert first == ["open", "closed", "open"]
    assert [w["status"] for w in work.all("hubsoft.popup")] == ["closed", "closed", "open"]


def test_windows_are_kept_up_to_five_hundred() -> None:
    """The oldest goes when the next one comes."""
    work = work_of()

    for number in range(501):
        ask(work, "notifyCall", ramal=111, telefone=37900000000 + number)

    kept = [w["id"] for w in work.all("hubsoft.popup")]
    assert (len(kept), kept[0], kept[-1]) == (500, "2", "501")


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
