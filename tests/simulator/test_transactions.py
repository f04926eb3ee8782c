"""A unit of work: all of it or nothing, in memory and on disk."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from contracts.model import Direction as Way
from contracts.model import Exchange, HttpRequest, HttpResponse, Judgement
from scenarios.loader import load
from simulator.errors import UnknownCall
from simulator.storage.store import StoreFailed
from simulator.telephony.calls import Call, Direction, Kind
from simulator.tenancy.jobs import Task
from simulator.tenancy.journal import Entry
from simulator.tenancy.runs import Run
from simulator.tenancy.targets import Target
from simulator.tenancy.tenants import FIRST_MORNING
from simulator.tenancy.transactions import Transaction
from tests.core import desk, run


def exchange(path="/p", at=FIRST_MORNING):
    return Exchange("pbx55", Way.SENT, HttpRequest("PUT", path), HttpResponse(200), tenant="t", at=at)


def call(key="c1"):
    return Call(key, 1, Direction.INBOUND, "5537999912222", "551130037293").apply(Kind.STARTED, FIRST_MORNING)


def memory(tenant):
    return {
        "records": {kind: dict(each) for kind, each in tenant.records.items() if each},
        "sequences": dict(tenant.sequences),
        "calls": dict(tenant.calls),
        "targets": dict(tenant.targets),
        "runs": dict(tenant.runs),
        "jobs": dict(tenant.agenda.jobs),
        "balance": tenant.balance,
        "clock": tenant.clock,
        "journal": tenant.journal.last,
    }


def write_everything(tx):
    tx.put("k", "1", {"v": 1})
    tx.remove("extension", "111")
    tx.next_number("thing")
    tx.put_call(*call())
    tx.put_target(Target("t1", "pbx55", "http://127.0.0.1:1/"))
    tx.put_run(Run("r1", load("sms_sent"), FIRST_MORNING, 0, {"A": "c1"}))
    tx.balance = Decimal("12.34")
    tx.set_clock(replace(tx._tenant.clock, tenant_anchor=FIRST_MORNING + timedelta(days=1)))
    tx.schedule(tx.now, Task.STEP, {"step": 0}, run="r1")
    tx.record(exchange(), Judgement("callData"))


def test_taking_up_a_call_moves_the_time_on_to_its_last_event_and_never_back():
    """What is scheduled after that is later, too."""
    seconds = [timedelta(seconds=each) for each in range(4)]

    async def work():
        async with desk() as made:
            tx = made.tx()
            for key, at in (("c1", seconds[1]), ("c2", seconds[3]), ("c3", seconds[2])):
                tx.put_call(*Call(key, 1, Direction.INBOUND, "1", "2").apply(Kind.STARTED, FIRST_MORNING + at))
            tx.commit()
            tx = made.tx()
            return [
                (tx.take_up(key).id, tx.now - FIRST_MORNING, tx.schedule(tx.now, Task.OFFER, {}).due - FIRST_MORNING)
                for key in ("c1", "c2", "c3")
            ]

    assert run(work()) == [
        ("c1", seconds[1], seconds[1]),
        ("c2", seconds[3], seconds[3]),
        ("c3", seconds[3], seconds[3]),
    ]


def test_call_that_is_not_there_is_not_taken_up():
    async def work():
        async with desk() as made:
            with pytest.raises(UnknownCall, match="there is no call 'c7'"):
                made.tx().take_up("c7")

    run(work())


def test_transaction_that_is_not_committed_has_changed_nothing():
    async def work():
        async with desk() as made:
            before = memory(made.tenant)
            rows = made.store.load("t")
            write_everything(made.tx())
            return before == memory(made.tenant), rows == made.store.load("t")

    assert run(work()) == (True, True)


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


def test_transaction_reads_what_it_has_written():
    async def work():
        async with desk() as made:
            tx = made.tx()
            tx.put("queue", "noite", {"name": "noite"})
            tx.remove("queue", "vendas")
            tx.put_call(*call())
            tx.balance = Decimal(1)
            return (
                tx.get("queue", "noite"),
                tx.get("queue", "vendas"),
                [q["name"] for q in tx.all("queue")],
                tx.find("queue", name="noite"),
                tx.call("c1").id,
                tx.balance,
                (tx.next_number("n"), tx.next_number("n")),
                made.tenant.records["queue"].keys() & {"noite", "vendas"},
            )

    assert run(work()) == (
        {"name": "noite"},
        None,
        ["suporte", "financeiro", "noite"],
        {"name": "noite"},
        "c1",
        Decimal(1),
        (1, 2),
        {"vendas"},
    )


def test_what_cannot_be_written_as_json_raises_and_changes_nothing():
    async def work():
        async with desk() as made:
            before = memory(made.tenant)
            tx = made.tx()
            write_everything(tx)
            tx.put("k", "2", {"v": float("nan")})
            with pytest.raises(ValueError, match=r"nan|JSON|float"):
                tx.commit()
            return before == memory(made.tenant)

    assert run(work())


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


def test_record_that_is_put_again_keeps_its_place_and_one_that_was_removed_goes_to_the_end():
    async def work():
        async with desk() as made:
            first = made.tx()
            for key in "abc":
                first.put("k", key, {"key": key})
            first.commit()
            second = made.tx()
            second.remove("k", "a")
            second.put("k", "b", {"key": "b", "again": True})
            second.commit()
            third = made.tx()
            third.put("k", "a", {"key": "a"})
            await third.commit()
            return [r["key"] for r in made.tx().all("k")], list(made.stored("k"))

    assert run(work()) == (["b", "c", "a"], ["b", "c", "a"])


def test_vendor_sees_its_own_readings_switches_and_credentials():
    choices = {
        "switches": {"hubsoft": {"validation_status": "422"}},
        "credentials": {"hubsoft": {"client_id": "5"}},
        "accounts": {"pbx55": {"central_id": "77"}},
    }

    async def work():
        async with desk(**choices, zone="America/Manaus") as made:
            made.tenant.readings = {"hubsoft": {"H1": "current-2020"}}
            tx: Transaction = made.tx("hubsoft")
            return (
                tx.readings,
                tx.switches,
                tx.credentials("hubsoft"),
                tx.credentials("pbx55"),
                tx.accounts("pbx55"),
                tx.zone.key,
                (tx.tenant, tx.now),
            )

    assert run(work()) == (
        {"H1": "current-2020"},
        {"validation_status": "422"},
        {"client_id": "5"},
        {},
        {"central_id": "77"},
        "America/Manaus",
        ("t", FIRST_MORNING),
    )
