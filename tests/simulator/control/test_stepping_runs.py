"""Steps by the control API on a call of a scenario that is being played."""

from __future__ import annotations

import pytest

from simulator.clock import Mode
from tests.live import live

TEXT = """
scenario: stepped
title: A client of the control API steps in
steps:
  - inbound: {call: A, from: "37999912222"}
  - ring: {call: A, extension: "111"}
  - after: 3600s
    STEP
"""


@pytest.mark.parametrize(
    ("step", "code", "status"), [("hangup: {call: A, by: outside}", 0, "passed"), ("answer: {call: A}", 1, "failed")]
)
def test_call_of_a_run_that_was_ended_by_hand_breaks_no_run(step: str, code: int, status: str) -> None:
    with live(clock=Mode.REAL) as running:
        begun = running.control("POST", "/runs", {"text": TEXT.replace("STEP", step)}).json["id"]
        call = "c1"
        while running.control("GET", f"/calls/{call}").json.get("state") != "ringing":
            pass  # each step waits until the one before it is on disk
        done = running.control("POST", f"/calls/{call}/steps", {"step": "hangup"}).status
        running.control("PUT", "/clock", {"forward": "3601s"})
        after = running.control("GET", f"/runs/{begun}?wait=10").json

    (undone,) = after["verdict"]["undone"]
    assert (done, after["status"], after["verdict"]["exit_code"]) == (200, status, code)
    assert undone["met"] is (code == 0)
    assert "a step of the control API" in undone["text"]
