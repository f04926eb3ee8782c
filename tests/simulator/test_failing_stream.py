"""A stream that fails on purpose: at the event that was named, however many come at once."""

import pytest

from scenarios.answers import AnswerFlaw
from simulator.board import Opening
from simulator.faults.failing_stream import FailingStream
from simulator.tenancy.channel import Channel
from tests.core import run

FIRST, SECOND, THIRD = (f"event: {n}\ndata: {n}\n\n".encode() for n in "123")
FAREWELL = b"event: bye\ndata: 0\n\n"


def channel(number=1):
    return Channel("toy", number, b": idle\n\n", FAREWELL)


def failing(flaw, event, renew=lambda: None):
    own = channel()
    return own, FailingStream(own, flaw, event, renew)


@pytest.mark.parametrize("at_once", [True, False])
@pytest.mark.parametrize(
    ("flaw", "taken"),
    [(AnswerFlaw.CHANNEL_CUT, FIRST + SECOND), (AnswerFlaw.EVENT_CUT, FIRST + SECOND[: len(SECOND) // 2])],
)
def test_stream_breaks_at_its_event(flaw, taken, at_once):
    own, stream = failing(flaw, 2)
    got, last = b"", False
    for group in ([FIRST, SECOND, THIRD],) if at_once else ([FIRST], [SECOND]):
        for event in group:
            own.put(event)
        piece, last = stream.take()
        got += piece

    assert (got, last, stream.broken) == (taken, True, True)


def test_stream_goes_on_under_a_new_id():
    """The old channel is closed, and what was told already is not told again by the new one."""
    new, left = channel(2), []
    own, stream = failing(AnswerFlaw.CHANNEL_RENEWED, 1, lambda: Opening(2, b"event: open\ndata: 2\n\n", new, 15.0))
    own.left = left.append
    own.put(FIRST)
    own.put(SECOND)

    taken = stream.take()
    new.put(THIRD)

    assert taken == (FIRST + b"event: open\ndata: 2\n\n" + SECOND, False)
    assert stream.take() == (THIRD, False)
    assert (left, stream.broken) == ([own], False)


def test_stream_that_ends_before_its_event_ends_in_order():
    own, stream = failing(AnswerFlaw.CHANNEL_CUT, 5)
    own.put(FIRST)
    own.end()

    assert stream.take() == (FIRST + FAREWELL, True)
    assert not stream.broken


def test_stream_that_cannot_be_renewed_goes_on_as_it_was():
    own, stream = failing(AnswerFlaw.CHANNEL_RENEWED, 1)
    own.put(FIRST)
    own.put(SECOND)

    assert stream.take() == (FIRST + SECOND, False)


def test_stream_is_ready_when_the_one_inside_is():
    async def work():
        own, stream = failing(AnswerFlaw.CHANNEL_CUT, 2)
        ready = stream.ready()
        own.put(FIRST)
        await ready
        return stream.idle

    assert run(work()) == b": idle\n\n"
