"""Traffic that was played to its end."""

from contextlib import asynccontextmanager

from simulator.cli.traffic_watch import Watch
from simulator.switch.arriving import agents_for, begin
from simulator.switch.floor import agent_does
from simulator.telephony.agents import AgentKind
from simulator.tenancy.transactions import Transaction
from tests.core import run, running

WORDS = {
    "arrivals": "even:1/min",
    "queue": "suporte",
    "talk": "40s",
    "answer": "2s",
    "wrap_up": "10s",
    "patience": None,
    "calls": 3,
}


@asynccontextmanager
async def traffic(simulator, agents=1, **words):
    """Begin traffic on the default tenant, and give what watches it."""
    tenant = simulator.default
    tx = Transaction(tenant, simulator.store)
    for extension in agents_for(tx, "suporte", agents):
        agent_does(simulator.pbx, tx, extension, AgentKind.LOGGED_IN, queue="suporte")
    plan = begin(tx, {**WORDS, **words})
    watch = Watch(simulator, plan, tx.now, agents, 20.0)
    tenant.observers.append(watch)
    tx.commit()
    yield watch


def played(*targets, agents=1, **words):
    """Play traffic to its end; return what watched it, and the tenant."""

    async def work():
        async with running(*targets) as simulator, traffic(simulator, agents, **words) as watch:
            await watch.quiet()
            watch.pushes.finish()
            return watch, simulator.default

    return run(work())


def offsets(call):
    return [(e.kind, (e.at - call.started).total_seconds()) for e in call.events]
