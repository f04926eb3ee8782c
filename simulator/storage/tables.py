"""The tables of a store and the statements that write them: general ones, to which no vendor adds.

Imported on first use, since SQLAlchemy costs a third of a second.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Delete,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    delete,
    insert,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects import sqlite

from simulator.storage.effect import Effect

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
_VALUES = re.compile(r"VALUES (\([?, ]+\))")
TABLES = MetaData()
META = Table("meta", TABLES, Column("name", Text, primary_key=True), Column("value", Text, nullable=False))
TENANTS = Table(
    "tenants",
    TABLES,
    Column("id", Integer, primary_key=True),
    Column("name", Text, unique=True),  # null: removed, its rows are being swept
    Column("trimmed", BigInteger, nullable=False),  # journal entries up to this number are gone
)
DOCUMENTS = Table(
    "documents",
    TABLES,
    Column("position", Integer, primary_key=True),  # documents are read in the order they were put
    Column("tenant", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    UniqueConstraint("tenant", "kind", "key"),
)
JOBS = Table(
    "jobs",
    TABLES,
    Column("tenant", Integer, primary_key=True),
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("due", BigInteger, nullable=False),  # microseconds since 1970, tenant time
    Column("kind", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
)
JOURNAL = Table(
    "journal",
    TABLES,
    Column("tenant", Integer, primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("body", LargeBinary, nullable=False),
)


def _upsert(table: Table, *key: str) -> sqlite.Insert:
    statement = sqlite.insert(table)
    columns = [c.name for c in table.columns if c.name not in (*key, "position")]
    return statement.on_conflict_do_update(index_elements=key, set_={c: statement.excluded[c] for c in columns})


def _delete(table: Table, *key: str) -> Any:
    # The parameters are not named like the columns: SQLAlchemy keeps those names for values to be set.
    return delete(table).where(*(table.c[name] == bindparam(f"_{name}") for name in key))


def _as_text(statement: sqlite.Insert, *columns: str) -> str:
    return str(statement.compile(dialect=sqlite.dialect(), column_keys=columns))


# As text: the driver takes rows in a third of the time that SQLAlchemy does, and many of them in one statement.
_PUT_DOCUMENT = _as_text(_upsert(DOCUMENTS, "tenant", "kind", "key"), "tenant", "kind", "key", "body")
_PUT_JOB = _as_text(_upsert(JOBS, "tenant", "id"), "tenant", "id", "due", "kind", "body")
_PUT_ENTRY = _as_text(_upsert(JOURNAL, "tenant", "number"), "tenant", "number", "body")
_REMOVE_DOCUMENT = _delete(DOCUMENTS, "tenant", "kind", "key")
_REMOVE_JOB = _delete(JOBS, "tenant", "id")
_TRIM = update(TENANTS).where(TENANTS.c.id == bindparam("_id")).values(trimmed=bindparam("_upto"))
_ORPHAN = update(TENANTS).where(TENANTS.c.id == bindparam("_id")).values(name=None)


def _sweep(table: Table, *more: ColumnElement[bool]) -> Delete:
    key = list(table.primary_key)
    some = select(*key).where(table.c.tenant == bindparam("_tenant"), *more).limit(bindparam("_limit"))
    return delete(table).where(tuple_(*key).in_(some))


# Made once: to make and compile them for each slice takes longer than to delete its rows.
SWEEPS = tuple(_sweep(table) for table in (JOURNAL, DOCUMENTS, JOBS))
SWEEP_TRIMMED = _sweep(JOURNAL, JOURNAL.c.number <= bindparam("_upto"))


def statements(effect: Effect) -> Iterable[tuple[Any, list[Any]]]:
    """Return the statements that write an effect, each with its rows, in the order that constraints need.

    One that is text is for the driver, with tuples in the order of its columns.
    """
    # A name has to be free before it is given again, and what was put after a removal has to stay.
    yield _ORPHAN, [{"_id": number} for number in effect.orphans]
    yield insert(TENANTS), [{"id": n, "name": name, "trimmed": 0} for n, name in effect.founded.items()]
    yield _TRIM, [{"_id": number, "_upto": upto} for number, upto in effect.trims.items()]
    yield _REMOVE_DOCUMENT, [{"_tenant": t, "_kind": k, "_key": key} for t, k, key in effect.removed]
    yield _PUT_DOCUMENT, [(*place, body) for place, body in effect.documents.items()]
    yield _REMOVE_JOB, [{"_tenant": t, "_id": number} for t, number in effect.finished]
    jobs = effect.jobs.items()
    yield _PUT_JOB, [(t, c.id, (c.due - EPOCH) // MICROSECOND, c.kind, c.body) for (t, _), c in jobs]
    yield _PUT_ENTRY, [(*place, body) for place, body in effect.journal.items()]


@lru_cache(maxsize=128)
def of_many(statement: str, rows: int) -> str:
    """Return one of the statements that are text as it writes so many rows at once."""
    one = _VALUES.search(statement)
    if one is None:
        raise ValueError(f"no values in {statement}")
    return statement.replace(one[0], f"VALUES {', '.join([one[1]] * rows)}", 1)
