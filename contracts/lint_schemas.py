"""Says where a schema leaves the subset that both validation engines read alike, or has no bounds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from contracts.errors import ContractError
from contracts.formats import FORMATS
from contracts.marks import IN_LISTS, IN_MAPS, SINGLE, children, own_provenance
from contracts.pointers import DanglingReference, resolve

_KNOWN = frozenset(
    {
        *(set(IN_MAPS) - {"patternProperties"}),
        *IN_LISTS,
        *(set(SINGLE) - {"unevaluatedProperties", "unevaluatedItems"}),
        *("$ref", "$comment", "title", "description", "default", "examples", "deprecated", "discriminator"),
        *("type", "enum", "const", "format", "pattern", "minLength", "maxLength"),
        *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
        *("required", "dependentRequired", "minProperties", "maxProperties"),
        *("minItems", "maxItems", "uniqueItems", "minContains", "maxContains"),
    }
)
_BOUNDING_FORMATS = frozenset({"date", "date-time", "email"})
# A repeat inside a group that is repeated itself takes exponential time in one of the engines.
_NESTED = re.compile(
    r"\((?:[^()\\]|\\.)*[*+](?:[^()\\]|\\.)*\)[*+{]|\((?:[^()\\]|\\.)*\{[0-9]+,[0-9]*\}(?:[^()\\]|\\.)*\)[*+]"
)


def lint(files: Mapping[str, Any], place: str, file: str, schema: Any) -> Iterator[str]:
    """Yield what is wrong with a schema and the schemas inside it."""
    if isinstance(schema, bool):
        return
    if not isinstance(schema, Mapping):
        yield f"{place}: it is no schema; write an object"
        return
    yield from _keywords(files, place, file, schema)
    yield from _bounds(place, schema)
    for keys, inner in children(schema):
        joint = "" if "#" in place else "#"
        yield from lint(files, f"{place}{joint}/{'/'.join(keys)}", file, inner)


def pattern_faults(pattern: str) -> Iterator[str]:
    """Yield what keeps a regular expression out of the subset that both engines read alike."""
    if not (pattern.startswith("^") and pattern.endswith("$")):
        yield "it is not anchored at both ends with ^ and $"
    if re.search(r"\|", re.sub(r"\[[^\]]*\]|\\.|\((?:[^()]|\([^()]*\))*\)", "", pattern)):
        yield "it has a | outside a group, which escapes the anchors"
    if re.search(r"\\[dDwWsSbBpPAZz]", pattern):
        yield "it has a class such as \\d, which the engines read differently; write [0-9]"
    if re.search(r"\(\?(?!:)", pattern):
        yield "it has a look-around, a flag or a named group"
    if re.search(r"\\[1-9]", pattern):
        yield "it has a back-reference"
    if re.search(r"[*+?}]\+", pattern) or re.search(r"(?<!\\)\.(?:[*+])", re.sub(r"\[[^\]]*\]", "", pattern)):
        yield "it has a possessive repeat, or a repeated dot; name the characters"
    if _NESTED.search(pattern):
        yield "it has a repeat inside a repeat"
    try:
        re.compile(pattern)
    except re.error as error:
        yield f"it is no regular expression ({error})"


def _keywords(files: Mapping[str, Any], place: str, file: str, schema: Mapping[str, Any]) -> Iterator[str]:
    for keyword in schema:
        if keyword not in _KNOWN and not keyword.startswith("x-"):
            yield f"{place}: the keyword {keyword} is not in the subset"
    if "x-confidence" in schema or "x-source" in schema:
        try:
            if own_provenance(schema, place) is None:
                yield f"{place}: it has x-source without x-confidence"
        except ContractError as error:
            yield str(error)
    if isinstance(schema.get("$ref"), str):
        try:
            resolve(files, file, schema["$ref"])
        except DanglingReference as error:
            yield f"{place}: {error}"
    if "format" in schema and schema["format"] not in FORMATS:
        yield f"{place}: the format {schema['format']} is not one of {', '.join(FORMATS)}"
    if isinstance(schema.get("pattern"), str):
        yield from (f"{place}: pattern {schema['pattern']}: {fault}" for fault in pattern_faults(schema["pattern"]))
    if isinstance(schema.get("multipleOf"), float):
        yield f"{place}: multipleOf is a fraction, which the engines divide differently"
    yield from _discriminator(place, schema)


def _discriminator(place: str, schema: Mapping[str, Any]) -> Iterator[str]:
    discriminator = schema.get("discriminator")
    if discriminator is None:
        return
    if not isinstance(discriminator, Mapping) or not discriminator.get("propertyName"):
        yield f"{place}: its discriminator has no propertyName"
        return
    branches = {b.get("$ref") for b in schema.get("oneOf", ()) if isinstance(b, Mapping)}
    for value, target in (discriminator.get("mapping") or {}).items():
        if target not in branches:
            yield f"{place}: the discriminator maps {value} to {target}, which is not a $ref of its oneOf"


def _bounds(place: str, schema: Mapping[str, Any]) -> Iterator[str]:
    types = schema.get("type", ())
    types = (types,) if isinstance(types, str) else tuple(types)
    bounded = "enum" in schema or "const" in schema
    own_bound = "maxLength" in schema or schema.get("format") in _BOUNDING_FORMATS
    if "string" in types and not bounded and not own_bound and not _bounded_beside(schema, "maxLength"):
        yield f"{place}: a string without maxLength, enum, const or a format that bounds it"
    if "array" in types and not bounded and "maxItems" not in schema and not _bounded_beside(schema, "maxItems"):
        yield f"{place}: an array without maxItems"


def _bounded_beside(schema: Mapping[str, Any], keyword: str) -> bool:
    return any(isinstance(member, Mapping) and keyword in member for member in schema.get("allOf", ()))
