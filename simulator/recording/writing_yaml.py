"""Writes a document in the YAML of scenarios and worlds, as a person would: a step a line, quotes where needed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_]*|[0-9]+(?:\.[0-9]+)?(?:d|h|min|s|ms)(?:[0-9.]+(?:min|s|ms))*")
# Words that some YAML reader takes for something else.
_WORDS = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}


def to_yaml(document: Mapping[str, Any]) -> str:
    """Return a mapping as YAML text: its lists an entry a line, with an empty line before each."""
    return "".join(f"{line}\n" for key, value in document.items() for line in _top(key, value))


def _top(key: str, value: Any) -> Iterator[str]:
    if isinstance(value, list):
        yield ""
        yield f"{key}:"
        for entry in value:
            yield from _entry(entry)
    elif isinstance(value, str) and "\n" in value:
        yield f"{key}: |"
        yield from (f"  {line}".rstrip() for line in value.rstrip("\n").split("\n"))
    else:
        yield f"{key}: {_flow(value)}"


def _entry(entry: Mapping[str, Any]) -> Iterator[str]:
    if not any(isinstance(value, Mapping) for value in entry.values()):
        yield f"  - {_flow(entry)}"
        return
    head = "  - "
    for key, value in entry.items():
        if isinstance(value, Mapping) and any(_long(inner) for inner in value.values()):
            yield f"{head}{key}:"
            yield from _block(value)
        else:
            yield f"{head}{key}: {_flow(value)}"
        head = "    "


def _block(value: Mapping[str, Any]) -> Iterator[str]:
    for key, inner in value.items():
        if _long(inner):
            yield f"      {key}:"
            yield from (f"        - {_flow(each)}" for each in inner)
        else:
            yield f"      {key}: {_flow(inner)}"


def _long(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(each, Mapping) for each in value)


def _flow(value: Any) -> str:
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{key}: {_flow(inner)}' for key, inner in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_flow, value))}]"
    if isinstance(value, str) and _PLAIN.fullmatch(value) and value.lower() not in _WORDS:
        return value
    return json.dumps(value, ensure_ascii=False)
