"""NextBilling: ring groups and lines."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from simulator.vendor import Problem, Refusal, Reply
from simulator.vendors.nextbilling import VENDOR
from tests.vendors.nextbilling_asks import OK, body_of
from tests.vendors.nextbilling_world import GROUP, ask, work_of
from tests.work import DictWork

SAMPLE = {
    "id": "4",
    "id_cliente": "9",
    "descricao": "Ramais Recepção",
    "strategy": "linear",
    "devices": [1, 4, 19, 23],
    "status": "1",
}


def listed(work: DictWork, **more: Any) -> list[dict[str, Any]]:
    return list(body_of(ask(work, "listRingGroups", **more))["data"])


def problem(reply: Reply | Refusal) -> Problem:
    assert isinstance(reply, Refusal), reply
    return reply.problem


def test_groups_are_listed_with_text_in_the_records() -> None:
    """Numbers in the envelope, text in the records, and the lines in their order."""
    assert body_of(ask(work_of(), "listRingGroups")) == {**OK, "records": 1, "data": [SAMPLE]}


def test_groups_are_listed_with_numbers_where_the_tenant_reads_so() -> None:
    """The reading of N11 says how a record is written."""
    work = work_of(readings={"N11": "numbers"})

    assert listed(work) == [{**SAMPLE, "id": 4, "id_cliente": 9, "status": 1}]


@pytest.mark.parametrize(("last", "count"), [("0", 1), ("9", 1), ("3", 0), ("77", 0)])
def test_groups_of_one_subscriber_are_listed_by_its_id(last: str, count: int) -> None:
    """0 is everybody; a subscriber without groups, or that does not exist, has an empty list."""
    assert len(listed(work_of(), last=last)) == count


def test_group_created_is_seen_by_the_next_list_in_its_order() -> None:
    """The order of the lines is kept, and ids begin at 101."""
    work = work_of()

    reply = ask(work, "createRingGroup", GROUP)

    assert body_of(reply) == {**OK, "new_record": 101}
    made = {"id": "101", "id_cliente": "9", "descricao": "Vendas", "strategy": "ringall", "status": "0"}
    assert listed(work)[1] == {**made, "devices": [23, 1]}


def test_group_without_a_status_is_active() -> None:
    """status may be left out."""
    work = work_of()

    ask(work, "createRingGroup", {k: v for k, v in GROUP.items() if k != "status"})

    assert listed(work)[1]["status"] == "1"


def test_lines_given_as_text_are_kept_as_numbers() -> None:
    """Where the reading of N8 lets them through."""
    work = work_of()

    ask(work, "createRingGroup", {**GROUP, "devices": ["23", 1]})

    assert listed(work)[1]["devices"] == [23, 1]


@pytest.mark.parametrize("one", [1.0, Decimal("1.0"), Decimal("1E0")])
def test_numbers_are_kept_as_whole_ones_however_they_are_written(one: object) -> None:
    """JSON knows no difference between 1 and 1.0, and a list shows none."""
    work = work_of()
    ask(work, "createRingGroup", {**GROUP, "status": one, "devices": [one]})
    ask(work, "createDevice", {"customer_id": Decimal("9.0"), "rate_id": one, "port": one}, last="1")

    (entry,) = body_of(ask(work, "listDevices", last="9", query={"id_record": "1001"}))["data"]

    assert (listed(work)[1]["status"], listed(work)[1]["devices"]) == ("1", [1])
    assert (entry["data"][0]["id_plano"], entry["data"][0]["port"]) == ("1", "1")


def test_subscriber_of_many_digits_is_nobody() -> None:
    """A number beyond all ids is no 0."""
    work = work_of()

    assert listed(work, last="9" * 30) == []
    assert body_of(ask(work, "listDevices", last="9" * 30))["data"] == []


def test_update_keeps_what_it_does_not_name() -> None:
    """An update of one field changes that one."""
    work = work_of()

    reply = ask(work, "updateRingGroup", {"id_record": 4, "devices": [23, 19, 4, 1]})

    assert body_of(reply) == OK
    assert listed(work) == [{**SAMPLE, "devices": [23, 19, 4, 1]}]


def test_update_finds_its_group_in_the_query_where_the_tenant_reads_so() -> None:
    """The body goes before the query."""
    work = work_of(readings={"N4": "either-place"})
    ask(work, "createRingGroup", GROUP)

    ask(work, "updateRingGroup", {"status": 0}, query={"id_record": "4"})
    ask(work, "updateRingGroup", {"id_record": 101, "descricao": "Caixa"}, query={"id_record": "4"})

    assert [(g["descricao"], g["status"]) for g in listed(work)] == [("Ramais Recepção", "0"), ("Caixa", "0")]


def test_update_without_a_group_creates_where_the_tenant_reads_so() -> None:
    """The reading of N1 lets it through; the answer has the new id."""
    work = work_of(readings={"N1": "post-creates"})

    assert body_of(ask(work, "updateRingGroup", GROUP)) == {**OK, "new_record": 101}
    assert len(listed(work)) == 2


@pytest.mark.parametrize(("body", "query"), [(None, {"id_record": "4"}), ({"id_record": 4}, {})])
def test_removed_group_is_gone(body: object, query: dict[str, str]) -> None:
    """By the query, or by the body where the tenant reads so."""
    work = work_of(readings={"N4": "either-place"})

    assert body_of(ask(work, "removeRingGroup", body, query=query)) == OK
    assert listed(work) == []


def test_id_of_a_removed_group_is_not_given_again() -> None:
    """Whoever kept the id of what is gone does not get another's."""
    work = work_of()
    ask(work, "createRingGroup", GROUP)
    ask(work, "removeRingGroup", query={"id_record": "101"})

    assert body_of(ask(work, "createRingGroup", GROUP))["new_record"] == 102


@pytest.mark.parametrize(
    ("operation", "body", "query", "last"),
    [
        ("listRingGroups", None, {}, "3"),
        ("listDevices", None, {}, "3"),
        ("listCallsOfSubscriber", None, {}, "3"),
        ("createRingGroup", {**GROUP, "id_cliente": 3, "devices": [366]}, {}, "0"),
        ("updateRingGroup", {"id_record": 4, "id_cliente": 3}, {}, "0"),
        ("updateRingGroup", {"id_record": 8, "status": 0}, {}, "0"),
        ("removeRingGroup", None, {"id_record": "8"}, "0"),
        ("createDevice", {"customer_id": 3}, {}, "1"),
    ],
)
@pytest.mark.parametrize(("level", "allowed"), [("subscriber", False), ("reseller", False), ("master", True)])
def test_another_subscribers_things_are_seen_and_changed_by_the_master_alone(
    operation: str, body: object, query: dict[str, str], last: str, level: str, allowed: bool
) -> None:
    """Subscriber 3 is not the reseller's, and not subscriber 9."""
    work = work_of()
    work.put("nextbilling.group", "8", {**work.records["nextbilling.group"]["4"], "id": 8, "subscriber": 3})
    before = {kind: dict(records) for kind, records in work.records.items()}

    reply = ask(work, operation, body, query=query, last=last, level=level)

    assert isinstance(reply, Reply) is allowed
    if not allowed:
        assert problem(reply) is Problem.FORBIDDEN
        assert work.records == before


@pytest.mark.parametrize(("level", "seen"), [("master", ["4", "8"]), ("reseller", ["4"]), ("subscriber", ["4"])])
def test_list_of_all_groups_has_those_that_the_token_may_see(level: str, seen: list[str]) -> None:
    """0 is everything within the token's reach."""
    work = work_of()
    work.put("nextbilling.group", "8", {**work.records["nextbilling.group"]["4"], "id": 8, "subscriber": 3})

    assert [group["id"] for group in listed(work, level=level)] == seen


def test_reseller_sees_every_subscriber_of_its_own() -> None:
    """A reseller is no single subscriber."""
    work = work_of()
    work.put("nextbilling.subscriber", "12", {"id": 12, "name": "Outro", "reseller": "1"})

    assert isinstance(ask(work, "listDevices", last="12", level="reseller"), Reply)
    assert problem(ask(work, "listDevices", last="12", level="subscriber")) is Problem.FORBIDDEN


def test_lines_are_listed_by_subscriber() -> None:
    """The envelope has the subscriber, and in it the lines as text."""
    data = body_of(ask(work_of(), "listDevices", last="9"))["data"]

    (entry,) = data
    lines = entry.pop("data")
    assert entry == {"id_cliente": 9, "nome_fantasia": "Padaria Sol", "records": 8}
    assert [line["id"] for line in lines] == ["1", "3", "4", "5", "6", "9", "19", "23"]
    assert all(isinstance(value, str) for line in lines for value in line.values())
    assert (lines[0]["username"], lines[0]["ddd_local"]) == ("ramal111", "5511")


def test_one_line_is_listed_by_its_id() -> None:
    """The printed request finds the line that it names, with the printed values."""
    (entry,) = body_of(ask(work_of(), "listDevices", last="3", query={"id_record": "366"}))["data"]

    assert entry["records"] == 1
    assert entry["data"][0]["username"] == "fernando9000"


def test_subscribers_token_needs_no_id_to_list_lines() -> None:
    """A token of the lowest level is its own subscriber's."""
    (entry,) = body_of(ask(work_of(), "listOwnDevices", last="", level="subscriber"))["data"]

    assert entry["id_cliente"] == 9


@pytest.mark.parametrize("level", ["master", "reseller"])
def test_other_tokens_need_the_id_of_a_subscriber_to_list_lines(level: str) -> None:
    """The page says that it is obligatory."""
    reply = ask(work_of(), "listOwnDevices", last="", level=level)

    assert problem(reply) is Problem.VIOLATION
    assert VENDOR.refuse
    assert isinstance(reply, Refusal)
    assert VENDOR.refuse(reply) == Reply(422, {"error": 1, "reason": "Parâmetro necessário ausente: id"})


def test_line_created_is_listed_and_may_join_a_group() -> None:
    """Its settings are shown as far as a list has them; its password is not kept."""
    work = work_of()
    body = {"customer_id": 9, "username": "balcao", "password": "s3nh4-forte", "rate_id": 7, "port": 5061}

    number = body_of(ask(work, "createDevice", body, last="1"))["new_record"]

    (entry,) = body_of(ask(work, "listDevices", last="9", query={"id_record": str(number)}))["data"]
    shown = {name: entry["data"][0][name] for name in ("id", "username", "id_plano", "port")}
    assert (number, shown) == (1001, {"id": "1001", "username": "balcao", "id_plano": "7", "port": "5061"})
    assert "s3nh4-forte" not in repr(work.records)


def test_subscribers_token_creates_its_own_line() -> None:
    """customer_id is not needed with it; others are told that it is missing."""
    work = work_of()

    ask(work, "createDevice", {"username": "balcao"}, last="1", level="subscriber")

    assert work.records["nextbilling.line"]["1001"]["subscriber"] == 9
    assert problem(ask(work, "createDevice", {"username": "caixa"}, last="1", level="reseller")) is Problem.VIOLATION
