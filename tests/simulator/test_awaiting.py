"""A run waits for requests of the integration: each step for one of its own, and never for what we ask ourselves."""

import asyncio
import time

from simulator.cli.playing import built_in_targets
from tests.core import entries, log_in, run, running, shown, story, until

TELLS_ITSELF = """
scenario: waits
title: A phone rings, and the ERP is told
steps:
  - inbound: {call: A, from: "37999912222"}
  - ring: {call: A, extension: "111"}
  - await: {request: {vendor: hubsoft, operation: notifyCall}, within: 300ms}
  - hangup: {call: A, by: outside}
"""
TWICE = """
scenario: waits
title: The integration logs in twice
steps:
  - inbound: {call: A, from: "37999912222"}
  - await: {request: {vendor: hubsoft, operation: issueToken}, within: 20s}
  - {after: 1s, ring: {call: A, extension: "111"}}
  - await: {request: {vendor: hubsoft, operation: issueToken}, within: 20s}
  - {after: 1s, hangup: {call: A, by: outside}}
"""


def test_what_the_simulator_tells_its_own_fake_is_not_awaited():
    """The step waits for its whole time, though the fake was asked."""

    async def work():
        async with running(listen=True) as simulator, built_in_targets(simulator, show=False):
            began = time.perf_counter()
            begun = simulator.engine.play(simulator.default, story(TELLS_ITSELF))
            await simulator.engine.verdict(simulator.default, begun.id)
            took = time.perf_counter() - began
            return took, simulator.default.runs[begun.id].awaited, entries(simulator.default)

    took, awaited, journal = run(work())

    assert ("notifyCall", 200) in shown(journal, "operation", "status")
    assert awaited == {}
    assert took >= 0.3


def test_each_step_awaits_a_request_of_its_own():
    """One that came before its step counts, and once."""

    async def work():
        async with running(listen=True) as simulator:
            tenant = simulator.default
            begun = simulator.engine.play(tenant, story(TWICE))
            await log_in(simulator)
            await until(tenant, lambda: "c1" in tenant.calls and len(tenant.calls["c1"].events) == 2)
            for _ in range(100):
                await asyncio.sleep(0)
            rang = tenant.calls["c1"].ended is None
            await log_in(simulator)
            await simulator.engine.verdict(tenant, begun.id)
            return rang, tenant.runs[begun.id].awaited

    rang, awaited = run(work())

    assert rang
    assert awaited == {"hubsoft issueToken": 2}


def test_two_requests_that_came_at_once_are_awaited_in_turn():
    async def work():
        async with running(listen=True) as simulator:
            tenant = simulator.default
            begun = simulator.engine.play(tenant, story(TWICE.replace("20s", "1h")))
            await log_in(simulator)
            await log_in(simulator)
            verdict = await simulator.engine.verdict(tenant, begun.id)
            return verdict.exit_code, tenant.runs[begun.id].awaited

    assert run(work()) == (0, {"hubsoft issueToken": 2})


def test_what_our_own_fake_does_twice_is_none_of_the_integrations_either():
    """The second of the two is as much ours as the first."""
    text = TELLS_ITSELF + (
        "faults:\n  - on: {vendor: hubsoft, answer: notifyCall}\n    do: {twice: true}\n"
        "expect:\n  - not_received: {vendor: hubsoft, operation: notifyCall}\n"
    )

    async def work():
        async with running(listen=True) as simulator, built_in_targets(simulator, show=False):
            begun = simulator.engine.play(simulator.default, story(text))
            verdict = await simulator.engine.verdict(simulator.default, begun.id)
            return verdict, simulator.default.runs[begun.id].awaited, entries(simulator.default)

    verdict, awaited, journal = run(work())

    assert shown(journal, "direction", "operation", "target").count(("received", "notifyCall", "own-hubsoft")) == 2
    assert (verdict.missed, awaited) == ((), {})
