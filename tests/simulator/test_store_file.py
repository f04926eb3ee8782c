"""The file of the durable log: full disks, killed processes, who may open it, and its end."""

import os
import sqlite3
import stat
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest

from simulator.storage.store import AppendJournal, Put, SqlStore, StoreFailed, StoreRefused
from tests.simulator.storing import change_file, keys, reopened

ROOT = Path(__file__).parents[2]


def python(text, path):
    """Run a program text in a process of its own, with the store's path as its argument."""
    command = [sys.executable, "-c", text, path]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


FULL_DISK = """
import resource, sys
from pathlib import Path
from simulator.storage.store import Put, SqlStore, StoreFailed

store = SqlStore(Path(sys.argv[1]))
store.submit([Put("acme", "k", "1", b"")]).result()
limits = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, limits[1]))
failed = store.submit([Put("acme", "k", "2", b"x" * 400_000)]).exception()
resource.setrlimit(resource.RLIMIT_FSIZE, limits)
assert isinstance(failed, StoreFailed), failed
assert [d.key for d in store.load("acme").documents] == ["1"]
store.submit([Put("acme", "k", "3", b"x" * 400_000)]).result()
store.close()
print(failed)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no limit on file size to set")
def test_full_disk_fails_the_change_and_later_ones_are_written_again(path):
    """When the file cannot grow, the change is refused with the reason; when it can again, all is well."""
    done = python(FULL_DISK, path)

    assert done.returncode == 0, done.stderr
    assert "could not be written: " in done.stdout
    assert keys(reopened(path)) == ["1", "3"]


KILLED = """
import itertools, sys
from pathlib import Path
from simulator.storage.store import AppendJournal, Put, SqlStore

store = SqlStore(Path(sys.argv[1]))
first = store.load("acme").last_entry + 1
for number in itertools.count(first):
    group = [AppendJournal("acme", number, b"x" * 500), Put("acme", "count", "last", str(number).encode())]
    store.submit(group).add_done_callback(lambda done, n=number: done.result() or print(n, flush=True))
    if number % 64 == 0:
        store.submit([]).result()
"""


def test_nothing_acknowledged_is_lost_when_the_process_is_killed(path):
    """After each of three kill -9, every number reported as written is there, and none by half."""
    last = 0
    for _ in range(3):
        with subprocess.Popen([sys.executable, "-c", KILLED, path], cwd=ROOT, stdout=subprocess.PIPE) as writer:
            reported = [int(writer.stdout.readline()) for _ in range(300)]
            writer.kill()
            rest = writer.stdout.read().splitlines(keepends=True)
        reported += [int(line) for line in rest if line.endswith(b"\n")]

        rows = reopened(path)

        assert reported == list(range(last + 1, last + 1 + len(reported)))
        assert [e.number for e in rows.journal] == list(range(1, rows.last_entry + 1))
        assert rows.last_entry >= reported[-1]
        assert rows.documents == (Put("acme", "count", "last", str(rows.last_entry).encode()),)
        last = rows.last_entry


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such file modes")
def test_store_files_are_for_their_user_alone(path, store):
    """The store and its write-ahead log hold secrets: nobody else reads them."""
    store.submit([Put("acme", "k", "1", b"")]).result()

    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}

    names = ("store.sqlite", "store.sqlite-wal", "store.sqlite-shm", "store.sqlite.lock")
    assert modes == dict.fromkeys(names, 0o600)


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such file modes")
def test_store_that_others_could_read_is_closed_to_them(path):
    """A store that was copied with a wider mode gets its own back."""
    SqlStore(path).close()
    path.chmod(0o644)

    SqlStore(path).close()

    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_second_opener_is_refused_with_the_process_that_has_it(path, store):
    """Two processes never share a store: the second is told who has it, also before anything is written."""
    opener = "import pathlib, sys, simulator.storage.store as s; s.SqlStore(pathlib.Path(sys.argv[1]))"

    other = python(opener, path)

    assert other.returncode == 1
    assert f"in use by another pbxsim (process {os.getpid()})" in other.stderr
    with pytest.raises(StoreRefused, match="give this one a store of its own"):
        SqlStore(path)
    store.submit([Put("acme", "k", "1", b"")]).result()


def test_store_of_another_schema_is_refused_and_left_as_it_is(path):
    """A file that another version wrote is neither read nor changed, and the message names both schemas."""
    first = SqlStore(path)
    first.submit([Put("acme", "k", "1", b"")]).result()
    first.close()
    change_file(path, "update meta set value = '99' where name = 'schema'")
    before = path.read_bytes()

    with pytest.raises(StoreRefused, match=r"schema 99, and this pbxsim has schema 1; move the file away"):
        SqlStore(path)

    assert path.read_bytes() == before
    assert not writer_threads()


def test_file_that_is_no_store_is_refused_and_left_as_it_is(path):
    """Neither a text nor another program's database becomes a store."""
    path.write_bytes(b"not a database at all, but long enough to be looked at" * 20)
    other = path.with_name("other.sqlite")
    change_file(other, "create table notes (text)")
    before = other.read_bytes()

    with pytest.raises(StoreRefused, match="file is not a database; move the file away"):
        SqlStore(path)
    with pytest.raises(StoreRefused, match="it is a database of another program"):
        SqlStore(other)

    assert other.read_bytes() == before


def test_store_in_a_folder_that_is_not_there_is_refused(tmp_path):
    """The message names the path and what it has to be, and nothing is made."""
    with pytest.raises(StoreRefused, match="cannot be used: No such file or directory; name a file in a folder"):
        SqlStore(tmp_path / "nowhere" / "store.sqlite")
    with pytest.raises(StoreRefused, match="cannot be used: Is a directory"):
        SqlStore(tmp_path)

    assert not tmp_path.with_name(tmp_path.name + ".lock").exists()
    assert list(tmp_path.iterdir()) == []


def test_temporary_store_is_removed_when_it_is_closed(tmp_path, monkeypatch):
    """Without a path there is a private folder while the store is open, and nothing afterwards."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    store = SqlStore(None)
    store.submit([Put("acme", "k", "1", b"")]).result()
    folders = [(f.name.startswith("pbxsim-"), stat.S_IMODE(f.stat().st_mode)) for f in tmp_path.iterdir()]

    store.close()

    assert folders == [(True, 0o700)]
    assert list(tmp_path.iterdir()) == []


def test_close_writes_what_was_submitted_and_leaves_no_thread(path):
    """What was handed over is on disk after close; what comes later fails, a second close does nothing."""
    store = SqlStore(path)
    futures = [store.submit([AppendJournal("acme", n, b"")]) for n in range(1, 2001)]

    store.close()
    store.close()

    assert all(future.result(timeout=0) is None for future in futures)
    assert not writer_threads()
    with pytest.raises(StoreFailed, match="is closed"):
        store.submit([Put("acme", "k", "1", b"")]).result()
    assert reopened(path).last_entry == 2000


def writer_threads():
    return [thread for thread in threading.enumerate() if thread.name == "pbxsim-store"]


def test_change_cannot_be_taken_back_by_who_stops_waiting(store):
    """Cancelling a future neither drops the change nor breaks the writer."""
    first = store.submit([Put("acme", "k", "1", b"")])

    cancelled = first.cancel()
    store.submit([Put("acme", "k", "2", b"")]).result()

    assert not cancelled
    assert keys(store.load("acme")) == ["1", "2"]


def test_new_store_keeps_the_database_library_out_of_the_start(path):
    """A new store answers what it holds without SQLAlchemy, without a thread and without its import time."""
    look = (
        "import sys, threading; from pathlib import Path; from simulator.storage.store import SqlStore\n"
        "store = SqlStore(Path(sys.argv[1])); print(store.tenants(), store.load('default').documents)\n"
        "print('sqlalchemy' in sys.modules, threading.active_count()); store.close()"
    )

    seen = python(look, path)

    assert seen.stdout.splitlines() == ["[] ()", "False 1"], seen.stderr


def test_store_keeps_its_file_in_write_ahead_mode(path):
    """WAL is what makes a commit cheap and a killed process harmless."""
    store = SqlStore(path)
    store.submit([Put("acme", "k", "1", b"")]).result()
    with closing(sqlite3.connect(path)) as connection:
        mode = connection.execute("pragma journal_mode").fetchone()
    store.close()

    assert mode == ("wal",)
    assert keys(reopened(path)) == ["1"]


def test_what_is_no_ordinary_file_is_refused_and_left_as_it_is(tmp_path):
    """A store is made private, which would shut a device or a pipe for everybody else."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    pipe.chmod(0o666)

    with pytest.raises(StoreRefused, match="cannot be used: it is no ordinary file"):
        SqlStore(pipe)

    assert stat.S_IMODE(pipe.stat().st_mode) == 0o666
    assert [each.name for each in tmp_path.iterdir()] == ["pipe"]
