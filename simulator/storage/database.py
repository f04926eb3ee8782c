"""One open store file: SQLAlchemy Core on SQLite. It knows no thread and no queue; one thread uses it.

Imported on first use, since SQLAlchemy costs a third of a second. A tenant has a number here, and its name
hangs on that: removing a tenant takes the name off, trimming a journal moves a mark, and the rows that nobody
can reach any more leave in slices (`Database.sweep`), so that no commit waits for ten thousand deletes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from sqlalchemy import Delete, NullPool, create_engine, delete, insert, inspect, select
from sqlalchemy.engine import URL
from sqlalchemy.exc import DatabaseError

from simulator.storage.changes import AppendJournal, Change, Put, PutJob, TenantRows
from simulator.storage.effect import Effect, Known
from simulator.storage.storefile import StoreRefused
from simulator.storage.tables import (
    DOCUMENTS,
    EPOCH,
    JOBS,
    JOURNAL,
    META,
    MICROSECOND,
    SWEEP_TRIMMED,
    SWEEPS,
    TABLES,
    TENANTS,
    of_many,
    statements,
)

SCHEMA = "1"
SLICE = 500
# So many rows one statement writes; SQLite takes 32,766 values in it.
MOST_AT_ONCE = 256

_LEAST = 50  # what looking at a tenant counts as, in rows
_WAL_LIMIT = 64 * 2**20


class Database:
    """One open store file. Every method is for the thread that made it."""

    def __init__(self, path: Path, *, synchronous: str) -> None:
        """Open the file, making its tables when it is empty. Raises StoreRefused: no store of this schema."""
        # The driver is in autocommit, and a transaction says BEGIN IMMEDIATE itself: after a plain BEGIN, a
        # write that follows a read fails with "database is locked", whatever the time-out.
        self._known = Known()
        self._unreachable: set[int] = set()
        url = URL.create("sqlite", database=str(path))
        engine = create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool, hide_parameters=True)
        try:
            self._connection = engine.connect()
        except DatabaseError as error:
            raise _refused(path, str(error.orig)) from error
        try:
            self._check(path)
            for pragma in (
                "journal_mode=WAL",
                f"synchronous={synchronous}",
                f"journal_size_limit={_WAL_LIMIT}",
            ):
                self._connection.exec_driver_sql(f"PRAGMA {pragma}")
            self._read_tenants()
        except DatabaseError as error:
            self.close()
            raise _refused(path, str(error.orig)) from error
        except StoreRefused:
            self.close()
            raise

    def commit(self, changes: Iterable[Change]) -> None:
        """Apply changes in their order as one transaction; when this raises, nothing of them is kept."""
        effect = Effect.of(changes, self._known)
        if effect.empty:
            return
        self._connection.exec_driver_sql("BEGIN IMMEDIATE")
        try:
            for statement, rows in statements(effect):
                if isinstance(statement, str):
                    self._write(statement, rows)
                elif rows:
                    self._connection.execute(statement, rows)
            self._connection.commit()
        except BaseException:
            self._connection.rollback()
            raise
        self._known = effect.after
        self._unreachable.update(effect.orphans, effect.trims)

    def _write(self, statement: str, rows: Sequence[tuple[object, ...]]) -> None:
        # At each execution the driver gives the interpreter away, and on a busy loop waits long to have it again: so
        # many rows go at once, in few sizes, since each is a statement of its own.
        place = 0
        while place < len(rows):
            size = min(MOST_AT_ONCE, 1 << ((len(rows) - place).bit_length() - 1))
            values = chain.from_iterable(rows[place : place + size])
            self._connection.exec_driver_sql(of_many(statement, size), tuple(values))
            place += size

    def load(self, tenant: str, entries: int) -> TenantRows:
        """Return what is stored of a tenant, with at most this many journal rows."""
        known = self._known.of(tenant)
        if known is None:
            return TenantRows()
        number, trimmed = known
        documents = self._rows(
            select(DOCUMENTS.c.kind, DOCUMENTS.c.key, DOCUMENTS.c.body)
            .where(DOCUMENTS.c.tenant == number)
            .order_by("position")
        )
        jobs = self._rows(select(JOBS).where(JOBS.c.tenant == number).order_by("due", "id"))
        journal = self._rows(
            select(JOURNAL.c.number, JOURNAL.c.body)
            .where(JOURNAL.c.tenant == number, JOURNAL.c.number > trimmed)
            .order_by(JOURNAL.c.number.desc())
            .limit(entries)
        )
        return TenantRows(
            documents=tuple(Put(tenant, *row) for row in documents),
            jobs=tuple(PutJob(tenant, row.id, EPOCH + row.due * MICROSECOND, row.kind, row.body) for row in jobs),
            journal=tuple(AppendJournal(tenant, *row) for row in reversed(journal)),
            last_entry=max(trimmed, journal[0].number if journal else 0),
        )

    def tenants(self) -> list[str]:
        """Return the names of all tenants, oldest first."""
        return list(self._known.numbers)

    def sweep(self) -> bool:
        """Delete one slice of the rows that nobody can reach; return True while there are more."""
        if not self._unreachable:
            return False
        swept: set[int] = set()
        budget = SLICE
        self._connection.exec_driver_sql("BEGIN IMMEDIATE")
        try:
            for number in self._unreachable:
                deleted = self._sweep(number, budget)
                if deleted == budget:
                    break
                swept.add(number)
                budget -= min(budget, max(deleted, _LEAST))
                if not budget:
                    break
            self._connection.commit()
        except BaseException:
            self._connection.rollback()
            raise
        self._unreachable -= swept
        return bool(self._unreachable)

    def close(self) -> None:
        """Close the file; what is in its write-ahead log goes into it."""
        self._connection.close()

    def _sweep(self, number: int, limit: int) -> int:
        trimmed = self._known.trimmed.get(number)
        if trimmed is not None:
            return self._delete(SWEEP_TRIMMED, _tenant=number, _limit=limit, _upto=trimmed)
        deleted = 0
        for statement in SWEEPS:
            deleted += self._delete(statement, _tenant=number, _limit=limit - deleted)
        if deleted < limit:
            self._connection.execute(delete(TENANTS).where(TENANTS.c.id == number))
        return deleted

    def _delete(self, statement: Delete, **values: int) -> int:
        return self._connection.execute(statement, values).rowcount

    def _rows(self, statement: Any) -> Sequence[Any]:
        rows = self._connection.execute(statement).all()
        self._connection.commit()  # ends what SQLAlchemy takes for a transaction
        return rows

    def _check(self, path: Path) -> None:
        tables = inspect(self._connection).get_table_names()
        if not tables:
            self._connection.exec_driver_sql("BEGIN IMMEDIATE")
            TABLES.create_all(self._connection)
            self._connection.execute(insert(META).values(name="schema", value=SCHEMA))
        elif not set(TABLES.tables) <= set(tables):
            raise _refused(path, "it is a database of another program")
        else:
            found = self._connection.scalar(select(META.c.value).where(META.c.name == "schema"))
            if found != SCHEMA:
                raise _refused(path, f"it was written with schema {found}, and this pbxsim has schema {SCHEMA}")
        self._connection.commit()

    def _read_tenants(self) -> None:
        rows = self._rows(select(TENANTS).order_by("id"))
        numbers = {row.name: row.id for row in rows if row.name is not None}
        trimmed = {row.id: row.trimmed for row in rows if row.name is not None}
        self._known = Known(numbers, trimmed, max((row.id for row in rows), default=0))
        self._unreachable = {row.id for row in rows if row.name is None or row.trimmed}


def _refused(path: Path, why: str) -> StoreRefused:
    return StoreRefused(f"the store {path} cannot be opened: {why}; move the file away, or name another one")
