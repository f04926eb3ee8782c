"""Which call is next in a queue, and which agents are offered it: pure choices, without clock and store."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from simulator.telephony.agents import Agent
from simulator.telephony.calls import Call

LOWEST_PRIORITY = 19

# Draws a number from 0 up to, but without, so many.
Draw = Callable[[int], int]


class Strategy(StrEnum):
    """In which order the agents of a queue, or the members of a ring group, are offered a call."""

    RING_ALL = "ring_all"  # everybody at once
    LINEAR = "linear"  # the first in the list's order that is free
    ROUND_ROBIN = "round_robin"  # the next after the one that was offered the last call
    LONGEST_IDLE = "longest_idle"  # the one whose last call is longest over
    FEWEST_CALLS = "fewest_calls"  # the one that has taken the fewest calls
    RANDOM = "random"


def place_in_line(call: Call) -> tuple[int, datetime, int]:
    """Return what a waiting call is ordered by: its priority, since when it counts as waiting, and its number."""
    event = call.waits
    if event is None:
        raise ValueError(f"call {call.id} waits in no queue")
    priority = LOWEST_PRIORITY if event.priority is None else event.priority
    return priority, event.at - timedelta(seconds=event.waited or 0), call.serial


def offered(strategy: Strategy, free: Sequence[Agent], order: Sequence[str], last: str | None, draw: Draw) -> list[str]:
    """Return the extensions that are offered the next call, one but for `Strategy.RING_ALL`.

    ``order`` is the queue's own order of extensions (who is not in it comes last), ``last`` the extension that was
    offered the call before.
    """
    ranked = sorted(free, key=lambda agent: _rank(order, agent.extension))
    if not ranked:
        return []
    match strategy:
        case Strategy.RING_ALL:
            return [agent.extension for agent in ranked]
        case Strategy.ROUND_ROBIN:
            after = _rank(order, last) if last else (-1, "")
            chosen = next((agent for agent in ranked if _rank(order, agent.extension) > after), ranked[0])
        case Strategy.LONGEST_IDLE:
            chosen = min(ranked, key=lambda agent: agent.since)
        case Strategy.FEWEST_CALLS:
            chosen = min(ranked, key=lambda agent: agent.calls)
        case Strategy.RANDOM:
            chosen = ranked[draw(len(ranked))]
        case Strategy.LINEAR:
            chosen = ranked[0]
    return [chosen.extension]


def _rank(order: Sequence[str], extension: str) -> tuple[int, str]:
    return (order.index(extension), "") if extension in order else (len(order), extension)
