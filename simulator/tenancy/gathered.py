"""What a unit of work has changed so far: how it is written to the log, and how it is applied to the tenant's memory.

Both at once or neither is the transaction's business. Kinds with an underscore are the core's own, beside the records
that vendors and worlds have.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice
from typing import TypeVar

from contracts import exchanges, strict_json
from contracts.model import Exchange, Judgement
from simulator.clock import Clock
from simulator.records import Document
from simulator.storage.store import AppendJournal, Change, Put, PutJob, Remove, RemoveJob
from simulator.telephony.calls import Call
from simulator.telephony.documents import call_to_document
from simulator.tenancy.jobs import Job
from simulator.tenancy.journal import Entry
from simulator.tenancy.runs import Run
from simulator.tenancy.targets import Target
from simulator.tenancy.tenants import Tenant

_T = TypeVar("_T")

FURNISHED = "furnished"
CALL, TARGET, SEQUENCE, CLOCK, ACCOUNT, PROFILE, RUN, FAULT = (
    "_call",
    "_target",
    "_sequence",
    "_clock",
    "_account",
    "_profile",
    "_run",
    "_fault",
)

# Calls beyond these are forgotten, the oldest that are over first: a simulator may stay up for weeks.
KEPT_CALLS = 10_000


@dataclass(slots=True)
class Gathered:
    """New values by key; None stands for what was removed, or for a clock and a balance that were left alone."""

    records: dict[str, dict[str, Document | None]] = field(default_factory=dict)
    sequences: dict[str, int] = field(default_factory=dict)
    calls: dict[str, Call] = field(default_factory=dict)
    targets: dict[str, Target | None] = field(default_factory=dict)
    runs: dict[str, Run | None] = field(default_factory=dict)
    jobs: dict[int, Job | None] = field(default_factory=dict)
    clock: Clock | None = None
    balance: Decimal | None = None
    exchanges: list[tuple[Exchange, Judgement | None]] = field(default_factory=list)

    def written(self, tenant: Tenant) -> list[Change]:
        """Return what the log has to keep, in the form in which it keeps it; changes nothing."""
        return [*self._records(tenant), *self._core(tenant), *self._jobs(tenant), *self._journal(tenant)]

    def apply(self, tenant: Tenant) -> list[Entry]:
        """Change the tenant, and return the new entries of its journal."""
        for kind, documents in self.records.items():
            kept = tenant.records.setdefault(kind, {})
            tenant.index.follow(kind, kept, documents)
            _apply(documents, kept)
        tenant.sequences |= self.sequences
        tenant.keep(self.calls)
        _apply(self.targets, tenant.targets)
        _apply(self.runs, tenant.runs)
        if self.balance is not None:
            tenant.balance = self.balance
        tenant.clock_unwritten = False
        if self.clock is not None:
            tenant.clock = self.clock
        for key, job in self.jobs.items():
            if job is None:
                tenant.agenda.take(key)
            else:
                tenant.agenda.put(job)
        return [tenant.journal.append(*pair) for pair in self.exchanges]

    def _records(self, tenant: Tenant) -> Iterable[Change]:
        for kind, documents in self.records.items():
            for key, document in documents.items():
                if document is not None:
                    yield Put(tenant.name, kind, key, strict_json.dumps(document))
                elif key in tenant.records.get(kind, {}):
                    yield Remove(tenant.name, kind, key)

    def _core(self, tenant: Tenant) -> Iterable[Change]:
        name = tenant.name
        for sequence, number in self.sequences.items():
            yield Put(name, SEQUENCE, sequence, str(number).encode())
        for call in self.calls.values():
            yield Put(name, CALL, call.id, strict_json.dumps(call_to_document(call)))
        for kind, documented in ((TARGET, self.targets), (RUN, self.runs)):
            for key, value in documented.items():
                yield Remove(name, kind, key) if value is None else _put(name, kind, key, value)
        if self.balance is not None:
            yield Put(name, ACCOUNT, "balance", strict_json.dumps(str(self.balance)))
        if self.clock is not None or tenant.clock_unwritten:
            yield _put(name, CLOCK, "clock", self.clock or tenant.clock)

    def _jobs(self, tenant: Tenant) -> Iterable[Change]:
        for key, job in self.jobs.items():
            if job is not None:
                yield PutJob(tenant.name, key, job.due, job.task.value, strict_json.dumps(job.to_document()))
            elif key in tenant.agenda.jobs:
                yield RemoveJob(tenant.name, key)

    def _journal(self, tenant: Tenant) -> Iterable[Change]:
        for number, pair in enumerate(self.exchanges, tenant.journal.last + 1):
            yield AppendJournal(tenant.name, number, strict_json.dumps(exchanges.to_record(*pair)))


def retire_calls(tenant: Tenant) -> Iterable[Change]:
    """Forget the oldest calls that are over, beyond those that are kept, with the records that are kept of each."""
    excess = len(tenant.calls) - KEPT_CALLS
    if excess > 0:
        for key in tuple(islice((key for key, call in tenant.calls.items() if call.ended), excess)):
            del tenant.calls[key]
            yield Remove(tenant.name, CALL, key)
            for kind, records in tenant.records.items():
                if key in records and records[key].get("call") == key:
                    tenant.index.follow(kind, records, {key: None})
                    del records[key]
                    yield Remove(tenant.name, kind, key)


def _put(tenant: str, kind: str, key: str, value: Target | Run | Clock) -> Put:
    return Put(tenant, kind, key, strict_json.dumps(value.to_document()))


def _apply(changes: Mapping[str, _T | None], kept: dict[str, _T]) -> None:
    for key, value in changes.items():
        if value is None:
            kept.pop(key, None)
        else:
            kept[key] = value
