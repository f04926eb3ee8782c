"""A unit of work: all of it or nothing, in memory and on disk."""

from datetime import timedelta
from decimal import Decimal

import pytest

from simulator.errors import UnknownCall
from simulator.telephony.calls import Call, Direction, Kind
from simulator.tenancy.jobs import Task
from simulator.tenancy.tenants import FIRST_MORNING
from simulator.tenancy.transactions import Transaction
from tests.core import desk, run
from tests.simulator.written import call, memory, write_everything


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
