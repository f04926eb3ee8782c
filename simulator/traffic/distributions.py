"""How long things take: distributions of lengths of time, as a person writes them (``exponential:3min``). Pure.

A draw is the quantile of a fraction, so that one made-up number gives one length, whatever was drawn before.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import NormalDist
from typing import Protocol

from scenarios.durations import parse_duration
from scenarios.errors import DurationError
from simulator.errors import SimulatorError

# No draw is longer, whatever the tail of its distribution: a simulated phone call ends within a day.
LONGEST = 86_400.0
_SMALLEST = 2.0**-49
_NORMAL = NormalDist()


class Distribution(Protocol):
    """Lengths in seconds: the mean, and the length below which a fraction (0 up to, but without, 1) of them lies."""

    @property
    def mean(self) -> float:
        """The mean, in seconds."""
        ...

    def quantile(self, fraction: float) -> float:
        """Return the length below which so large a part of them lies."""
        ...


@dataclass(frozen=True, slots=True)
class Fixed:
    """Always the same."""

    mean: float

    def quantile(self, fraction: float) -> float:
        """Return the one length."""
        return self.mean


@dataclass(frozen=True, slots=True)
class Exponential:
    """Without memory: what is left never depends on how long it has lasted."""

    mean: float

    def quantile(self, fraction: float) -> float:
        """Return the length below which so large a part of them lies."""
        return min(LONGEST, -self.mean * math.log1p(-fraction))


@dataclass(frozen=True, slots=True)
class Uniform:
    """Everything between two lengths alike."""

    low: float
    high: float

    @property
    def mean(self) -> float:
        """The middle."""
        return (self.low + self.high) / 2

    def quantile(self, fraction: float) -> float:
        """Return the length below which so large a part of them lies."""
        return self.low + (self.high - self.low) * fraction


@dataclass(frozen=True, slots=True)
class Lognormal:
    """Many short ones and a few very long ones, as real talk is: by mean and standard deviation."""

    mean: float
    deviation: float

    def quantile(self, fraction: float) -> float:
        """Return the length below which so large a part of them lies."""
        if not self.mean:
            return 0.0
        variance = math.log1p((self.deviation / self.mean) ** 2)
        middle = math.log(self.mean) - variance / 2
        return min(LONGEST, math.exp(middle + math.sqrt(variance) * _NORMAL.inv_cdf(max(_SMALLEST, fraction))))


class BadDistribution(SimulatorError):
    """A text that says no distribution."""

    def __init__(self, text: str, why: str) -> None:
        shown = text if len(text) <= 60 else f"{text[:60]}..."
        super().__init__(
            f"{shown!r} is no distribution of lengths: {why}; write 3min, exponential:3min, uniform:1min,5min or "
            "lognormal:3min,2min (mean and standard deviation), a day at most"
        )


def parse_distribution(text: str) -> Distribution:
    """Return the distribution that a text says: a name, a colon and its lengths; without a name it is fixed.

    Raises BadDistribution.
    """
    name, colon, rest = text.strip().partition(":")
    if not colon:
        name, rest = "fixed", name
    known = _NAMES.get(name)
    if known is None:
        raise BadDistribution(text, f"there is no {name!r} among {', '.join(_NAMES)}")
    count, make = known
    try:
        lengths = [parse_duration(part).total_seconds() for part in rest.split(",")]
    except DurationError as error:
        raise BadDistribution(text, str(error)) from None
    if len(lengths) != count:
        raise BadDistribution(text, f"{name} has {count} length{'s' if count > 1 else ''}, and here are {len(lengths)}")
    if max(lengths) > LONGEST:
        raise BadDistribution(text, "it is longer than a day")
    if name == "uniform" and lengths[0] > lengths[1]:
        raise BadDistribution(text, "the shorter length comes first")
    if name == "lognormal" and not lengths[0] and lengths[1]:
        raise BadDistribution(text, "with a mean of nothing there is no deviation from it")
    return make(*lengths)


_NAMES: Mapping[str, tuple[int, Callable[..., Distribution]]] = {
    "fixed": (1, Fixed),
    "exponential": (1, Exponential),
    "uniform": (2, Uniform),
    "lognormal": (2, Lognormal),
}
