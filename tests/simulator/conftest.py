"""A store in a file of the test's own."""

import pytest

from simulator.storage.store import SqlStore


@pytest.fixture
def path(tmp_path):
    return tmp_path / "store.sqlite"


@pytest.fixture
def store(path):
    store = SqlStore(path)
    yield store
    store.close()
