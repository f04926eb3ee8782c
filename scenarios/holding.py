"""Holds what a run should have left behind against what is there: records of the fakes, and calls. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from scenarios.expected import Holds

SHOWN = 3
_TOLD = 3
_LONGEST = 60


class Left(Protocol):
    """What a run has left behind."""

    def shown(self, kind: str, record: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return a record of a kind as people may see it: with a marker for each secret."""

    def records(self, kind: str) -> Sequence[Mapping[str, Any]]:
        """Return the records of a kind."""

    def kinds(self) -> Sequence[str]:
        """Return the kinds of which there are records."""

    def call(self, name: str) -> Mapping[str, Any] | None:
        """Return a call by the scenario's name of it, with what is computed from its events."""


class Nothing:
    """What is left where nobody can tell."""

    def shown(self, kind: str, record: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return a record as it is."""
        return record

    def records(self, kind: str) -> Sequence[Mapping[str, Any]]:
        """Return no records."""
        return ()

    def kinds(self) -> Sequence[str]:
        """Return no kinds."""
        return ()

    def call(self, name: str) -> Mapping[str, Any] | None:
        """Return no call."""
        return None


def found(expectation: Holds, left: Left) -> list[Mapping[str, Any]]:
    """Return the records, or the call, that are as expected."""
    return [record for record in _candidates(expectation, left) if not _differences(expectation.fields, record, record)]


def unknown(expectation: Holds, left: Left) -> str:
    """Say which field is wanted that none of the records has, where there are any; "" when there is none.

    Such a field is misspelt: that no record has its value says nothing.
    """
    candidates = _candidates(expectation, left)
    there = dict.fromkeys(name for record in candidates for name in record)
    missing = next((name for name in expectation.fields if candidates and name not in there), None)
    return "" if missing is None else f"there is no {missing}; there are {', '.join(there)}"


def near(expectation: Holds, left: Left) -> list[str]:
    """Return lines for people: what there is too much of, or what comes nearest, with what differs."""
    candidates, matching = _candidates(expectation, left), found(expectation, left)
    if strange := unknown(expectation, left):
        return [strange]
    if not candidates:
        return [_none(expectation, left)]
    if expectation.most is not None and len(matching) > expectation.most:
        word = "one too many" if expectation.most else "there is one"
        return [f"{word}: {_known_by(expectation, left, r)}" for r in matching[expectation.most :][:SHOWN]]
    kind = expectation.record or ""
    ranked = sorted((_differences(expectation.fields, r, left.shown(kind, r)) for r in candidates), key=len)
    lines = [", ".join(why) for why in ranked if why][: max(1, SHOWN - len(matching))]
    return [*(f"as expected: {_known_by(expectation, left, r)}" for r in matching[: SHOWN - len(lines)]), *lines]


def _known_by(expectation: Holds, left: Left, record: Mapping[str, Any]) -> str:
    """Say which record it is: its first fields and those that are wanted, without secrets."""
    shown = left.shown(expectation.record or "", record)
    simple = [name for name, value in shown.items() if not isinstance(value, dict | list | tuple)]
    names = dict.fromkeys((*simple[:_TOLD], *(name for name in expectation.fields if name in shown)))
    return ", ".join(f"{name} {_shown(shown[name])}" for name in names)


def _candidates(expectation: Holds, left: Left) -> Sequence[Mapping[str, Any]]:
    if expectation.call is not None:
        call = left.call(expectation.call)
        return [call] if call else []
    return left.records(expectation.record or "")


def _differences(wanted: Mapping[str, Any], record: Mapping[str, Any], shown: Mapping[str, Any]) -> list[str]:
    return [why for name, value in wanted.items() for why in _difference(name, value, record, shown)]


def _difference(name: str, wanted: Any, record: Mapping[str, Any], shown: Mapping[str, Any]) -> Iterator[str]:
    if name not in record:
        yield f"there is no {name}; there are {', '.join(record)}"
    elif not _alike(wanted, record[name]):
        yield f"{name} is {_shown(shown[name])}, not {_shown(wanted)}"


def _alike(wanted: Any, there: Any) -> bool:
    # A record may have a number where a scenario, which is read aloud, has its digits.
    return bool(wanted == there) or (isinstance(wanted, str) and not isinstance(there, bool) and wanted == str(there))


def _none(expectation: Holds, left: Left) -> str:
    if expectation.call is not None:
        return f"call {expectation.call} has not begun, or is forgotten"
    return f"there is no record of the kind {expectation.record}; there are {', '.join(left.kinds()) or 'none'}"


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
