"""Reads JSON from strangers and writes JSON for them: no surprise that Python's reader lets pass, and exact decimals.

Knows nothing of contracts; every limit is an argument or a constant here.
"""

from __future__ import annotations

import json
import math
import re
import secrets
from decimal import Decimal
from typing import Any, NoReturn

from contracts.errors import ContractError

MAX_DEPTH = 64
MAX_BYTES = 1_048_576
MAX_DIGITS = 128

# The closing quote is optional and the run possessive, so that no text makes the scan start over (linear time).
_TOKEN = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[\]{}]', re.DOTALL)
# A place that a decimal holds: compiled once, since one with the mark itself in it would be compiled for each text.
_HELD = re.compile(r'"([0-9a-f]{24})([0-9]+)"')
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]|[\ud800-\udfff]")
_OPENING = "[{"


class MalformedJson(ContractError):
    """A text that is no JSON, or that two readers would read differently. ``position`` counts characters from 0."""

    def __init__(self, reason: str, position: int | None = None) -> None:
        place = "" if position is None else f" at character {position}"
        super().__init__(f"the text is not JSON that can be read{place}: {reason}")
        self.reason = reason
        self.position = position


def loads(raw: bytes | str, *, max_depth: int = MAX_DEPTH, max_bytes: int = MAX_BYTES) -> Any:
    """Read one JSON value.

    Raises MalformedJson for what is not UTF-8, too large, too deep, not JSON, followed by something else, or read
    differently from reader to reader: NaN, numbers that overflow, lone surrogates, duplicate keys.
    """
    text = _text(raw, max_bytes)
    if not text.strip(" \t\r\n"):
        raise MalformedJson("it is empty; send a JSON value")
    try:
        value = _DECODER.decode(text)
    except RecursionError:
        _refuse_depth(text, max_depth)
        raise
    except json.JSONDecodeError as error:
        _refuse_depth(text, max_depth)
        raise MalformedJson(_reason(error), error.pos) from None
    if text.count("[") + text.count("{") > max_depth and _is_deeper(value, max_depth):
        _refuse_depth(text, max_depth)
    if ("\\u" in text or not text.isascii()) and _SURROGATE.search(text):
        _refuse_surrogates(value)
    return value


def dumps(value: object, *, indent: int | None = None) -> bytes:
    """Write a JSON value as UTF-8, compact unless ``indent`` is given. A Decimal is written with its exact digits.

    Raises ValueError for NaN and infinities, and TypeError for what JSON cannot hold.
    """
    if indent is None:
        try:
            return _COMPACT.encode(value).encode()
        except _Decimal:
            pass
    exact = _Decimals()
    separators = (",", ":") if indent is None else (",", ": ")
    text = json.dumps(
        value, ensure_ascii=False, allow_nan=False, separators=separators, indent=indent, default=exact.hold
    )
    return exact.restore(text).encode()


class _Decimal(Exception):
    """The value has what the plain encoder cannot write."""


def _give_up(value: object) -> NoReturn:
    raise _Decimal


class _Decimals:
    """Stands in for decimals while the C encoder writes, since it can write a number only from an int or a float."""

    def __init__(self) -> None:
        self._mark = ""
        self._held: list[str] = []

    def hold(self, value: object) -> str:
        if not isinstance(value, Decimal):
            raise TypeError(f"JSON cannot hold a {type(value).__name__}: {value!r}")
        if not value.is_finite():
            raise ValueError(f"JSON has no number for {value}")
        self._mark = self._mark or secrets.token_hex(12)
        self._held.append(format(value, "f"))
        return f"{self._mark}{len(self._held) - 1}"

    def restore(self, text: str) -> str:
        if not self._held:
            return text
        return _HELD.sub(lambda found: self._held[int(found[2])] if found[1] == self._mark else found[0], text)


def _text(raw: bytes | str, max_bytes: int) -> str:
    if len(raw) > max_bytes:
        raise MalformedJson(f"it has {len(raw)} bytes; at most {max_bytes} are read")
    if isinstance(raw, bytes):
        try:
            raw = raw.decode()
        except UnicodeDecodeError as error:
            raise MalformedJson(f"byte {error.start} is not UTF-8; send UTF-8", error.start) from None
    if raw.startswith("\ufeff"):
        raise MalformedJson("it begins with a byte order mark; leave it out", 0)
    return raw


def _refuse_depth(text: str, max_depth: int) -> None:
    if text.count("[") + text.count("{") <= max_depth:
        return
    depth = 0
    for token in _TOKEN.finditer(text):
        mark = text[token.start()]
        if mark == '"':
            continue
        depth += 1 if mark in _OPENING else -1
        if depth > max_depth:
            raise MalformedJson(f"it is nested deeper than {max_depth} levels", token.start())


def _is_deeper(value: object, max_depth: int) -> bool:
    """True when lists and objects lie in each other more often than ``max_depth``."""
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(max_depth):
        parts = (each.values() if isinstance(each, dict) else each for each in level)
        level = [inner for part in parts for inner in part if isinstance(inner, dict | list)]
        if not level:
            return False
    return bool(level)


def _refuse_surrogates(value: object) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise MalformedJson("it holds half of a surrogate pair (\\ud800 to \\udfff); send whole characters") from None


def _reason(error: json.JSONDecodeError) -> str:
    if error.msg == "Extra data":
        return "something follows the value; send one value"
    return error.msg[:1].lower() + error.msg[1:]


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) == len(pairs):
        return value
    seen: set[str] = set()
    for key, _ in pairs:
        if key in seen:
            raise MalformedJson(f'the key "{key[:80]}" stands twice in one object; send it once')
        seen.add(key)
    return value


def _integer(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise MalformedJson(f"a number has {len(digits)} digits; at most {MAX_DIGITS} are read")
    return int(digits)


def _float(text: str) -> float:
    value = float(text) if len(text) <= 4 * MAX_DIGITS else math.inf
    if math.isinf(value):
        raise MalformedJson(f"the number {text[:20]} is too large to be read")
    return value


def _constant(name: str) -> NoReturn:
    raise MalformedJson(f"{name} is not a JSON number")


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_int=_integer, parse_float=_float, parse_constant=_constant)
# Most values have no decimals, and an encoder that is there already writes a short one in half the time.
_COMPACT = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_give_up)
