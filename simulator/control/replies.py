"""The control API's answers: one form for every problem."""

from __future__ import annotations

from simulator.errors import SimulatorError
from simulator.vendor import Reply


class Missing(SimulatorError):
    """What was asked for is not there."""

    def __init__(self, text: str, expected: str) -> None:
        super().__init__(text)
        self.expected = expected


class Failed(SimulatorError):
    """A request that cannot be done now, with the status that says so."""

    def __init__(self, status: int, text: str, expected: str) -> None:
        super().__init__(text)
        self.status, self.expected = status, expected


def problem(status: int, error: str, expected: str) -> Reply:
    """Return the answer for a problem: what was wrong, and what was expected."""
    return Reply(status, {"error": error, "expected": expected})
