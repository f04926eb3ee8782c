"""NextBilling: the report of calls."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from simulator.telephony.calls import Cause, Direction, Medium
from tests.vendors.nextbilling_asks import OK, body_of
from tests.vendors.nextbilling_world import ask, call_of, work_of
from tests.work import MORNING, DictWork


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
