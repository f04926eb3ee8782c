"""A unit of work and an index of credentials on plain dictionaries, for tests of what vendors do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from simulator.identity import Identity
from simulator.issued import is_good, token_kind
from simulator.records import Document
from simulator.telephony.calls import Call

MORNING = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@dataclass
class DictWork:
    """A `simulator.vendor.Work` whose writes are there at once."""

    tenant: str = "default"
    now: datetime = MORNING
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("America/Sao_Paulo"))
    identity: Identity = field(default_factory=lambda: Identity("1"))
    readings: Mapping[str, str] = field(default_factory=dict)
    switches: Mapping[str, str] = field(default_factory=dict)
    sets: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    records: dict[str, dict[str, Document]] = field(default_factory=dict)
    sequences: dict[str, int] = field(default_factory=dict)
    told: tuple[Call, ...] = ()
    settings: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def calls(self) -> Iterable[Call]:
        return self.told

    def get(self, kind: str, key: str) -> Document | None:
        return self.records.get(kind, {}).get(key)

    def all(self, kind: str) -> Iterable[Document]:
        return tuple(self.records.get(kind, {}).values())

    def find(self, kind: str, **where: object) -> Document | None:
        return next((r for r in self.all(kind) if all(r.get(k) == v for k, v in where.items())), None)

    def having(self, kind: str, name: str, value: str) -> Iterable[Document]:
        return tuple(record for record in self.all(kind) if value in record[name])

    def credentials(self, vendor: str) -> Mapping[str, str]:
        return self.sets.get(vendor, {})

    def accounts(self, vendor: str) -> Mapping[str, str]:
        return self.settings.get(vendor, {})

    def put(self, kind: str, key: str, document: Document) -> None:
        self.records.setdefault(kind, {})[key] = document

    def remove(self, kind: str, key: str) -> None:
        self.records.get(kind, {}).pop(key, None)

    def next_number(self, kind: str) -> int:
        self.sequences[kind] = self.sequences.get(kind, 0) + 1
        return self.sequences[kind]


@dataclass
class DictCredentials:
    """A `simulator.vendor.Credentials` over several units of work, one a tenant."""

    works: tuple[DictWork, ...]

    def holder(self, vendor: str, field: str, value: str) -> str | None:
        return next((w.tenant for w in self.works if w.credentials(vendor).get(field) == value), None)

    def token_holder(self, vendor: str, token: str) -> str | None:
        for work in self.works:
            record = work.get(token_kind(vendor), token)
            if record and is_good(record, work.now):
                return work.tenant
        return None
