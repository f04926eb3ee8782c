"""Calls of ``outcome: open``: what POST /_sim/calls still does by itself, and what it leaves to whoever steps in."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.clock import Mode
from tests.live import Live

CLOCK = Mode.REAL
LATE = {"outcome": "open", "ring": "1h", "extension": "111"}


def later(running: Live, tenant: str, made: dict[str, Any], *, seconds: int = 3601) -> list[tuple[str, str]]:
    """Let so much time pass, and return what happened to the call: kind, and where."""
    running.control("PUT", "/clock", {"forward": f"{seconds}s"}, tenant=tenant)
    if seconds > 3600:
        running.control("GET", f"/runs/{made['run']}", tenant=tenant, wait=10)
    running.journal(tenant, wait=1)
    events = running.control("GET", f"/calls/{made['call']}", tenant=tenant).json["events"]
    return [(e["kind"], e.get("extension") or e.get("queue") or "") for e in events]


def test_call_for_a_queue_that_nobody_has_logged_in_to_rings_who_serves_it(running: Live, tenant: str) -> None:
    """The first who is free, as of every other call that comes into such a queue; nobody talks twice."""
    for who in ("first", "second"):
        made = running.control("POST", "/calls", {"queue": "vendas", "talk": "1h"}, tenant=tenant).json
        running.control("PUT", "/clock", {"forward": "1min"}, tenant=tenant)
        events = later(running, tenant, made, seconds=1)
        serves = {"first": "116", "second": "117"}[who]
        assert events[1:] == [("queued", "vendas"), ("ringing", serves), ("answered", serves)]


def test_open_call_rings_after_as_long_as_it_is_told(running: Live, tenant: str) -> None:
    made = running.control("POST", "/calls", LATE, tenant=tenant).json

    before = later(running, tenant, made, seconds=3500)
    after = later(running, tenant, made)

    assert before == [("started", "")]
    assert after == [("started", ""), ("ringing", "111")]


@pytest.mark.parametrize(
    ("body", "step", "happened"),
    [
        (LATE, {"step": "ring", "extension": "114"}, [("ringing", "114")]),
        (LATE, {"step": "queue", "queue": "vendas"}, [("queued", "vendas")]),
        (LATE, {"step": "menu"}, [("menu_entered", "")]),
        ({**LATE, "queue": "suporte"}, {"step": "ring", "extension": "114"}, [("ringing", "114")]),
        ({"outcome": "open", "ring": "1h", "direction": "outbound"}, {"step": "busy"}, [("ended", "")]),
    ],
)
def test_call_that_was_sent_on_by_hand_rings_nowhere_else(
    running: Live, tenant: str, body: dict[str, str], step: dict[str, str], happened: list[tuple[str, str]]
) -> None:
    made = running.control("POST", "/calls", body, tenant=tenant).json
    assert running.control("POST", f"/calls/{made['call']}/steps", step, tenant=tenant).status == 200

    assert later(running, tenant, made) == [("started", ""), *happened]


def test_call_that_waits_where_it_was_put_rings_all_the_same(running: Live, tenant: str) -> None:
    """Its own queue is no elsewhere, and what is attached to a call moves it nowhere."""
    made = running.control("POST", "/calls", {**LATE, "queue": "suporte"}, tenant=tenant).json
    queued = later(running, tenant, made, seconds=2)
    step = {"step": "attach", "data": "x"}
    running.control("POST", f"/calls/{made['call']}/steps", step, tenant=tenant)

    assert queued == [("started", ""), ("queued", "suporte")]
    assert later(running, tenant, made)[-1] == ("ringing", "111")


def test_call_that_an_agent_is_offered_meanwhile_rings_there_alone(running: Live, tenant: str) -> None:
    made = running.control("POST", "/calls", {**LATE, "ring": "10s", "queue": "suporte"}, tenant=tenant).json
    later(running, tenant, made, seconds=2)
    running.control("POST", "/agents/113", {"do": "login", "queue": "suporte"}, tenant=tenant)

    assert later(running, tenant, made, seconds=11)[2:] == [("ringing", "113")]


def test_data_of_a_step_by_hand_may_be_as_long_as_a_scenarios(running: Live, tenant: str) -> None:
    made = running.control("POST", "/calls", {"outcome": "open"}, tenant=tenant).json
    step = {"step": "attach", "data": "x" * 100}

    stepped = running.control("POST", f"/calls/{made['call']}/steps", step, tenant=tenant)

    assert (stepped.status, stepped.json["events"][-1]["data"]) == (200, "x" * 100)


@pytest.mark.parametrize(
    ("outcome", "step", "happened"),
    [
        ("answered", {"step": "ring", "extension": "113"}, ["ringing 113", "answered 113", "ended"]),
        ("missed", {"step": "ring", "extension": "113"}, ["ringing 113", "ended"]),
        ("answered", {"step": "menu"}, ["menu_entered", "ended"]),
        ("answered", {"step": "hangup"}, ["ended"]),
    ],
)
def test_plan_of_a_call_that_was_moved_goes_on_where_it_can(
    running: Live, tenant: str, outcome: str, step: dict[str, str], happened: list[str]
) -> None:
    """Nobody who is sent elsewhere rings for ever: who would answer does so there, and the caller hangs up."""
    made = running.control("POST", "/calls", {"outcome": outcome, "ring": "5s"}, tenant=tenant).json
    running.control("POST", f"/calls/{made['call']}/steps", step, tenant=tenant)

    events = later(running, tenant, made, seconds=60)

    assert [" ".join(each).rstrip() for each in events[1:]] == happened
