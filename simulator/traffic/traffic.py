"""A plan of traffic: when calls come, and how the people of each behave. Pure; all that is made up hangs on a seed.

A plan is kept as a document of plain texts, and read again for each call: one call begets the next.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from statistics import fmean
from typing import Any

from simulator.identity import Identity
from simulator.telephony.conduct import Conduct
from simulator.traffic.arrivals import WORKING_DAY, Arrivals, Replay, parse_arrivals
from simulator.traffic.cdr import Row
from simulator.traffic.distributions import Distribution, parse_distribution

TRAFFIC = "traffic"
MOST_CALLS = 1_000_000

_distribution = lru_cache(maxsize=64)(parse_distribution)
_arrivals = lru_cache(maxsize=64)(parse_arrivals)


@dataclass(frozen=True, slots=True)
class Incoming:
    """One call to come: how its people behave, the agent's rest after it (seconds), and its two numbers if known."""

    conduct: Conduct
    wrap_up: int
    outside: str | None = None
    line: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """Calls that come to a queue.

    ``calls`` is how many at most, ``seconds`` for how long at most; None: no such end. ``patience`` is None when nobody
    gives up. ``rows`` are the calls of a recording (see `simulator.traffic.cdr.Row`).
    """

    key: str
    queue: str
    arrivals: Arrivals
    talk: Distribution
    answer: Distribution
    wrap_up: Distribution
    patience: Distribution | None = None
    calls: int | None = None
    seconds: float | None = None
    rows: Sequence[Sequence[Any]] = ()

    @property
    def handling(self) -> float:
        """How many seconds a call takes an agent in the mean, answered as planned: ringing, talk and rest."""
        talked = [row.talk for row in (Row(*values) for values in self.rows) if row.talk]
        talk = fmean(talked) if talked else self.talk.mean
        return self.answer.mean + talk + self.wrap_up.mean

    def following(self, identity: Identity, number: int, last: float) -> float | None:
        """Return when call ``number`` comes, in seconds from the beginning; None when there is none."""
        if number > min(self.calls or MOST_CALLS, MOST_CALLS):
            return None
        at = self.arrivals.following(number, last, identity.fraction(TRAFFIC, self.key, number, "gap"))
        return None if at is None or (self.seconds is not None and at >= self.seconds) else at

    def incoming(self, identity: Identity, number: int) -> Incoming:
        """Return what call ``number`` is like."""

        def drawn(name: str, lengths: Distribution) -> float:
            return lengths.quantile(identity.fraction(TRAFFIC, self.key, number, name))

        row = Row(*self.rows[number - 1]) if self.rows else None
        patience = drawn("patience", self.patience) if self.patience is not None else None
        if row is not None and not row.talk:
            patience = row.wait
        talk = row.talk if row is not None and row.talk else drawn("talk", self.talk)
        conduct = Conduct(answer=drawn("answer", self.answer), talk=talk, patience=patience)
        wrap_up = round(drawn("wrap_up", self.wrap_up))
        if row is None:
            return Incoming(conduct, wrap_up)
        return Incoming(conduct, wrap_up, row.outside, row.line or None)


def plan_of(document: Mapping[str, Any]) -> Plan:
    """Return the plan that a document says. Raises BadArrivals or BadDistribution."""
    rows = document.get("rows") or ()
    curve = tuple(document.get("curve") or WORKING_DAY)
    patience = document.get("patience")
    return Plan(
        key=document["key"],
        queue=document["queue"],
        arrivals=Replay(rows) if rows else _arrivals(document["arrivals"], document.get("begin", 0.0), curve),
        talk=_distribution(document["talk"]),
        answer=_distribution(document["answer"]),
        wrap_up=_distribution(document["wrap_up"]),
        patience=_distribution(patience) if patience else None,
        calls=document.get("calls"),
        seconds=document.get("seconds"),
        rows=rows,
    )
