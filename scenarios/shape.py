"""Holds a scenario document against ``scenario.schema.json`` and says in a sentence what is wrong, and where.

The schema is the only place that knows the words and the limits; its descriptions say what is expected.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from contracts.nearness import nearest
from scenarios.durations import parse_duration
from scenarios.errors import DurationError

Path = tuple[str | int, ...]
Finding = tuple[Path, str]
SHOWN = 40


def schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a scenario file."""
    text = files("scenarios").joinpath("scenario.schema.json").read_text("utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def findings(document: object) -> list[Finding]:
    """Return what is wrong with a document: the path of the value, and a sentence with the remedy."""
    whole, validate = _validator()
    found: dict[Finding, None] = {}
    unknown: set[Path] = set()
    for error in validate(document):
        path, keyword, rule = tuple(error.instance_path), error.kind.name, list(error.schema_path)
        if keyword == "additionalProperties":
            unknown.add(path)
        for word, sentence in _tell(keyword, error.kind.as_dict(), error.instance, rule, whole):
            found[(*path, *word), sentence] = None
    # A mapping with an unknown word often lacks the right one: one sentence is enough.
    return sorted((f for f in found if f[0] not in unknown), key=_place)


def show(value: object) -> str:
    """Return a value as a reader would write it in YAML, cut to a readable length."""
    if isinstance(value, list | dict):
        return f"a {'list' if isinstance(value, list) else 'mapping'} of {len(value)}"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}..."


@cache
def _validator() -> tuple[dict[str, Any], Callable[[object], Iterator[Any]]]:
    import jsonschema_rs

    whole = schema()
    return whole, jsonschema_rs.Draft202012Validator(whole, retriever=_deny).iter_errors


def _deny(uri: str) -> Any:
    raise LookupError(f"{uri} is not part of the scenario schema")


def _at(whole: Any, path: Sequence[str | int]) -> Any:
    for part in path:
        whole = whole[part]
    return whole


def _place(finding: Finding) -> list[tuple[bool, int, str]]:
    return [(isinstance(p, str), p if isinstance(p, int) else 0, str(p)) for p in finding[0]]


def _tell(
    keyword: str, facts: Mapping[str, Any], value: Any, rule: Sequence[Any], whole: Mapping[str, Any]
) -> Iterator[Finding]:
    """Yield sentences, each with the word below the value that it is about, if there is one."""
    holder = _at(whole, rule[:-1])
    match keyword:
        case "additionalProperties":
            for word in facts["unexpected"]:
                yield (word,), _unknown(word, holder, whole)
        case "required":
            word = facts["property"]
            yield (), f'"{word}" is missing: {_expected(holder["properties"][word], whole)}'
        case "falseSchema":
            yield (), f'this cannot stand beside "{rule[-3]}": keep one of the two'
        case "oneOf" | "minProperties" | "maxProperties":
            if isinstance(value, Mapping):
                yield (), _choice(value, holder)
        case _:
            yield (), _mismatch(value, holder, whole)


def _unknown(word: str, holder: Mapping[str, Any], whole: Mapping[str, Any]) -> str:
    title, known = holder.get("title", "word"), list(holder["properties"])
    alike = [shape for shape in whole["$defs"].values() if shape.get("title") == title and shape is not holder]
    if title == "flaw" and any(word in shape["properties"] for shape in alike):
        # The two kinds of fault have words of their own, and either kind is easily taken for the other.
        of = 'messages, and "on" names an "answer"' if "status" in known else 'answers, and "on" names no "answer"'
        return f"this is done to {of}; here it can be {', '.join(known)}"
    return f"unknown {title}; {nearest(word, known, len(known))}"


def _choice(value: Mapping[str, Any], holder: Mapping[str, Any]) -> str:
    choices = [branch["required"][0] for branch in holder.get("oneOf", ())] or list(holder["properties"])
    found = [word for word in choices if word in value]
    if not found:
        return f"one thing must stand here: write one of {', '.join(choices)}"
    return f"one thing at a time: found {' and '.join(found)}, so write each as an entry of its own"


def _mismatch(value: object, holder: Mapping[str, Any], whole: Mapping[str, Any]) -> str:
    length = holder is whole["$defs"]["duration"]
    if length and isinstance(value, str):
        try:
            parse_duration(value)
        except DurationError as error:
            return str(error)
    remedy = ""
    if holder.get("type") == "string" and isinstance(value, int | float) and not isinstance(value, bool):
        remedy = f": write {value}s" if length else f': write "{value}"'
    return f"found {show(value)}, expected {_expected(holder, whole)}{remedy}"


def _expected(holder: Mapping[str, Any], whole: Mapping[str, Any]) -> str:
    if ref := holder.get("$ref"):
        holder = _at(whole, ref.removeprefix("#/").split("/"))
    if "properties" in holder and holder["type"] == "object":
        return f"a mapping with the words {', '.join(holder['properties'])}"
    return str(holder["description"])
