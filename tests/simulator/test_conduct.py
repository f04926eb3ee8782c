"""What people do by themselves: when a deed is due, and when it never will be."""

from datetime import timedelta

import pytest

from simulator.telephony.calls import Call, Direction, Kind
from simulator.telephony.conduct import Conduct, deeds, past, still_due
from tests.work import MORNING

CONDUCT = Conduct(answer=5.0, talk=60.0, patience=30.0)


def played(*steps):
    """Return a call to which these kinds happened, a second apart, and the deed that followed each, by kind."""
    call, followed = Call("c1", 1, Direction.INBOUND, "5537999912222", "551130037293"), {}
    for second, (kind, facts) in enumerate(steps):
        call, event = call.apply(kind, MORNING + timedelta(seconds=second), **facts)
        followed |= {(kind, each.kind): (each.kind, each.facts, event.number) for each in deeds(CONDUCT, call, event)}
    return call, followed


STARTED, QUEUED = (Kind.STARTED, {}), (Kind.QUEUED, {"queue": "vendas"})
RINGING, UNANSWERED = (Kind.RINGING, {"extension": "116"}), (Kind.UNANSWERED, {"extension": "116"})
ANSWERED, HELD, ENDED = (Kind.ANSWERED, {"extension": "116"}), (Kind.HELD, {}), (Kind.ENDED, {})
GIVES_UP, PICKS_UP, HANGS_UP = (
    (Kind.STARTED, Kind.ENDED),
    (Kind.RINGING, Kind.ANSWERED),
    (Kind.ANSWERED, Kind.ENDED),
)


@pytest.mark.parametrize(
    ("deed", "steps", "due", "never"),
    [
        (GIVES_UP, (STARTED, QUEUED), True, False),
        (GIVES_UP, (STARTED, QUEUED, RINGING), True, False),
        (GIVES_UP, (STARTED, QUEUED, RINGING, ANSWERED), False, True),
        (GIVES_UP, (STARTED, QUEUED, ENDED), False, True),
        (PICKS_UP, (STARTED, QUEUED, RINGING), True, False),
        (PICKS_UP, (STARTED, QUEUED, RINGING, UNANSWERED), False, True),
        (PICKS_UP, (STARTED, QUEUED, RINGING, ANSWERED), False, True),
        (HANGS_UP, (STARTED, QUEUED, RINGING, ANSWERED), True, False),
        (HANGS_UP, (STARTED, QUEUED, RINGING, ANSWERED, HELD), False, False),  # until it is resumed
        (HANGS_UP, (STARTED, QUEUED, RINGING, ANSWERED, ENDED), False, True),
    ],
)
def test_deed_is_due_as_long_as_the_call_waits_for_it(deed, steps, due, never):
    call, followed = played(*steps)

    assert still_due(call, *followed[deed]) is due
    assert past(call, *followed[deed]) is never


def test_pick_up_of_an_earlier_offer_is_not_that_of_a_later_one():
    first = played(STARTED, QUEUED, RINGING)[1][PICKS_UP]

    again, later = played(STARTED, QUEUED, RINGING, UNANSWERED, RINGING)

    assert (still_due(again, *first), past(again, *first)) == (False, True)
    assert (still_due(again, *later[PICKS_UP]), past(again, *later[PICKS_UP])) == (True, False)


def test_talk_goes_on_after_a_hold_that_lasted_longer_than_it():
    _, followed = played(STARTED, QUEUED, RINGING, ANSWERED, HELD, (Kind.RESUMED, {}))

    assert followed[Kind.RESUMED, Kind.ENDED][0] is Kind.ENDED
