"""HubSoft: tokens, and whose a request is."""

from __future__ import annotations

from datetime import timedelta

import pytest

from contracts.model import HttpRequest
from simulator.vendor import Claim, Problem, Reply
from simulator.vendors.hubsoft import VENDOR
from tests.vendors.hubsoft_asks import ask
from tests.vendors.hubsoft_world import work_of
from tests.work import MORNING, DictCredentials, DictWork


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
