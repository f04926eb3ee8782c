"""HubSoft's fake over real HTTP: tokens and their end, two tenants."""

from __future__ import annotations

import threading
from urllib.parse import urlencode

import pytest

from simulator.tenancy.tenants import UNCLAIMED
from tests.live import Client, Live
from tests.vendors.hubsoft_live import (
    CALL,
    CANCEL,
    CANCELLED,
    NOTIFIED,
    NOTIFY,
    TOKEN,
    change,
    popups,
    say,
    secrets,
    token_of,
)

UNAUTHENTICATED = {"message": "Unauthenticated."}
FORM = "application/x-www-form-urlencoded"
PRINTED_TOKEN = "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiIsImp0aSI6IjNjN2VjYTY1"


def test_token_is_given_for_json_and_for_a_form(running: Live, tenant: str) -> None:
    """As the page prints it, and as the vendor's own example sends it; each token is another, and opens the door."""
    by_json = running.ask("POST", TOKEN, secrets(running, tenant))
    by_form = running.ask("POST", TOKEN, urlencode(secrets(running, tenant)).encode(), {"content-type": FORM})

    for answer in (by_json, by_form):
        body = answer.json
        assert answer.status == 200
        assert body == {
            "token_type": "Bearer",
            "expires_in": 2592000,
            "access_token": body["access_token"],
            "refresh_token": body["refresh_token"],
        }
        assert say(running, NOTIFY, body["access_token"], CALL).json == NOTIFIED
    assert by_json.json["access_token"] != by_form.json["access_token"]


def test_form_is_refused_where_the_documents_are_read_as_json_only(running: Live, tenant: str) -> None:
    """H6 is a choice of the tenant."""
    change(running, tenant, readings={"H6": "json-only"})

    by_form = running.ask("POST", TOKEN, urlencode(secrets(running, tenant)).encode(), {"content-type": FORM})

    assert running.ask("POST", TOKEN, secrets(running, tenant)).status == 200
    assert by_form.status in (400, 415)


@pytest.mark.parametrize("wrong", ["client_id", "client_secret", "username", "password"])
def test_wrong_secret_is_401_as_printed(running: Live, tenant: str, wrong: str) -> None:
    """Each of the four; the answer is the printed one, in the journal of nobody, with what was nearly right."""
    value = "1" if wrong == "client_id" else "x@example.com"
    before = running.journal_end(UNCLAIMED)

    answer = running.ask("POST", TOKEN, {**secrets(running, tenant), wrong: value})

    assert answer.status == 401
    assert answer.json == {
        "error": "invalid_credentials",
        "error_description": "The user credentials were incorrect.",
        "message": "The user credentials were incorrect.",
    }
    assert running.journal_end(UNCLAIMED) == before + 1


def test_secrets_of_two_tenants_are_refused_together(running: Live, tenant: str) -> None:
    """The client of one with the user of another is nobody."""
    own, other = secrets(running, tenant), secrets(running, "default")

    mixed = running.ask("POST", TOKEN, {**own, "username": other["username"], "password": other["password"]})

    assert (mixed.status, mixed.json["error"]) == (401, "invalid_credentials")


@pytest.mark.parametrize(
    ("body", "media_type"), [(b'{"grant_type": ', "application/json"), (b"", "application/json"), (b"%ff", FORM)]
)
def test_token_request_that_cannot_be_read_is_400_in_the_servers_words(
    running: Live, body: bytes, media_type: str
) -> None:
    """The token route's body is another than that of the call routes."""
    answer = running.ask("POST", TOKEN, body, {"content-type": media_type})

    assert answer.status == 400
    assert answer.json.keys() == {"error", "error_description", "hint", "message"}
    assert answer.json["error"] == "invalid_request"


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("authorization", None),
        ("authorization", ""),
        ("authorization", "Bearer"),
        ("authorization", "Bearer "),
        ("authorization", "Bearer nobody-has-this"),
        ("authorization", "Token abc"),
        ("authorization", "Bearer \u00e9"),
        ("x-authorization", "Bearer x"),
    ],
)
def test_request_without_a_good_token_is_401(running: Live, header: str, value: str | None) -> None:
    """Missing, empty, unknown, of another scheme: all the same body."""
    for path in (NOTIFY, CANCEL):
        answer = running.ask("POST", path, CALL, {header: value})

        assert (answer.status, answer.json) == (401, UNAUTHENTICATED)


def test_credential_in_the_place_of_the_token_is_401_and_not_in_the_journal(running: Live, tenant: str) -> None:
    """A password as a bearer token is a mistake that people make."""
    password = running.credentials("hubsoft", tenant)["password"]

    answer = say(running, NOTIFY, password, CALL)

    assert (answer.status, answer.json) == (401, UNAUTHENTICATED)
    assert password not in running.control("GET", "/journal", tenant=UNCLAIMED, limit=1000).text


def test_token_ends_after_thirty_days_of_the_tenants_clock(running: Live, tenant: str) -> None:
    """Good until then, over at that moment; another tenant's token lives on, and a new one is given."""
    running.control("PUT", "/clock", {"clock": "jumping"}, tenant=tenant)
    token, other = token_of(running, tenant), token_of(running, "default")

    running.control("PUT", "/clock", {"forward": "29d23h59min59s"}, tenant=tenant)
    still = say(running, NOTIFY, token, CALL)
    running.control("PUT", "/clock", {"forward": "1s"}, tenant=tenant)
    over = say(running, NOTIFY, token, CALL)

    assert (still.status, still.json) == (200, NOTIFIED)
    assert (over.status, over.json) == (401, UNAUTHENTICATED)
    assert say(running, NOTIFY, other, CALL).json == NOTIFIED
    assert say(running, NOTIFY, token_of(running, tenant), CALL).json == NOTIFIED


def test_revoked_token_is_refused_and_the_others_are_not(running: Live, tenant: str) -> None:
    """One by name, then all; the answer says how many."""
    one, two, three = (token_of(running, tenant) for _ in range(3))

    first = running.control("POST", "/revocations", {"vendor": "hubsoft", "token": one}, tenant=tenant).json
    after_one = [say(running, NOTIFY, t, CALL).status for t in (one, two, three)]
    rest = running.control("POST", "/revocations", {"vendor": "hubsoft"}, tenant=tenant).json
    after_all = [say(running, NOTIFY, t, CALL).status for t in (one, two, three)]

    assert (first, after_one) == ({"revoked": 1}, [401, 200, 200])
    assert (rest, after_all) == ({"revoked": 2}, [401, 401, 401])
    assert say(running, NOTIFY, token_of(running, tenant), CALL).status == 200


def test_printed_token_itself_is_nobodys(running: Live) -> None:
    """What the page prints as a token opens no door."""
    assert say(running, NOTIFY, PRINTED_TOKEN, CALL).status == 401


def test_two_tenants_under_sixteen_clients_never_see_each_other(running: Live) -> None:
    """Each has its own token, windows and journal; each client's calls are all there, and nobody else's."""
    names = ["left", "right"]
    for name in names:
        running.make_tenant(name)
    tokens = {name: token_of(running, name) for name in names}
    wrong: list[object] = []

    def work(number: int) -> None:
        name = names[number % 2]
        client = Client(running.url, {"authorization": f"Bearer {tokens[name]}"})
        for call in range(20):
            phone = f"37{name == 'left':d}{number:02d}{call:06d}"
            for path, wanted in ((NOTIFY, NOTIFIED), (CANCEL, CANCELLED)):
                answer = client.ask("POST", path, {"ramal": 111 + number, "telefone": phone})
                if answer.json != wanted:
                    wrong.append(answer.text)
        client.close()

    clients = [threading.Thread(target=work, args=(number,)) for number in range(16)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()

    assert wrong == []
    for side, name in enumerate(names):
        windows, entries = popups(running, name), running.journal(name)
        assert len(windows) == 160
        assert {w["phone"][2] for w in windows} == {"1" if name == "left" else "0"}
        assert {int(w["extension"]) % 2 for w in windows} == {(111 + side) % 2}
        assert {w["status"] for w in windows} == {"closed"}
        assert len([e for e in entries if e["operation"] != "issueToken"]) == 320
        assert {e["tenant"] for e in entries} == {name}
        assert [e["number"] for e in entries] == list(range(1, 322))


def test_removed_tenant_is_forgotten_with_its_tokens_and_credentials(running: Live) -> None:
    """Its name and credentials are free again, and its token is nobody's."""
    made = running.make_tenant("short-lived")
    token = token_of(running, "short-lived")

    running.control("DELETE", "/tenants/short-lived")

    assert say(running, NOTIFY, token, CALL).status == 401
    assert running.ask("POST", TOKEN, {"grant_type": "password", **made["credentials"]["hubsoft"]}).status == 401
    again = running.make_tenant("short-lived", credentials={"hubsoft": made["credentials"]["hubsoft"]})
    assert again["credentials"] == made["credentials"]
    running.control("DELETE", "/tenants/short-lived")
