"""What came of traffic, in the figures of a call centre: counted call by call, so that a day of calls costs no memory.

Pure: it is given calls that are over, and knows no clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from simulator.telephony.calls import Call, Event, Kind
from simulator.traffic.arrivals import Arrivals


@dataclass(frozen=True, slots=True)
class Figures:
    """What came of traffic; times in seconds.

    ``arrived`` calls came, of which ``waiting`` are not over. ``load`` is what was offered, in erlangs: the ``rate``
    (calls a second) times the mean ``handling`` of an answered one (its ringing at the agent, talk and wrap-up); where
    none was answered, times what was planned. Of the calls that are over, ``service_level`` is the part that was
    answered within ``within``, ``abandonment`` the part that was given up, ``waited`` the part that was not offered at
    once, and ``wait`` the mean; ``answer`` is the mean wait of those that were answered. ``occupancy`` is the part of
    the agents' time that calls took, ringing in vain too.
    """

    arrived: int
    waiting: int
    answered: int
    abandoned: int
    agents: int
    arriving: float
    rate: float
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
        self._wait = self._wait_answered = self._handling = self._longest = self._in_vain = 0.0

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
        self._in_vain += _rung_in_vain(call)
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

    def figures(self, agents: int, arrivals: Arrivals, handling: float, until: float | None = None) -> Figures:
        """Return the figures; ``handling`` is what was planned, ``until`` when calls were to end, in seconds."""
        last = (self._last_arrival - self._begin).total_seconds()
        arriving = until or last
        lasting = max(arriving, (self._last_end - self._begin).total_seconds())
        rate = _part(self.arrived, arrivals.span(self.arrived, last, until) or lasting)
        handling = self._handling / self._answered if self._answered else handling
        return Figures(
            arrived=self.arrived,
            waiting=self.arrived - self.over,
            answered=self._answered,
            abandoned=self._abandoned,
            agents=agents,
            arriving=arriving,
            rate=rate,
            lasting=lasting,
            handling=handling,
            load=rate * handling,
            within=self._within,
            service_level=_part(self._in_time, self.over),
            abandonment=_part(self._abandoned, self.over),
            waited=_part(self._waited, self.over),
            wait=_part(self._wait, self.over),
            answer=_part(self._wait_answered, self._answered),
            longest=self._longest,
            occupancy=_part(self._handling + self._in_vain, agents * lasting),
        )


def _part(amount: float, whole: float) -> float:
    return amount / whole if whole else 0.0


def _rung_in_vain(call: Call) -> float:
    """Return for how many seconds the call rang at devices that did not answer it, added up."""
    answer = next((event for event in call.events if event.kind is Kind.ANSWERED), None)
    rings = [event for event in call.events if event.kind is Kind.RINGING]
    vain = 0.0
    for ring in rings:
        end = next((event for event in call.events[ring.number :] if _stops(event, ring)), call.last)
        if answer is None or end is not answer or answer.extension != ring.extension:
            vain += (end.at - ring.at).total_seconds()
    return vain


def _stops(event: Event, ring: Event) -> bool:
    return event.kind is Kind.ANSWERED or (event.kind is Kind.UNANSWERED and event.extension == ring.extension)
