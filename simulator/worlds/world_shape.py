"""What is wrong with the shape of a user's file, in words: each finding of its JSON Schema, and what to do.

It knows no file format: where something stands is told by a JSON pointer.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from contracts.nearness import nearest
from contracts.pointers import join

if TYPE_CHECKING:
    from jsonschema_rs import Draft202012Validator, ValidationError

Problem = tuple[str, str]  # where (a JSON pointer), and what is wrong


WORLD = "world.schema.json"


@cache
def schema(file: str = WORLD) -> dict[str, Any]:
    """Return the JSON Schema of a world, or another of the package, for editors and for the check."""
    text = files("simulator").joinpath(file).read_text("utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def shape_problems(value: object, file: str = WORLD) -> Iterator[Problem]:
    """Yield what a schema finds wrong, each with what was found, what was expected and what to do."""
    told = set()
    try:
        for error in _validator(file).iter_errors(value):
            # A text that is too long breaks its pattern too: it is told once.
            fresh = [problem for problem in _in_words(error, schema(file)) if problem not in told]
            told.update(fresh)
            yield from fresh
    except ValueError as error:
        yield "", f"it cannot be read ({error}): expected whole characters and few levels; mend that"


def shown(value: object) -> str:
    """Return a value as a person would write it, cut to a length that fits a line."""
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    if value is None:
        return "nothing"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:57]}..."


@cache
def _validator(file: str) -> Draft202012Validator:
    # Imported here, for most runs have no own world. The schema refers to itself only: nothing is fetched.
    from jsonschema_rs import Draft202012Validator

    return Draft202012Validator(schema(file))


def _in_words(error: ValidationError, whole: Mapping[str, Any]) -> Iterator[Problem]:
    where, keyword = tuple(error.instance_path), error.schema_path[-1]
    clause: Any = whole
    for step in error.schema_path[:-1]:
        clause = clause[step]
    if keyword == "additionalProperties":
        fields = sorted(clause["properties"])
        for name in error.kind.as_dict()["unexpected"]:
            yield join((*where, name)), f"unknown field {name!r}: {nearest(name, fields)}"
    elif keyword == "required":
        missing = error.kind.as_dict()["property"]
        yield join(where), f"{missing} is missing: expected {clause['description']}; add it"
    else:
        remedy = _remedy(error.instance, clause)
        yield join(where), f"found {shown(error.instance)}, expected {clause['description']}{remedy}"


def _remedy(value: object, clause: Mapping[str, Any]) -> str:
    quotable = isinstance(value, int | float) and not isinstance(value, bool)
    if clause.get("type") == "string" and quotable and len(text := str(value)) <= 20:
        return f'; write "{text}"'
    if example := clause.get("examples"):
        return f'; for example "{example[0]}"'
    return ""
