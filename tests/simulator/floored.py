"""Steps that were played on a fresh tenant, and what happened to its calls and agents."""

from simulator.telephony.agents import AGENT, Agent
from tests.core import play, run, running, story

TWO_CALLERS = """
  - inbound: {call: A, from: "37999912222"}
  - queue: {call: A, queue: vendas}
  - inbound: {call: B, from: "37988242968"}
  - queue: {call: B, queue: vendas}
"""


def floor(steps, world=None):
    """Play these steps on a fresh tenant; return its calls, its agents and the verdict."""

    async def work():
        async with running(**({"world": world} if world else {})) as simulator:
            verdict = await play(simulator, story(f"scenario: floor\ntitle: Floor\nsteps:\n{steps}\n"))
            tenant = simulator.default
            agents = {key: Agent.from_document(d) for key, d in tenant.records.get(AGENT, {}).items()}
            return tenant.calls, agents, verdict

    return run(work())


def happened(call, *kinds):
    """Return when and where these kinds of thing happened to a call, in seconds from its start."""
    return [
        (e.kind, (e.at - call.started).total_seconds(), e.extension)
        for e in call.events
        if not kinds or e.kind in kinds
    ]
