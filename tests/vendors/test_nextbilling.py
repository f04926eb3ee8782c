"""NextBilling's management API as it is faked: who may see what, groups, lines, the report of calls, and refusals."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

import contracts.nextbilling
from contracts.model import Confidence, HttpRequest, Part, Severity, Violation
from simulator.telephony.calls import Cause, Direction, Medium
from simulator.vendor import Claim, Problem, Refusal, Reply
from simulator.vendors.nextbilling import VENDOR
from simulator.vendors.nextbilling.refusals import RULE_TEXTS
from simulator.vendors.nextbilling.report import money, span
from tests.vendors.nextbilling_world import GROUP, WORLD, ask, call_of, work_of
from tests.work import MORNING, DictCredentials, DictWork

OK = {"error": 0, "reason": "OK"}
SAMPLE = {
    "id": "4",
    "id_cliente": "9",
    "descricao": "Ramais Recepção",
    "strategy": "linear",
    "devices": [1, 4, 19, 23],
    "status": "1",
}


def body_of(reply: Reply | Refusal) -> dict[str, Any]:
    assert isinstance(reply, Reply), reply
    assert isinstance(reply.body, dict)
    return reply.body


def listed(work: DictWork, **more: Any) -> list[dict[str, Any]]:
    return list(body_of(ask(work, "listRingGroups", **more))["data"])


def problem(reply: Reply | Refusal) -> Problem:
    assert isinstance(reply, Refusal), reply
    return reply.problem


def claim(path: str, *works: DictWork) -> Claim:
    assert VENDOR.claim
    return VENDOR.claim("listRingGroups", HttpRequest("GET", path), None, DictCredentials(works))


def address(token: str, key: str, resource: str = "manageRingGroups") -> str:
    return f"/api/{resource}/{token}/{key}/0"


@pytest.mark.parametrize("level", ["master", "reseller", "subscriber"])
@pytest.mark.parametrize("resource", ["manageRingGroups", "noSuchThing"])
def test_claim_by_token_and_key_names_their_tenant(level: str, resource: str) -> None:
    """Each level has a pair of its own, and the resource does not matter."""
    one, other = work_of(), work_of("other", "2")
    mine = other.credentials("nextbilling")

    assert claim(address(mine[f"{level}_token"], mine[f"{level}_key"], resource), one, other) == Claim("other")


@pytest.mark.parametrize("wrong", ["token", "key"])
def test_claim_by_a_wrong_half_names_nobody(wrong: str) -> None:
    """Token and key both count."""
    work = work_of()
    mine = work.credentials("nextbilling")
    halves = {"token": mine["master_token"], "key": mine["master_key"], wrong: "x"}

    found = claim(address(halves["token"], halves["key"]), work)

    assert (found.tenant, found.problem) == (None, Problem.UNAUTHENTICATED)
    assert f"this {wrong}:" in found.detail


def test_claim_by_halves_of_two_tenants_is_forbidden() -> None:
    """Credentials mixed from two tenants open neither."""
    one, other = work_of(), work_of("other", "2")
    token, key = one.credentials("nextbilling")["master_token"], other.credentials("nextbilling")["master_key"]

    found = claim(address(token, key), one, other)

    assert (found.tenant, found.problem) == (None, Problem.FORBIDDEN)


def test_claim_by_halves_of_two_levels_is_forbidden() -> None:
    """A subscriber's key does not make a master's token good."""
    work = work_of()
    mine = work.credentials("nextbilling")

    found = claim(address(mine["subscriber_token"], mine["master_key"]), work)

    assert (found.tenant, found.problem) == (None, Problem.FORBIDDEN)


def test_claim_by_swapped_halves_is_hinted_at() -> None:
    """The journal says what happened, and shows neither."""
    work = work_of()
    mine = work.credentials("nextbilling")

    found = claim(address(mine["master_key"], mine["master_token"]), work)

    assert (found.tenant, found.hint) == (None, "token and key are swapped")


@pytest.mark.parametrize("path", ["/", "/api/cdr", "/api/cdr/x", "//api/cdr"])
def test_claim_without_both_halves_names_nobody(path: str) -> None:
    """An address that has no room for them."""
    assert claim(path, work_of()).tenant is None


def test_default_world_has_what_the_samples_name() -> None:
    """Subscriber 9 with its eight lines and group 4, and subscriber 3 with line 366."""
    world = VENDOR.world(work_of().identity, WORLD, True)

    owners = {key: line["subscriber"] for key, line in world["nextbilling.line"].items()}
    assert owners == {**dict.fromkeys(["1", "3", "4", "5", "6", "9", "19", "23"], 9), "366": 3}
    assert list(world["nextbilling.subscriber"]) == ["9", "3"]
    assert list(world["nextbilling.group"]) == ["4"]
    assert [line["extension"] for line in world["nextbilling.line"].values()][:3] == ["111", "112", None]


@pytest.mark.parametrize("extensions", [8, 20, 400])
def test_lines_of_many_extensions_have_ids_of_their_own(extensions: int) -> None:
    """The samples' ids come first, and no line takes that of the other subscriber."""
    many = {**WORLD, "extension": {str(n): {"number": str(n), "name": "x"} for n in range(1000, 1000 + extensions)}}

    lines = VENDOR.world(work_of().identity, many, True)["nextbilling.line"]

    assert len(lines) == extensions + 1
    assert lines["366"]["subscriber"] == 3


def test_other_tenants_have_a_line_for_each_extension() -> None:
    """What the samples name is the default tenant's alone."""
    world = VENDOR.world(work_of().identity, WORLD, False)

    assert list(world["nextbilling.line"]) == ["1", "2", "3"]
    assert world["nextbilling.group"]["1"]["devices"] == [1, 2]
    assert world["nextbilling.subscriber"]["1"]["name"] == "Padaria Sol"


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


def report(work: DictWork, *, last: str = "", level: str = "master", **query: str) -> dict[str, Any]:
    operation = "listCallsOfSubscriber" if last else "listCalls"
    return body_of(ask(work, operation, last=last, level=level, query=query))


def test_report_shows_a_call_in_the_tenants_zone() -> None:
    """Noon in Greenwich is nine in São Paulo; the line is the one of the extension that talked."""
    work = work_of(told=(call_of(7, extension="112", talk=61, cost="0.49"),))

    answer = report(work)

    (call,) = answer.pop("data")
    assert call == {
        "id": "7",
        "id_cliente": "9",
        "id_device": "3",
        "duracao": "71",
        "tempo_falado": "61",
        "data_hora": "2026-03-02 09:00:00",
        "direcao": "entrada",
        "origem": "37999912222",
        "destino": "1130037293",
        "situacao": "ANSWERED",
        "valor": "0,49000",
    }
    assert answer == {
        **OK,
        "total_records": 1,
        "total_time": 61,
        "total_time_text": "1 min 1 seg",
        "total_value": "0,49000",
        "total_cost_time": 0,
        "total_cost_time_text": "0 min 0 seg",
        "total_cost_value": "0,00000",
        "total_profit_on_ass": "0,49000",
        "limit": 100,
        "offset": 0,
        "records": 1,
    }


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["2", "3"]),
        ({"date_ini": "", "time_ini": "", "date_end": "", "time_end": ""}, ["2", "3"]),
        ({"date_ini": "2026-03-01"}, ["1", "2", "3"]),
        ({"date_ini": "2026-03-01", "date_end": "2026-03-01"}, ["1"]),
        ({"time_ini": "00:00:01"}, ["3"]),
        ({"time_end": "08:59:59"}, ["2"]),
        ({"time_end": "09:00:00"}, ["2", "3"]),
        ({"date_ini": "2026-03-01", "time_ini": "23:59:59", "time_end": "00:00:00"}, ["1", "2"]),
        ({"date_ini": "2026-03-01", "time_ini": "23:59:59", "date_end": "2026-03-01"}, ["1"]),
        ({"date_ini": "2026-03-03", "date_end": "2026-03-02"}, []),
    ],
)
def test_report_has_the_calls_of_its_period(query: dict[str, str], found: list[str]) -> None:
    """Both ends count; a day is the tenant's, which begins at three in Greenwich."""
    midnight = MORNING - timedelta(hours=9)
    calls = (call_of(1, midnight - timedelta(seconds=1)), call_of(2, midnight), call_of(3, MORNING))

    assert [call["id"] for call in report(work_of(told=calls), **query)["data"]] == found


def test_report_of_another_zone_has_other_days() -> None:
    """The same moment is another day elsewhere."""
    late = call_of(1, MORNING - timedelta(hours=8, minutes=30))

    assert report(work_of(told=(late,)))["records"] == 1
    assert report(work_of(told=(late,), zone=ZoneInfo("America/Manaus")))["records"] == 0


def test_report_is_paged_and_totals_are_of_all_pages() -> None:
    """start leaves out, limit ends, and the totals do not change."""
    calls = tuple(call_of(n, MORNING + timedelta(minutes=n), cost="0.10") for n in range(5, 0, -1))

    page = report(work_of(told=calls), start="1", limit="2")

    assert [call["id"] for call in page["data"]] == ["2", "3"]
    paging = {name: page[name] for name in ("total_records", "total_value", "limit", "offset", "records")}
    assert paging == {"total_records": 5, "total_value": "0,50000", "limit": 2, "offset": 1, "records": 2}
    assert report(work_of(told=calls), start="4")["records"] == 1
    assert report(work_of(told=calls), limit="0")["records"] == 0


def test_report_without_a_limit_has_a_hundred_calls() -> None:
    """The page says so."""
    work = work_of(told=tuple(call_of(n) for n in range(1, 103)))

    assert (report(work)["records"], report(work)["total_records"]) == (100, 102)


@pytest.mark.parametrize(
    ("readings", "query", "found"),
    [
        ("id-device", {"id_device": "3"}, ["2"]),
        ("id-device", {"id_device": "0"}, ["3"]),
        ("id-device", {"device_id": "3"}, ["1", "2", "3"]),
        ("either-name", {"device_id": "3"}, ["2"]),
        ("either-name", {"device_id": "3", "id_device": "1"}, ["1"]),
    ],
)
def test_report_is_filtered_by_line_as_the_reading_of_n14_says(
    readings: str, query: dict[str, str], found: list[str]
) -> None:
    """A call that reached no line is line 0's; the current name goes before the older one."""
    calls = (call_of(1), call_of(2, extension="112"), call_of(3, extension=None, talk=None))

    assert [c["id"] for c in report(work_of(told=calls, readings={"N14": readings}), **query)["data"]] == found


@pytest.mark.parametrize(
    ("more", "shown"),
    [
        ({"talk": None, "cause": Cause.ABANDONED}, ("entrada", "37999912222", "1130037293", "NO ANSWER")),
        ({"talk": None, "cause": Cause.BUSY}, ("entrada", "37999912222", "1130037293", "BUSY")),
        ({"direction": Direction.OUTBOUND}, ("saida", "1130037293", "37999912222", "ANSWERED")),
    ],
)
def test_report_says_which_way_a_call_went_and_how_it_came_out(more: dict[str, Any], shown: tuple[str, ...]) -> None:
    """Who called stands first, whichever side it was."""
    (call,) = report(work_of(told=(call_of(1, **more),)))["data"]

    assert tuple(call[name] for name in ("direcao", "origem", "destino", "situacao")) == shown


def test_report_has_neither_live_calls_nor_text_messages() -> None:
    """A call is listed once it is over."""
    over = call_of(1)
    live = type(over)("c2", 2, Direction.INBOUND, "5537999912222", "551130037293", Medium.VOICE, events=over.events[:1])

    assert report(work_of(told=(live,)))["records"] == 0
    assert report(work_of(told=(call_of(3, medium=Medium.SMS), over)))["records"] == 1


@pytest.mark.parametrize(("last", "level", "count"), [("3", "master", 0), ("9", "reseller", 1), ("", "subscriber", 1)])
def test_report_of_a_subscriber_has_its_calls_alone(last: str, level: str, count: int) -> None:
    """All calls go over the first subscriber's lines."""
    assert report(work_of(told=(call_of(1),)), last=last, level=level)["records"] == count


def test_report_writes_numbers_where_the_tenant_reads_so() -> None:
    """The reading of N11 says how a record is written."""
    (call,) = report(work_of(told=(call_of(1),), readings={"N11": "numbers"}))["data"]

    assert [call[n] for n in ("id", "id_cliente", "id_device", "duracao", "tempo_falado")] == [1, 9, 1, 70, 60]


def test_money_and_spans_are_written_as_printed() -> None:
    """As in the answer that the older page prints."""
    assert money(Decimal("3148895.40924")) == "3.148.895,40924"
    assert span(590522711) == "9.842.045 min 11 seg"


def refused(found: Problem, *violations: Violation, **switches: str) -> Reply:
    assert VENDOR.refuse
    return VENDOR.refuse(Refusal(found, "why", "createRingGroup", violations, ("GET", "PUT"), switches))


def broken(clause: str, pointer: str) -> Violation:
    mark = (Confidence.DOCUMENTED, Severity.ERROR)
    return Violation(clause, Part.REQUEST, pointer, "", "", "", "", *mark, keyword=clause)


@pytest.mark.parametrize(
    ("found", "status", "asked"),
    [
        (Problem.UNAUTHENTICATED, 403, 200),
        (Problem.FORBIDDEN, 403, 200),
        (Problem.MALFORMED, 400, 200),
        (Problem.VIOLATION, 422, 200),
        (Problem.NOT_FOUND, 404, 404),
        (Problem.METHOD_NOT_ALLOWED, 405, 405),
        (Problem.TOO_LARGE, 413, 413),
        (Problem.FAILURE, 500, 500),
    ],
)
def test_refusal_has_the_status_of_the_table_or_200_where_asked(found: Problem, status: int, asked: int) -> None:
    """What never reaches the application keeps its status."""
    plain, as_200 = refused(found), refused(found, error_status="200")

    assert (plain.status, as_200.status) == (status, asked)
    assert plain.body == as_200.body
    assert isinstance(plain.body, dict)
    assert (plain.body["error"], list(plain.body)) == (1, ["error", "reason"])


@pytest.mark.parametrize(
    ("violations", "status", "reason"),
    [
        ([broken("required", "/strategy")], 422, "Parâmetro necessário ausente: strategy"),
        ([broken("required", "query:id_record")], 422, "Parâmetro necessário ausente: id_record"),
        ([broken("type", "/devices/1")], 422, "Parâmetro inválido: devices"),
        ([broken("type", "path:id")], 422, "Parâmetro inválido: id"),
        ([broken("group-exists", "query:id_record")], 404, "Registro não encontrado"),
        (
            [broken("group-exists", "/id_record"), broken("lines-exist", "/devices/0")],
            422,
            "Registro não encontrado; Linha não encontrada",
        ),
        (
            [broken("lines-exist", "/devices/0"), broken("lines-exist", "/devices/1")],
            422,
            "Linha não encontrada",
        ),
        ([broken("type", "")], 400, "Requisição incompleta, o conteúdo deve ser um objeto JSON"),
    ],
)
def test_refusal_names_what_is_wrong(violations: list[Violation], status: int, reason: str) -> None:
    """A record that is not there is 404, what is no object is 400, and every other violation 422."""
    assert refused(Problem.VIOLATION, *violations) == Reply(
        status, {"error": 1, "reason": reason}, (("allow", "GET, PUT"),)
    )


def test_switch_answers_everything_with_429() -> None:
    """So that an integration can be tried against it; nothing is changed."""
    work = work_of(switches={"too_many_requests": "on"})

    reply = ask(work, "createRingGroup", GROUP)

    assert reply == Reply(429, {"error": 1, "reason": "Muitas requisições simultâneas"})
    assert len(work.records["nextbilling.group"]) == 1
    work.switches = {"too_many_requests": "on", "error_status": "200"}
    assert ask(work, "listRingGroups") == Reply(200, {"error": 1, "reason": "Muitas requisições simultâneas"})


def test_sentences_are_those_of_the_contract() -> None:
    """What a rule's envelope says is what a refusal says."""
    text = (Path(contracts.nextbilling.__path__[0]) / "rules.yaml").read_text("utf-8")

    envelopes = {key: rule["envelope"] for key, rule in yaml.safe_load(text).items() if "envelope" in rule}
    assert envelopes == RULE_TEXTS
