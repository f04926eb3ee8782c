"""A request to a vendor's fake, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from contracts.exchanges import verdict_from_record
from contracts.model import HttpRequest, Part, Violation
from tests.answer import Answer


@dataclass(frozen=True)
class Asked:
    """A request to a fake: what came back, and the one entry that it left in a journal."""

    request: HttpRequest
    answer: Answer
    entry: Mapping[str, Any]
    tenant: str

    @property
    def violations(self) -> tuple[Violation, ...]:
        verdict = verdict_from_record(_record(self.entry))
        return verdict.violations if verdict else ()

    @property
    def ours(self) -> list[Violation]:
        """What the fake's own answer has wrong."""
        return [v for v in self.violations if v.part is Part.RESPONSE]

    @property
    def refused_for(self) -> list[Violation]:
        """What the request has wrong."""
        return [v for v in self.violations if v.part is Part.REQUEST and not v.drift]


def _record(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in entry.items() if key != "number"}
