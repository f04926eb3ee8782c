"""Judges what stands in the path, the query and the headers of a request."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from contracts.clauses import violation
from contracts.explaining import explain
from contracts.model import HttpRequest, Part, Violation
from contracts.operation import Operation, Parameter, Place
from contracts.validators import Schemas

_WHOLE = re.compile(r"-?[0-9]{1,40}\Z")
_DECIMAL = re.compile(r"-?[0-9]{1,40}(\.[0-9]{1,40})?\Z")
_MAX_FIELDS = 1000


def query_of(request: HttpRequest) -> dict[str, str]:
    """Return the decoded query; of a parameter that stands there twice, the last."""
    try:
        pairs = parse_qsl(request.query, keep_blank_values=True, errors="replace", max_num_fields=_MAX_FIELDS)
    except ValueError:
        return {}
    return dict(pairs)


def judge(
    operation: Operation, schemas: Schemas, request: HttpRequest, path: Mapping[str, str]
) -> tuple[list[Parameter], list[Violation]]:
    """Return the parameters that were looked at, and what is wrong with them. ``path`` holds the decoded ones."""
    query = query_of(request) if request.query else {}
    judged: list[Parameter] = []
    violations: list[Violation] = []
    for parameter in operation.parameters:
        text = _text(parameter, request, query, path)
        if text is None and not parameter.required:
            continue
        judged.append(parameter)
        violations.extend(_violations(parameter, text, schemas))
    return judged, violations


def _text(parameter: Parameter, request: HttpRequest, query: Mapping[str, str], path: Mapping[str, str]) -> str | None:
    if parameter.place is Place.HEADER:
        return request.header(parameter.name)
    return (query if parameter.place is Place.QUERY else path).get(parameter.name)


def _violations(parameter: Parameter, text: str | None, schemas: Schemas) -> list[Violation]:
    place = f"{parameter.place}:{parameter.name}"
    if text is None:
        expected = parameter.description or f"the {parameter.place} parameter {parameter.name}"
        remedy = f"send the {parameter.place} parameter {parameter.name}"
        return [violation("required", Part.REQUEST, place, "nothing", expected, remedy, parameter.provenance)]
    if parameter.ref is None:
        return []
    value, secret = _read(parameter, text), parameter.secret or ""
    return explain(schemas, parameter.ref, value, Part.REQUEST, parameter.provenance, place=place, secret=secret)


def _read(parameter: Parameter, text: str) -> Any:
    types = parameter.types
    if "string" in types or not types:
        return text
    if "integer" in types and _WHOLE.match(text):
        return int(text)
    if "number" in types and _DECIMAL.match(text):
        return float(text)
    if "boolean" in types and text in ("true", "false"):
        return text == "true"
    return [text] if "array" in types else text
