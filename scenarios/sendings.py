"""What went out and what came in, as plain records, and how they answer a `Match`. Pure; knows no journal."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from scenarios.durations import format_duration
from scenarios.expected import Match
from scenarios.model import Flaw

# The direction of what the simulator sent to a fake of its own, as it came in there.
OWN = "own"


@dataclass(frozen=True, slots=True)
class Record:
    """One exchange: a request that the simulator ``sent``, or ``received`` from the integration; `OWN` is from itself.

    ``call`` is the scenario's name of the call, ``status`` that of the answer (None: there was none),
    ``delivered`` whether it was 2xx, ``fault`` the `Flaw` it was sent with, ``delivery`` the id that all
    attempts share, ``job`` the one that each copy of it is. ``wall`` is when it left or came, in seconds of wall
    time (None: not known any more). ``summary`` is a short line for people.
    """

    number: int
    direction: str
    vendor: str
    call: str | None = None
    message: str | None = None
    operation: str | None = None
    at: datetime | None = None
    status: int | None = None
    delivered: bool = False
    fault: str | None = None
    delivery: str | None = None
    attempt: int = 1
    target: str | None = None
    job: int = 0
    wall: float | None = None
    summary: str = ""


@dataclass(frozen=True, slots=True)
class Sending:
    """A message on its way to one target, with all its attempts; or one received request."""

    first: Record
    attempts: tuple[Record, ...]

    @property
    def last(self) -> Record:
        """The newest attempt."""
        return self.attempts[-1]

    @property
    def delivered(self) -> bool:
        """True when an attempt was answered with 2xx."""
        return any(record.delivered for record in self.attempts)

    @property
    def dropped(self) -> bool:
        """True when a fault kept it from going out at all."""
        return self.first.fault == Flaw.DROP


def sendings(log: Iterable[Record]) -> list[Sending]:
    """Return the sendings of a log in the order of their first attempts.

    A copy that a fault made of a delivery is a sending of its own; every other attempt belongs to the earliest
    sending of its delivery that it follows. An attempt is there twice when a login had to be renewed in it.
    """
    found: list[Sending] = []
    for record in log:
        place = _place(found, record)
        if place is None:
            found.append(Sending(record, (record,)))
        else:
            found[place] = replace(found[place], attempts=(*found[place].attempts, record))
    return found


def differences(wanted: Match, sending: Sending) -> list[str]:
    """Return what of a sending is not as wanted, each as ``message is ended, not started``."""
    return [
        f"{name} is {_word(found)}, not {_word(want)}"
        for name, want, found in _facts(wanted, sending)
        if want is not None and want != found
    ]


def near_misses(wanted: Match, candidates: Sequence[Sending], start: datetime | None, most: int = 3) -> list[str]:
    """Return a line for each of those that match most of what was wanted, with what differs."""
    asked = sum(want is not None for _, want, _ in _facts(wanted, candidates[0])) if candidates else 0
    ranked: list[tuple[int, int, str]] = []
    for sending in candidates:
        why = differences(wanted, sending)
        if sending.dropped:
            why.append("it was dropped by a fault")
        if why and len(why) < max(asked, 2):
            line = f"{describe(sending, start)}: {', '.join(why)}"
            ranked.append((len(why), sending.first.number, line))
    return [line for _, _, line in sorted(ranked)[:most]]


def describe(sending: Sending, start: datetime | None) -> str:
    """Return one line for people: journal number, what it was, when, and how it was answered."""
    last = sending.last
    what = f"{last.vendor} {last.message or last.operation or 'unknown operation'}"
    of = f" of {last.call}" if last.call else ""
    after = f" at {format_duration(sending.first.at - start)}" if sending.first.at and start else ""
    tries = f", attempt {last.attempt}" if last.attempt > 1 else ""
    summary = f" ({last.summary})" if last.summary else ""
    return f"#{last.number} {what}{of}{after}{tries}{summary}"


def number_in(line: str) -> int | None:
    """Return the journal number of what a line of `describe` is about; None for any other line."""
    number = re.match(r"#([0-9]+) ", line)
    return int(number[1]) if number else None


def _place(found: Sequence[Sending], record: Record) -> int | None:
    if record.delivery is None:
        return None
    # The copies of a duplicate share a delivery, and each is a job of its own.
    copy = record.job if record.fault == Flaw.DUPLICATE else None
    same = (record.direction, record.target, record.delivery)
    for place, sending in enumerate(found):
        last = sending.last
        alike = (last.direction, last.target, last.delivery) == same and copy in (None, last.job)
        if alike and last.attempt in (record.attempt - 1, record.attempt) and not last.delivered:
            return place
    return None


def _facts(wanted: Match, sending: Sending) -> Iterator[tuple[str, object, object]]:
    first = sending.first
    yield "vendor", wanted.vendor, first.vendor
    yield "call", wanted.call, first.call
    yield "message", wanted.message, first.message
    yield "operation", wanted.operation, first.operation
    yield "status", wanted.status, sending.last.status
    yield "delivered", wanted.delivered, sending.delivered
    yield "attempts", wanted.attempts, len({record.attempt for record in sending.attempts})


def _word(value: object) -> str:
    return str(value).lower() if value is None or isinstance(value, bool) else str(value)
