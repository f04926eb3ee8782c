"""What is counted of traffic, and what is told of it beside what the theory says."""

import math
from datetime import timedelta

import pytest

from simulator.runs.pushes import LATER, Pushes
from simulator.telephony.calls import Call, Cause, Direction, Kind, Party, State
from simulator.traffic.arrivals import Even
from simulator.traffic.erlang import theory_of
from simulator.traffic.tallying import Tally
from tests.core import entries, pbx55
from tests.receiver import Receiver
from tests.simulator.trafficked import offsets, played
from tests.work import MORNING


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


def test_caller_that_an_agent_never_takes_is_told_of_as_waiting():
    """The agent lets three offers ring and is paused; who comes then waits for ever."""
    watch, tenant = played(answer="1h", calls=2)

    assert watch.figures.waiting == 2
    assert {call.state for call in tenant.calls.values()} == {State.QUEUED}
