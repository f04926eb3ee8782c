"""Plays traffic on the call model alone: calls, agents, conduct and distribution, without store, clock or vendors."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from datetime import timedelta
from itertools import count

from simulator.identity import Identity
from simulator.telephony.agents import Agent, AgentEvent, AgentKind, newcomer
from simulator.telephony.calls import Call, Direction, Event, Kind, State
from simulator.telephony.conduct import Conduct, Deed, deeds, still_due
from simulator.telephony.distribution import Strategy, offered, place_in_line
from simulator.traffic.traffic import Plan
from tests.work import MORNING


class Floor:
    """One queue and its agents. ``over`` is given each call when it is over."""

    def __init__(self, plan: Plan, seed: str, agents: int, over: Callable[[Call], None]) -> None:
        self._plan, self._identity, self._over = plan, Identity(seed), over
        self._order = [str(200 + number) for number in range(agents)]
        self._agents = {extension: _logged_in(extension, plan.queue) for extension in self._order}
        self._calls: dict[str, Call] = {}
        self._busy: set[str] = set()
        self._conducts: dict[str, Conduct] = {}
        self._line: list[tuple[object, str]] = []
        self._due: list[tuple[object, int, Callable[[], None]]] = []
        self._counted = count()
        self._last: str | None = None
        self._now = MORNING

    def play(self) -> None:
        """Let every call come and go."""
        self._arrive_at(1, 0.0)
        while self._due:
            self._now, _, act = heapq.heappop(self._due)
            act()

    def _arrive_at(self, number: int, last: float) -> None:
        at = self._plan.following(self._identity, number, last)
        if at is not None:
            self._at(MORNING + timedelta(seconds=at), lambda: self._arrive(number, at))

    def _arrive(self, number: int, at: float) -> None:
        incoming = self._plan.incoming(self._identity, number)
        call = Call(f"c{number}", number, Direction.INBOUND, "5537999912222", "551130037293")
        self._conducts[call.id] = incoming.conduct
        call = self._happen(call, Kind.STARTED)
        self._happen(call, Kind.QUEUED, queue=self._plan.queue, wrap_up=incoming.wrap_up)
        self._arrive_at(number + 1, at)

    def _happen(self, before: Call, kind: Kind, **facts: object) -> Call:
        call, event = before.apply(kind, self._now, **facts)
        for deed in deeds(self._conducts[call.id], call, event):
            self._at(self._now + deed.after, lambda deed=deed: self._do(call.id, deed, event))
        if call.state is State.ENDED:
            del self._calls[call.id], self._conducts[call.id]
            self._release(before, call)
            self._over(call)
            return call
        self._calls[call.id] = call
        if kind is Kind.RINGING:
            self._busy.update(call.engaged)
        elif kind is Kind.QUEUED:
            heapq.heappush(self._line, (place_in_line(call), call.id))
            self._offer()
        return call

    def _do(self, key: str, deed: Deed, event: Event) -> None:
        call = self._calls.get(key)
        if call is not None and still_due(call, deed.kind, deed.facts, event.number):
            self._happen(call, deed.kind, **deed.facts)

    def _release(self, before: Call, call: Call) -> None:
        rest = timedelta(seconds=call.waits.wrap_up)
        for extension in before.engaged:
            self._busy.remove(extension)
            self._agents[extension] = self._agents[extension].served(self._now, rest)
            self._at(self._now + rest, self._offer)

    def _offer(self) -> None:
        while self._line:
            call = self._calls.get(self._line[0][1])
            if call is None or call.state is not State.QUEUED:
                heapq.heappop(self._line)
                continue
            idle = (agent for extension, agent in self._agents.items() if extension not in self._busy)
            free = [agent for agent in idle if agent.available(self._now)]
            picked = offered(Strategy.LONGEST_IDLE, free, self._order, self._last, lambda most: 0)
            if not picked:
                return
            self._last = picked[0]
            self._happen(call, Kind.RINGING, extension=self._last)

    def _at(self, due: object, act: Callable[[], None]) -> None:
        heapq.heappush(self._due, (due, next(self._counted), act))


def _logged_in(extension: str, queue: str) -> Agent:
    return newcomer(extension, MORNING).apply(AgentEvent(extension, AgentKind.LOGGED_IN, MORNING, queue))
