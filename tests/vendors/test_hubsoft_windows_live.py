"""HubSoft's fake over real HTTP: the windows that calls open and close."""

from __future__ import annotations

import pytest

from tests.live import Live
from tests.vendors.hubsoft_live import CALL, CANCEL, CANCELLED, NOTIFIED, NOTIFY, change, popups, say, token_of


@pytest.fixture
def default(running: Live) -> str:
    """The tenant with the records that the vendor's samples name, as it is at the start."""
    running.control("POST", "/reset")
    return "default"


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


def test_token_of_one_tenant_never_reaches_another(running: Live, tenant: str, default: str) -> None:
    """A window opens where the token is from, and its revocation elsewhere is nothing."""
    token = token_of(running, tenant)

    elsewhere = running.control("POST", "/revocations", {"vendor": "hubsoft", "token": token}, tenant=default).json
    say(running, NOTIFY, token, CALL)

    assert elsewhere == {"revoked": 0}
    assert (len(popups(running, tenant)), popups(running, default)) == (1, [])
