"""Calls and runs by the control API, against a real receiver and on the jumping clock."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from tests.live import Live
from tests.receiver import Receiver
from tests.simulator.control.pushing import TWO_LINES, point, step

HANGS_UP = TWO_LINES + "  - {after: 1s, hangup: {call: A, by: outside}}\n"
NOBODY_WAITS = HANGS_UP + "expect:\n  - sent: {vendor: pbx55, call: A, times: 7}\n"
HELD_BACK = (
    TWO_LINES
    + """
  - inbound: {call: B, from: "37988242968"}
  - {after: 1h, hangup: {call: A, by: outside}}
faults:
  - {on: {vendor: pbx55, call: A, message: started}, do: {after_end: true}}
"""
)
IMPOSSIBLE = TWO_LINES + "  - {after: 1s, resume: {call: A}}\n"


def test_calls_made_at_once_have_ids_of_their_own(running: Live, tenant: str) -> None:
    """The answer names the call that was made, whoever else makes one at the same moment."""
    answers: list[Any] = []
    many = [
        threading.Thread(target=lambda: answers.append(running.control("POST", "/calls", {}, tenant=tenant).json))
        for _ in range(16)
    ]
    for thread in many:
        thread.start()
    for thread in many:
        thread.join()

    made = {a["call"]: a["run"] for a in answers}
    assert made.keys() == {f"c{n}" for n in range(1, 17)}
    for call, run in made.items():
        assert running.control("GET", f"/runs/{run}", tenant=tenant).json["calls"] == {"A": call}


@pytest.mark.parametrize(
    ("body", "kinds"),
    [
        ({}, ["started", "ringing", "answered", "ended"]),
        ({"outcome": "missed"}, ["started", "ringing", "ended"]),
        ({"queue": "suporte"}, ["started", "queued", "ringing", "answered", "ended"]),
        ({"direction": "outbound"}, ["started", "ringing", "answered", "ended"]),
        ({"direction": "outbound", "outcome": "missed", "extension": "115"}, ["started", "ringing", "ended"]),
    ],
)
def test_call_goes_as_the_body_says(running: Live, tenant: str, body: dict[str, str], kinds: list[str]) -> None:
    """Who calls, where it rings and how it comes out."""
    made = running.control("POST", "/calls", body, tenant=tenant).json
    running.control("GET", f"/runs/{made['run']}", tenant=tenant, wait=10)

    call = running.control("GET", f"/calls/{made['call']}", tenant=tenant).json

    assert [e["kind"] for e in call["events"]] == kinds
    assert call["direction"] == body.get("direction", "inbound")
    assert call["state"] == "ended"


def test_run_of_a_library_scenario_ends_with_its_verdict(running: Live, tenant: str, receiver: Receiver) -> None:
    """The wait on a run ends when the run is over, not when its time is; the verdict is in the answer."""
    point(running, tenant, receiver)

    begun = running.control("POST", "/runs", {"scenario": "answered_outbound"}, tenant=tenant).json
    over = running.control("GET", f"/runs/{begun['id']}", tenant=tenant, wait=15).json

    assert (begun["scenario"], begun["status"], "verdict" in begun) == ("answered_outbound", "running", False)
    assert over["status"] in ("passed", "failed")
    assert over["verdict"]["exchanges"] == len(running.journal(tenant)) > 0
    assert running.control("GET", "/runs", tenant=tenant).json["runs"][0]["status"] == over["status"]


@pytest.mark.parametrize(
    ("text", "status", "code"), [(HANGS_UP, "passed", 0), (NOBODY_WAITS, "failed", 1), (IMPOSSIBLE, "broken", 2)]
)
def test_run_of_a_text_is_judged(
    running: Live, tenant: str, receiver: Receiver, text: str, status: str, code: int
) -> None:
    """Passed, failed by an expectation, or broken by an impossible step: each has its word and its exit code."""
    point(running, tenant, receiver)

    begun = running.control("POST", "/runs", {"text": text}, tenant=tenant).json
    over = running.control("GET", f"/runs/{begun['id']}", tenant=tenant, wait=15).json

    assert (over["status"], over["verdict"]["exit_code"]) == (status, code)
    assert bool(over["problem"]) is (status == "broken")


def test_run_without_a_single_message_is_over_as_well(running: Live, tenant: str) -> None:
    """Nothing was pushed and the journal did not grow, and whoever waits for the run is told at once."""
    begun = running.control("POST", "/runs", {"text": HANGS_UP}, tenant=tenant).json

    over = running.control("GET", f"/runs/{begun['id']}", tenant=tenant, wait=30).json

    assert over["status"] == "passed"
    assert over["unsent"]["pbx55"] == 2


def test_outbox_shows_what_is_not_settled(running: Live, tenant: str) -> None:
    """A delivery to nobody waits for its next attempt; a reset takes it away."""
    with Receiver() as gone:
        pass
    running.control("PUT", "/clock", {"clock": "real"}, tenant=tenant)
    point(running, tenant, gone, id="gone")

    running.control("POST", "/calls", {"outcome": "open"}, tenant=tenant)
    running.journal(tenant, wait=10)
    (waiting,) = running.control("GET", "/outbox", tenant=tenant).json["deliveries"]
    running.control("POST", "/reset", tenant=tenant)

    assert (waiting["attempt"], waiting["target"], waiting["message"]) == (2, "gone", "started")
    assert running.control("GET", "/outbox", tenant=tenant).json == {"deliveries": [], "events": [], "held": []}


def test_outbox_shows_what_faults_hold_back(running: Live, tenant: str, receiver: Receiver) -> None:
    """A push waits for the end of its call, an hour away; that of another call shows that the run has come so far."""
    point(running, tenant, receiver, id="slow")
    running.control("PUT", "/clock", {"clock": "real"}, tenant=tenant)

    running.control("POST", "/runs", {"text": HELD_BACK}, tenant=tenant)
    receiver.wait(1)
    outbox = running.control("GET", "/outbox", tenant=tenant).json
    running.control("POST", "/reset", tenant=tenant)

    (held,) = outbox["held"]
    told = {"vendor": "pbx55", "message": "started", "call": "c1"}
    assert held == {"run": "r1", "flaw": "after_end", "since": held["since"], "target": "slow"} | told
    assert outbox["events"] == []


def test_call_for_a_queue_with_agents_rings_where_the_queue_lets_it(running: Live, tenant: str) -> None:
    """No step rings beside the queue: the agent that is offered the call picks up, and it ends as any other."""
    running.control("PUT", "/clock", {"clock": "jumping"}, tenant=tenant)
    running.control("POST", "/agents/113", {"do": "login", "queue": "suporte"}, tenant=tenant)

    made = running.control("POST", "/calls", {"queue": "suporte", "ring": "4s", "talk": "20s"}, tenant=tenant).json
    running.control("GET", f"/runs/{made['run']}", tenant=tenant, wait=10)
    call = running.control("GET", f"/calls/{made['call']}", tenant=tenant).json

    rings = [event["extension"] for event in call["events"] if event["kind"] == "ringing"]
    assert (rings, call["agent"], call["state"], call["talk"]) == (["113"], "113", "ended", 20)


def test_call_that_goes_on_where_it_was_preset_is_shown_and_the_runs_too(running: Live, tenant: str) -> None:
    made = running.control("POST", "/calls", {"outcome": "open", "extension": "111"}, tenant=tenant).json
    running.control("GET", f"/runs/{made['run']}", tenant=tenant, wait=10)
    for word, fields in (("answer", {}), ("preset", {"extension": "112"})):
        assert step(running, tenant, "c1", word, **fields).json["became"] == []

    became = step(running, tenant, "c1", "hangup", by="inside").json["became"]

    assert [(call["id"], call["state"], call["origin"]) for call in became] == [("c2", "ringing", "c1")]
