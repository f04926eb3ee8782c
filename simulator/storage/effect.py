"""The net effect of a batch of changes: one transaction has to write only the last word on each row.

Pure: it knows which tenants there are and what they are called, and no database.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from simulator.storage.changes import (
    AppendJournal,
    Change,
    Put,
    PutAll,
    PutJob,
    Remove,
    RemoveJob,
    RemoveTenant,
    TrimJournal,
)


@dataclass(slots=True)
class Known:
    """The tenants' numbers by name, how far each one's journal is trimmed, and the highest number given."""

    numbers: dict[str, int] = field(default_factory=dict)
    trimmed: dict[int, int] = field(default_factory=dict)
    highest: int = 0

    def of(self, name: str) -> tuple[int, int] | None:
        """Return a tenant's number, and up to where its journal is trimmed."""
        number = self.numbers.get(name)
        return None if number is None else (number, self.trimmed[number])

    def copy(self) -> Known:
        """Return a copy that can be changed by itself."""
        return Known(dict(self.numbers), dict(self.trimmed), self.highest)


@dataclass(slots=True)
class Effect:
    """What to write, by tenant number: removals, then what is put. ``after`` holds once it is written."""

    after: Known
    founded: dict[int, str | None] = field(default_factory=dict)
    orphans: list[int] = field(default_factory=list)
    trims: dict[int, int] = field(default_factory=dict)
    documents: dict[tuple[int, str, str], bytes] = field(default_factory=dict)
    removed: dict[tuple[int, str, str], None] = field(default_factory=dict)
    jobs: dict[tuple[int, int], PutJob] = field(default_factory=dict)
    finished: dict[tuple[int, int], None] = field(default_factory=dict)
    journal: dict[tuple[int, int], bytes] = field(default_factory=dict)

    @classmethod
    def of(cls, changes: Iterable[Change], known: Known) -> Effect:
        """Return what the changes, in their order, come to."""
        effect = cls(known.copy())
        for change in changes:
            effect._add(change)
        return effect

    @property
    def empty(self) -> bool:
        """True when there is nothing to write."""
        return not (self.founded or self.orphans or self.trims or self.removed or self.finished or self._put)

    @property
    def _put(self) -> bool:
        return bool(self.documents or self.jobs or self.journal)

    def _add(self, change: Change) -> None:
        match change:
            case Put(tenant, kind, key, body):
                self.documents[self._number(tenant), kind, key] = body
            case PutAll(tenant, documents):
                number = self._number(tenant)
                self.documents.update(((number, kind, key), body) for kind, key, body in documents)
            case AppendJournal(tenant, number, body):
                self.journal[self._number(tenant), number] = body
            case PutJob(tenant, number):
                self.jobs[self._number(tenant), number] = change
            case _:
                self._take(change)

    def _take(self, change: Remove | RemoveJob | RemoveTenant | TrimJournal) -> None:
        number = self.after.numbers.get(change.tenant)
        if number is None:
            return
        match change:
            case Remove(_, kind, key):
                self.documents.pop((number, kind, key), None)
                self.removed[number, kind, key] = None
            case RemoveJob(_, job):
                self.jobs.pop((number, job), None)
                self.finished[number, job] = None
            case RemoveTenant(tenant):
                self._orphan(tenant, number)
            case TrimJournal(_, upto):
                if upto > self.after.trimmed[number]:
                    self.after.trimmed[number] = self.trims[number] = upto

    def _number(self, tenant: str) -> int:
        number = self.after.numbers.get(tenant)
        if number is None:
            number = self.after.highest = self.after.highest + 1
            self.after.numbers[tenant], self.after.trimmed[number] = number, 0
            self.founded[number] = tenant
        return number

    def _orphan(self, tenant: str, number: int) -> None:
        del self.after.numbers[tenant], self.after.trimmed[number]
        self.trims.pop(number, None)
        if number in self.founded:
            self.founded[number] = None  # founded and removed in one batch
        self.orphans.append(number)
