"""Groups too long for one transaction are written slice by slice, so that nobody else's change waits for all of them.

Pure: it decides what may be written next, and knows no thread and no database.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass

from simulator.storage.changes import Change, PutAll

SLICE = 250  # documents: some 3 ms


@dataclass(frozen=True, slots=True)
class Group:
    """Changes that are written together or not at all; a ``sliced`` one in parts, of which the first may stay alone."""

    changes: tuple[Change, ...]
    future: Future[None]
    sliced: bool = False

    @property
    def tenants(self) -> frozenset[str]:
        """Whose changes these are."""
        return frozenset(change.tenant for change in self.changes)


class Line:
    """What is still to be written: the slices of long groups, and behind them what is of their tenants."""

    def __init__(self) -> None:
        self._waiting: list[tuple[Group, frozenset[str]]] = []

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def passing(self, groups: list[Group]) -> list[Group]:
        """Take in groups and return, in order, those that need not wait for a slice.

        One without changes says that all before it is done: it waits for every slice.
        """
        if not self._waiting and not any(group.sliced for group in groups):
            return groups
        self._waiting += [(piece, piece.tenants) for group in groups for piece in _cut(group)]
        return self._taken(0)

    def next(self) -> list[Group]:
        """Return the next slice, and what waited for no more than that."""
        return self._taken(1)

    def _taken(self, slices: int) -> list[Group]:
        queue, self._waiting = self._waiting, []
        found: list[Group] = []
        busy: set[str] = set()
        for piece, tenants in queue:
            if tenants & busy or (piece.sliced and not slices) or (self._waiting and not tenants):
                self._waiting.append((piece, tenants))
                busy |= tenants
                continue
            found.append(piece)
            if piece.sliced:
                slices -= 1
                busy |= tenants
        return found


def _cut(group: Group) -> Iterator[Group]:
    """Yield a group's slices. The last has its future: it fails when one before it did, since it builds on that."""
    if not group.sliced:
        yield group
        return
    part: list[Change] = []
    size = 0
    for change in group.changes:
        length = len(change.documents) if isinstance(change, PutAll) else 1
        if part and size + length > SLICE:
            yield Group(tuple(part), Future(), sliced=True)
            part, size = [], 0
        part.append(change)
        size += length
    yield Group(tuple(part), group.future)
