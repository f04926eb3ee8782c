"""Who waits for a run of a tenant that another takes the place of, or none, is told at once."""

from concurrent.futures import ThreadPoolExecutor
from time import monotonic

import pytest

from simulator.clock import Mode
from tests.live import live

LONG = """
scenario: long
title: A caller stays on the line for an hour
steps:
  - inbound: {call: A, from: "37999912222"}
  - {after: 3600s, hangup: {call: A, by: outside}}
"""
WAIT = 15  # seconds: so long it would take for nothing


@pytest.mark.parametrize("way", [("POST", "/reset?tenant=acme"), ("DELETE", "/tenants/acme")])
def test_wait_for_a_run_ends_with_its_tenant(way):
    with live(clock=Mode.REAL) as running, ThreadPoolExecutor(1) as thread:
        running.make_tenant("acme")
        run = running.control("POST", "/runs", {"text": LONG}, tenant="acme").json["id"]
        began = monotonic()
        waiting = thread.submit(running.control, "GET", f"/runs/{run}", tenant="acme", wait=WAIT)
        while not (running.on_loop(lambda simulator: simulator.growth.waiting) or waiting.done()):
            pass

        assert running.control(*way).status == 200
        answer = waiting.result(2 * WAIT)

    assert answer.status == 404
    assert monotonic() - began < WAIT
