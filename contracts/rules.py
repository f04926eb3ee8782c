"""What a rule function sees and what it says. The functions themselves stand beside each vendor's ``rules.yaml``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from contracts.model import Exchange, Part


class Facts(Protocol):
    """What a fake knows, for the rules that need it: the records of one tenant, by kind."""

    def get(self, kind: str, key: str) -> Mapping[str, Any] | None:
        """Return the record of this kind under this key."""

    def all(self, kind: str) -> Iterable[Mapping[str, Any]]:
        """Return every record of this kind, oldest first."""

    def find(self, kind: str, **where: object) -> Mapping[str, Any] | None:
        """Return the oldest record of this kind whose fields equal ``where``."""


@dataclass(frozen=True, slots=True)
class Subject:
    """One exchange as a rule reads it: decoded bodies (None where there is none), readings, and facts or None.

    ``incomplete`` says, in a sequence, that exchanges of it were left out: then what adds up over all of them cannot
    be judged.
    """

    operation: str
    message: str | None
    request: Any
    response: Any
    exchange: Exchange
    readings: Mapping[str, str]
    facts: Facts | None = None
    incomplete: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule found wrong; the rule's entry in ``rules.yaml`` gives the rest."""

    pointer: str
    found: str
    expected: str
    part: Part = Part.REQUEST


RuleFunction = Callable[[Subject], Iterable[Finding]]
SequenceRuleFunction = Callable[[Sequence[Subject]], Iterable[tuple[int, Finding]]]
