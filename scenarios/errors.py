"""What the scenario files can get wrong, each with the place and the remedy in its text."""

from __future__ import annotations

from contracts.errors import ContractError


class ScenarioError(ContractError):
    """A scenario cannot be read, found or understood. ``where`` is ``name:line:column``, or just a name."""

    def __init__(self, where: str, text: str) -> None:
        super().__init__(f"{where}: {text}" if where else text)
        self.where = where


class DurationError(ContractError):
    """A text that should be a length of time is not one."""
