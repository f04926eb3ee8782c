"""A request on its way through a pipeline: its body is decoded once, however often it is looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from contracts.bodies import Once, UnreadableBody
from contracts.model import HttpRequest
from contracts.variant import Variant


@dataclass(frozen=True, slots=True)
class Incoming:
    """A request for an operation, or for what stands for those that share a path (``served``).

    ``path`` holds the decoded path parameters.
    """

    served: str
    http: HttpRequest
    path: Mapping[str, str]
    body: Once

    def read(self, variant: Variant) -> tuple[str | None, Any, UnreadableBody | None]:
        """Return the operation that is meant, if any, its decoded body, and what is wrong with that under readings."""
        try:
            body, _ = self.body.decode(variant.served(self.served).body)
        except UnreadableBody as error:
            return variant.pick(self.served, None), None, error
        return variant.pick(self.served, body), body, None
