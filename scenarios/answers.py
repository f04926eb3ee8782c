"""What is done wrong on purpose where the fakes answer: which requests, and what becomes of their answers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from scenarios.turns import Turn

ANY = "any"

# No request is held longer than this, whatever a distribution says.
LONGEST_SECONDS = 600.0


class AnswerFlaw(StrEnum):
    """What is done wrong with the answer to a request; also the ``fault`` of its record."""

    STATUS = "status"  # this status, as a gateway in front would give it; nothing is done
    REFUSED = "refused"  # a refusal in the vendor's own envelope; nothing is done
    TOO_MANY = "too_many"  # 429 with Retry-After; nothing is done
    TOKEN_EXPIRED = "token_expired"  # noqa: S105 - the token is good no more; nothing is done
    DELAY = "delay"  # the request is held, and then done
    LATE = "late"  # it is done at once, and answered late
    TWICE = "twice"  # it is done twice, and answered once
    EMPTY = "empty"  # status and headers as they should be, and no body
    TRUNCATED = "truncated"  # the connection closes after half of the body
    GARBAGE = "garbage"  # bytes that are no HTTP, then the connection closes
    RESET = "reset"  # the connection is reset, without an answer
    DRIP = "drip"  # the body comes in small pieces
    CHANNEL_CUT = "channel_cut"  # the event channel is cut between two events
    EVENT_CUT = "event_cut"  # the event channel is cut in the middle of an event
    CHANNEL_RENEWED = "channel_renewed"  # the event channel goes on under a new id


INSTEAD = frozenset({AnswerFlaw.STATUS, AnswerFlaw.REFUSED, AnswerFlaw.TOO_MANY, AnswerFlaw.TOKEN_EXPIRED})
OF_CHANNELS = frozenset({AnswerFlaw.CHANNEL_CUT, AnswerFlaw.EVENT_CUT, AnswerFlaw.CHANNEL_RENEWED})
# These are about an answer that ends, which one that opens an event channel does not.
OF_WHOLE_ANSWERS = frozenset(
    {AnswerFlaw.LATE, AnswerFlaw.TWICE, AnswerFlaw.EMPTY, AnswerFlaw.TRUNCATED, AnswerFlaw.DRIP}
)


class Spread(StrEnum):
    """How lengths of time are spread."""

    FIXED = "fixed"
    UNIFORM = "uniform"
    LOGNORMAL = "lognormal"


@dataclass(frozen=True, slots=True)
class Latency:
    """A length of wall time, in seconds: ``low`` (fixed), ``low`` to ``high``, or a lognormal one.

    A lognormal one has the median ``low``; ``high`` is the standard deviation of its logarithm.
    """

    spread: Spread = Spread.FIXED
    low: float = 0.0
    high: float = 0.0

    def seconds(self, fraction: float) -> float:
        """Return the length that a lot (from 0 up to 1) draws, `LONGEST_SECONDS` at most."""
        if self.spread is Spread.FIXED:
            return self.low
        if self.spread is Spread.UNIFORM:
            return self.low + fraction * (self.high - self.low)
        from statistics import NormalDist  # a tenth of the start-up's imports, for one kind of fault

        drawn = NormalDist().inv_cdf(min(max(fraction, 1e-9), 1 - 1e-9))
        return min(self.low * math.exp(self.high * drawn), LONGEST_SECONDS)


@dataclass(frozen=True, slots=True)
class AnswerFault:
    """What is done wrong with which answers of a vendor's fake.

    operation  of the contract; None: any
    turn       which of the requests that match, counted from 1 as they come
    latency    how long, for `DELAY`, `LATE`, `DRIP`, and what a `TOO_MANY` tells to wait
    status     for `STATUS`
    problem    why a `REFUSED` one is refused: a `simulator.vendor.Problem` by name
    events     after how many events, the opening one not counted, a channel fails
    words      ``on`` and ``do`` as they were written
    """

    vendor: str
    operation: str | None
    flaw: AnswerFlaw
    where: str
    turn: Turn = field(default_factory=Turn)
    latency: Latency = field(default_factory=Latency)
    status: int = 0
    problem: str = ""
    events: int = 0
    words: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)
