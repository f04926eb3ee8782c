"""Turns the errors of a schema into violations that name the clause, its mark and a remedy."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from contracts import wording
from contracts.clauses import violation
from contracts.formats import is_marker
from contracts.marks import nearest, trail, weigh
from contracts.model import Part, Provenance, Violation
from contracts.pointers import join
from contracts.validators import Schemas

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

MAX_VIOLATIONS = 100
_ON_PROPERTY = ("required", "additionalProperties", "discriminator")


def explain(
    schemas: Schemas, ref: str, value: object, part: Part, fallback: Provenance, *, place: str = "", secret: str = ""
) -> list[Violation]:
    """Return the violations of a schema by a value (none when it is right, or wrong only where a secret was redacted).

    ``place`` is put before each pointer (``header:token``); ``secret`` is the kind of secret that the whole value is.
    Severities are those of a check that takes inferred clauses as warnings.
    """
    if schemas.accepts(ref, value):
        return []
    errors = list(itertools.islice(schemas.errors(ref, value), MAX_VIOLATIONS))
    if not errors:  # the engines disagree: what the first one refuses is refused
        found = wording.show(value) if not secret else f"[redacted:{secret}]"
        remedy = "report this as a fault of the contract"
        return [violation("schema", part, place, found, f"what {ref} says", remedy, fallback)]
    explained = [
        _violation(schemas, ref, error, part, fallback, place, secret) for error in errors if not _forgiven(error)
    ]
    return sorted(_once(explained), key=lambda v: (v.pointer, v.clause))


def _violation(
    schemas: Schemas, ref: str, error: ValidationError, part: Part, fallback: Provenance, place: str, secret: str
) -> Violation:
    keyword = str(error.validator) if error.schema is not False else "false"
    around = trail(schemas.files, ref, list(error.absolute_schema_path), error.schema)
    mark = nearest(around, fallback)
    schema = error.schema if isinstance(error.schema, Mapping) else {}
    path = list(error.absolute_path)
    name = _name(keyword, error, path)
    kind = secret or _secret(around, keyword)
    severity, drift = weigh(mark.confidence, keyword, strict_inferred=False)
    return Violation(
        clause=keyword,
        part=part,
        pointer=place + join(path) + (join([name]) if keyword == "dependentRequired" else ""),
        found=wording.found(keyword, _value(error, keyword, path), kind or None),
        expected=wording.expected(keyword, error.validator_value, schema, name),
        remedy=wording.remedy(keyword, error.validator_value, schema, name, None if kind else error.instance),
        source=mark.source,
        confidence=mark.confidence,
        severity=severity,
        discrepancy=mark.discrepancy,
        drift=drift,
        keyword=keyword,
    )


def _name(keyword: str, error: ValidationError, path: list[str | int]) -> str:
    if keyword == "dependentRequired" and isinstance(error.instance, Mapping):
        dependent: Any = error.validator_value
        wanted = (n for k, names in dependent.items() if k in error.instance for n in names)
        return next((n for n in wanted if n not in error.instance), "")
    return str(path[-1]) if path else "the value"


def _value(error: ValidationError, keyword: str, path: list[str | int]) -> Any:
    if keyword in _ON_PROPERTY and isinstance(error.instance, Mapping) and path:
        return error.instance.get(str(path[-1]))
    return error.instance


def _secret(around: Iterable[Mapping[str, Any]], keyword: str) -> str:
    if keyword in _ON_PROPERTY:
        return ""
    for schema in around:
        if schema.get("format") == "password" or "x-secret" in schema:
            return str(schema.get("x-secret", "password"))
    return ""


def _forgiven(error: ValidationError) -> bool:
    """True when the error is only about a marker that stands where a secret stood."""
    if is_marker(error.instance):
        return True
    branches: dict[object, list[ValidationError]] = {}
    for inner in error.context or ():
        branches.setdefault(inner.relative_schema_path[0], []).append(inner)
    return any(all(map(_forgiven, inner)) for inner in branches.values())


def _once(violations: Iterable[Violation]) -> Iterator[Violation]:
    seen: set[tuple[str, str, str]] = set()
    for each in violations:
        key = (each.clause, each.pointer, each.source)
        if key not in seen:
            seen.add(key)
            yield each
