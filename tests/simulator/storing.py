"""A store in a file, and what is in it."""

import sqlite3
from contextlib import closing

from simulator.storage.store import SqlStore


def reopened(path, tenant="acme"):
    store = SqlStore(path)
    try:
        return store.load(tenant)
    finally:
        store.close()


def keys(rows):
    return [document.key for document in rows.documents]


def change_file(path, statement):
    """Change a store's file behind its back."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(statement)
