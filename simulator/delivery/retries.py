"""When a delivery that failed is tried again. Pure: no clock, no I/O; time is an argument.

The policy is the simulator's own guarantee. The vendors document no retry, and whoever prints it says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from contracts.model import HttpResponse
from simulator.errors import SimulatorError
from simulator.identity import Identity

MAX_ATTEMPTS = 100
_DELAYS = tuple(timedelta(seconds=seconds) for seconds in (0, 5, 30, 120, 600))


class BadPolicy(SimulatorError):
    """A retry policy that cannot be followed."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often, and how long after the attempt before. ``delays`` has one entry an attempt, in tenant time.

    ``jitter`` is the greatest part by which a delay is shortened or lengthened; how much of it is used comes
    from the tenant's seed, so that two runs with one seed are alike.
    """

    delays: tuple[timedelta, ...] = _DELAYS
    jitter: float = 0.2

    def __post_init__(self) -> None:
        if not 1 <= len(self.delays) <= MAX_ATTEMPTS:
            raise BadPolicy(f"a retry policy has {len(self.delays)} attempts: give 1 to {MAX_ATTEMPTS} delays")
        if any(delay < timedelta(0) for delay in self.delays):
            raise BadPolicy("a retry policy has a delay below 0: give delays of 0 s or more")
        if not 0 <= self.jitter < 1:
            raise BadPolicy(f"a retry policy has jitter {self.jitter}: give a part from 0 up to, but without, 1")

    @property
    def text(self) -> str:
        """What a report says of the policy, and whose it is."""
        delays = ", ".join(_in_words(delay) for delay in self.delays)
        attempts = "1 attempt" if len(self.delays) == 1 else f"{len(self.delays)} attempts"
        return (
            f"{attempts} ({delays} of the tenant's clock, jitter ±{self.jitter:.0%}), 2xx is success: "
            "the simulator's own policy, since the vendor documents no retry"
        )

    def due(self, delivery_id: str, attempt: int, previous: datetime, identity: Identity) -> datetime | None:
        """Return when this attempt (the first is 1) is due, or None when there is none left.

        ``previous`` is the tenant time of the attempt before it, or of the event for the first.
        """
        if not 1 <= attempt <= len(self.delays):
            return None
        swing = (2 * identity.fraction("retry", delivery_id, attempt) - 1) * self.jitter
        delay = self.delays[attempt - 1] * (1 + swing)
        return previous + timedelta(milliseconds=round(delay / timedelta(milliseconds=1)))

    def succeeded(self, response: HttpResponse | None) -> bool:
        """Return whether the delivery is over: any 2xx, and nothing else (a redirect is not followed)."""
        return response is not None and 200 <= response.status <= 299


def _in_words(delay: timedelta) -> str:
    seconds = delay.total_seconds()
    return f"{seconds / 60:g} min" if seconds >= 60 else f"{seconds:g} s"
