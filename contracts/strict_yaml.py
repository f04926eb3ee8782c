"""Reads YAML that people write by hand, and refuses what YAML would quietly turn into something else.

Knows no vendor and no file format: it gives plain values, and says where in the text each of them stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

import yaml

from contracts.errors import ContractError

# A PyYAML built without libyaml has no fast parser.
_PARSER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

MAX_BYTES = 1_000_000
MAX_DEPTH = 50
_MAX_DIGITS = 30

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?\Z")
_WORDS: dict[str, Any] = {"": None, "null": None, "true": True, "false": False}
# What some YAML reader takes for a number, a time or a word of its own, and this one will not guess.
_DOUBTFUL = re.compile(
    r"""\A(?: [-+]?[0-9][0-9_]*(?:\.[0-9_]*)?(?:[eE][-+]?[0-9]+)?   # 0123, +55, 1_000, 5.
          | [-+]?\.[0-9][0-9_]*(?:[eE][-+]?[0-9]+)?                  # .5
          | [-+]?0[xob][0-9a-fA-F_]+                                 # 0x1F, 0o17, 0b1
          | [-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?         # 12:30:45, which is 45045 elsewhere
          | [-+]?\.(?:inf|Inf|INF) | \.(?:nan|NaN|NAN) | ~
          | True | TRUE | False | FALSE | Null | NULL )\Z""",
    re.VERBOSE,
)
_REWRITTEN = {"~": "null", **{word: word.lower() for word in ("True", "TRUE", "False", "FALSE", "Null", "NULL")}}


class MalformedYaml(ContractError):
    """A YAML text that is not taken. ``line`` and ``column`` count from 1."""

    def __init__(self, name: str, line: int, column: int, wrong: str, remedy: str) -> None:
        super().__init__(f"{name}:{line}:{column}: {wrong}; {remedy}")
        self.name, self.line, self.column = name, line, column
        self.wrong, self.remedy = wrong, remedy


@dataclass(frozen=True, slots=True)
class YamlDocument:
    """One YAML document as plain values (dict, list, str, int, float, bool, None), and the text it came from."""

    value: Any
    name: str
    text: str

    def where(self, pointer: str) -> str:
        """Return ``name:line:column`` of the value at a JSON pointer, or of its nearest ancestor that is there."""
        return _places_of(self.name, self.text).of(pointer)


def load(text: str | bytes, *, name: str, max_bytes: int = MAX_BYTES, max_depth: int = MAX_DEPTH) -> YamlDocument:
    """Read one YAML document. ``name`` is what errors call it. Raises MalformedYaml."""
    raw = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    if len(raw) > max_bytes:
        raise MalformedYaml(name, 1, 1, f"the file has {len(raw)} bytes", f"at most {max_bytes} are read: split it")
    text = _decoded(raw, name).removeprefix("\ufeff")
    _refuse_tabs(text, name)
    return YamlDocument(_Reader(name, text, max_depth).document(), name, text)


class _Places:
    """Where each value of a document stands, by JSON pointer."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._marks: dict[str, tuple[int, int]] = {"": (1, 1)}

    def put(self, pointer: str, mark: Any) -> None:
        self._marks[pointer] = (mark.line + 1, mark.column + 1)

    def of(self, pointer: str) -> str:
        while pointer not in self._marks:
            pointer = pointer.rpartition("/")[0]
        line, column = self._marks[pointer]
        return f"{self._name}:{line}:{column}"


class _Reader:
    """Builds values from the parser's events, so that nothing deep is ever composed."""

    def __init__(self, name: str, text: str, max_depth: int, places: _Places | None = None) -> None:
        self._name, self._max_depth, self._places = name, max_depth, places
        self._events = _events(text, name)

    def document(self) -> Any:
        next(self._events)  # the stream's start
        event = next(self._events)
        if isinstance(event, yaml.StreamEndEvent):
            return None
        value = self._value(next(self._events), "", 1)
        next(self._events)  # the document's end
        event = next(self._events)
        if not isinstance(event, yaml.StreamEndEvent):
            raise self._error(event, "a second document begins here", "keep one document a file")
        return value

    def _value(self, event: yaml.Event, pointer: str, depth: int) -> Any:
        self._refuse_extras(event)
        if self._places is not None:
            self._places.put(pointer, event.start_mark)
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event)
        if depth > self._max_depth:
            raise self._error(event, f"this is nested deeper than {self._max_depth} levels", "flatten it")
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(pointer, depth)
        return self._mapping(pointer, depth)

    def _sequence(self, pointer: str, depth: int) -> list[Any]:
        items: list[Any] = []
        for event in self._events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            items.append(self._value(event, f"{pointer}/{len(items)}", depth + 1))
        return items

    def _mapping(self, pointer: str, depth: int) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        for event in self._events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            key = self._key(event)
            if key in mapping:
                raise self._error(event, f'the key "{key}" stands twice', "keep one of them")
            inner = f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}" if self._places else ""
            mapping[key] = self._value(next(self._events), inner, depth + 1)
        return mapping

    def _key(self, event: yaml.Event) -> str:
        self._refuse_extras(event)
        if not isinstance(event, yaml.ScalarEvent):
            raise self._error(event, "a key is a list or a mapping", "write a word")
        key = self._scalar(event)
        if not isinstance(key, str):
            raise self._error(event, f"the key {event.value or 'without a word'} is no text", _quoted(event.value))
        if key == "<<" and not event.style:
            raise self._error(event, "merge keys are not taken", "write the keys out")
        return key

    def _scalar(self, event: yaml.ScalarEvent) -> Any:
        text = event.value
        if event.style:
            return text
        if text in _WORDS:
            return _WORDS[text]
        if not text[0].isdigit() and text[0] not in "-+.~TFN":
            return text
        number = _NUMBER.match(text)
        if number and len(text) <= _MAX_DIGITS:
            value = float(text) if number[1] or number[2] else int(text)
            if value not in (float("inf"), float("-inf")):
                return value
        if number or _DOUBTFUL.match(text):
            remedy = f"write {_REWRITTEN[text]}, or {_quoted(text)}" if text in _REWRITTEN else _quoted(text)
            raise self._error(event, f"{text[:60]} without quotes may be read as something else", remedy)
        return text

    def _refuse_extras(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.AliasEvent):
            raise self._error(event, "an alias (*) is not taken", "write the value out")
        node = cast("yaml.NodeEvent", event)
        if node.anchor is not None:
            raise self._error(event, "an anchor (&) is not taken", "leave it out")
        tag = getattr(event, "tag", None)
        if tag is not None:
            raise self._error(event, f"the tag {tag} is not taken", "leave it out")

    def _error(self, event: yaml.Event, wrong: str, remedy: str) -> MalformedYaml:
        mark: Any = event.start_mark
        return MalformedYaml(self._name, mark.line + 1, mark.column + 1, wrong, remedy)


def _events(text: str, name: str) -> Iterator[yaml.Event]:
    try:
        parser = _PARSER(text)
        while parser.check_event():
            yield parser.get_event()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        wrong = error.problem or error.context or "this is not YAML"
        raise MalformedYaml(name, line, column, wrong, "check the indentation, colons and quotes here") from None
    except yaml.reader.ReaderError as error:
        code = error.character if isinstance(error.character, int) else ord(error.character)
        wrong = f"the character U+{code:04X} may not stand in YAML"
        raise MalformedYaml(name, *_place(text, error.position), wrong, "leave it out") from None


def _decoded(raw: bytes, name: str) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        before = raw[: error.start]
        line, column = before.count(b"\n") + 1, error.start - before.rfind(b"\n")
        raise MalformedYaml(name, line, column, "this is not UTF-8", "save the file as UTF-8") from None


def _refuse_tabs(text: str, name: str) -> None:
    found = re.search(r"^[ ]*\t", text, re.MULTILINE)
    if found:
        line, column = _place(text, found.end() - 1)
        raise MalformedYaml(name, line, column, "a tab stands in the indentation", "indent with spaces")


def _place(text: str, position: int) -> tuple[int, int]:
    before = text[:position]
    return before.count("\n") + 1, position - before.rfind("\n")


def _quoted(text: str) -> str:
    return f'write "{text[:60]}"'


@lru_cache(maxsize=2)
def _places_of(name: str, text: str) -> _Places:
    # Only errors ask for places, but then for many: a scenario of 1,000 steps would be read 1,000 times.
    places = _Places(name)
    _Reader(name, text, MAX_DEPTH, places).document()
    return places
