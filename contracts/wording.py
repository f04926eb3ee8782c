"""The words of a violation: what was found, what was expected and what to do, for each keyword of JSON Schema.

Never shows a secret: values of secret properties, and of objects that may hold one, are described and not printed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from contracts.formats import EXAMPLES
from contracts.nearness import near

WIDTH = 80
_ARTICLES = {
    "string": "a string",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "object": "an object",
    "array": "a list",
    "null": "null",
}
_LIMITS = {
    "minimum": "at least {}",
    "maximum": "at most {}",
    "exclusiveMinimum": "more than {}",
    "exclusiveMaximum": "less than {}",
    "multipleOf": "a multiple of {}",
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minItems": "at least {} entries",
    "maxItems": "at most {} entries",
    "minProperties": "at least {} properties",
    "maxProperties": "at most {} properties",
}
_ABSENT = {
    "required": "nothing",
    "dependentRequired": "nothing",
    "additionalProperties": "a property that is not known here",
}
_REMEDIES = {
    "required": 'add "{}"',
    "dependentRequired": 'add "{}"',
    "additionalProperties": 'leave "{}" out',
    "false": 'leave "{}" out',
}
_SIZES = {"Length": "{} characters", "Items": "{} entries", "Properties": "{} properties"}


def shorten(text: str) -> str:
    """Cut a text to 80 characters, on one line."""
    text = re.sub(r"[\x00-\x1f\x7f]", " ", text)
    return text if len(text) <= WIDTH else text[: WIDTH - 1] + "…"


def show(value: object) -> str:
    """Return a value as JSON, short; objects and lists by their size, since they may hold a secret."""
    if isinstance(value, Mapping):
        names = ", ".join(map(str, value))
        return shorten(f"an object with {names}") if value else "an empty object"
    if isinstance(value, list | tuple):
        return f"a list of {len(value)}"
    try:
        return shorten(json.dumps(value, ensure_ascii=False, default=str))
    except ValueError:
        return shorten(repr(value))


def kind_of(value: object) -> str:
    """Return what JSON type a value is, in words."""
    kinds = {bool: "a boolean", str: "a string", int: "a whole number", float: "a number", dict: "an object"}
    return "null" if value is None else kinds.get(type(value), "a list")


def found(keyword: str, value: object, secret: str | None) -> str:
    """Return what was found where a keyword failed; ``secret`` is the kind of secret that the value is, or None."""
    if keyword in _ABSENT:
        return _ABSENT[keyword]
    for ending, text in _SIZES.items():
        if keyword.endswith(ending) and isinstance(value, str | list | Mapping):
            return text.format(len(value))
    shown = f"[redacted:{secret}]" if secret else show(value)
    if keyword == "type" and isinstance(value, str | bool | int | float):
        return f"{shown} ({kind_of(value)})"
    return shown


def expected(keyword: str, value: Any, schema: Mapping[str, Any], name: str) -> str:
    """Return what a failing keyword wants: the clause's own description, or words made from the keyword."""
    if keyword == "required":
        return _missing(schema, name)
    if keyword == "additionalProperties":
        return shorten(f"only {', '.join(schema.get('properties', {})) or 'no property at all'}")
    if keyword == "discriminator":
        return _one_of(schema.get("discriminator", {}).get("mapping", {}))
    description = schema.get("description")
    return description if isinstance(description, str) and description else by_keyword(keyword, value)


def by_keyword(keyword: str, value: Any) -> str:
    """Return what a keyword wants, in words."""
    if keyword in _LIMITS:
        return _LIMITS[keyword].format(value)
    words = _WORDS.get(keyword)
    return words(value) if words else f"what {keyword} of the schema says"


def remedy(keyword: str, value: Any, schema: Mapping[str, Any], name: str, instance: object) -> str:
    """Return what to do about a failing keyword."""
    if keyword in _REMEDIES:
        return _REMEDIES[keyword].format(name)
    if keyword == "type":
        return _retype([value] if isinstance(value, str) else list(value), instance)
    if keyword == "discriminator":
        return f"send {expected(keyword, value, schema, name)}"
    if keyword in ("anyOf", "oneOf", "not"):
        return _alternatives(keyword, value)
    return f"send {by_keyword(keyword, value)}{_close(value, instance) if keyword == 'enum' else ''}"


def _one_of(options: Iterable[object]) -> str:
    return shorten("one of " + ", ".join(map(show, options)))


def _types(value: Any) -> str:
    return " or ".join(_ARTICLES.get(name, str(name)) for name in ([value] if isinstance(value, str) else value))


def _missing(schema: Mapping[str, Any], name: str) -> str:
    inner, description = schema.get("properties", {}).get(name), schema.get("description")
    if isinstance(inner, Mapping) and isinstance(inner.get("description"), str):
        return f"{name}: {inner['description']}"
    if isinstance(description, str) and "properties" not in schema:
        return description
    return f"a property {name}"


def _retype(types: Sequence[str], instance: object) -> str:
    if "string" in types and isinstance(instance, int | float) and not isinstance(instance, bool):
        return "send it as text, in quotes"
    if isinstance(instance, str) and {"integer", "number"} & set(types) and re.fullmatch(r"-?[0-9.]+", instance):
        return "send it as a number, without quotes"
    return f"send {_types(types)}"


def _close(options: Sequence[object], instance: object) -> str:
    texts = [option for option in options if isinstance(option, str)]
    meant = near(instance, texts) if isinstance(instance, str) else None
    return f' (did you mean "{meant}"?)' if meant is not None else ""


def _alternatives(keyword: str, branches: Any) -> str:
    if keyword == "not":
        return "send something else"
    names = [branch.get("required") or () for branch in branches if isinstance(branch, Mapping)]
    if len(names) == len(branches) and all(names):
        return "add " + " or ".join(" and ".join(f'"{name}"' for name in group) for group in names)
    texts = [str(b["description"]) for b in branches if isinstance(b, Mapping) and b.get("description")]
    if len(texts) == len(branches):
        return shorten("send one of these: " + "; ".join(texts))
    return "send what exactly one of the alternatives allows" if keyword == "oneOf" else "send one of the alternatives"


_WORDS: Mapping[str, Callable[[Any], str]] = {
    "type": _types,
    "enum": _one_of,
    "const": show,
    "pattern": lambda value: f"text that matches {value}",
    "format": lambda value: f"a {value}, such as {EXAMPLES.get(str(value), '')}",
    "uniqueItems": lambda value: "no entry twice",
    "false": lambda value: "nothing here",
}
