"""Traffic: calls that come by a plan."""

import asyncio
from datetime import timedelta

import pytest

from simulator.cli.traffic_watch import Watch
from simulator.errors import UnknownRecord
from simulator.identity import Identity
from simulator.switch.arriving import NoCalls
from simulator.switch.switchboard import Switchboard
from simulator.telephony.agents import AGENT
from simulator.telephony.calls import Kind, State
from simulator.telephony.conduct import CONDUCT
from simulator.tenancy.jobs import Task
from simulator.tenancy.transactions import Transaction
from simulator.traffic.traffic import TRAFFIC, plan_of
from simulator.worlds.directory import NUMBER, QUEUE
from tests.core import run, running, until
from tests.simulator.trafficked import WORDS, offsets, played, traffic


def test_call_of_traffic_is_an_ordinary_call_that_an_agent_answers():
    _, tenant = played()

    assert list(tenant.calls) == ["c1", "c2", "c3"]
    assert offsets(tenant.calls["c1"]) == [
        (Kind.STARTED, 0),
        (Kind.QUEUED, 0),
        (Kind.RINGING, 0),
        (Kind.ANSWERED, 2),
        (Kind.ENDED, 42),
    ]
    assert tenant.calls["c3"].started - tenant.calls["c1"].started == timedelta(minutes=2)


def test_one_arrival_begets_the_next_so_that_a_day_of_calls_costs_no_memory():
    async def work():
        async with running() as simulator, traffic(simulator, calls=100_000):
            return [job.task for job in simulator.default.agenda.jobs.values() if job.task is not Task.OFFER]

    assert run(work()) == [Task.ARRIVE]


def test_call_that_would_come_as_the_time_is_over_comes_no_more():
    watch, _ = played(arrivals="burst:2/15min", seconds=1800.0, calls=None)

    assert watch.figures.arrived == 4


def test_same_seed_plays_the_same_traffic_and_another_does_not():
    chance = {"arrivals": "poisson:100/h", "talk": "exponential:3min", "patience": "exponential:1min", "calls": 20}

    (one, _), (again, _), (other, _) = (
        played(**chance),
        played(**chance),
        played(**{**chance, "talk": "exponential:2min"}),
    )

    assert one.figures == again.figures
    assert one.figures != other.figures


def test_traffic_ends_when_its_time_is_over():
    watch, tenant = played(calls=None, seconds=150.0)

    assert [call.started - tenant.calls["c1"].started for call in tenant.calls.values()] == [
        timedelta(minutes=n) for n in range(3)
    ]
    assert watch.figures.arriving == 150.0


def test_recorded_calls_come_from_their_numbers_and_last_as_long_as_they_did():
    rows = ((0.0, "37988242968", "", 3.0, 60.0), (5.0, "37999912222", "", 30.0, 0.0))

    _, tenant = played(rows=rows, calls=None)

    assert [call.outside for call in tenant.calls.values()] == ["5537988242968", "5537999912222"]
    assert tenant.calls["c1"].talk == 60
    assert (tenant.calls["c2"].abandoned, tenant.calls["c2"].waiting) == (True, 30)


def test_recorded_calls_to_a_number_that_is_not_ours_are_refused_before_any_comes():
    async def work():
        async with running() as simulator, traffic(simulator, rows=((0.0, "37988242968", "551130000000", 0.0, 9.0),)):
            pass

    with pytest.raises(UnknownRecord, match="number '551130000000'"):
        run(work())


def test_plan_under_which_no_call_comes_is_refused():
    async def work():
        async with running() as simulator, traffic(simulator, arrivals="poisson:1/d", seconds=1.0):
            pass

    with pytest.raises(NoCalls, match="a longer time"):
        run(work())


def test_more_agents_than_the_world_has_extensions_are_made():
    watch, tenant = played(agents=25, arrivals="burst:25/h", calls=25)

    assert len(tenant.records[AGENT]) == 25
    assert watch.figures.waited == 0


def test_traffic_goes_on_after_a_restart(tmp_path):
    """The plan is in the store, with its recorded calls."""
    rows = tuple((60.0 * n, "37988242968", "", 3.0, 20.0) for n in range(4))

    async def begin_it():
        async with running(store=tmp_path / "s.db") as simulator, traffic(simulator, rows=rows, calls=None) as watch:
            await until(simulator.default, lambda: watch.figures.arrived)

    async def go_on():
        async with running(store=tmp_path / "s.db") as simulator:
            tenant = simulator.default
            watch = Watch(simulator, plan_of(next(iter(tenant.records[TRAFFIC].values()))), tenant.now(), 1, 20.0)
            tenant.observers.append(watch)
            tenant.wake()
            await watch.quiet()
            return len(tenant.calls)

    run(begin_it())

    assert run(go_on()) == 4


def test_plan_draws_by_its_number_and_not_by_what_was_drawn_before():
    plan = plan_of({**WORDS, "key": "t1", "talk": "exponential:3min"})

    assert plan.incoming(Identity("1"), 7) == plan.incoming(Identity("1"), 7)
    assert plan.incoming(Identity("1"), 7) != plan.incoming(Identity("1"), 8)


def test_call_that_the_integration_transfers_is_answered_and_ends_like_any_other():
    """Its conduct goes with it: nobody lets it ring three times, and is paused for that."""

    async def work():
        async with running() as simulator, traffic(simulator, 2, calls=1) as watch:
            tenant = simulator.default
            moved = []

            def transfer(news):
                if isinstance(news, tuple) and news[1].kind is Kind.ANSWERED and not moved:
                    moved.append(news[0].id)
                    asyncio.get_running_loop().call_soon(act)

            def act():
                tx = Transaction(tenant, simulator.store)
                board = Switchboard(simulator.pbx, tx, "")
                new = board.transfer(moved[0], queue="suporte")
                board.happen(new.id, Kind.QUEUED, queue="suporte")
                tx.commit()

            tenant.observers.append(transfer)
            await until(tenant, lambda: watch.figures.arrived == 2 and not tenant.agenda.jobs)
            return tenant

    tenant = run(work())

    assert [(c.state, c.last.kind, c.talk) for c in tenant.calls.values()] == [
        (State.ENDED, Kind.TRANSFERRED, 0),
        (State.ENDED, Kind.ENDED, 40),
    ]
    assert [agent["reason"] for agent in tenant.records[AGENT].values()] == [None, None]
    assert tenant.records[CONDUCT] == {}


@pytest.mark.parametrize(
    ("kind", "lacking"),
    [(NUMBER, "there is no number '(any)'"), (QUEUE, "there is no queue 'suporte'")],
)
def test_plan_whose_next_call_cannot_come_any_more_ends_and_says_so(kind, lacking, caplog):
    """A number or a queue was removed meanwhile. The calls that have come go on."""

    async def work():
        async with running() as simulator, traffic(simulator) as watch:
            tenant = simulator.default
            await until(tenant, lambda: "c1" in tenant.calls)
            tx = Transaction(tenant, simulator.store)
            for key in tuple(tenant.records[kind]):
                tx.remove(kind, key)
            tx.commit()
            await watch.quiet()
            return watch, tenant

    watch, tenant = run(work())

    assert [(key, call.state) for key, call in tenant.calls.items()] == [("c1", State.ENDED)]
    assert tenant.records[TRAFFIC] == {}
    assert watch.problem.startswith(f"call 2 of the traffic could not come: {lacking}")
    assert watch.exit_code == 1
    assert watch.problem in caplog.text


def test_plan_is_forgotten_with_its_last_call():
    _, tenant = played()

    assert tenant.records[TRAFFIC] == {}
