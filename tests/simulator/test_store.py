"""The durable log: what was submitted is there, in its order, in groups that are whole or not at all."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

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
    TenantRows,
    TrimJournal,
)
from tests.simulator.storing import change_file, keys, reopened

NOON = datetime(2026, 3, 2, 12, 0, 0, 123456, tzinfo=UTC)


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
