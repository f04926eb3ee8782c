"""A contract's files under one set of readings, with the operations, validators and clause counts that follow."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from contracts.marks import own_provenance, reachable
from contracts.model import Confidence
from contracts.openapi import OpenapiReader
from contracts.operation import Body
from contracts.validators import Schemas


class Variant:
    """What stands under one set of readings. Validators and counts are made when they are first asked for."""

    def __init__(self, files: Mapping[str, Any]) -> None:
        self.files = files
        reader = OpenapiReader(files)
        self.operations = reader.operations()
        self.security_schemes = reader.security_schemes()
        self.schemas = Schemas(files)
        self._counts: dict[str, Counter[Confidence]] = {}

    def clauses(self, ref: str | None) -> Counter[Confidence]:
        """Return how many marked schema objects a schema is made of, by confidence."""
        if ref is None:
            return Counter()
        if ref not in self._counts:
            marks = (own_provenance(node) for _, _, node in reachable(self.files, ref))
            self._counts[ref] = Counter(mark.confidence for mark in marks if mark is not None)
        return self._counts[ref]

    def refs(self) -> list[str]:
        """Return every schema that an operation, a parameter or an answer names, each once."""
        found: dict[str, None] = {}
        for operation in self.operations.values():
            bodies: list[Body | None] = [operation.body, *(answer.body for answer in operation.answers)]
            named = [ref for body in bodies if body for ref in body.media.values()]
            found.update(dict.fromkeys(ref for ref in [*named, *(p.ref for p in operation.parameters)] if ref))
        return list(found)
