"""HubSoft's fake over real HTTP: tokens and their end, windows, readings, two tenants."""

from __future__ import annotations

import threading
from typing import Any
from urllib.parse import urlencode

import pytest

from simulator.tenancy.tenants import UNCLAIMED
from tests.answer import Answer
from tests.live import Client, Live

TOKEN = "/hubsoft/oauth/token"
NOTIFY = "/hubsoft/api/v1/integracao/pbx/ligacao/notificar"
CANCEL = "/hubsoft/api/v1/integracao/pbx/ligacao/cancelar"
CALL = {"ramal": 111, "telefone": 37999912222}
NOTIFIED = {"status": "success", "msg": "Ligação notificada com sucesso"}
CANCELLED = {"status": "success", "msg": "Ligação cancelada com sucesso"}
UNAUTHENTICATED = {"message": "Unauthenticated."}
FORM = "application/x-www-form-urlencoded"

PRINTED_TOKEN = "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiIsImp0aSI6IjNjN2VjYTY1"


@pytest.fixture
def default(running: Live) -> str:
    """The tenant with the records that the vendor's samples name, as it is at the start."""
    running.control("POST", "/reset")
    return "default"


def secrets(running: Live, tenant: str) -> dict[str, str]:
    return {"grant_type": "password", **running.credentials("hubsoft", tenant)}


def token_of(running: Live, tenant: str) -> str:
    answer = running.ask("POST", TOKEN, secrets(running, tenant))
    assert answer.status == 200, answer.text
    return str(answer.json["access_token"])


def say(running: Live, path: str, token: str, body: Any) -> Answer:
    return running.ask("POST", path, body, {"authorization": f"Bearer {token}"})


def popups(running: Live, tenant: str) -> list[dict[str, Any]]:
    return running.records("hubsoft.popup", tenant)


def change(running: Live, tenant: str, **choices: dict[str, str]) -> None:
    answer = running.control("PATCH", f"/tenants/{tenant}", {k: {"hubsoft": v} for k, v in choices.items()})
    assert answer.status == 200, answer.text


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


def test_window_opens_for_the_user_of_the_extension_with_the_customer_recognised(running: Live, default: str) -> None:
    """The printed call: extension 111 and phone 37999912222 open a window for user 1, who sees customer 11201."""
    token = token_of(running, default)

    answer = say(running, NOTIFY, token, CALL)

    (window,) = popups(running, default)
    (user,) = [u for u in running.records("user", default) if u["id"] == window["user"]]
    assert (answer.status, answer.json) == (200, NOTIFIED)
    assert window == window | {
        "extension": "111",
        "internal_id": user["internal_id"],
        "user": "1",
        "phone": "37999912222",
        "customer": "11201",
        "status": "open",
        "notices": 1,
        "closed_at": None,
    }


def test_window_is_closed_by_cancel_and_counts_equal_notices(running: Live, default: str) -> None:
    """Two notices are one window; cancel closes it, and a second cancel is no error."""
    token = token_of(running, default)
    for _ in range(2):
        say(running, NOTIFY, token, CALL)
    (before,) = popups(running, default)

    first, second = (say(running, CANCEL, token, CALL) for _ in range(2))

    (after,) = popups(running, default)
    assert (before["notices"], before["status"]) == (2, "open")
    assert (first.json, second.json) == (CANCELLED, CANCELLED)
    assert after["status"] == "closed"
    assert after["closed_at"] >= after["opened_at"]


@pytest.mark.parametrize("phone", [37999912222, "37999912222", 5537999912222, "5537999912222"])
def test_customer_is_recognised_however_the_phone_is_written(running: Live, default: str, phone: object) -> None:
    """A number or digits, with the country code or without."""
    say(running, NOTIFY, token_of(running, default), {"ramal": "111", "telefone": phone})

    (window,) = popups(running, default)
    assert (window["phone"], window["customer"]) == ("37999912222", "11201")


def test_window_of_an_unknown_caller_names_no_customer(running: Live, default: str) -> None:
    """The user may then look the customer up."""
    say(running, NOTIFY, token_of(running, default), {"ramal": 112, "telefone": 1140000000})

    (window,) = popups(running, default)
    assert (window["extension"], window["customer"]) == ("112", None)


def test_internal_id_opens_the_window_of_its_user(running: Live, default: str) -> None:
    """Instead of the extension."""
    user = running.records("user", default)[2]

    body = {"identificador_interno": user["internal_id"], "telefone": 37999912222}
    answer = say(running, NOTIFY, token_of(running, default), body)

    (window,) = popups(running, default)
    assert answer.json == NOTIFIED
    assert (window["user"], window["internal_id"], window["extension"]) == (user["id"], user["internal_id"], None)


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({"telefone": 37999912222}, "O campo ramal é obrigatório quando identificador interno não está presente."),
        ({"ramal": 111}, "O campo telefone é obrigatório."),
        ({"ramal": 999, "telefone": 37999912222}, "O ramal informado não foi encontrado."),
        ({**CALL, "id_cliente": 1}, "O cliente informado não foi encontrado."),
        ({**CALL, "identificador_interno": "nobody1"}, "O identificador interno informado não foi encontrado."),
        ({"ramal": 111, "telefone": 379}, "O campo telefone não possui um valor válido."),
        ({"ramal": True, "telefone": 37999912222}, "O campo ramal deve ser do tipo integer"),
        ([], "O corpo da requisição deve ser um objeto JSON."),
    ],
)
def test_refused_call_is_200_with_the_error_in_the_envelope(
    running: Live, tenant: str, body: object, sentence: str
) -> None:
    """Nothing opens; and with the tenant's switch the same body comes with 422."""
    token = token_of(running, tenant)

    usual = say(running, NOTIFY, token, body)
    change(running, tenant, switches={"validation_status": "422"})
    switched = say(running, NOTIFY, token, body)

    assert (usual.status, usual.json["status"]) == (200, "error")
    assert sentence in usual.json["errors"]
    assert (switched.status, switched.json) == (422, usual.json)
    assert popups(running, tenant) == []
    verdicts = [e["verdict"]["violations"] for e in running.journal(tenant) if e["operation"] == "notifyCall"]
    assert [[v["part"] for v in found if v["part"] == "response"] for found in verdicts] == [[], []]


def test_phone_is_required_in_2019_and_not_in_2020(running: Live, tenant: str) -> None:
    """H1: the reading is the tenant's, and takes hold at once, both ways."""
    token = token_of(running, tenant)
    answers = [say(running, NOTIFY, token, {"ramal": 111}).json["status"]]
    for reading in ("current-2020", "seed-2019", "lenient", "strict"):
        change(running, tenant, readings={"H1": reading})
        answers.append(say(running, NOTIFY, token, {"ramal": 111}).json["status"])
    with_customer = {"ramal": 111, "id_cliente": 11201}
    change(running, tenant, readings={"H1": "either"})

    assert answers == ["error", "success", "error", "error", "error"]
    assert say(running, NOTIFY, token, with_customer).json == NOTIFIED
    assert popups(running, tenant)[-1]["customer"] == "11201"


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


def test_token_of_one_tenant_never_reaches_another(running: Live, tenant: str, default: str) -> None:
    """A window opens where the token is from, and its revocation elsewhere is nothing."""
    token = token_of(running, tenant)

    elsewhere = running.control("POST", "/revocations", {"vendor": "hubsoft", "token": token}, tenant=default).json
    say(running, NOTIFY, token, CALL)

    assert elsewhere == {"revoked": 0}
    assert (len(popups(running, tenant)), popups(running, default)) == (1, [])


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
