"""When agents were logged in, and when they paused: spans of time read off what happened to them. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from simulator.records import Reader
from simulator.telephony.agents import AGENT_EVENT, AgentEvent, AgentKind
from simulator.telephony.documents import time_from_text


@dataclass(frozen=True, slots=True)
class Span:
    """A time that an agent was logged in, or paused for a ``reason``; ``end`` is None while it lasts."""

    extension: str
    start: datetime
    end: datetime | None = None
    reason: str = ""

    def within(self, first: datetime, last: datetime) -> timedelta:
        """Return how much of it lies between two moments."""
        return max(timedelta(), min(self.end or last, last) - max(self.start, first))


def happenings(records: Reader) -> list[AgentEvent]:
    """Return what happened to the agents of a tenant, oldest first."""
    return [
        AgentEvent(
            record["extension"],
            AgentKind(record["kind"]),
            time_from_text(record["at"]),
            record["queue"],
            record["reason"],
        )
        for record in records.all(AGENT_EVENT)
    ]


def logged_in(events: Iterable[AgentEvent]) -> list[Span]:
    """Return when each agent was logged in to any queue, in the order of the log-ins."""
    return _spans(list(events))[0]


def pauses(events: Iterable[AgentEvent]) -> list[Span]:
    """Return the pauses of each agent, in the order in which they began; to leave every queue ends one."""
    return _spans(list(events))[1]


def _spans(events: list[AgentEvent]) -> tuple[list[Span], list[Span]]:
    """Return the log-ins and the pauses. Several things may happen at one instant: each counts in its turn."""
    queues = _queues_before(events)
    here = {extension: Span(extension, events[0].at) for extension in queues}
    paused: dict[str, Span] = {}
    were_here: list[Span] = []
    were_paused: list[Span] = []
    for event in events:
        key, own = event.extension, queues.setdefault(event.extension, set())
        if event.kind is AgentKind.LOGGED_IN:
            own.add(event.queue or "")
            here.setdefault(key, Span(key, event.at))
        elif event.kind is AgentKind.LOGGED_OUT:
            own.difference_update([event.queue or ""] if event.queue else set(own))
        elif event.kind is AgentKind.PAUSED:
            paused[key] = Span(key, event.at, reason=event.reason or "")
        if not own and key in here:
            were_here.append(replace(here.pop(key), end=event.at))
        if (not own or event.kind is AgentKind.UNPAUSED) and key in paused:
            were_paused.append(replace(paused.pop(key), end=event.at))
    return _in_order(were_here, here), _in_order(were_paused, paused)


def _queues_before(events: Iterable[AgentEvent]) -> dict[str, set[str]]:
    """Return who was logged in before the oldest event, and to which queues: of what happened, the oldest is forgotten.

    A queue that is left was entered before; one who pauses was in some queue, "" where none is known.
    """
    known: set[tuple[str, str]] = set()
    before: dict[str, set[str]] = {}
    first: dict[str, AgentEvent] = {}
    for event in events:
        first.setdefault(event.extension, event)
        place = event.extension, event.queue or ""
        if event.kind is AgentKind.LOGGED_OUT and event.queue and place not in known:
            before.setdefault(event.extension, set()).add(event.queue)
        known.add(place)
    for extension, event in first.items():
        if event.kind is not AgentKind.LOGGED_IN:
            before.setdefault(extension, {""})
    return before


def _in_order(over: list[Span], going: dict[str, Span]) -> list[Span]:
    return sorted([*over, *going.values()], key=lambda span: span.start)
