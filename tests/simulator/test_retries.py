"""The retry policy."""

from datetime import UTC, datetime, timedelta

import pytest

from contracts.model import HttpResponse
from simulator.delivery.retries import MAX_ATTEMPTS, BadPolicy, RetryPolicy
from simulator.identity import Identity

START = datetime(2026, 11, 3, 12, tzinfo=UTC)
POLICY = RetryPolicy()
SEED = Identity("s1")


def test_policy_sends_the_first_attempt_at_once():
    """Attempt 1 is due when its event happens."""
    assert POLICY.due("d1", 1, START, SEED) == START


@pytest.mark.parametrize(("attempt", "seconds"), [(2, 5), (3, 30), (4, 120), (5, 600)])
def test_policy_waits_longer_each_time_within_its_jitter(attempt, seconds):
    """A delay differs by up to a fifth, and by something for nearly every delivery."""
    waits = [(POLICY.due(f"d{n}", attempt, START, SEED) - START).total_seconds() for n in range(200)]

    assert all(0.8 * seconds <= wait <= 1.2 * seconds for wait in waits)
    assert min(waits) < 0.85 * seconds
    assert max(waits) > 1.15 * seconds


def test_policy_without_jitter_waits_exactly():
    """Jitter 0 leaves the delays as they are."""
    policy = RetryPolicy(jitter=0)

    waits = [policy.due("d1", attempt, START, SEED) - START for attempt in range(1, 6)]

    assert waits == [timedelta(seconds=seconds) for seconds in (0, 5, 30, 120, 600)]


@pytest.mark.parametrize("attempt", [0, -1, 6, 7])
def test_policy_gives_up_after_the_last_attempt(attempt):
    """There are five attempts, counted from 1."""
    assert POLICY.due("d1", attempt, START, SEED) is None


def test_policy_is_the_same_for_the_same_seed():
    """The seed, the delivery and the attempt make the jitter, and nothing else does."""
    due = POLICY.due("d1", 2, START, SEED)

    assert POLICY.due("d1", 2, START, Identity("s1")) == due
    assert POLICY.due("d1", 2, START, Identity("s2")) != due
    assert POLICY.due("d2", 2, START, SEED) != due


def test_policy_counts_in_whole_milliseconds():
    """A due time survives being written down."""
    due = POLICY.due("d1", 3, START, SEED)

    assert due.microsecond % 1000 == 0


@pytest.mark.parametrize(
    ("status", "success"),
    [
        (200, True),
        (204, True),
        (299, True),
        (199, False),
        (300, False),
        (307, False),
        (404, False),
        (500, False),
    ],
)
def test_policy_takes_2xx_alone_for_success(status, success):
    """A redirect is not followed, and is no success."""
    assert POLICY.succeeded(HttpResponse(status)) is success


def test_policy_takes_no_answer_for_failure():
    """A time-out is no success."""
    assert not POLICY.succeeded(None)


def test_policy_says_what_it_does_and_whose_it_is():
    """The text names the attempts, and that no vendor documents them."""
    assert POLICY.text == (
        "5 attempts (0 s, 5 s, 30 s, 2 min, 10 min of the tenant's clock, jitter ±20%), 2xx is success: "
        "the simulator's own policy, since the vendor documents no retry"
    )
    assert RetryPolicy((timedelta(0),)).text.startswith("1 attempt (0 s ")


@pytest.mark.parametrize(
    ("delays", "jitter"),
    [
        ((), 0.2),
        ((timedelta(seconds=-1),), 0.2),
        ((timedelta(0),) * (MAX_ATTEMPTS + 1), 0.2),
        ((timedelta(0),), 1.0),
        ((timedelta(0),), -0.1),
    ],
)
def test_policy_that_cannot_be_followed_is_refused(delays, jitter):
    """No attempt, too many, a delay into the past, or jitter that could undo a delay."""
    with pytest.raises(BadPolicy, match="retry policy"):
        RetryPolicy(delays, jitter)


def test_policy_of_the_most_attempts_is_taken():
    """The limit itself is fine."""
    assert len(RetryPolicy((timedelta(0),) * MAX_ATTEMPTS).delays) == MAX_ATTEMPTS
