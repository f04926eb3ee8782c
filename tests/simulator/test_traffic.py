"""Traffic: calls that come by a plan, and what is counted of them."""

import asyncio
import math
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from simulator.cli.traffic_watch import Watch
from simulator.errors import UnknownRecord
from simulator.identity import Identity
from simulator.runs.pushes import LATER, Pushes
from simulator.switch.arriving import NoCalls, agents_for, begin
from simulator.switch.floor import agent_does
from simulator.switch.switchboard import Switchboard
from simulator.telephony.agents import AGENT, AgentKind
from simulator.telephony.calls import Call, Cause, Direction, Kind, Party, State
from simulator.telephony.conduct import CONDUCT
from simulator.tenancy.jobs import Task
from simulator.tenancy.transactions import Transaction
from simulator.traffic.arrivals import Even
from simulator.traffic.erlang import theory_of
from simulator.traffic.tallying import Tally
from simulator.traffic.traffic import TRAFFIC, plan_of
from simulator.worlds.directory import NUMBER, QUEUE
from tests.core import entries, pbx55, run, running, until
from tests.receiver import Receiver
from tests.work import MORNING

WORDS = {
    "arrivals": "even:1/min",
    "queue": "suporte",
    "talk": "40s",
    "answer": "2s",
    "wrap_up": "10s",
    "patience": None,
    "calls": 3,
}


@asynccontextmanager
async def traffic(simulator, agents=1, **words):
    """Begin traffic on the default tenant, and give what watches it."""
    tenant = simulator.default
    tx = Transaction(tenant, simulator.store)
    for extension in agents_for(tx, "suporte", agents):
        agent_does(simulator.pbx, tx, extension, AgentKind.LOGGED_IN, queue="suporte")
    plan = begin(tx, {**WORDS, **words})
    watch = Watch(simulator, plan, tx.now, agents, 20.0)
    tenant.observers.append(watch)
    tx.commit()
    yield watch


def played(*targets, agents=1, **words):
    """Play traffic to its end; return what watched it, and the tenant."""

    async def work():
        async with running(*targets) as simulator, traffic(simulator, agents, **words) as watch:
            await watch.quiet()
            watch.pushes.finish()
            return watch, simulator.default

    return run(work())


def offsets(call):
    return [(e.kind, (e.at - call.started).total_seconds()) for e in call.events]


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


def test_figures_are_those_of_the_calls():
    """One agent, three calls at once of 40 s, 2 s of ringing and 10 s of peace after each; the third gives up."""
    watch, _ = played(arrivals="burst:3/h", patience="100s")

    figures = watch.figures

    assert (figures.arrived, figures.answered, figures.abandoned, figures.waiting) == (3, 2, 1, 0)
    assert (figures.handling, figures.longest) == (52.0, 100.0)
    assert figures.answer == pytest.approx((2 + 54) / 2)
    assert figures.wait == pytest.approx((2 + 54 + 100) / 3)
    assert (figures.service_level, figures.abandonment, figures.waited) == pytest.approx((1 / 3, 1 / 3, 2 / 3))
    assert figures.occupancy == pytest.approx(2 * 52 / 100)


@pytest.mark.parametrize("calls", [1, 3, 7])
def test_load_is_arrivals_by_handling(calls):
    """A call a minute, each of which takes an agent 52 s: n calls have n gaps."""
    watch, _ = played(agents=2, calls=calls)

    assert watch.figures.load == pytest.approx(52 / 60)


@pytest.mark.parametrize("ends", [{"calls": 4}, {"calls": 8}, {"calls": None, "seconds": 1800.0}])
def test_load_of_bursts_is_that_of_a_burst_each_period(ends):
    watch, _ = played(agents=8, arrivals="burst:4/15min", **ends)

    assert watch.figures.rate == pytest.approx(4 / 900)
    assert watch.figures.load == pytest.approx(4 / 900 * 52)


def test_load_of_recorded_calls_counts_a_gap_for_each():
    """Two calls a minute apart are a call a minute; of one alone nobody knows more than how long it took."""
    rows = tuple((60.0 * n, "37988242968", "", 0.0, 40.0) for n in range(3))
    (two, _), (cut, _), (one, _) = (
        played(rows=rows[:2], calls=None),
        played(rows=rows, calls=None, seconds=90.0),
        played(rows=rows[:1], calls=None),
    )

    assert (two.figures.load, cut.figures.load) == pytest.approx((52 / 60, 2 * 52 / 90))
    assert one.figures.load == pytest.approx(52 / 42)


def test_end_that_was_set_and_not_reached_says_nothing_of_the_rate():
    """Ten calls by chance come long before the day is over."""
    words = {"arrivals": "poisson:100/h", "calls": 10}

    (alone, _), (with_end, _) = played(**words), played(**words, seconds=86_400.0)

    assert with_end.figures.rate == alone.figures.rate > 0.5 / 60


@pytest.mark.parametrize("words", [{"patience": "0s"}, {"answer": "25s", "patience": "1min"}])
def test_load_is_offered_where_nobody_is_answered_too(words):
    watch, _ = played(agents=2, **words)

    service = (25 if "answer" in words else 2) + 40 + 10
    assert watch.figures.answered == 0
    assert watch.figures.load == pytest.approx(service / 60)


def test_ringing_in_vain_takes_the_agents_time():
    """One call rings twice at an agent who is not there, 20 s each with a rest between, until the caller gives up."""
    watch, tenant = played(calls=1, answer="25s", patience="48s")

    rung = [(kind, at) for kind, at in offsets(tenant.calls["c1"]) if kind in (Kind.RINGING, Kind.UNANSWERED)]
    assert rung == [(Kind.RINGING, 0), (Kind.UNANSWERED, 20), (Kind.RINGING, 25), (Kind.UNANSWERED, 45)]
    assert watch.figures.occupancy == pytest.approx(40 / 48)


@pytest.mark.parametrize(
    ("patience", "model"), [("0s", "Erlang B"), ("exponential:2min", "Erlang A"), (None, "Erlang C")]
)
def test_theory_has_the_name_of_what_it_reckons(patience, model):
    watch, _ = played(agents=3, arrivals="poisson:30/h", patience=patience, talk="3min", answer="0s", wrap_up="0s")

    assert watch.theory.model == model
    assert watch.theory == theory_of(1.5, 3, 180.0, {"0s": 0.0, None: math.inf}.get(patience, 120.0))


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


def test_every_push_is_counted_and_judged():
    with Receiver() as receiver:
        watch, tenant = played(pbx55(receiver))

    told = watch.pushes.told["pbx55"]

    assert dict(told.arrived) == {"started": 3, "ended": 3}
    assert (told.attempts, told.lost, told.refused) == (6, 0, 0)
    assert watch.pushes.findings == {}
    assert watch.pushes.exit_code == 0
    assert len(entries(tenant)) == 6


def test_push_that_never_arrives_fails_and_a_target_that_never_answers_is_the_environments():
    with Receiver(otherwise=500) as receiver:
        refusing, _ = played(pbx55(receiver), calls=1)
    silent, _ = played(pbx55(receiver), calls=1)

    assert (refusing.pushes.exit_code, refusing.pushes.told["pbx55"].lost) == (1, 2)
    assert refusing.pushes.told["pbx55"].why == "answered 500"
    assert silent.pushes.exit_code == 3


def ended_call(number, *, answered=True):
    call, _ = Call(f"c{number}", number, Direction.INBOUND, "5537999912222", "551130037293").apply(
        Kind.STARTED, MORNING
    )
    call, _ = call.apply(Kind.QUEUED, MORNING, queue="vendas", wrap_up=5)
    if answered:
        call, _ = call.apply(Kind.RINGING, MORNING, extension="116")
        call, _ = call.apply(Kind.ANSWERED, MORNING, extension="116")
    cause = Cause.NORMAL if answered else Cause.ABANDONED
    return call.apply(Kind.ENDED, MORNING + timedelta(seconds=30), by=Party.OUTSIDE, cause=cause)


def test_tally_of_nothing_is_nothing():
    figures = Tally(MORNING).figures(5, Even(1.0), 0.0)

    assert (figures.arrived, figures.load, figures.service_level, figures.occupancy) == (0, 0, 0, 0)


def test_call_that_is_given_up_has_no_handling():
    tally = Tally(MORNING)
    for number, answered in enumerate((True, False), 1):
        tally.arrive(MORNING)
        tally.end(ended_call(number, answered=answered)[0])

    figures = tally.figures(1, Even(1.0), 0.0)

    assert (figures.answered, figures.abandoned, figures.handling) == (1, 1, 35.0)


def test_pushes_of_calls_long_over_are_forgotten():
    pushes = Pushes({}, {})
    for number in range(2 * LATER):
        pushes(ended_call(number))

    assert len(pushes._open) == LATER


def test_plan_draws_by_its_number_and_not_by_what_was_drawn_before():
    plan = plan_of({**WORDS, "key": "t1", "talk": "exponential:3min"})

    assert plan.incoming(Identity("1"), 7) == plan.incoming(Identity("1"), 7)
    assert plan.incoming(Identity("1"), 7) != plan.incoming(Identity("1"), 8)


def test_caller_that_an_agent_never_takes_is_told_of_as_waiting():
    """The agent lets three offers ring and is paused; who comes then waits for ever."""
    watch, tenant = played(answer="1h", calls=2)

    assert watch.figures.waiting == 2
    assert {call.state for call in tenant.calls.values()} == {State.QUEUED}


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
