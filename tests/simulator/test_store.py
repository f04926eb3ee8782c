import os
import sqlite3
import stat
import subprocess
import sys
import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from simulator.storage.store import (
    AppendJournal,
    Put,
    PutAll,
    PutJob,
    Remove,
    RemoveJob,
    RemoveTenant,
    SqlStore,
    StoreFailed,
    StoreRefused,
    TenantRows,
    TrimJournal,
)

ROOT = Path(__file__).parents[2]
NOON = datetime(2026, 3, 2, 12, 0, 0, 123456, tzinfo=UTC)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "store.sqlite"


@pytest.fixture
def store(path):
    store = SqlStore(path)
    yield store
    store.close()


def reopened(path, tenant="acme"):
    store = SqlStore(path)
    try:
        return store.load(tenant)
    finally:
        store.close()


def python(text, path):
    """Run a program text in a process of its own, with the store's path as its argument."""
    command = [sys.executable, "-c", text, path]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


def keys(rows):
    return [document.key for document in rows.documents]


def test_store_gives_back_what_was_put(path):
    """Documents, jobs and journal entries come back as they were, also from a file opened anew."""
    put = Put("acme", "customer", "7", b'{"name":"Ana"}')
    job = PutJob("acme", 3, NOON, "deliver", b"{}")
    entry = AppendJournal("acme", 1, b"\x00\xff raw")

    store = SqlStore(path)
    store.submit([put, job, entry]).result()
    at_once = store.load("acme")
    store.close()

    assert at_once == TenantRows((put,), (job,), (entry,), last_entry=1)
    assert reopened(path) == at_once


def test_changes_take_effect_in_the_order_they_were_submitted(store):
    """The last word on a document counts, within a group and between groups."""
    for number in range(50):
        store.submit([Put("acme", "k", "x", b"old"), Put("acme", "k", "x", str(number).encode())])
    store.submit([Put("acme", "k", "y", b"1"), Remove("acme", "k", "y")])
    store.submit([PutJob("acme", 1, NOON, "step", b""), RemoveJob("acme", 1), Remove("acme", "k", "none")])

    rows = store.load("acme")

    assert rows == TenantRows((Put("acme", "k", "x", b"49"),))


def test_futures_are_done_in_the_order_of_submission(store):
    """Whoever sees a change committed may rely on all that was submitted before it."""
    done = []
    futures = [store.submit([AppendJournal("acme", n, b"")]) for n in range(1, 1201)]
    for number, future in enumerate(futures):
        future.add_done_callback(lambda _, number=number: done.append(number))

    futures[-1].result()

    assert all(future.done() for future in futures)
    assert store.load("acme").last_entry == 1200


def test_documents_come_back_oldest_first(path):
    """A document that is written again keeps its place; one that is removed and put again goes to the end."""
    with_places = SqlStore(path)
    with_places.submit([Put("acme", "k", key, b"1") for key in "cab"]).result()
    with_places.submit([Put("acme", "k", "c", b"2")]).result()
    with_places.submit([Remove("acme", "k", "a"), Put("acme", "k", "a", b"2")]).result()
    with_places.close()

    assert keys(reopened(path)) == ["c", "b", "a"]


def test_jobs_come_back_by_due_time_and_id(store):
    """What is due first is first, and ties go by the order in which they were made."""
    later, noon = NOON + timedelta(microseconds=1), NOON
    store.submit([PutJob("acme", n, due, "step", b"") for n, due in [(1, later), (3, noon), (2, noon)]])
    store.submit([PutJob("acme", 9, NOON, "step", b""), PutJob("acme", 9, later, "deliver", b"again")])

    jobs = store.load("acme").jobs

    assert [(job.id, job.due, job.kind) for job in jobs] == [
        (2, noon, "step"),
        (3, noon, "step"),
        (1, later, "step"),
        (9, later, "deliver"),
    ]


@pytest.mark.parametrize("count", [1, 2, 7, 255, 256, 257, 700])
def test_rows_of_any_number_are_written_each_once_and_in_order(store, count):
    """However they are put together: what is written again is not there twice, and keeps its place."""
    due = datetime(2026, 3, 2, tzinfo=UTC)
    for body in (b"first", b"second"):
        changes = [Put("a", "k", f"{n}", b"%d %s" % (n, body)) for n in range(count)]
        changes += [AppendJournal("a", n, body) for n in range(1, count + 1)]
        changes += [PutJob("a", n, due, "step", body) for n in range(count)]
        store.submit(changes).result(10)

    rows = store.load("a")

    assert [(d.key, d.body) for d in rows.documents] == [(f"{n}", b"%d second" % n) for n in range(count)]
    assert [(e.number, e.body) for e in rows.journal] == [(n, b"second") for n in range(1, count + 1)]
    assert [(j.id, j.body) for j in rows.jobs] == [(n, b"second") for n in range(count)]


def test_tenants_are_apart_and_listed_oldest_first(store):
    """One tenant's rows are not another's, whatever their keys."""
    store.submit([Put("b", "k", "1", b"of b"), Put("a", "k", "1", b"of a")])

    assert store.tenants() == ["b", "a"]
    assert store.load("a").documents == (Put("a", "k", "1", b"of a"),)
    assert store.load("nobody") == TenantRows()


def test_removed_tenant_begins_anew_in_the_same_group(path):
    """A reset takes everything away and puts the baseline back as one change; numbers may begin again."""
    store = SqlStore(path)
    store.submit([Put("acme", "k", str(n), b"") for n in range(3)] + [PutJob("acme", 1, NOON, "step", b"")])
    store.submit([AppendJournal("acme", n, b"old") for n in range(1, 2501)] + [TrimJournal("acme", 5)])
    store.submit([RemoveTenant("acme"), Put("acme", "k", "0", b"x"), RemoveTenant("acme")])
    store.submit([RemoveTenant("nobody"), Put("acme", "k", "1", b"new"), AppendJournal("acme", 1, b"new")])

    at_once, names = store.load("acme"), store.tenants()
    store.close()

    expected = TenantRows((Put("acme", "k", "1", b"new"),), (), (AppendJournal("acme", 1, b"new"),), 1)
    assert (at_once, names) == (expected, ["acme"])
    assert reopened(path) == expected


def test_trimmed_entries_are_gone_at_once_and_the_count_goes_on(path):
    """Nobody reads what was trimmed, even while its rows are deleted; the highest number stays known."""
    store = SqlStore(path)
    store.submit([AppendJournal("acme", n, b"") for n in range(1, 3001)])
    store.submit([TrimJournal("acme", 2990), TrimJournal("acme", 100)])
    some = store.load("acme")
    store.submit([TrimJournal("acme", 3000)])
    none = store.load("acme")
    store.close()

    assert [entry.number for entry in some.journal] == list(range(2991, 3001))
    assert none == TenantRows(last_entry=3000)
    assert reopened(path) == none


def test_rows_out_of_reach_are_deleted_in_the_end(path):
    """What was trimmed or belonged to a removed tenant does not stay in the file."""
    store = SqlStore(path)
    store.submit([AppendJournal("acme", n, b"") for n in range(1, 2501)] + [TrimJournal("acme", 2499)])
    store.submit([AppendJournal("gone", n, b"") for n in range(1, 1501)] + [Put("gone", "k", "1", b"")])
    store.submit([PutJob("gone", 1, NOON, "step", b""), RemoveTenant("gone")]).result()
    for _ in range(20):
        store.submit([Put("acme", "k", "1", b""), Put("other", "k", "1", b""), RemoveTenant("other")]).result()
    store.close()
    SqlStore(path).close()  # what was left over is taken up again

    assert rows_in(path) == {"tenants": 1, "documents": 1, "jobs": 0, "journal": 1}


def rows_in(path):
    with closing(sqlite3.connect(path)) as connection:
        tables = ("tenants", "documents", "jobs", "journal")
        return {table: connection.execute(f"select count(*) from {table}").fetchone()[0] for table in tables}


def test_load_returns_the_newest_entries_up_to_a_bound(path):
    """As many entries as memory keeps are read, and not one more."""
    store = SqlStore(path, journal_rows=10)
    store.submit([AppendJournal("acme", n, b"") for n in range(1, 12)])

    numbers = [entry.number for entry in store.load("acme").journal]
    store.close()

    assert numbers == list(range(2, 12))


def test_group_that_cannot_be_written_keeps_nothing_and_fails_nobody_else(store):
    """A lone surrogate cannot be stored: its whole group fails, and the groups beside it are written."""
    before = store.submit([Put("a", "k", "1", b"")])
    bad = store.submit([Put("b", "k", "1", b""), Put("b", "k", "\ud800", b"")])
    after = store.submit([Put("c", "k", "1", b"")])

    with pytest.raises(StoreFailed, match="nothing of the change was kept"):
        bad.result()
    before.result()
    after.result()
    assert store.tenants() == ["a", "c"]
    assert store.load("b") == TenantRows()


def test_after_a_failure_the_tenant_has_to_be_loaded_before_it_may_write_again(path, store):
    """A change made on top of a lost one is not written; once the tenant is loaded anew, changes are."""
    store.submit([Put("acme", "k", "1", b"")]).result()
    change_file(path, "CREATE TRIGGER full BEFORE INSERT ON journal BEGIN SELECT RAISE(ABORT, 'full'); END")
    lost = store.submit([AppendJournal("acme", 1, b""), Put("acme", "k", "2", b"")])
    built_on_it = store.submit([Put("acme", "k", "3", b"")])
    with pytest.raises(StoreFailed, match="could not be written: full"):
        lost.result()
    with pytest.raises(StoreFailed, match="acme was not written: it has to be loaded again"):
        built_on_it.result()
    change_file(path, "DROP TRIGGER full")

    rows = store.load("acme")
    store.submit([AppendJournal("acme", 1, b""), Put("acme", "k", "4", b"")]).result()

    assert keys(rows) == ["1"]
    assert keys(store.load("acme")) == ["1", "4"]


def test_long_group_leaves_room_for_the_changes_of_others(store):
    """Another tenant's change, submitted later, is on disk before the long one is."""
    done = []
    long = store.submit([Put("acme", "kind", str(n), b"1") for n in range(20_000)], sliced=True)
    other = store.submit([Put("other", "kind", "1", b"1")])
    for name, future in (("long", long), ("other", other)):
        future.add_done_callback(lambda _, name=name: done.append(name))

    long.result()

    assert done == ["other", "long"]


def test_what_is_asked_or_changed_after_a_long_group_finds_all_of_it(store):
    store.submit([PutAll("acme", tuple(("kind", str(n), b"1") for n in range(2_000)))] * 2, sliced=True)
    store.submit([Put("acme", "kind", "7", b"2"), Remove("acme", "kind", "8")])

    rows = store.load("acme").documents

    assert len(rows) == 1_999
    assert [row.body for row in rows if row.key == "7"] == [b"2"]


def test_long_group_that_cannot_be_written_fails_with_all_that_builds_on_it(store):
    """A lone surrogate cannot be stored: what is behind it is not written, and others are."""
    puts = [Put("acme", "k", str(n), b"") for n in range(1_000)]
    long = store.submit([*puts, Put("acme", "k", "\ud800", b""), *puts], sliced=True)
    later = store.submit([Put("acme", "k", "x", b"")])
    other = store.submit([Put("other", "k", "1", b"")])

    for lost in (long, later):
        with pytest.raises(StoreFailed, match="acme was not written: it has to be loaded again"):
            lost.result()
    other.result()
    assert keys(store.load("acme")) == [str(n) for n in range(1_000)]


def change_file(path, statement):
    """Change a store's file behind its back."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(statement)


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
