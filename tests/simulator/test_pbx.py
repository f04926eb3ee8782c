"""What happens to a call at the PBX: applied, billed, and told to every target, or refused and without a trace."""

from contextlib import asynccontextmanager
from decimal import Decimal

import pytest

from contracts.contract import load
from simulator.delivery.announcing import Announcer
from simulator.discovery import discover_vendors
from simulator.errors import UnknownCall, UnknownRecord
from simulator.message import Message
from simulator.switch.pbx import Pbx
from simulator.telephony.calls import Cause, Direction, ImpossibleEvent, Kind, Medium, Party, State
from simulator.tenancy.jobs import Task
from simulator.tenancy.targets import Target
from simulator.worlds.directory import NUMBER
from tests.core import desk, run

CALLER = "37999912222"


def target(key="t1", vendor="pbx55", **more):
    return Target(key, vendor, f"http://127.0.0.1:9/{key}", **more)


@asynccontextmanager
async def exchange_of(*targets):
    """Give a PBX, and a function that does one thing there and commits it."""
    vendors = discover_vendors()
    async with desk() as made:
        pbx = Pbx(vendors, Announcer(vendors, {key: load(key) for key in vendors}, made.store))
        tx = made.tx()
        for each in targets:
            tx.put_target(each)
        tx.commit()

        def do(what, *words, **more):
            tx = made.tx()
            result = getattr(pbx, what)(tx, *words, **more)
            tx.commit()
            return result[0]

        yield made.tenant, do


def message_of(job):
    return Message.from_document(job.body["message"])


def deliveries(tenant):
    jobs = [job for job in tenant.agenda.jobs.values() if job.task is Task.DELIVER]
    return [(job.body["target"], message_of(job).name, message_of(job).call) for job in jobs]


def answered(do):
    call = do("start", Direction.INBOUND, CALLER)
    do("happen", call.id, Kind.RINGING, extension="111")
    return do("happen", call.id, Kind.ANSWERED, extension="111")


def test_call_begins_on_the_first_line_and_is_told_to_every_target_of_its_vendor():
    async def work():
        async with exchange_of(target("t1"), target("t2"), target("h1", "hubsoft")) as (tenant, do):
            call = do("start", Direction.INBOUND, CALLER)
            return call, deliveries(tenant), next(iter(tenant.records[NUMBER]))

    call, told, line = run(work())

    assert (call.id, call.state, call.outside, call.line) == ("c1", State.ROUTING, "55" + CALLER, line)
    assert told == [("t1", "started", "c1"), ("t2", "started", "c1")]


def test_deliveries_have_ids_of_their_own_and_one_body():
    async def work():
        async with exchange_of(target("t1"), target("t2")) as (tenant, do):
            do("start", Direction.INBOUND, CALLER)
            return [(job.body["delivery"], message_of(job).body) for job in tenant.agenda.jobs.values()]

    (one, body), (two, same) = run(work())

    assert one != two
    assert body == same


@pytest.mark.parametrize(("ordered", "lanes"), [(True, ["t1/c1", "t1/c1", "t1/c2"]), (False, ["", "", ""])])
def test_deliveries_of_a_call_share_a_lane_at_a_target_that_is_ordered(ordered, lanes):
    async def work():
        async with exchange_of(target(ordered=ordered)) as (tenant, do):
            do("start", Direction.INBOUND, CALLER)
            do("happen", "c1", Kind.ENDED, by=Party.OUTSIDE, cause=Cause.ABANDONED)
            do("start", Direction.INBOUND, CALLER)
            return [job.lane for job in tenant.agenda.jobs.values()]

    assert run(work()) == lanes


def test_line_may_be_named_in_national_form():
    async def work():
        async with exchange_of() as (tenant, do):
            second = list(tenant.records[NUMBER])[2]
            return do("start", Direction.INBOUND, CALLER, line=second.removeprefix("55")).line == second

    assert run(work())


@pytest.mark.parametrize(
    ("what", "words", "more", "text"),
    [
        ("start", (Direction.INBOUND, CALLER), {"line": "1199999999"}, "there is no number '551199999999'"),
        ("start", (Direction.OUTBOUND, CALLER), {"extension": "999"}, "there is no extension '999'"),
        (
            "happen",
            ("c1", Kind.QUEUED),
            {"queue": "nowhere"},
            "there is no queue 'nowhere' in this world; there are: suporte",
        ),
        (
            "happen",
            ("c1", Kind.RINGING),
            {"extension": "999"},
            "there is no extension '999' in this world; there are: 111, 112",
        ),
        ("transfer", ("c2", "999"), {}, "there is no extension '999'"),
    ],
)
def test_what_the_world_does_not_have_is_refused_and_leaves_no_trace(what, words, more, text):
    async def work():
        async with exchange_of(target()) as (tenant, do):
            do("start", Direction.INBOUND, CALLER)
            answered(do)
            before = dict(tenant.calls), dict(tenant.sequences), dict(tenant.agenda.jobs)
            with pytest.raises(UnknownRecord, match=text):
                do(what, *words, **more)
            return before == (tenant.calls, tenant.sequences, tenant.agenda.jobs)

    assert run(work())


def test_call_that_is_not_there_is_refused():
    async def work():
        async with exchange_of() as (_, do):
            with pytest.raises(UnknownCall, match="there is no call 'c7'; list them with GET /_sim/calls"):
                do("happen", "c7", Kind.ENDED)
            with pytest.raises(UnknownCall):
                do("transfer", "c7", "112")

    run(work())


def test_impossible_event_leaves_no_trace():
    async def work():
        async with exchange_of(target()) as (tenant, do):
            do("start", Direction.INBOUND, CALLER)
            before = dict(tenant.calls), dict(tenant.agenda.jobs), tenant.balance
            for kind in (Kind.UNANSWERED, Kind.HELD, Kind.STARTED):
                with pytest.raises(ImpossibleEvent):
                    do("happen", "c1", kind)
            with pytest.raises(ImpossibleEvent, match="call c1 is routing: transferred cannot happen"):
                do("transfer", "c1", "112")
            return before == (tenant.calls, tenant.agenda.jobs, tenant.balance)

    assert run(work())


def test_transfer_begins_a_call_and_ends_the_other_which_names_it():
    async def work():
        async with exchange_of(target()) as (tenant, do):
            answered(do)
            new = do("transfer", "c1", "112")
            return new, tenant.calls["c1"], deliveries(tenant)

    new, old, told = run(work())

    assert (new.id, new.origin, new.outside, new.line) == ("c2", "c1", old.outside, old.line)
    assert (old.state, old.last.kind, old.last.other, old.last.extension) == (
        State.ENDED,
        Kind.TRANSFERRED,
        "c2",
        "112",
    )
    assert new.serial > old.serial
    assert told == [
        ("t1", "started", "c1"),
        ("t1", "started", "c2"),
        ("t1", "ended", "c1"),
        ("t1", "transferred", "c1"),
    ]


def test_call_on_hold_can_be_transferred():
    async def work():
        async with exchange_of() as (tenant, do):
            answered(do)
            do("happen", "c1", Kind.HELD)
            do("transfer", "c1", "112")
            return tenant.calls["c1"].state

    assert run(work()) is State.ENDED


def test_outbound_call_and_text_message_cost_what_they_say_and_inbound_is_free():
    async def work():
        async with exchange_of() as (tenant, do):
            answered(do)
            do("happen", "c1", Kind.ENDED, by=Party.OUTSIDE, cause=Cause.NORMAL)
            free = tenant.balance
            do("start", Direction.OUTBOUND, CALLER, extension="111", medium=Medium.SMS)
            return free, tenant.balance, tenant.calls["c1"].bill, tenant.calls["c2"].bill

    free, after, inbound, sms = run(work())

    assert (free, inbound.cost) == (Decimal("1000.00"), Decimal(0))
    assert (sms.tariff, after, sms.balance) == ("SMS", Decimal("1000.00") - sms.cost, after)
    assert sms.cost > 0


def test_text_message_is_over_at_once_and_told_once():
    async def work():
        async with exchange_of(target(), target("h1", "hubsoft")) as (tenant, do):
            call = do("start", Direction.OUTBOUND, CALLER, extension="111", medium=Medium.SMS)
            return call.state, deliveries(tenant)

    assert run(work()) == (State.ENDED, [("t1", "sms", "c1")])


def test_world_without_a_line_can_take_no_call():
    async def work():
        async with exchange_of() as (tenant, do):
            tenant.records[NUMBER].clear()
            with pytest.raises(UnknownRecord, match=r"there is no number '\(any\)' in this world; there are: none"):
                do("start", Direction.INBOUND, CALLER)

    run(work())
