"""When calls come, and how long things take: the words for it, and what is drawn."""

import math
from statistics import fmean, pstdev

import pytest

from simulator.identity import Identity
from simulator.traffic.arrivals import (
    DAY,
    HOUR,
    WORKING_DAY,
    BadArrivals,
    Burst,
    DayCurve,
    Even,
    Poisson,
    Replay,
    day_curve,
    parse_arrivals,
    parse_curve,
)
from simulator.traffic.distributions import (
    LONGEST,
    BadDistribution,
    Exponential,
    Fixed,
    Lognormal,
    Uniform,
    parse_distribution,
)


def moments(arrivals, count, seed="1"):
    identity, at, found = Identity(seed), 0.0, []
    for number in range(1, count + 1):
        at = arrivals.following(number, at, identity.fraction(number))
        found.append(at)
    return found


@pytest.mark.parametrize(
    ("text", "arrivals"),
    [
        ("poisson:120/h", Poisson(120 / 3600)),
        ("poisson:2/s", Poisson(2.0)),
        ("poisson:1/ms", Poisson(1000.0)),
        ("burst:1000/s", Burst(1000, 1.0)),
        ("even:10/min", Even(10 / 60)),
        ("even:1.5/2min", Even(1.5 / 120)),
        ("burst:20/15min", Burst(20, 900.0)),
        ("day:2400/d", day_curve(2400, WORKING_DAY)),
    ],
)
def test_arrivals_are_what_their_words_say(text, arrivals):
    assert parse_arrivals(text) == arrivals


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "a name, a colon"),
        ("poisson", "a name, a colon"),
        ("poisson:100", "a slash"),
        ("poisson:x/h", "a count"),
        ("poisson:0/h", "no rate"),
        ("poisson:1/0s", "no rate"),
        ("poisson:100/fortnight", "no duration"),
        ("poisson:9999999/s", "no rate"),
        ("poisson:1000/ms", "no rate"),
        ("even:2/ms", "no rate"),
        ("burst:1000/1ms", "no rate"),
        ("tides:10/h", "there is no 'tides' among poisson, even, day and burst"),
        ("burst:1.5/h", "whole number"),
        ("burst:5000/d", "whole number of calls, 1000 at most"),
    ],
)
def test_words_that_say_no_arrivals_are_refused_with_what_to_write(text, why):
    with pytest.raises(BadArrivals, match="write poisson:100/h") as refused:
        parse_arrivals(text)

    assert why in str(refused.value)


def test_burst_brings_its_calls_at_one_moment():
    assert moments(Burst(3, 60.0), 7) == [0, 0, 0, 60, 60, 60, 120]


def test_even_calls_come_like_clockwork():
    assert moments(Even(0.5), 4) == [0, 2, 4, 6]


def test_replayed_calls_come_when_they_came_and_then_no_more():
    replay = Replay([(0.0,), (1.5,)])

    assert [replay.following(number, 0.0, 0.5) for number in (1, 2, 3)] == [0.0, 1.5, None]


def test_day_curve_brings_each_hour_its_part():
    curve = day_curve(50_000, WORKING_DAY)

    found = [int(at // HOUR) for at in moments(curve, 52_000) if at < DAY]

    for hour, weight in enumerate(WORKING_DAY):
        expected = 50_000 * weight / sum(WORKING_DAY)
        assert found.count(hour) == pytest.approx(expected, abs=4 * math.sqrt(expected) + 0.1)


def test_day_curve_goes_on_the_next_day_and_knows_when_it_began():
    """It begins at noon; only the hour from nine on has calls."""
    curve = DayCurve(tuple(float(hour == 9) * 100 for hour in range(24)), begin=12 * HOUR)

    found = moments(curve, 250)

    assert all(21 * HOUR <= at % DAY < 22 * HOUR for at in found)
    assert {int(at // DAY) for at in found} == {0, 1, 2}


def test_curve_of_24_numbers_is_read_and_anything_else_is_refused():
    assert parse_curve(",".join(["0"] * 23 + [" 2.5"])) == (*([0.0] * 23), 2.5)
    for text in ("1,2,3", ",".join(["0"] * 24), ",".join(["x"] * 24), ",".join(["-1"] * 24)):
        with pytest.raises(BadArrivals):
            parse_curve(text)


@pytest.mark.parametrize(
    ("text", "distribution"),
    [
        ("3min", Fixed(180.0)),
        ("fixed:0s", Fixed(0.0)),
        ("exponential:3min", Exponential(180.0)),
        ("uniform:1min,5min", Uniform(60.0, 300.0)),
        ("lognormal:3min,2min", Lognormal(180.0, 120.0)),
    ],
)
def test_lengths_are_what_their_words_say(text, distribution):
    assert parse_distribution(text) == distribution


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no duration"),
        ("180", "it has no unit"),
        ("gamma:3min", "there is no 'gamma' among fixed, exponential, uniform, lognormal"),
        ("exponential:1min,2min", "exponential has 1 length, and here are 2"),
        ("lognormal:0s,1s", "with a mean of nothing there is no deviation from it"),
        ("lognormal:3min", "lognormal has 2 lengths, and here are 1"),
        ("uniform:5min,1min", "the shorter length comes first"),
        ("25h", "longer than a day"),
    ],
)
def test_words_that_say_no_lengths_are_refused_with_what_to_write(text, why):
    with pytest.raises(BadDistribution, match="write 3min, exponential:3min") as refused:
        parse_distribution(text)

    assert why in str(refused.value)


@pytest.mark.parametrize(
    ("distribution", "deviation"),
    [
        (Fixed(180.0), 0.0),
        (Exponential(180.0), 180.0),
        (Uniform(60.0, 300.0), 240.0 / math.sqrt(12)),
        (Lognormal(180.0, 120.0), 120.0),
    ],
)
def test_draws_have_the_mean_and_the_deviation_that_were_asked_for(distribution, deviation):
    identity = Identity("1")

    drawn = [distribution.quantile(identity.fraction(number)) for number in range(20_000)]

    assert fmean(drawn) == pytest.approx(distribution.mean, rel=0.03)
    assert pstdev(drawn) == pytest.approx(deviation, rel=0.06)
    assert min(drawn) >= 0


def test_no_draw_is_longer_than_a_day_or_less_than_nothing():
    for distribution in (Exponential(LONGEST), Lognormal(LONGEST, LONGEST), Lognormal(0.0, 60.0), Uniform(0.0, 0.0)):
        for fraction in (0.0, 0.5, 1 - 2**-48):
            assert 0 <= distribution.quantile(fraction) <= LONGEST
