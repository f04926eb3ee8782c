"""Durations."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.durations import LONGEST, format_duration, parse_duration
from scenarios.errors import DurationError


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("0s", timedelta()),
        ("250ms", timedelta(milliseconds=250)),
        ("5s", timedelta(seconds=5)),
        ("1.5s", timedelta(seconds=1, milliseconds=500)),
        ("2min", timedelta(minutes=2)),
        ("5m", timedelta(minutes=5)),
        ("1min35s", timedelta(seconds=95)),
        ("1min 35s", timedelta(seconds=95)),
        ("1h30min", timedelta(minutes=90)),
        ("30d", timedelta(days=30)),
        ("0.000001s", timedelta(microseconds=1)),
        ("366d", timedelta(days=366)),
    ],
)
def test_parse_duration_reads_numbers_with_units(text, length):
    """A duration is a number and a unit, or several with the larger unit first."""
    assert parse_duration(text) == length


@pytest.mark.parametrize(
    "text",
    ["", " ", "5", "s", "-5s", "+5s", "5x", "5 s", "1s1s", "5s1min", "1min1m", "1,5s", ".5s", "5.s", "٣s",
     "NaN", "1e3s", "1234567890s", "366d1ms", "5s;", "5s\nx"],
)  # fmt: skip
def test_parse_duration_refuses_anything_else(text):
    """What is no duration is refused in a sentence that says what to write."""
    with pytest.raises(DurationError, match=r"is no duration: .+; write .+"):
        parse_duration(text)


def test_parse_duration_says_that_a_number_is_too_long():
    """It looks like a duration, and only its digits are too many."""
    with pytest.raises(DurationError, match="'999999999999h' has more digits than a duration can have"):
        parse_duration("999999999999h")


def test_parse_duration_without_unit_suggests_units():
    """A bare number is answered with that number and a unit."""
    with pytest.raises(DurationError, match="write 5s, 5min or 5ms"):
        parse_duration("5")


def test_parse_duration_keeps_to_the_longest():
    """The limit of the caller counts, at the limit and one over."""
    day = timedelta(days=1)

    assert parse_duration("24h", longest=day) == day

    with pytest.raises(DurationError, match="longer than 1d"):
        parse_duration("24h1ms", longest=day)


def test_parse_duration_error_cuts_a_long_text():
    """An error shows the beginning of an overlong text only."""
    with pytest.raises(DurationError) as caught:
        parse_duration("9" * 10_000)

    assert len(str(caught.value)) < 200


@given(st.timedeltas(min_value=timedelta(), max_value=LONGEST))
def test_format_duration_is_read_back(length):
    """What format_duration writes is what parse_duration reads, to the microsecond."""
    assert parse_duration(format_duration(length)) == length


def test_format_duration_is_short():
    """A duration is written with the units that it has."""
    written = [format_duration(timedelta(milliseconds=ms)) for ms in (0, 40, 1500, 95_000, 3_600_000, -5000)]

    assert written == ["0s", "40ms", "1.5s", "1min35s", "1h", "-5s"]
