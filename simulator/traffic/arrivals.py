"""When calls arrive: open processes, in which nobody waits for the calls before. Pure.

Each arrival follows from the one before it and one fraction, so that a day of calls is never laid out beforehand.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, Protocol

from scenarios.durations import parse_duration
from scenarios.errors import DurationError
from simulator.errors import SimulatorError

HOUR, DAY = 3_600.0, 86_400.0
MOST_A_SECOND = 1_000.0
MOST_AT_ONCE = 1_000
_ROUNDED = 1 + 1e-9

# How busy the hours of a working day are, from midnight on: made up, with a peak before and one after lunch.
WORKING_DAY = (0, 0, 0, 0, 0, 0, 0, 2, 6, 10, 12, 11, 7, 8, 10, 10, 9, 7, 4, 2, 1, 1, 0, 0)

_COUNT = re.compile(r"[0-9]{1,7}(?:\.[0-9]{1,6})?")


class Arrivals(Protocol):
    """When calls come, in seconds from the beginning."""

    def following(self, number: int, last: float, fraction: float) -> float | None:
        """Return when call ``number`` (1 first) comes, after the one at ``last``; None when there is none.

        ``fraction`` is a number from 0 up to, but without, 1, a new one for each call.
        """
        ...

    def span(self, count: int, last: float, until: float | None) -> float:
        """Return in how many seconds so many calls come, so that this is their rate: up to where the next is due.

        ``last`` is when the last one came, ``until`` when it was over if an end was set. 0 where nothing tells.
        """
        ...


@dataclass(frozen=True, slots=True)
class Poisson:
    """At random, so many a second in the mean."""

    rate: float

    def following(self, number: int, last: float, fraction: float) -> float:
        """Return when the next call comes: the gaps are exponential."""
        return last - math.log1p(-fraction) / self.rate

    def span(self, count: int, last: float, until: float | None) -> float:
        """Return the time in which they came: a gap is before each."""
        return until or last


@dataclass(frozen=True, slots=True)
class Even:
    """Like clockwork, so many a second, the first one at once."""

    rate: float

    def following(self, number: int, last: float, fraction: float) -> float:
        """Return when call ``number`` comes."""
        return (number - 1) / self.rate

    def span(self, count: int, last: float, until: float | None) -> float:
        """Return as many gaps as calls."""
        return count / self.rate


@dataclass(frozen=True, slots=True)
class Burst:
    """``size`` calls at one moment, each ``every`` seconds."""

    size: int
    every: float

    def following(self, number: int, last: float, fraction: float) -> float:
        """Return when call ``number`` comes."""
        return (number - 1) // self.size * self.every

    def span(self, count: int, last: float, until: float | None) -> float:
        """Return the periods that bursts have begun."""
        return -(-count // self.size) * self.every


@dataclass(frozen=True, slots=True)
class DayCurve:
    """At random, by a rate that changes each hour and is the same every day.

    ``hours`` are the calls that each of the 24 hours brings in the mean; ``begin`` is the second of the day at which
    it begins.
    """

    hours: tuple[float, ...]
    begin: float = 0.0

    def following(self, number: int, last: float, fraction: float) -> float:
        """Return when the next call comes: where the hours have brought what an exponential draw asks for."""
        so_far = (0.0, *accumulate(self.hours))
        day, second = divmod(self.begin + last, DAY)
        hour, rest = divmod(second, HOUR)
        brought = so_far[int(hour)] + self.hours[int(hour)] * rest / HOUR
        days, wanted = divmod(brought - math.log1p(-fraction), so_far[-1])
        within = min(23, bisect_right(so_far, wanted) - 1)
        share = (wanted - so_far[within]) / self.hours[within] if self.hours[within] else 0.0
        return max(last, (day + days) * DAY + (within + min(1.0, share)) * HOUR - self.begin)

    def span(self, count: int, last: float, until: float | None) -> float:
        """Return the time in which they came: a gap is before each."""
        return until or last


@dataclass(frozen=True, slots=True)
class Replay:
    """At the moments that were recorded: each row begins with its own, in ascending order."""

    rows: Sequence[Sequence[Any]]

    def following(self, number: int, last: float, fraction: float) -> float | None:
        """Return when call ``number`` came."""
        return float(self.rows[number - 1][0]) if number <= len(self.rows) else None

    def span(self, count: int, last: float, until: float | None) -> float:
        """Return the time up to the next recorded call; behind the last one of all, a mean gap follows."""
        if count < len(self.rows):
            following = float(self.rows[count][0])
            return following if until is None else min(following, until)
        return last * count / (count - 1) if count > 1 else until or 0.0


class BadArrivals(SimulatorError):
    """A text that says no arrivals."""

    def __init__(self, text: str, why: str) -> None:
        shown = text if len(text) <= 60 else f"{text[:60]}..."
        super().__init__(
            f"{shown!r} says no arrivals: {why}; write poisson:100/h, even:10/min, day:2000/d or burst:20/15min "
            f"(a count and a length of time, {MOST_A_SECOND:g} calls a second at most)"
        )


def parse_arrivals(text: str, begin: float = 0.0, curve: Sequence[float] = WORKING_DAY) -> Arrivals:
    """Return the arrivals that a text says; ``begin`` is the second of the day, ``curve`` how busy its 24 hours are.

    Raises BadArrivals.
    """
    name, colon, rest = text.strip().partition(":")
    count, slash, period = rest.partition("/")
    if not (colon and slash and _COUNT.fullmatch(count)):
        raise BadArrivals(text, "expected a name, a colon, a count, a slash and a length of time")
    try:
        seconds = parse_duration(period if period[:1].isdigit() else f"1{period}").total_seconds()
    except DurationError as error:
        raise BadArrivals(text, str(error)) from None
    rate = float(count) / seconds if seconds else 0.0
    if not 0 < rate <= MOST_A_SECOND * _ROUNDED:
        raise BadArrivals(text, "it is no rate that can be played")
    match name:
        case "poisson":
            return Poisson(rate)
        case "even":
            return Even(rate)
        case "day":
            return day_curve(rate * DAY, curve, begin)
        case "burst" if float(count).is_integer() and float(count) <= MOST_AT_ONCE:
            return Burst(int(float(count)), seconds)
        case "burst":
            raise BadArrivals(text, f"a burst is a whole number of calls, {MOST_AT_ONCE} at most")
    raise BadArrivals(text, f"there is no {name!r} among poisson, even, day and burst")


def day_curve(calls: float, curve: Sequence[float], begin: float = 0.0) -> DayCurve:
    """Return the curve by which a day brings so many calls, spread as its 24 hours are busy."""
    whole = sum(curve)
    return DayCurve(tuple(calls * weight / whole for weight in curve), begin)


def parse_curve(text: str) -> tuple[float, ...]:
    """Return how busy the 24 hours of a day are, from ``0,0,...,3.5,0``. Raises BadArrivals."""
    parts = [part.strip() for part in text.split(",")]
    if len(parts) != 24 or not all(_COUNT.fullmatch(part) for part in parts):
        raise BadArrivals(text, "a curve has 24 numbers with commas between, for the hours from midnight on")
    curve = tuple(float(part) for part in parts)
    if not sum(curve):
        raise BadArrivals(text, "at least one hour must have calls")
    return curve
