"""HubSoft: the window of a call is opened and closed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from simulator.vendor import Reply
from tests.vendors.hubsoft_asks import ask
from tests.vendors.hubsoft_world import work_of
from tests.work import DictWork

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


def windows(work: DictWork) -> list[object]:
    return list(work.all("hubsoft.popup"))


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
