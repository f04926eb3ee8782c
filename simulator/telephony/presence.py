"""When agents were logged in, and when they paused: spans of time read off what happened to them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
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
    open_: dict[str, Span] = {}
    done: list[Span] = []
    queues: dict[str, set[str]] = {}
    for event in events:
        own = queues.setdefault(event.extension, set())
        if event.kind is AgentKind.LOGGED_IN:
            own.add(event.queue or "")
            open_.setdefault(event.extension, Span(event.extension, event.at))
        elif event.kind is AgentKind.LOGGED_OUT:
            own.difference_update([event.queue or ""] if event.queue else set(own))
            if not own and event.extension in open_:
                done.append(replace(open_.pop(event.extension), end=event.at))
    return sorted([*done, *open_.values()], key=lambda span: span.start)


def pauses(events: Iterable[AgentEvent]) -> list[Span]:
    """Return the pauses of each agent, in the order in which they began; to leave every queue ends one."""
    return sorted(_pauses(list(events)), key=lambda span: span.start)


def _pauses(events: list[AgentEvent]) -> Iterator[Span]:
    open_: dict[str, Span] = {}
    ends = {(span.extension, span.end) for span in logged_in(events)}
    for event in events:
        over = event.kind is AgentKind.UNPAUSED or (event.extension, event.at) in ends
        if over and event.extension in open_:
            yield replace(open_.pop(event.extension), end=event.at)
        if event.kind is AgentKind.PAUSED:
            open_[event.extension] = Span(event.extension, event.at, reason=event.reason or "")
    yield from open_.values()
