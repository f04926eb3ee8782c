"""A tenant's records as one unit of work sees them: those that are kept, with what it has changed itself."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from simulator.errors import UnknownRecord
from simulator.records import Document
from simulator.tenancy.index import Column, is_plain
from simulator.tenancy.tenants import Tenant

Changed = Mapping[str, Mapping[str, Document | None]]


@dataclass(frozen=True, slots=True)
class View:
    """``changed`` is by kind and key, None for what was removed; it may change on. See `simulator.records.Reader`."""

    tenant: Tenant
    changed: Changed

    def get(self, kind: str, key: str) -> Document | None:
        """Return the record of this kind under this key."""
        own = self.changed.get(kind, {})
        return own[key] if key in own else self.tenant.records.get(kind, {}).get(key)

    def expect(self, kind: str, key: str) -> None:
        """Raise UnknownRecord, which names those that there are, when there is no record of this kind and key."""
        if self.get(kind, key) is None:
            known = {**self.tenant.records.get(kind, {}), **self.changed.get(kind, {})}
            raise UnknownRecord(kind, key, [each for each, record in known.items() if record is not None])

    def all(self, kind: str) -> Iterable[Document]:
        """Return every record of this kind, oldest first."""
        kept, own = self.tenant.records.get(kind, {}), self.changed.get(kind)
        if not own:
            return kept.values()
        return (record for record in {**kept, **own}.values() if record is not None)

    def find(self, kind: str, where: Mapping[str, object]) -> Document | None:
        """Return the oldest record of this kind whose fields equal ``where``."""
        for name, value in where.items():
            if is_plain(value):
                found = self._found(kind, Column(name), value)
                return next((r for r in found if all(r.get(k) == v for k, v in where.items())), None)
        return next((r for r in self.all(kind) if all(r.get(k) == v for k, v in where.items())), None)

    def having(self, kind: str, name: str, value: str) -> Iterable[Document]:
        """Return the records of this kind that have ``value`` in the list ``name``, oldest first."""
        return tuple(self._found(kind, Column(name, members=True), value))

    def _found(self, kind: str, column: Column, value: Hashable) -> Iterator[Document]:
        kept, own = self.tenant.records.get(kind, {}), self.changed.get(kind, {})
        keys = self.tenant.index.keys(kind, kept, column, value)
        mine = {key: record for key, record in own.items() if record is not None and value in column.values(record)}
        if any(key in kept and key not in keys for key in mine):
            # It has got the value in this unit of work: where it belongs, only a look at all of them tells.
            return (record for record in self.all(kind) if value in column.values(record))
        old = (mine.get(key) if key in own else kept[key] for key in keys)
        new = (record for key, record in mine.items() if key not in kept)
        return (record for record in chain(old, new) if record is not None)
