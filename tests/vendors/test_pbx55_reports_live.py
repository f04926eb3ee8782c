"""55PBX's report API over HTTP: the numbers of a played scenario, and who may ask."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from simulator.vendors.pbx55.credentials import ALWAYS
from tests.core import pbx55, play, run, running
from tests.live import Client, Live, live
from tests.receiver import Receiver

PATH = f"/pbx55/api/pbx/reports/metrics/{ALWAYS}/all_queues/all_numbers/all_agent"
CALLS = f"{PATH}/report_02/undefined/undefined/-3"


@pytest.fixture(scope="module")
def simulator() -> Iterator[Live]:
    with live() as running:
        yield running


def fetch(url: str, path: str, key: str) -> Any:
    client = Client(url, {"key": key})
    try:
        return client.ask("GET", path).json
    finally:
        client.close()


def clock_time(seconds: int) -> str:
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def test_played_call_is_reported_with_the_numbers_that_its_pushes_announced() -> None:
    """Both calls of a transfer: identifier, date, times, queue, side and recording are those of the final push."""

    async def steps() -> tuple[Any, Any, list[dict[str, Any]]]:
        with Receiver() as receiver:
            async with running(pbx55(receiver), listen=True) as simulator:
                verdict = await play(simulator, "transferred_inbound")
                assert verdict.passed, verdict
                assert simulator.server
                key = simulator.default.profile.credentials["pbx55"]["key"]
                ask = asyncio.to_thread
                calls = await ask(fetch, simulator.server.url, CALLS, key)
                figures = await ask(fetch, simulator.server.url, CALLS.replace("report_02", "report_01"), key)
            return calls["data_report02"], figures, [request.json for request in receiver.requests]

    rows, figures, pushes = run(steps())

    final = {push["call_id"]: push for push in pushes if push["call_disconnection"]}
    assert {row["call_id"] for row in rows} == set(final)
    for row in rows:
        push = final[row["call_id"]]
        same = ("call_disconnection", "call_area_code", "call_number", "call_document", "call_order", "call_url_audio")
        assert {key: row[key] for key in same} == {key: push[key] for key in same}
        assert f"{row['call_date']} {row['wb_call_hour']}" == push["call_date"]
        assert (row["type_call"], row["queue_name"]) == (push["call_status"], push["call_queue"])
        assert (row["way_ura"], row["call_number_input"]) == (push["call_ura"], push["call_terminal"])
        assert row["call_time_spoken"] == clock_time(push["call_time"])
        assert row["call_time_waiting"] == clock_time(push["call_time_waiting"])
        assert row["call_time_total_duration"] == clock_time(push["call_duration"])
    (third,) = (push for push in pushes if push["call_transfer_id"])
    assert {row["call_id"]: row["call_id_origin"] for row in rows}[third["call_transfer_id"]] == third["call_id"]
    assert (figures["totalCallAttendedReceptive"], figures["totalTransfer"]) == (2, 1)


def test_sample_that_is_said_to_be_the_vendors_is_answered(simulator: Live) -> None:
    """Word for word, but for host and key."""
    key = simulator.credentials("pbx55")["key"]
    path = (
        "/pbx55/api/pbx/reports/metrics/Mon%20Oct%205%202020%2000:00:00%20GMT%20-0300"
        "/Mon%20Oct%205%202020%2023:59:00%20GMT%20-0300/all_queues/all_numbers/all_agent/report_01/undefined/undefined/-3"
    )

    answer = simulator.ask("GET", path, headers={"key": key})

    assert answer.status == 200
    assert answer.json["totalCallAttendedReceptive"] == 0


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("GET", CALLS, {"key": None}, 401),
        ("GET", CALLS, {"key": "wrong"}, 401),
        ("GET", CALLS.replace("report_02", "report_09"), {}, 400),
        ("GET", CALLS.replace("/undefined/undefined/", "/undefined/"), {}, 404),
        ("GET", CALLS.replace("/undefined/undefined/", "/"), {}, 404),
        ("GET", CALLS, {"expect": "100-continue"}, 417),
        ("POST", CALLS, {}, 405),
    ],
)
def test_refusal_has_its_status_and_a_sentence(
    simulator: Live, method: str, path: str, headers: dict[str, str | None], status: int
) -> None:
    """In the vendor's envelope, and 405 with what is allowed."""
    key = simulator.credentials("pbx55")["key"]

    answer = simulator.ask(method, path, headers={"key": key, **headers})

    assert (answer.status, list(answer.json)) == (status, ["error"])
    assert (answer.header("allow") is not None) is (status == 405)


def test_tenants_see_their_own_calls_alone(simulator: Live) -> None:
    """The key says whose calls a report is of."""
    for name in ("one", "two"):
        simulator.make_tenant(name)
        simulator.control("PUT", "/clock", {"clock": "jumping"}, tenant=name)
    answer = simulator.control("POST", "/runs", {"scenario": "answered_inbound"}, tenant="one")
    assert answer.status == 201, answer.text
    simulator.control("GET", f"/runs/{answer.json['id']}", tenant="one", wait=10)

    seen = {
        name: len(fetch(simulator.url, CALLS, simulator.credentials("pbx55", name)["key"])["data_report02"])
        for name in ("one", "two")
    }

    assert seen == {"one": 1, "two": 0}


def test_key_is_not_in_the_journal(simulator: Live) -> None:
    """A marker stands in its place, a wrong key's too."""
    key = simulator.credentials("pbx55")["key"]
    before = simulator.journal_end()
    simulator.ask("GET", CALLS, headers={"key": key})

    (entry,) = simulator.journal(after=before)

    assert key not in str(entry)
    assert "[redacted:key]" in str(entry)


def test_eight_segments_are_taken_by_a_tenant_that_chooses_so(simulator: Live) -> None:
    """P15 is a tenant's choice."""
    simulator.make_tenant("eight", readings={"pbx55": {"P15": "either"}})
    key = simulator.credentials("pbx55", "eight")["key"]

    answer = simulator.ask("GET", CALLS.replace("/undefined/undefined/", "/undefined/"), headers={"key": key})

    assert (answer.status, answer.json) == (200, {"data_report02": []})
