"""What came of traffic, in the figures of a call centre: counted call by call, so that a day of calls costs no memory.

Pure: it is given calls that are over, and knows no clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from simulator.calls import Call, Kind


@dataclass(frozen=True, slots=True)
class Figures:
    """What came of traffic; times in seconds.

    ``arrived`` calls came, of which ``waiting`` are not over. ``load`` is what was offered, in erlangs: calls a second
    times the mean ``handling`` of an answered one (its ringing at the agent, talk and wrap-up). ``service_level`` is
    the part of the calls that are over which was answered within ``within``; ``wait`` is the mean of all calls, given
    up or not, and ``answer`` that of those that were answered; ``waited`` is the part that was not offered at once.
    ``occupancy`` is the part of the agents' time that their calls took.
    """

    arrived: int
    waiting: int
    answered: int
    abandoned: int
    agents: int
    arriving: float
    lasting: float
    handling: float
    load: float
    within: float
    service_level: float
    abandonment: float
    waited: float
    wait: float
    answer: float
    longest: float
    occupancy: float


class Tally:
    """Counts calls. ``within`` is the wait in seconds that the service level allows."""

    def __init__(self, begin: datetime, within: float = 20.0) -> None:
        self._begin, self._within = begin, within
        self._last_arrival = self._last_end = begin
        self.arrived = self.over = 0
        self._answered = self._abandoned = self._in_time = self._waited = 0
        self._wait = self._wait_answered = self._handling = self._longest = 0.0

    def arrive(self, at: datetime) -> None:
        """Count a call that came."""
        self.arrived += 1
        self._last_arrival = max(self._last_arrival, at)

    def end(self, call: Call) -> None:
        """Count a call that is over; one that never waited in a queue counts as over, and no more."""
        self.over += 1
        waits, answered = call.waits, call.answered
        if waits is None:
            return
        wait = ((answered or call.last.at) - waits.at).total_seconds()
        self._wait += wait
        self._longest = max(self._longest, wait)
        self._abandoned += call.abandoned
        rang = next((e.at for e in reversed(call.events) if e.kind is Kind.RINGING), call.last.at)
        # Ringing at the agent is a wait as well, but not one for an agent.
        self._waited += rang > waits.at
        if answered is not None:
            rest = float(waits.wrap_up or 0)
            self._answered += 1
            self._in_time += wait <= self._within
            self._wait_answered += wait
            self._handling += (call.last.at - min(rang, answered)).total_seconds() + rest
        self._last_end = max(self._last_end, call.last.at)

    def figures(self, agents: int, arriving: float | None = None) -> Figures:
        """Return the figures; ``arriving`` is for how many seconds calls came, if that is known beforehand."""
        span = arriving or (self._last_arrival - self._begin).total_seconds()
        lasting = max(span, (self._last_end - self._begin).total_seconds())
        handling = _part(self._handling, self._answered)
        return Figures(
            arrived=self.arrived,
            waiting=self.arrived - self.over,
            answered=self._answered,
            abandoned=self._abandoned,
            agents=agents,
            arriving=span,
            lasting=lasting,
            handling=handling,
            load=_part(self.arrived * handling, span),
            within=self._within,
            service_level=_part(self._in_time, self.over),
            abandonment=_part(self._abandoned, self.over),
            waited=_part(self._waited, self.over),
            wait=_part(self._wait, self.over),
            answer=_part(self._wait_answered, self._answered),
            longest=self._longest,
            occupancy=_part(self._handling, agents * lasting),
        )


def _part(amount: float, whole: float) -> float:
    return amount / whole if whole else 0.0
