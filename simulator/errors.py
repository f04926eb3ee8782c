"""The one root of everything this program raises on purpose. A leaf carries its facts and makes the sentence."""

from __future__ import annotations


class SimulatorError(Exception):
    """Something the user can act on: the text says what was wrong, what was expected and what to do."""

    exit_code = 2


class EnvironmentProblem(SimulatorError):
    """The machine, not the input, is in the way (a port, a file, a limit)."""

    exit_code = 3


class UnknownRecord(SimulatorError):
    """A step names something that the tenant's world does not have."""

    def __init__(self, kind: str, key: str, known: list[str]) -> None:
        shown = ", ".join(known[:8]) + (", ..." if len(known) > 8 else "")
        super().__init__(f"there is no {kind} {key!r} in this world; there are: {shown or 'none'}")


class UnknownCall(SimulatorError):
    """No call has this id."""

    def __init__(self, key: str) -> None:
        super().__init__(f"there is no call {key!r}; list them with GET /_sim/calls")


class Engaged(SimulatorError):
    """An agent talks in another call."""

    def __init__(self, extension: str, other: str) -> None:
        super().__init__(f"agent {extension} talks in call {other}: hold or end that one first")
        self.other = other


class TalksTwice(SimulatorError):
    """An extension that talks in several calls is to serve a queue."""

    def __init__(self, extension: str, calls: list[str]) -> None:
        super().__init__(
            f"extension {extension} talks in calls {' and '.join(calls)}, and an agent in one call at a time: "
            "hold or end all but one before it logs in"
        )


class ToItself(SimulatorError):
    """An extension is to call itself."""

    def __init__(self, extension: str) -> None:
        super().__init__(f"extension {extension} cannot call itself: name another one to call")
