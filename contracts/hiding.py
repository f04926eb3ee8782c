"""Puts markers where secrets stand in a text: JSON, broken JSON, forms, queries. Knows names, and no contract.

Every other byte stays as it was, as far as the text can be read.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote_plus

from contracts import strict_json
from contracts.formats import is_marker, marker

# Name of a property or field, in small letters, to the kind of secret that it holds.
Names = Mapping[str, str]

# Headers that are hidden whatever the contract says: their only use is to carry secrets.
ALWAYS = {
    "authorization": "token",
    "proxy-authorization": "token",
    "cookie": "cookie",
    "set-cookie": "cookie",
    "x-api-key": "key",
}

# A string, with what follows when it is a key.
_STRING = re.compile(r'"([^"\\]*+(?:\\.[^"\\]*+)*+)"(\s*+:\s*+)?', re.DOTALL)
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"|[\[\]{}]', re.DOTALL)
_PLAIN = re.compile(r"[^\s,\]}]++")
_NOT_SECRET = (None, "")


def hide(raw: bytes, names: Names) -> bytes:
    """Return a body with a marker for every secret that stands in it under one of these names."""
    if not raw or not names:
        return raw
    text, encoding = _read(raw)
    hidden = _hide_text(text, names)
    return raw if hidden == text else hidden.encode(encoding)


def without_secrets(value: Any, names: Names) -> Any:
    """Return a decoded value with a marker for every secret that it has under one of these names, at any depth."""
    if isinstance(value, list):
        return [without_secrets(inner, names) for inner in value]
    if not isinstance(value, Mapping):
        return value
    return {
        key: without_secrets(inner, names)
        if key.lower() not in names
        else inner
        if _is_hidden(inner)
        else marker(names[key.lower()])
        for key, inner in value.items()
    }


def hide_form(text: str, names: Names) -> str:
    """Return a form or a query with a marker for every secret field."""
    return "&".join(_field(piece, names) for piece in text.split("&"))


def _read(raw: bytes) -> tuple[str, str]:
    """Return a text and its encoding, in which it is written back."""
    for encoding in (json.detect_encoding(raw), "utf-8"):
        try:
            return raw.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1"), "latin-1"  # any bytes at all, and back again


def _hide_text(text: str, names: Names) -> str:
    lowered = text.lower()
    if "\\u" not in lowered and "%" not in lowered and not any(name in lowered for name in names):
        return text
    try:
        value = strict_json.loads(text)
    except strict_json.MalformedJson:
        return _hide_broken(text, names)
    if not isinstance(value, dict | list) or not _holds(value, names):
        return text
    hidden = "".join(_pieces(text, names))
    if "\\" not in text:  # no key can have been missed
        return hidden
    try:
        if not _holds(strict_json.loads(hidden), names):
            return hidden
    except strict_json.MalformedJson:
        pass
    return strict_json.dumps(without_secrets(value, names)).decode()


def _pieces(text: str, names: Names) -> Iterator[str]:
    kept = 0
    # Where nothing is escaped, a quoted name before a colon is a key, and the other strings need not be looked at.
    strings = _STRING if "\\" in text else _keys(tuple(sorted(names)))
    for key in strings.finditer(text):
        if key[2] is None or key.start() < kept:
            continue
        name = json.loads(f'"{key[1]}"') if "\\" in key[1] else key[1]
        kind = names.get(name.lower())
        if kind is None:
            continue
        end = _end_of_value(text, key.end())
        if not _is_hidden(json.loads(text[key.end() : end])):
            yield text[kept : key.end()]
            yield f'"{marker(kind)}"'
            kept = end
    yield text[kept:]


def _end_of_value(text: str, start: int) -> int:
    if text[start] not in '"[{':
        plain = _PLAIN.match(text, start)
        return plain.end() if plain else start
    depth = 0
    for token in _TOKEN.finditer(text, start):
        first = text[token.start()]
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(first, 0)
        if depth == 0:
            return token.end()
    return len(text)


def _holds(value: Any, names: Names) -> bool:
    if isinstance(value, list):
        return any(_holds(inner, names) for inner in value)
    if not isinstance(value, dict):
        return False
    return any(not _is_hidden(inner) if key.lower() in names else _holds(inner, names) for key, inner in value.items())


def _is_hidden(value: object) -> bool:
    # Nothing is no secret, and hiding it would make a missing one look as if it had been there.
    return value in _NOT_SECRET or is_marker(value)


def _hide_broken(text: str, names: Names) -> str:
    """What cannot be read is searched for ``name: value``, ``name=value`` and the parts of a multipart form."""
    if not text.lstrip().startswith(("{", "[", '"')):
        text = hide_form(text, names)
    pair, part = _patterns(tuple(sorted(names, key=len, reverse=True)))
    text = pair.sub(lambda found: _masked(found, names), text)
    return part.sub(lambda found: found[1] + marker(names[found[2].lower()]), text)


@functools.lru_cache(maxsize=64)
def _keys(names: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf'"({"|".join(map(re.escape, names))})"(\s*+:\s*+)', re.IGNORECASE)


@functools.lru_cache(maxsize=64)
def _patterns(names: tuple[str, ...]) -> tuple[re.Pattern[str], re.Pattern[str]]:
    words = "|".join(map(re.escape, names))
    pair = re.compile(
        rf"""(?P<head>(?<![A-Za-z0-9_-])(?P<name>{words})(?:\\*["'])?\s*+[:=]\s*+)
             (?P<value> "(?:[^"\\]|\\.)*+"?
                      | '(?:[^'\\]|\\.)*+'?
                      | \\+["'](?:[^"'\\]|\\[^"'])*+(?:\\+["'])?
                      | [\[{{].*+
                      | [^\s,}}\]&;"']++ )""",
        re.VERBOSE | re.IGNORECASE | re.DOTALL,
    )
    part = re.compile(rf'(name="({words})"[^\r\n]*+(?:\r?\n[^\r\n]++)*+\r?\n\r?\n)[^\r\n]++', re.IGNORECASE)
    return pair, part


def _masked(found: re.Match[str], names: Names) -> str:
    value = found["value"]
    bare = value.strip("\\\"'")
    if not bare or bare == "null" or is_marker(bare) or value.startswith("[redacted:"):
        return found[0]
    quote = value[: len(value) - len(value.lstrip("\\"))] + value.lstrip("\\")[:1]
    quote = quote if quote.endswith(('"', "'")) else ""
    return f"{found['head']}{quote}{marker(names[found['name'].lower()])}{quote}"


def _field(piece: str, names: Names) -> str:
    key, equals, value = piece.partition("=")
    kind = names.get(unquote_plus(key).lower())
    if kind is None or not value or is_marker(unquote_plus(value)):
        return piece
    return f"{key}{equals}{marker(kind)}"
