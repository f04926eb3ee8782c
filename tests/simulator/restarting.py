"""A simulator that stops in the middle of its work, and starts again."""

from tests.core import entries, run, running, until

SHORT = """
scenario: short
title: A call that is over in three seconds
steps:
  - inbound: {call: A, from: "37999912222"}
  - {after: 1s, ring: {call: A, extension: "111"}}
  - {after: 1s, answer: {call: A}}
  - {after: 1s, hangup: {call: A, by: outside}}
"""


async def stopped_after(pushes, scenario, store, *targets):
    """Play a scenario, and stop the simulator as soon as so many exchanges are in the journal."""
    async with running(*targets, store=store) as simulator:
        simulator.engine.play(simulator.default, scenario)
        await until(simulator.default, lambda: simulator.default.journal.last >= pushes)


async def taken_up(store, *targets):
    """Start again, let the run r1 come to its end, and return the verdict, the journal, and the tenant."""
    async with running(*targets, store=store) as simulator:
        tenant = simulator.default
        verdict = await simulator.engine.verdict(tenant, "r1")
        return verdict, entries(tenant), tenant


def interrupted(pushes, scenario, store, *targets):
    async def work():
        await stopped_after(pushes, scenario, store, *targets)
        return await taken_up(store, *targets)

    return run(work())
