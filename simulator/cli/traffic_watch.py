"""Watches traffic from its first call until nothing is left to do: the calls, and what was told of them."""

from __future__ import annotations

import asyncio
import math
from datetime import datetime

from simulator.app import Simulator
from simulator.delivery.scheduler import Quiet
from simulator.runs.judging import accepts_of
from simulator.runs.pushes import Pushes
from simulator.switch.arriving import BrokenOff
from simulator.telephony.calls import Call, Event, Kind, State
from simulator.traffic.arrivals import Poisson
from simulator.traffic.erlang import Theory, theory_of
from simulator.traffic.tallying import Figures, Tally
from simulator.traffic.traffic import Plan


class Watch:
    """An observer of the tenant on which traffic goes on."""

    def __init__(self, simulator: Simulator, plan: Plan, begin: datetime, agents: int, within: float) -> None:
        accepts = accepts_of(simulator.vendors)
        self.plan, self.agents = plan, agents
        self.tally = Tally(begin, within)
        self.pushes = Pushes(simulator.contracts, accepts, strict_inferred=simulator.engine.court.strict_inferred)
        self.problem = ""
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
            case BrokenOff() if news.plan == self.plan.key:
                self.problem = news.why
            case Quiet() if not self._quiet.done():
                self._quiet.set_result(None)

    async def quiet(self) -> None:
        """Wait until every call is over, as far as it ever will be, and every message has arrived or was given up."""
        await self._quiet

    @property
    def exit_code(self) -> int:
        """1 when the traffic ended before its time, else as what was told says (see `Pushes.exit_code`)."""
        return 1 if self.problem else self.pushes.exit_code

    @property
    def figures(self) -> Figures:
        """What came of the calls so far."""
        plan = self.plan
        # The end that was set counts where it was reached, and neither broken off before nor run out of calls.
        ended = self._quiet.done() and (plan.calls is None or self.tally.arrived < plan.calls)
        return self.tally.figures(self.agents, plan.arrivals, plan.handling, plan.seconds if ended else None)

    @property
    def theory(self) -> Theory | None:
        """What the theory says of this load; None where it says nothing.

        It is exact for calls that come by chance, with exponential service and patience, and near it for others.
        """
        arrivals, plan = self.plan.arrivals, self.plan
        if not isinstance(arrivals, Poisson) or not plan.handling:
            return None
        patience = plan.patience.mean if plan.patience is not None else math.inf
        return theory_of(arrivals.rate * plan.handling, self.agents, plan.handling, patience)
