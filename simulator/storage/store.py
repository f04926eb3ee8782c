"""The durable log behind the tenants' memory: what was submitted is committed in its order, in groups.

It knows no tenant, vendor or loop: a change is a plain value, and who submits on a loop wraps the future
there. There is no outbox: a delivery that waits is a job of kind ``deliver``, so that one mechanism serves
all that is due.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

from simulator.storage.changes import (
    AppendJournal,
    Change,
    Put,
    PutAll,
    PutJob,
    Remove,
    RemoveJob,
    RemoveTenant,
    TenantRows,
    TrimJournal,
)
from simulator.storage.slices import Group
from simulator.storage.storefile import StoreRefused, claim
from simulator.storage.writer import Question, StoreFailed, Writer

if TYPE_CHECKING:
    from simulator.storage.database import Database

__all__ = [
    "AppendJournal",
    "Change",
    "Put",
    "PutAll",
    "PutJob",
    "Remove",
    "RemoveJob",
    "RemoveTenant",
    "SqlStore",
    "Store",
    "StoreFailed",
    "StoreRefused",
    "TenantRows",
    "TrimJournal",
]

_T = TypeVar("_T")


class Store(Protocol):
    """Where changes are kept."""

    def submit(self, changes: Sequence[Change], *, sliced: bool = False) -> Future[None]:
        """Hand over changes that are written together or not at all, after all that was submitted before.

        With ``sliced`` they are written a part at a time, between the changes of other tenants, and a killed process
        may leave the first parts alone: whoever says so puts last what tells that they are whole.

        The future is done when they are committed, and fails with StoreFailed. It cannot be cancelled: who
        stops waiting does not take the change back. After a failure every further change of that group's
        tenants fails too, until the tenant has been loaded: it would build on what was lost.
        """

    def load(self, tenant: str) -> TenantRows:
        """Return what is stored of a tenant. Waits for what was submitted before. Raises StoreFailed."""

    def tenants(self) -> list[str]:
        """Return the names of the tenants, oldest first. Waits for what was submitted before."""

    def close(self) -> None:
        """Write what was submitted, and give the file up. What is submitted later fails."""


class SqlStore:
    """A `Store` in an SQLite file of this process alone; without a path, in a temporary one.

    It survives a killed process; a power cut may take the newest commits, and leaves the rest whole. ``journal_rows``
    is how many entries `load` returns. Raises StoreRefused when the file is in use, is no store, or was written with
    another schema.
    """

    def __init__(self, path: Path | None, *, journal_rows: int = 10_000) -> None:
        self._file = claim(path)
        synchronous = "OFF" if self._file.temporary else "NORMAL"
        self._writer = Writer(self._file.path, synchronous)
        self._journal_rows = journal_rows
        self._closed = False
        # A new file is not opened before something is written, which keeps SQLAlchemy out of the start.
        self._blank = self._file.empty
        if not self._blank:
            self._open()

    def submit(self, changes: Sequence[Change], *, sliced: bool = False) -> Future[None]:
        """See `Store.submit`; callable from any thread."""
        self._blank = False
        group = Group(tuple(changes), Future(), sliced)
        self._writer.put(group)
        return group.future

    def load(self, tenant: str) -> TenantRows:
        """See `Store.load`."""
        if self._blank:
            return TenantRows()
        return self._answer(lambda database: database.load(tenant, self._journal_rows), tenant)

    def tenants(self) -> list[str]:
        """See `Store.tenants`."""
        return [] if self._blank else self._answer(lambda database: database.tenants())

    def close(self) -> None:
        """See `Store.close`; a second time it does nothing."""
        if not self._closed:
            self._closed = True
            self._writer.stop()
            self._file.release()

    def _open(self) -> None:
        try:
            self._answer(lambda database: None)
        except BaseException:
            self.close()
            raise

    def _answer(self, ask: Callable[[Database], _T], tenant: str | None = None) -> _T:
        question = Question(ask, Future(), tenant)
        self._writer.put(question)
        answer: _T = question.future.result()
        return answer
