"""Tools with which a vendor spoils a body of its own on purpose: pure functions of bytes that know no field by name."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from contracts import strict_json

Spoil = Callable[[bytes], bytes]

_SCAN = json.JSONDecoder().raw_decode
_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")


def in_field(name: str, change: Callable[[Any], Any]) -> Spoil:
    """Return a spoil that changes what stands in one field of a JSON object, or puts it there.

    The field stands at its top, and before anything within it of the same name; every other byte stays as it is.
    """
    key = strict_json.dumps(name).decode()
    there = re.compile(re.escape(key) + r"\s*:\s*")

    def spoil(body: bytes) -> bytes:
        text, document = body.decode(), strict_json.loads(body)
        new = strict_json.dumps(change(document.get(name))).decode()
        found = there.search(text)
        if name not in document or found is None:
            return f"{text.rstrip()[:-1]}{',' if document else ''}{key}:{new}}}".encode()
        begin = found.end()
        _, end = _SCAN(text, begin)
        return f"{text[:begin]}{new}{text[end:]}".encode()

    return spoil


def instead_of_body(whole: bytes) -> Spoil:
    """Return a spoil that sends something else altogether."""
    return lambda body: whole


def day_and_month_swapped(value: Any) -> Any:
    """Return a date whose day and month have changed places, wherever it stands in a text or an object."""
    if isinstance(value, Mapping):
        return {key: day_and_month_swapped(inner) for key, inner in value.items()}
    return _DATE.sub(r"\1-\3-\2", value) if isinstance(value, str) else value


def as_text(value: Any) -> str:
    """Return a number in quotation marks."""
    return str(value or 0)


def nothing(value: Any) -> None:
    """Return null."""
