"""One unit of work on one tenant: its changes are collected, applied together, and written as one.

A transaction that is not committed has changed nothing. What it reads includes what it has written.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from itertools import chain
from typing import Any
from zoneinfo import ZoneInfo

from contracts.model import Exchange, Judgement
from simulator.board import Board
from simulator.clock import Clock
from simulator.errors import UnknownCall
from simulator.identity import Identity
from simulator.records import Document
from simulator.storage.store import Store, TrimJournal
from simulator.telephony.billing import Tariffs
from simulator.telephony.calls import Call, Event, State
from simulator.tenancy.channel import Channels
from simulator.tenancy.gathered import Gathered, retire_calls
from simulator.tenancy.jobs import Job, Task
from simulator.tenancy.runs import Run, Status
from simulator.tenancy.targets import Target
from simulator.tenancy.tenants import Tenant
from simulator.tenancy.view import View


class Transaction:
    """See `simulator.vendor.Work` for what a vendor's handlers may do with it."""

    def __init__(self, tenant: Tenant, store: Store, vendor: str = "", *, now: datetime | None = None) -> None:
        tenant.open()
        self._tenant = tenant
        self._store = store
        self._vendor = vendor
        self.tenant = tenant.name
        self.now = now or tenant.now()
        self.announced: dict[str, int] = {}  # by vendor, the events that its channels hear of this unit of work
        self.by = "something outside the scenario"  # whoever acts says so: a command, a run, the control API
        self._new = Gathered()
        self._records = View(tenant, self._new.records)
        self._news: list[object] = []
        self._then: list[Callable[[asyncio.Future[None] | None], None]] = []
        self.seat: Callable[[Transaction], Board]  # a handler's unit of work has one: see `simulator.faces.pipeline`

    @property
    def board(self) -> Board:
        """Calls, and what is told of them, in this unit of work."""
        # Made when it is asked for: each would know the other, and only the garbage collector would part them.
        return self.seat(self)

    @property
    def zone(self) -> ZoneInfo:
        """The tenant's time zone."""
        return self._tenant.zone

    @property
    def identity(self) -> Identity:
        """The tenant's source of made-up values."""
        return self._tenant.identity

    @property
    def readings(self) -> Mapping[str, str]:
        """The reading of each of the vendor's discrepancies."""
        return self.readings_of(self._vendor)

    @property
    def switches(self) -> Mapping[str, str]:
        """The vendor's switches that the tenant has set."""
        return self.switches_of(self._vendor)

    def switches_of(self, vendor: str) -> Mapping[str, str]:
        """Return a vendor's switches that the tenant has set."""
        return self._tenant.profile.switches.get(vendor, {})

    @property
    def channels(self) -> Channels:
        """The event channels that are open."""
        return self._tenant.channels

    def credentials(self, vendor: str) -> Mapping[str, str]:
        """Return the tenant's credential set for a vendor."""
        return self._tenant.profile.credentials.get(vendor, {})

    def readings_of(self, vendor: str) -> Mapping[str, str]:
        """Return the reading of each of a vendor's discrepancies."""
        return self._tenant.readings.get(vendor, {})

    def accounts(self, vendor: str) -> Mapping[str, str]:
        """Return the account settings that the tenant has for a vendor."""
        return self._tenant.profile.accounts.get(vendor, {})

    def get(self, kind: str, key: str) -> Document | None:
        """Return the record of this kind under this key."""
        return self._records.get(kind, key)

    def expect(self, kind: str, key: str) -> None:
        """Raise UnknownRecord, which names those that there are, when there is no record of this kind and key."""
        self._records.expect(kind, key)

    def all(self, kind: str) -> Iterable[Document]:
        """Return every record of this kind, oldest first."""
        return self._records.all(kind)

    def find(self, kind: str, **where: object) -> Document | None:
        """Return the oldest record of this kind whose fields equal ``where``."""
        return self._records.find(kind, where)

    def having(self, kind: str, name: str, value: str) -> Iterable[Document]:
        """Return the records of this kind that have ``value`` in the list ``name``, oldest first."""
        return self._records.having(kind, name, value)

    def put(self, kind: str, key: str, document: Document) -> None:
        """Write a record."""
        self._new.records.setdefault(kind, {})[key] = document

    def remove(self, kind: str, key: str) -> None:
        """Remove a record; nothing happens when there is none."""
        self._new.records.setdefault(kind, {})[key] = None

    def next_number(self, kind: str) -> int:
        """Count up a named sequence of the tenant and return its new value (1 first)."""
        number = self._new.sequences.get(kind, self._tenant.sequences.get(kind, 0)) + 1
        self._new.sequences[kind] = number
        return number

    def call(self, key: str) -> Call | None:
        """Return a call by its id."""
        return self._new.calls.get(key) or self._tenant.calls.get(key)

    def known_call(self, key: str) -> Call:
        """Return a call by its id. Raises UnknownCall."""
        if (call := self.call(key)) is None:
            raise UnknownCall(key)
        return call

    def take_up(self, key: str) -> Call:
        """Return a call to which something happens now: from here on it is no earlier than the call's last event.

        Others may have moved it on since what is done late was due. What is told and scheduled next is later, too.
        """
        call = self.known_call(key)
        self.now = max(self.now, call.last.at)
        return call

    def calls(self) -> Iterable[Call]:
        """Return the tenant's calls, oldest first, live ones too."""
        return {**self._tenant.calls, **self._new.calls}.values() if self._new.calls else self._tenant.calls.values()

    def live_calls(self) -> Iterable[Call]:
        """Return the calls that are not over, oldest first."""
        if not self._new.calls:
            return self._tenant.live.values()
        return (c for c in {**self._tenant.live, **self._new.calls}.values() if c.state is not State.ENDED)

    def put_call(self, call: Call, event: Event) -> None:
        """Write a call after something happened to it."""
        self._new.calls[call.id] = call
        self._news.append((call, event))

    def targets(self, vendor: str) -> list[Target]:
        """Return where this vendor's messages go."""
        return [t for t in self._tenant.targets.values() if t.vendor == vendor]

    def put_target(self, target: Target) -> None:
        """Write a target."""
        self._new.targets[target.id] = target

    def remove_target(self, key: str) -> None:
        """Remove a target."""
        self._new.targets[key] = None

    def run(self, key: str) -> Run | None:
        """Return a run that goes on, by its id."""
        run = self._new.runs[key] if key in self._new.runs else self._tenant.runs.get(key)
        return run if run is not None and run.status is Status.RUNNING else None

    def run_of(self, call: str) -> Run | None:
        """Return the run that goes on and that a call belongs to."""
        own = self._new.runs
        runs = chain(own.values(), (run for key, run in reversed(self._tenant.runs.items()) if key not in own))
        return next((r for r in runs if r and r.status is Status.RUNNING and call in r.calls.values()), None)

    def put_run(self, run: Run) -> None:
        """Write a scenario run."""
        self._new.runs[run.id] = run

    def remove_run(self, key: str) -> None:
        """Remove a scenario run."""
        self._new.runs[key] = None

    @property
    def tariffs(self) -> Tariffs:
        """The tenant's price list."""
        return self._tenant.tariffs

    @property
    def prepaid(self) -> bool:
        """True when the account pays for calls as they go on."""
        return self._tenant.profile.prepaid

    @property
    def balance(self) -> Decimal:
        """The account's balance, in reais."""
        return self._tenant.balance if self._new.balance is None else self._new.balance

    @balance.setter
    def balance(self, value: Decimal) -> None:
        self._new.balance = value

    def set_clock(self, clock: Clock) -> None:
        """Change the tenant's clock."""
        self._new.clock = clock

    def schedule(self, due: datetime, task: Task, body: Mapping[str, Any], *, lane: str = "", run: str = "") -> Job:
        """Add something to be done at ``due`` and return it: by whoever acts now."""
        job = Job(self.next_number("_job"), due, task, body, lane, run, self.by)
        self._new.jobs[job.id] = job
        return job

    def reschedule(self, job: Job) -> None:
        """Write a job again, with a new time or body."""
        self._new.jobs[job.id] = job

    def deeds_of(self, call: str) -> list[Job]:
        """Return the jobs in which somebody does something with a call, those of this unit of work too."""
        new = self._new.jobs
        kept = [job for job in self._tenant.agenda.deeds_of(call) if job.id not in new]
        return kept + [job for job in new.values() if job is not None and job.deed_of == call]

    def jobs_of(self, run: str) -> list[Job]:
        """Return what is left to do of a scenario run, with what this unit of work adds to it."""
        new = self._new.jobs
        kept = [job for job in self._tenant.agenda.jobs.values() if job.run == run and job.id not in new]
        return kept + [job for job in new.values() if job is not None and job.run == run]

    def finish(self, job: Job) -> None:
        """Remove a job that is done."""
        self._new.jobs[job.id] = None

    def record(self, exchange: Exchange, verdict: Judgement | None) -> None:
        """Put an exchange in the journal; it must be redacted already."""
        self._new.exchanges.append((exchange, verdict))

    def tell(self, news: object) -> None:
        """Show something to whoever watches, once this is applied."""
        self._news.append(news)

    def on_commit(self, act: Callable[[asyncio.Future[None] | None], None]) -> None:
        """Do something as soon as this is applied; it is given what is done when all of it is on disk."""
        self._then.append(act)

    def commit(self) -> asyncio.Future[None] | None:
        """Apply everything to the tenant and hand it to the log; return what is done when it is on disk.

        Returns None when there was nothing to write, or when the tenant was reset or removed meanwhile. What cannot be
        written as JSON raises, and then nothing has changed.
        """
        tenant = self._tenant
        if tenant.closed:
            return None
        changes = self._new.written(tenant)
        entries = self._new.apply(tenant)
        changes += retire_calls(tenant)
        if entries and tenant.journal.first > 1:
            changes.append(TrimJournal(tenant.name, tenant.journal.first - 1))
        written = tenant.written(self._store.submit(changes)) if changes else None
        for act in self._then:
            act(written)
        for news in (*entries, *self._news):
            tenant.tell(news)
        if entries:
            tenant.on_growth()
        tenant.wake()
        return written
