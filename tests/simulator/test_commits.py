"""What a commit does: to memory, to the disk, and to whoever watches."""

from datetime import timedelta
from decimal import Decimal

import pytest

from simulator.storage.store import StoreFailed
from simulator.telephony.calls import Kind
from simulator.tenancy.journal import Entry
from simulator.tenancy.tenants import FIRST_MORNING
from tests.core import desk, run
from tests.simulator.written import call, exchange, memory, write_everything


def test_commit_changes_memory_at_once_and_the_disk_by_the_time_it_is_done():
    async def work():
        async with desk() as made:
            tx = made.tx()
            write_everything(tx)
            done = tx.commit()
            at_once = memory(made.tenant)
            await done
            return at_once, made, made.store.load("t")

    state, made, rows = run(work())

    kinds = {put.kind for put in rows.documents}
    assert state["records"]["k"] == {"1": {"v": 1}}
    assert "111" not in state["records"]["extension"]
    assert (state["sequences"], list(state["calls"])) == ({"thing": 1, "_job": 1}, ["c1"])
    assert (list(state["targets"]), list(state["runs"]), list(state["jobs"])) == (["t1"], ["r1"], [1])
    assert (state["balance"], made.tenant.now()) == (Decimal("12.34"), FIRST_MORNING + timedelta(days=1))
    assert {"k", "_sequence", "_call", "_target", "_run", "_account", "_clock"} <= kinds
    assert not any(put.kind == "extension" and put.key == "111" for put in rows.documents)
    assert ([job.id for job in rows.jobs], [entry.number for entry in rows.journal]) == ([1], [1])


def test_commit_of_nothing_writes_nothing():
    async def work():
        async with desk() as made:
            tx = made.tx()
            tx.remove("queue", "no such")
            return tx.commit()

    assert run(work()) is None


def test_commit_to_a_tenant_that_is_gone_does_nothing():
    async def work():
        async with desk() as made:
            before, tx = memory(made.tenant), made.tx()
            write_everything(tx)
            made.tenant.closed = True
            return tx.commit(), before == memory(made.tenant), made.store.load("t").journal

    assert run(work()) == (None, True, ())


def test_lost_commit_fails_and_is_told_once():
    async def work():
        async with desk() as made:
            lost = []
            made.tenant.on_loss = lambda: lost.append(made.tenant.name)
            tx = made.tx()
            tx.put("k", "1", {})
            made.store.close()
            with pytest.raises(StoreFailed, match="is closed"):
                await tx.commit()
            return lost

    assert run(work()) == ["t"]


def test_watchers_are_told_what_is_in_memory_by_then():
    told = []

    async def work():
        async with desk() as made:
            tenant = made.tenant
            tenant.observers.append(
                lambda news: told.append((type(news).__name__, tenant.journal.last, len(tenant.calls)))
            )
            tx = made.tx()
            write_everything(tx)
            tx.tell("word")
            tx.commit()

    run(work())

    assert told == [(Entry.__name__, 1, 1), ("tuple", 1, 1), ("str", 1, 1)]


def test_watcher_that_fails_spoils_nothing_and_is_told_nothing_more(caplog):
    told = []

    def fail(news):
        raise BrokenPipeError("nobody reads")

    async def work():
        async with desk() as made:
            made.tenant.observers[:] = [fail, told.append]
            for number in range(2):
                tx = made.tx()
                tx.record(exchange(f"/{number}"), None)
                await tx.commit()
            return [row.number for row in made.store.load("t").journal]

    assert run(work()) == [1, 2]
    assert len(told) == 2
    assert caplog.text.count("an observer of tenant t failed") == 1


def test_journal_on_disk_is_trimmed_as_far_as_the_one_in_memory():
    async def work():
        async with desk() as made:
            made.tenant.journal._max_entries = 2
            for number in range(5):
                tx = made.tx()
                tx.record(exchange(f"/{number}"), None)
                tx.commit()
            return [row.number for row in made.store.load("t").journal], len(made.tenant.journal)

    assert run(work()) == ([4, 5], 2)


def test_oldest_calls_that_are_over_are_forgotten_beyond_a_bound(monkeypatch):
    """Calls that go on are kept, however old."""
    monkeypatch.setattr("simulator.tenancy.gathered.KEPT_CALLS", 3)

    async def work():
        async with desk() as made:
            for number in range(1, 7):
                tx = made.tx()
                begun, event = call(f"c{number}")
                if number != 2:
                    begun, event = begun.apply(Kind.ENDED, FIRST_MORNING)
                tx.put_call(begun, event)
                tx.commit()
            return list(made.tenant.calls), list(made.stored("_call"))

    assert run(work()) == (["c2", "c5", "c6"], ["c2", "c5", "c6"])
