"""Which of the messages or requests that a fault means it strikes: a pure rule on their count."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Turn:
    """The ``nth`` of those that match, or ``every`` so many, or a share of them (``rate``), or (all None) each.

    ``most`` is how often it strikes in all.
    """

    nth: int | None = None
    every: int | None = None
    rate: float | None = None
    most: int | None = None

    def comes(self, count: int, struck: int, fraction: float) -> bool:
        """Say whether it is the turn of the ``count``-th (from 1), after ``struck`` were struck.

        ``fraction`` (from 0 up to 1) is the lot that a rate is held against.
        """
        if self.most is not None and struck >= self.most:
            return False
        if self.nth is not None:
            return count == self.nth
        if self.every is not None:
            return count % self.every == 0
        return self.rate is None or fraction < self.rate
