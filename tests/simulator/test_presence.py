"""When agents were there and when they paused, also where much happens at once or the beginning is forgotten."""

from datetime import timedelta

import pytest

from simulator.telephony.agents import AgentEvent, AgentKind
from simulator.telephony.presence import logged_in, pauses
from simulator.tenancy.tenants import FIRST_MORNING

IN, OUT, PAUSED, UNPAUSED = AgentKind.LOGGED_IN, AgentKind.LOGGED_OUT, AgentKind.PAUSED, AgentKind.UNPAUSED


def happened(*events):
    """Return events of 111: a kind, a minute, and the queue of a log-in or a log-out."""
    return [AgentEvent("111", kind, FIRST_MORNING + timedelta(minutes=at), *queue) for kind, at, *queue in events]


def shown(spans):
    def minute(at):
        return (at - FIRST_MORNING) // timedelta(minutes=1) if at else None

    return [(minute(span.start), minute(span.end)) for span in spans]


def test_pause_goes_on_though_log_out_log_in_and_pause_share_an_instant():
    events = happened((IN, 0, "a"), (OUT, 0), (IN, 0, "a"), (PAUSED, 0), (IN, 0, "b"))

    assert shown(pauses(events)) == [(0, None)]
    assert shown(logged_in(events)) == [(0, 0), (0, None)]


@pytest.mark.parametrize(
    ("events", "here", "paused"),
    [
        ([(PAUSED, 5), (UNPAUSED, 7)], [(0, None)], [(5, 7)]),
        ([(UNPAUSED, 5), (OUT, 7)], [(0, 7)], []),
        ([(OUT, 5, "a")], [(0, 5)], []),
        ([(OUT, 5, "a"), (OUT, 7, "b")], [(0, 7)], []),
        ([(IN, 5, "b"), (OUT, 7, "b"), (OUT, 9, "a")], [(0, 9)], []),
        ([(OUT, 5, "a"), (IN, 7, "a"), (OUT, 9, "a")], [(0, 5), (7, 9)], []),
    ],
)
def test_agent_whose_log_in_is_forgotten_was_there_before_the_oldest_event(events, here, paused):
    oldest = AgentEvent("112", IN, FIRST_MORNING, "a")

    known = [oldest, *happened(*events)]

    assert shown(span for span in logged_in(known) if span.extension == "111") == here
    assert shown(pauses(known)) == paused


def test_agent_that_stays_in_one_of_its_queues_is_still_there():
    events = happened((IN, 0, "a"), (IN, 1, "b"), (OUT, 2, "a"), (PAUSED, 3), (OUT, 4, "b"))

    assert shown(logged_in(events)) == [(0, 4)]
    assert shown(pauses(events)) == [(3, 4)]
