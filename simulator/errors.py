"""The one root of everything this program raises on purpose. A leaf carries its facts and makes the sentence."""

from __future__ import annotations


class SimulatorError(Exception):
    """Something the user can act on: the text says what was wrong, what was expected and what to do."""

    exit_code = 2


class EnvironmentProblem(SimulatorError):
    """The machine, not the input, is in the way (a port, a file, a limit)."""

    exit_code = 3
