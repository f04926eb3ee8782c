"""A store that cannot be written, as on a full disk."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path


@contextmanager
def full_disk(path: Path, tables: tuple[str, ...] = ("documents", "jobs", "journal")) -> Iterator[None]:
    """Let every write to these tables of a store fail until the end, and the removal of a tenant too."""
    writes = {table: f"INSERT ON {table}" for table in tables} | {"tenants": "UPDATE OF name ON tenants"}
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        for table, write in writes.items():
            database.execute(f"CREATE TRIGGER full_{table} BEFORE {write} BEGIN SELECT RAISE(ABORT, 'disk full'); END")
        yield
        for table in writes:
            database.execute(f"DROP TRIGGER full_{table}")
