"""Numbers that behave, and calls that go where provisioning says, by the control API."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.switch.numbers import shipped
from tests.live import Live


def called(running: Live, tenant: str, **body: Any) -> dict[str, Any]:
    """Make a call, wait until its run is over, and return it."""
    made = running.control("POST", "/calls", body, tenant=tenant)
    assert made.status == 201, made.text
    run = running.control("GET", f"/runs/{made.json['run']}", tenant=tenant, wait=10).json
    assert run["status"] == "passed", run
    return dict(running.control("GET", f"/calls/{made.json['call']}", tenant=tenant).json)


def way(call: dict[str, Any]) -> list[tuple[str, str | None]]:
    return [(event["kind"], event.get("extension")) for event in call["events"]]


def test_shipped_table_is_shown(running: Live, tenant: str) -> None:
    assert running.control("GET", "/numbers", tenant=tenant).json == shipped()


def test_call_by_number_does_what_the_table_says(running: Live, tenant: str) -> None:
    calls = {
        ending: called(running, tenant, direction="outbound", outcome="by_number", to=f"3799998{ending}")
        for ending in ("9001", "9003", "9006")
    }

    assert [call["events"][-1]["cause"] for call in calls.values()] == ["normal", "busy", "unknown_number"]
    assert calls["9001"]["talk"] == 60


def test_table_of_a_tenant_is_its_own_until_its_reset(running: Live, tenant: str) -> None:
    own = {"numbers": [{"ending": "5555", "outcome": "refuses", "ring": 2}]}

    answer = running.control("PUT", "/numbers", own, tenant=tenant)
    call = called(running, tenant, direction="outbound", outcome="by_number", to="37999985555")

    assert (answer.status, answer.json) == (200, own)
    assert running.control("GET", "/numbers", tenant=tenant).json == own
    assert running.control("GET", "/numbers").json == shipped()
    assert call["events"][-1]["cause"] == "refused"
    running.control("POST", "/reset", tenant=tenant)
    assert running.control("GET", "/numbers", tenant=tenant).json == shipped()


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, "numbers is missing"),
        ({"numbers": [{"ending": "9001", "outcome": "sleeps"}]}, "/numbers/0/outcome"),
        ({"numbers": [{"outcome": "busy"}]}, "/numbers/0: found neither"),
    ],
)
def test_wrong_table_is_refused_with_its_places_and_changes_nothing(
    running: Live, tenant: str, body: dict[str, Any], said: str
) -> None:
    answer = running.control("PUT", "/numbers", body, tenant=tenant)

    assert answer.status == 422
    assert said in answer.json["error"]
    assert running.control("GET", "/numbers", tenant=tenant).json == shipped()


def test_routed_call_is_answered_where_its_line_leads(running: Live, tenant: str) -> None:
    call = called(running, tenant, route=True)

    assert [kind for kind, _ in way(call)] == ["started", "ringing", "answered", "ended"]
    assert (call["waiting"], call["talk"], call["agent"]) == (4, 5, way(call)[1][1])


def test_routed_call_that_is_missed_rings_out(running: Live, tenant: str) -> None:
    call = called(running, tenant, route=True, outcome="missed")

    assert [kind for kind, _ in way(call)] == ["started", "ringing", "unanswered", "ended"]
    assert (call["events"][-1]["cause"], call["duration"]) == ("no_answer", 21)


def test_routed_outbound_call_goes_out_and_is_answered(running: Live, tenant: str) -> None:
    call = called(running, tenant, route=True, direction="outbound", to="37999985555")

    assert [kind for kind, _ in way(call)] == ["started", "ringing", "answered", "ended"]
    assert call["events"][1]["digits"] == "37999985555"


def test_call_can_be_routed_by_a_step(running: Live, tenant: str) -> None:
    line = running.control("GET", "/records/number", tenant=tenant).json["records"][0]["number"]
    text = f'scenario: x\ntitle: X\nsteps:\n  - inbound: {{call: A, from: "37999912222", to: "{line}"}}\n'
    run = running.control("POST", "/runs", {"text": text}, tenant=tenant).json["id"]
    call = running.control("GET", f"/runs/{run}", tenant=tenant, wait=10).json["calls"]["A"]

    answer = running.control("POST", f"/calls/{call}/steps", {"step": "route"}, tenant=tenant)

    assert (answer.status, answer.json["state"]) == (200, "ringing")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"outcome": "by_number"}, "nobody is dialled by an inbound call"),
        ({"route": True, "extension": "111"}, "extension beside route"),
        ({"route": True, "queue": "vendas"}, "queue beside route"),
        ({"route": True, "ring": "soon"}, "soon"),
        ({"route": True, "talk": "2d"}, "2d"),
    ],
)
def test_call_that_makes_no_sense_is_refused(running: Live, tenant: str, body: dict[str, Any], said: str) -> None:
    answer = running.control("POST", "/calls", body, tenant=tenant)

    assert answer.status == 422
    assert said in answer.json["error"]
    assert running.control("GET", "/calls", tenant=tenant).json["calls"] == []
