"""Which records of a tenant have a value in a field, so that one of 10,000 is found without looking at the others.

It knows keys and values alone. Whoever changes records in place says so first; a kind put in place anew is noticed.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeGuard

from simulator.records import Document

# The keys of the records that have a value, oldest first; what is None is a set that keeps its order.
Bucket = dict[str, None]
_NOBODY: Bucket = {}


def is_plain(value: object) -> TypeGuard[Hashable]:
    """True for a value that can be looked up: no list (which may be a tuple until it is stored), and no mapping."""
    return isinstance(value, Hashable) and not isinstance(value, tuple)


@dataclass(frozen=True, slots=True)
class Column:
    """A field of a kind: its value or, with ``members``, each member of the list that it holds."""

    name: str
    members: bool = False

    def values(self, record: Document) -> tuple[Hashable, ...]:
        """Return what a record is found under; a list or a mapping is no value that anybody asks for."""
        value = record.get(self.name)
        if not self.members:
            return (value,) if is_plain(value) else ()
        held = value if isinstance(value, list | tuple) else ()
        return tuple(dict.fromkeys(each for each in held if is_plain(each)))

    def build(self, records: Mapping[str, Document]) -> dict[Hashable, Bucket]:
        """Return the keys of all records by their values."""
        buckets: dict[Hashable, Bucket] = {}
        for key, record in records.items():
            for value in self.values(record):
                buckets.setdefault(value, {})[key] = None
        return buckets

    def follow(self, buckets: dict[Hashable, Bucket], key: str, old: Document | None, new: Document | None) -> bool:
        """Take in that a record came or went. False when one that stays has other values than it had."""
        before = self.values(old) if old is not None else ()
        after = self.values(new) if new is not None else ()
        if old is not None and new is not None:
            return before == after
        for value in before:
            buckets[value].pop(key)
            if not buckets[value]:
                del buckets[value]
        for value in after:
            buckets.setdefault(value, {})[key] = None
        return True


@dataclass(slots=True)
class _Kind:
    records: Mapping[str, Document]
    columns: dict[Column, dict[Hashable, Bucket]] = field(default_factory=dict)


class Index:
    """The columns that somebody has asked for, each made at the first question."""

    def __init__(self) -> None:
        self._kinds: dict[str, _Kind] = {}

    def keys(self, kind: str, records: Mapping[str, Document], column: Column, value: Hashable) -> Bucket:
        """Return the keys of the records of a kind that have this value, oldest first; do not change it."""
        known = self._kinds.get(kind)
        if known is None or known.records is not records:
            known = self._kinds[kind] = _Kind(records)
        if column not in known.columns:
            known.columns[column] = column.build(records)
        return known.columns[column].get(value, _NOBODY)

    def follow(self, kind: str, records: Mapping[str, Document], changes: Mapping[str, Document | None]) -> None:
        """Take in what is about to be done to the records of a kind.

        A record that is changed keeps its age: a column in which it gets another value is made anew when it is
        asked for next, since nobody knows its place among those who had that value before.
        """
        known = self._kinds.get(kind)
        if known is None or known.records is not records:
            return
        for column, buckets in tuple(known.columns.items()):
            steps: Iterable[bool] = (column.follow(buckets, k, records.get(k), new) for k, new in changes.items())
            if not all(steps):
                del known.columns[column]
