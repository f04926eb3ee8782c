"""What NextBilling's lines say of calls: the extensions that they stand for, and their follow-me. Pure."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.telephony.routing import Destination, Forwards, Place
from simulator.vendor import Reply
from simulator.vendors.nextbilling import VENDOR
from tests.vendors.nextbilling_world import ask, call_of, work_of
from tests.work import DictWork

WHEN = {"always": "always", "busy": "busy", "noanswer": "no_answer", "offline": "offline"}
AT_112, AT_A_MOBILE = Destination(Place.EXTENSION, "112"), Destination(Place.OUTSIDE, "37999989001")


def create(work: DictWork, username: str = "111", **fields: Any) -> int:
    reply = ask(work, "createDevice", {"customer_id": 9, "username": username, **fields}, last="1")
    assert isinstance(reply, Reply)
    assert isinstance(reply.body, dict)
    return int(reply.body["new_record"])


def forwards(work: DictWork, extension: str = "111") -> Forwards | None:
    assert VENDOR.routing
    return VENDOR.routing.forwards(work, extension)


def members(work: DictWork, *lines: int) -> tuple[str, ...]:
    ask(work, "updateRingGroup", {"id_record": 4, "devices": list(lines)})
    assert VENDOR.routing
    (group,) = VENDOR.routing.groups(work)
    return group.members


def test_created_line_stands_for_the_extension_that_its_login_names() -> None:
    """The one that it began with does so too; a login that is no number of an extension rings nowhere."""
    work = work_of()
    own, lost, other = create(work, "112"), create(work, "9999"), create(work, "ramal7")

    assert members(work, own, lost, other, 1, 3) == ("112", "111", "112")


def test_extension_that_comes_to_the_world_later_has_its_line() -> None:
    """Whether there is one is looked at when somebody calls."""
    work = work_of()
    number = create(work, "9999")
    before = members(work, number)

    work.put("extension", "9999", {"number": "9999", "name": "Caio"})

    assert (before, members(work, number)) == ((), ("9999",))


def test_report_gives_the_calls_of_an_extension_to_its_newest_line() -> None:
    """And those of the others to the lines that they began with."""
    work = work_of(told=(call_of(1), call_of(2, extension="112")))
    number = create(work)

    reply = ask(work, "listCalls", last="")

    assert isinstance(reply, Reply)
    assert isinstance(reply.body, dict)
    assert [call["id_device"] for call in reply.body["data"]] == [str(number), "3"]


@pytest.mark.parametrize("when", list(WHEN))
def test_follow_me_leads_to_an_extension_or_to_the_public_network(when: str) -> None:
    """Each of the four alone."""
    work = work_of()
    create(work, **{f"sigame_{when}_st": 1, f"sigame_{when}_dst": "112"})
    create(work, "112", **{f"sigame_{when}_st": 1, f"sigame_{when}_dst": "37999989001"})

    assert forwards(work) == Forwards(**{WHEN[when]: (AT_112,)})
    assert forwards(work, "112") == Forwards(**{WHEN[when]: (AT_A_MOBILE,)})


@pytest.mark.parametrize("when", list(WHEN))
@pytest.mark.parametrize("fields", [{"st": 0, "dst": "112"}, {"dst": "112"}, {"st": 1}, {"st": 1, "dst": ""}])
def test_follow_me_that_is_off_or_leads_nowhere_forwards_nothing(when: str, fields: dict[str, Any]) -> None:
    """Said all the same, so that no other vendor is asked."""
    work = work_of()

    create(work, **{f"sigame_{when}_{name}": value for name, value in fields.items()})

    assert forwards(work) == Forwards()


@pytest.mark.parametrize("fields", [{}, {"status": 1}, {"callerid": "1130037293", "simultaneas": 2}])
def test_line_that_says_nothing_of_its_calls_leaves_them_to_other_vendors(fields: dict[str, Any]) -> None:
    """As every line does that a tenant begins with, and an extension that has none."""
    work = work_of()

    create(work, **fields)

    assert (forwards(work), forwards(work, "112"), forwards(work, "9999")) == (None, None, None)


@pytest.mark.parametrize(("said", "seconds"), [(12, 12), (12.0, 12), (0, None)])
def test_line_rings_as_long_as_it_says(said: object, seconds: int | None) -> None:
    """0 is the usual time."""
    work = work_of()

    create(work, max_ringtime=said)

    assert forwards(work) == Forwards(seconds=seconds)


def test_inactive_line_cannot_be_reached() -> None:
    """Its follow-me of that case counts."""
    work = work_of()

    create(work, status=0, sigame_offline_st=1, sigame_offline_dst="112")

    assert forwards(work) == Forwards(offline=(AT_112,), off=True)


def test_line_of_no_extension_has_a_follow_me_too() -> None:
    """Nobody has registered there: it is never reached."""
    work = work_of()

    create(work, "9999", sigame_offline_st=1, sigame_offline_dst="112")

    assert forwards(work, "9999") == Forwards(offline=(AT_112,))
