"""Where clauses come from: reading the marks of schema objects, and what breaking a marked clause means."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from contracts.errors import ContractError
from contracts.model import Confidence, Provenance, Severity
from contracts.pointers import follow, resolve

IN_MAPS = ("properties", "patternProperties", "$defs", "dependentSchemas")
IN_LISTS = ("allOf", "anyOf", "oneOf", "prefixItems")
SINGLE = (
    "items",
    "additionalProperties",
    "propertyNames",
    "contains",
    "not",
    "if",
    "then",
    "else",
    "unevaluatedProperties",
    "unevaluatedItems",
)
# The clauses without which a message cannot be read at all: an observed one is no matter of drift.
_STRUCTURE = frozenset({"type", "malformed", "media-type", "operation", "security"})


class MissingMark(ContractError):
    """Something that must say where it comes from, and how surely, does not."""

    def __init__(self, place: str, wrong: str) -> None:
        super().__init__(
            f"{place}: {wrong}; give x-source (document and place) and x-confidence ({', '.join(Confidence)})"
        )


def provenance(node: Mapping[str, Any], place: str) -> Provenance:
    """Read the marks of an object that must have them. Raises MissingMark."""
    found = own_provenance(node, place)
    if found is None:
        raise MissingMark(place, "it has no x-confidence")
    return found


def own_provenance(node: Mapping[str, Any], place: str = "") -> Provenance | None:
    """Read the marks of an object, or return None where it has no ``x-confidence``. Raises MissingMark for others."""
    confidence = node.get("x-confidence")
    if confidence is None:
        return None
    if confidence not in tuple(Confidence):
        raise MissingMark(place, f"x-confidence is {confidence!r}")
    source, discrepancy = node.get("x-source"), node.get("x-discrepancy")
    if not isinstance(source, str):
        raise MissingMark(place, "it has no x-source")
    return Provenance(source, Confidence(confidence), discrepancy if isinstance(discrepancy, str) else None)


def nearest(trail: Sequence[Mapping[str, Any]], fallback: Provenance) -> Provenance:
    """Return the mark of a clause from the schema objects around it, outermost first: the innermost that has one."""
    discrepancy = None
    for node in reversed(trail):
        discrepancy = discrepancy or node.get("x-discrepancy")
        found = own_provenance(node)
        if found is not None:
            return Provenance(found.source, found.confidence, discrepancy)
    return Provenance(fallback.source, fallback.confidence, discrepancy or fallback.discrepancy)


def weigh(confidence: Confidence, clause: str, *, strict_inferred: bool) -> tuple[Severity, bool]:
    """Return what breaking a clause means, and whether it is mere drift."""
    if confidence is Confidence.DOCUMENTED or (confidence is Confidence.INFERRED and strict_inferred):
        return Severity.ERROR, False
    if confidence is Confidence.INFERRED:
        return Severity.WARNING, False
    drift = clause not in _STRUCTURE
    return (Severity.WARNING if drift else Severity.ERROR), drift


def children(schema: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield the sub-schemas of a schema object with the keys that lead to each."""
    for keyword in IN_MAPS:
        for name, inner in (schema.get(keyword) or {}).items():
            yield (keyword, name), inner
    for keyword in IN_LISTS:
        for index, inner in enumerate(schema.get(keyword) or ()):
            yield (keyword, str(index)), inner
    for keyword in SINGLE:
        if keyword in schema:
            yield (keyword,), schema[keyword]


def reachable(files: Mapping[str, Any], ref: str) -> Iterator[tuple[str, tuple[str, ...], Mapping[str, Any]]]:
    """Yield every schema object that a schema is made of: file, keys below its property, and the object; each once."""
    start, _, pointer = ref.partition("#")
    file, _, node = resolve(files, start, "#" + pointer)
    seen: set[int] = set()
    waiting: list[tuple[str, tuple[str, ...], Any]] = [(file, (), node)]
    while waiting:
        file, keys, node = waiting.pop()
        if not isinstance(node, Mapping) or id(node) in seen:
            continue
        seen.add(id(node))
        yield file, keys, node
        if isinstance(node.get("$ref"), str):
            target, _, inner = resolve(files, file, node["$ref"])
            waiting.append((target, keys, inner))
        waiting.extend((file, (*keys, *more), inner) for more, inner in children(node))


def trail(files: Mapping[str, Any], ref: str, path: Sequence[str | int], leaf: object) -> list[Mapping[str, Any]]:
    """Return the schema objects that enclose a keyword, outermost first, down to ``leaf``, which holds it.

    ``path`` is the path that `jsonschema` gives, which steps over ``$ref`` and ``if`` without naming them.
    """
    start, _, pointer = ref.partition("#")
    file, _, node = follow(files, *resolve(files, start, "#" + pointer))
    return _walk(files, file, node, tuple(path), leaf, 0) or [n for n in (leaf,) if isinstance(n, Mapping)]


def _walk(
    files: Mapping[str, Any], file: str, node: Any, path: tuple[str | int, ...], leaf: object, depth: int
) -> list[Mapping[str, Any]] | None:
    if node is leaf and not path and isinstance(node, bool):
        return []  # the schema "false" has no marks of its own
    if not isinstance(node, Mapping) or depth > 100:
        return None
    if len(path) <= 1 and node is leaf:
        return [node]
    inner = _step(files, file, node, path, leaf, depth)
    if inner is None and isinstance(node.get("$ref"), str):
        target, _, referred = resolve(files, file, node["$ref"])
        inner = _walk(files, target, referred, path, leaf, depth + 1)
    return None if inner is None else [node, *inner]


def _step(
    files: Mapping[str, Any], file: str, node: Mapping[str, Any], path: tuple[str | int, ...], leaf: object, depth: int
) -> list[Mapping[str, Any]] | None:
    if not path or path[0] not in node:
        return None
    keyword = str(path[0])
    below = node[keyword]
    if keyword in IN_MAPS or keyword in IN_LISTS:
        if len(path) < 2:
            return None
        try:
            below = below[path[1]]
        except (LookupError, TypeError):
            return None
        return _walk(files, file, below, path[2:], leaf, depth + 1)
    return _walk(files, file, below, path[1:], leaf, depth + 1) if keyword in SINGLE else None
