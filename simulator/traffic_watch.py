"""Watches traffic from its first call until nothing is left to do: the calls, and what was told of them."""

from __future__ import annotations

import asyncio
from datetime import datetime

from simulator.app import Simulator
from simulator.arrivals import Poisson
from simulator.calls import Call, Event, Kind, State
from simulator.erlang import Impatient, erlang_a, erlang_c, mean_wait
from simulator.pushes import Pushes
from simulator.scheduler import Quiet
from simulator.tallying import Figures, Tally
from simulator.traffic import Plan


class Watch:
    """An observer of the tenant on which traffic goes on."""

    def __init__(self, simulator: Simulator, plan: Plan, begin: datetime, agents: int, within: float) -> None:
        accepts = {key: vendor.accepted for key, vendor in simulator.vendors.items() if vendor.accepted}
        self.plan, self.agents = plan, agents
        self.tally = Tally(begin, within)
        self.pushes = Pushes(simulator.contracts, accepts, strict_inferred=simulator.engine.strict_inferred)
        self._quiet: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def __call__(self, news: object) -> None:
        """Take note of a piece of news."""
        self.pushes(news)
        match news:
            case (Call() as call, Event() as event):
                if event.kind is Kind.STARTED:
                    self.tally.arrive(event.at)
                if call.state is State.ENDED:
                    self.tally.end(call)
            case Quiet() if not self._quiet.done():
                self._quiet.set_result(None)

    async def quiet(self) -> None:
        """Wait until every call is over, as far as it ever will be, and every message has arrived or was given up."""
        await self._quiet

    @property
    def figures(self) -> Figures:
        """What came of the calls so far."""
        return self.tally.figures(self.agents, self.plan.seconds if not self.plan.rows else None)

    @property
    def theory(self) -> Impatient | None:
        """What the theory says of this load: Erlang A where callers give up, else C; None where it says nothing.

        It is exact for calls that come by chance, with exponential service and patience, and near it for others.
        """
        arrivals, plan = self.plan.arrivals, self.plan
        if not isinstance(arrivals, Poisson):
            return None
        service = plan.answer.mean + plan.talk.mean + plan.wrap_up.mean
        load = arrivals.rate * service
        if plan.patience is not None and plan.patience.mean and service:
            return erlang_a(load, self.agents, service, plan.patience.mean)
        if not service or load >= self.agents:
            return None
        return Impatient(erlang_c(load, self.agents), 0.0, mean_wait(load, self.agents, service))
