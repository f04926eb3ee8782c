from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.clock import Clock, ClockRefused, Mode, parse_clock

WALL = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
MORNING = datetime(2026, 1, 5, 11, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)

speeds = st.floats(0.01, 1000.0)
spans = st.timedeltas(timedelta(0), timedelta(days=3))
clocks = st.one_of(
    st.builds(Clock, st.sampled_from([Mode.REAL, Mode.JUMPING]), st.just(WALL), st.just(MORNING)),
    st.builds(Clock, st.just(Mode.SCALED), st.just(WALL), st.just(MORNING), speeds),
)


def test_real_clock_passes_as_wall_time_does():
    """A real clock that began elsewhere keeps its distance from wall time."""
    clock = Clock(Mode.REAL, WALL, MORNING)

    assert clock.now(WALL + 90 * SECOND) == MORNING + 90 * SECOND


def test_scaled_clock_passes_faster_by_its_speed():
    """A second of wall time is twenty of the tenant's at 20x."""
    clock = Clock(Mode.SCALED, WALL, MORNING, 20.0)

    assert clock.now(WALL + 3 * SECOND) == MORNING + 60 * SECOND
    assert clock.wall_due(MORNING + 60 * SECOND) == WALL + 3 * SECOND


def test_jumping_clock_stands_until_it_is_told_to_jump():
    """Wall time does not move a jumping clock, and no wall time makes anything due."""
    clock = Clock(Mode.JUMPING, WALL, MORNING)

    jumped = clock.jumped(MORNING + 300 * SECOND, WALL + SECOND)

    assert clock.now(WALL + timedelta(days=9)) == MORNING
    assert clock.wall_due(MORNING + SECOND) is None
    assert jumped.now(WALL + timedelta(days=9)) == MORNING + 300 * SECOND


def test_clock_never_jumps_back():
    """A jump to a time that is over leaves the clock where it is."""
    clock = Clock(Mode.REAL, WALL, MORNING)

    jumped = clock.jumped(MORNING - SECOND, WALL + 5 * SECOND)

    assert jumped.now(WALL + 5 * SECOND) == MORNING + 5 * SECOND


def test_wall_clock_set_back_does_not_take_the_tenant_behind_its_anchor():
    """Before its wall anchor a clock shows the tenant anchor."""
    assert Clock(Mode.SCALED, WALL, MORNING, 20.0).now(WALL - timedelta(hours=1)) == MORNING


def test_what_is_due_already_is_due_at_the_anchor():
    """A job from before the anchor does not wait, and does not ask for a wall time in the past."""
    assert Clock(Mode.REAL, WALL, MORNING).wall_due(MORNING - timedelta(days=2)) == WALL


def test_far_times_do_not_overflow():
    """A due time that a slow clock never reaches is the end of time, and a fast clock stops there."""
    slow = Clock(Mode.SCALED, WALL, MORNING, 0.01)
    fast = Clock(Mode.SCALED, WALL, MORNING, 1000.0)
    latest = datetime.max.replace(tzinfo=UTC)

    assert slow.wall_due(MORNING.replace(year=2226)) == latest
    assert fast.now(WALL.replace(year=2046)) == latest


@given(clocks, spans)
def test_due_wall_time_has_reached_the_tenant_time_and_a_microsecond_before_has_not(clock, span):
    """A timer set to the due time is never early, so nothing spins, and late by rounding only."""
    at = MORNING + span

    due = clock.wall_due(at)

    if due is not None:
        assert clock.now(due) >= at
        assert due == WALL or clock.now(due - timedelta(microseconds=2)) < at


@given(clocks, spans, st.sampled_from(Mode), speeds)
def test_change_of_mode_or_speed_is_continuous(clock, span, mode, speed):
    """At the moment of a change the tenant's time stays what it was."""
    wall = WALL + span

    changed = clock.changed(wall, mode=mode, speed=speed if mode is Mode.SCALED else None)

    assert changed.mode is mode
    assert changed.now(wall) == clock.now(wall)


@given(clocks, spans, spans)
def test_tenant_time_never_runs_backwards(clock, first, second):
    """Later on the wall is never earlier for the tenant."""
    assert clock.now(WALL + first) <= clock.now(WALL + first + second)


@given(clocks)
def test_clock_survives_as_a_document(clock):
    """What is stored of a clock is all of it."""
    assert Clock.from_document(clock.to_document()) == clock


def test_speed_without_a_mode_means_a_scaled_clock():
    """Whoever gives a speed wants it used, and going back to real time forgets it."""
    scaled = Clock(Mode.REAL, WALL, MORNING).changed(WALL, speed=5.0)

    assert (scaled.mode, scaled.speed) == (Mode.SCALED, 5.0)
    assert scaled.changed(WALL, mode=Mode.SCALED).speed == 5.0
    assert scaled.changed(WALL, mode=Mode.REAL).speed == 1.0


def test_document_times_of_other_zones_are_read_as_utc():
    """A stored time with an offset means the same moment."""
    local = MORNING.astimezone(timezone(timedelta(hours=-3))).isoformat()
    document = Clock(Mode.REAL, WALL, MORNING).to_document() | {"tenant_anchor": local}

    assert Clock.from_document(document).tenant_anchor == MORNING


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"mode": "warp"}, "write one of real, scaled, jumping"),
        ({"mode": None}, "write one of real"),
        ({"speed": "20"}, "write a number from 0.01 to 1000"),
        ({"speed": True}, "write a number from"),
        ({"speed": float("nan"), "mode": "scaled"}, "cannot run at nanx"),
        ({"speed": 2.0, "mode": "real"}, "use the mode 'scaled'"),
        ({"wall_anchor": "2026-01-31T12:00:00"}, "write a time with its zone"),
        ({"tenant_anchor": 5}, "write a time with its zone"),
    ],
)
def test_document_that_is_no_clock_is_refused_with_what_to_write(change, told):
    """Each field of a stored clock is read strictly."""
    document = Clock(Mode.REAL, WALL, MORNING).to_document() | change

    with pytest.raises(ClockRefused, match=told):
        Clock.from_document(document)


def test_clock_without_a_zone_is_refused():
    """A naive anchor would be taken for whatever zone the machine has."""
    with pytest.raises(ClockRefused, match="not in UTC"):
        Clock(Mode.REAL, WALL.replace(tzinfo=None), MORNING)


@pytest.mark.parametrize(
    ("text", "clock"),
    [
        ("real", (Mode.REAL, 1.0)),
        (" Jumping ", (Mode.JUMPING, 1.0)),
        ("20x", (Mode.SCALED, 20.0)),
        ("1x", (Mode.SCALED, 1.0)),
        ("0.01x", (Mode.SCALED, 0.01)),
        ("1000x", (Mode.SCALED, 1000.0)),
    ],
)
def test_parse_clock_reads_modes_and_speeds(text, clock):
    """The bounds of the speed belong to it."""
    assert parse_clock(text) == clock


@pytest.mark.parametrize("text", ["", "20", "x", "scaled", "-2x", "1e2x", "nanx", "0,5x", "٣x", "2x2x", "9999999x"])
def test_parse_clock_says_what_to_write(text):
    """Whatever is no clock is answered with the three forms of one."""
    with pytest.raises(ClockRefused, match="write real, jumping, or a speed as in 20x"):
        parse_clock(text)


@pytest.mark.parametrize("text", ["0x", "0.009x", "1000.01x", "1001x"])
def test_parse_clock_refuses_speeds_out_of_bounds(text):
    """One step beyond either bound is named, with the bounds."""
    with pytest.raises(ClockRefused, match=r"write a speed from 0\.01x to 1000x"):
        parse_clock(text)
