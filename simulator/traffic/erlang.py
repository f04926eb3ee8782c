"""What the theory of queues says of calls that arrive at random: Erlang B, C and A. Pure arithmetic.

Loads are in erlangs (calls a second times seconds of service). Sources: A. K. Erlang (1917) for B and C; C. Palm (1946)
for A, as in Mandelbaum and Zeltyn, "The Palm/Erlang-A Queue, with Applications to Call Centers".
"""

from __future__ import annotations

import math
from dataclasses import dataclass

# A state of the queue that is so unlikely counts as none.
_NEGLIGIBLE = 1e-15


@dataclass(frozen=True, slots=True)
class Impatient:
    """What becomes of calls that are given up: the chance to wait at all, to be given up, and the mean wait (seconds).

    The wait is that of every call, those that wait not at all and those that are given up among them.
    """

    waits: float
    abandoned: float
    wait: float


@dataclass(frozen=True, slots=True)
class Theory:
    """What a ``model`` says of a load: the part of the calls that waits and that is given up, and the mean wait."""

    model: str
    waits: float
    abandoned: float
    wait: float


def theory_of(load: float, agents: int, service: float, patience: float) -> Theory | None:
    """Return what the theory says of callers with so much patience: B for none, C for endless, else A.

    Both means are in seconds. None where endless patience meets a load that the agents can never do.
    """
    if not patience:
        return Theory("Erlang B", 0.0, erlang_b(load, agents), 0.0)
    if math.isfinite(patience):
        found = erlang_a(load, agents, service, patience)
        return Theory("Erlang A", found.waits, found.abandoned, found.wait)
    if load >= agents:
        return None
    return Theory("Erlang C", erlang_c(load, agents), 0.0, mean_wait(load, agents, service))


def erlang_b(load: float, agents: int) -> float:
    """Return the chance that a call finds everybody busy and is lost."""
    blocked = 1.0
    for number in range(1, agents + 1):
        blocked = load * blocked / (number + load * blocked)
    return blocked


def erlang_c(load: float, agents: int) -> float:
    """Return the chance that a call has to wait; 1 where the load is more than the agents can ever do."""
    if load >= agents:
        return 1.0
    blocked = erlang_b(load, agents)
    return agents * blocked / (agents - load * (1 - blocked))


def mean_wait(load: float, agents: int, service: float) -> float:
    """Return the mean wait in seconds of patient callers, given the mean service; infinite at too high a load."""
    return math.inf if load >= agents else erlang_c(load, agents) * service / (agents - load)


def erlang_a(load: float, agents: int, service: float, patience: float) -> Impatient:
    """Return what becomes of calls whose callers wait, by an exponential law, ``patience`` seconds in the mean.

    All three means are in seconds; the chances are those of the birth-and-death chain of calls in the system.
    """
    rate = load / service
    total = weight = 1.0
    waiting = queue = 0.0
    number = 0
    while number < agents or weight > _NEGLIGIBLE * total:
        number += 1
        weight *= rate / (min(number, agents) / service + max(0, number - agents) / patience)
        total += weight
        if number >= agents:
            waiting += weight
            queue += (number - agents) * weight
    return Impatient(waiting / total, queue / total / patience / rate, queue / total / rate)
