"""Agents: the extensions that serve queues, and whether each may be offered a call. Pure: knows no queue's calls.

Whether an agent rings or talks is no state of its own: that is read off the calls (`simulator.telephony.calls.Call`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from simulator.errors import SimulatorError
from simulator.telephony.documents import time_from_text, time_to_text

AGENT = "agent"
# What happened to agents, oldest first, for vendors that report on it.
AGENT_EVENT = "agent_event"


class AgentKind(StrEnum):
    """What can happen to an agent beside calls."""

    LOGGED_IN = "logged_in"  # the agent serves a queue from now on (queue)
    LOGGED_OUT = "logged_out"  # no longer (queue; none: every queue)
    PAUSED = "paused"  # no call is offered (reason)
    UNPAUSED = "unpaused"


class Presence(StrEnum):
    """Where an agent stands, calls included."""

    LOGGED_OUT = "logged_out"
    PAUSED = "paused"
    RINGING = "ringing"
    DIALLING = "dialling"  # the other end has not answered yet
    TALKING = "talking"
    WRAP_UP = "wrap_up"
    READY = "ready"


@dataclass(frozen=True, slots=True)
class AgentEvent:
    """One thing that happened to an agent, at an aware UTC time."""

    extension: str
    kind: AgentKind
    at: datetime
    queue: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Agent:
    """An extension that serves ``queues``, in the order in which it logged in to them.

    ``free_at`` is when a call may be offered again (the end of the wrap-up), ``since`` when the last call was over or
    the agent came, ``calls`` how many it has taken, and ``missed`` how many offers in a row it let ring.
    ``paused_at`` and ``reason`` are there during a pause. ``by`` is who made it what it is, and empty for one that
    never was an agent.
    """

    extension: str
    queues: tuple[str, ...]
    since: datetime
    free_at: datetime
    calls: int = 0
    missed: int = 0
    paused_at: datetime | None = None
    reason: str | None = None
    by: str = ""

    def apply(self, event: AgentEvent) -> Agent:
        """Return the agent after this has happened. Raises ImpossibleForAgent."""
        match event.kind:
            case AgentKind.LOGGED_IN if event.queue and event.queue not in self.queues:
                return replace(self, queues=(*self.queues, event.queue), since=event.at)
            case AgentKind.LOGGED_OUT if self.queues and (event.queue is None or event.queue in self.queues):
                left = tuple(q for q in self.queues if event.queue is not None and q != event.queue)
                return replace(self, queues=left) if left else newcomer(self.extension, event.at, self.calls)
            case AgentKind.PAUSED if self.queues and self.paused_at is None:
                return replace(self, paused_at=event.at, reason=event.reason)
            case AgentKind.UNPAUSED if self.paused_at is not None:
                return replace(self, paused_at=None, reason=None, since=event.at, missed=0)
        raise ImpossibleForAgent(self, event)

    def stands(self, event: AgentEvent) -> bool:
        """Tell whether the agent stands already as an event would make it."""
        match event.kind:
            case AgentKind.LOGGED_IN:
                return event.queue in self.queues
            case AgentKind.LOGGED_OUT:
                return event.queue not in self.queues if event.queue is not None else not self.queues
            case AgentKind.PAUSED:
                return self.paused_at is not None
            case AgentKind.UNPAUSED:
                return self.paused_at is None

    def served(self, at: datetime, rest: timedelta) -> Agent:
        """Return the agent after a call that it had taken left it, with so much rest."""
        return replace(self, since=at, free_at=at + rest, calls=self.calls + 1, missed=0)

    def let_ring(self, at: datetime, rest: timedelta) -> Agent:
        """Return the agent after it did not answer an offer, with so much rest."""
        return replace(self, free_at=at + rest, missed=self.missed + 1)

    def available(self, at: datetime) -> bool:
        """Tell whether a call may be offered, as far as the agent's own state goes."""
        return bool(self.queues) and self.paused_at is None and self.free_at <= at

    def presence(self, at: datetime, *, ringing: bool, talking: bool, dialling: bool = False) -> Presence:
        """Return where the agent stands, given what the calls say of it."""
        facts = (
            (talking, Presence.TALKING),
            (ringing, Presence.RINGING),
            (dialling, Presence.DIALLING),
            (not self.queues, Presence.LOGGED_OUT),
            (self.paused_at is not None, Presence.PAUSED),
            # Who let an offer ring is passed over for a while, and has no call to wrap up.
            (self.free_at > at and not self.missed, Presence.WRAP_UP),
        )
        return next((presence for holds, presence in facts if holds), Presence.READY)

    def to_document(self) -> dict[str, Any]:
        """Return the agent as JSON-able values."""
        return {
            "extension": self.extension,
            "queues": list(self.queues),
            "since": time_to_text(self.since),
            "free_at": time_to_text(self.free_at),
            "calls": self.calls,
            "missed": self.missed,
            "paused_at": time_to_text(self.paused_at) if self.paused_at else None,
            "reason": self.reason,
            "by": self.by,
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Agent:
        """Return the agent that `to_document` wrote."""
        return cls(
            extension=document["extension"],
            queues=tuple(document["queues"]),
            since=time_from_text(document["since"]),
            free_at=time_from_text(document["free_at"]),
            calls=document["calls"],
            missed=document["missed"],
            paused_at=time_from_text(document["paused_at"]) if document["paused_at"] else None,
            reason=document["reason"],
            by=document.get("by", ""),
        )


def newcomer(extension: str, at: datetime, calls: int = 0) -> Agent:
    """Return an agent who is logged in nowhere, and has taken so many calls before."""
    return Agent(extension, (), at, at, calls)


class ImpossibleForAgent(SimulatorError):
    """An agent in this state cannot do this."""

    def __init__(self, agent: Agent, event: AgentEvent) -> None:
        where = f"logged in to {', '.join(agent.queues)}" if agent.queues else "not logged in"
        paused = " and paused" if agent.paused_at else ""
        about = f" ({event.queue})" if event.queue else ""
        super().__init__(
            f"agent {agent.extension} is {where}{paused}: {event.kind.value}{about} cannot happen; "
            "log in before a pause or a log-out, and once to each queue"
        )
        self.agent, self.event = agent, event
