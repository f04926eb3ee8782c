"""The call model: calls that several of our extensions have a part in."""

import pytest

from simulator.telephony.calls import (
    Cause,
    Direction,
    ImpossibleEvent,
    Kind,
    Party,
    State,
)
from simulator.telephony.reaching import goes_on
from tests.simulator.histories import at, new_call, played


def test_conference_that_is_parked_has_left_every_device():
    """Whoever was in it is free, and is not in the call again once another device picks it up."""
    call = played(
        (0, Kind.STARTED, {}),
        (1, Kind.RINGING, {"extension": "111"}),
        (2, Kind.ANSWERED, {"extension": "111"}),
        (3, Kind.JOINED, {"extension": "112"}),
        (4, Kind.LEFT, {"extension": "111"}),
        (5, Kind.PARKED, {"extension": "111"}),
    )

    assert call.present == ()
    assert call.apply(Kind.PICKED_UP, at(6), extension="113")[0].present == ("113",)


TALKS_FROM_A_QUEUE = (
    (0, Kind.STARTED, {}),
    (1, Kind.QUEUED, {"queue": "suporte", "priority": 3}),
    (2, Kind.RINGING, {"extension": "111"}),
    (3, Kind.ANSWERED, {"extension": "111"}),
)


def test_talk_counts_for_another_queue_and_waits_in_none():
    """How it waited stays what it was; a call that came from no queue has none to change."""
    call = played(*TALKS_FROM_A_QUEUE, (9, Kind.QUEUE_CHANGED, {"queue": "vendas"}))
    direct = played((0, Kind.STARTED, {}), *TALKS_FROM_A_QUEUE[2:])

    assert (call.state, call.queue, call.waits.priority, call.waiting) == (State.TALKING, "vendas", 3, 3)
    assert Kind.QUEUE_CHANGED in call.possible
    assert Kind.QUEUE_CHANGED not in direct.possible
    with pytest.raises(ImpossibleEvent, match="it came from no queue"):
        direct.apply(Kind.QUEUE_CHANGED, at(9), queue="vendas")


@pytest.mark.parametrize(("before", "kind"), [((), Kind.HELD), (((4, Kind.HELD, {}),), Kind.RESUMED)])
def test_call_is_held_and_resumed_by_an_extension_that_is_in_it_alone(before, kind):
    call = played(*TALKS_FROM_A_QUEUE, *before)

    call.apply(kind, at(9), extension="111")
    with pytest.raises(ImpossibleEvent, match="extension 112 is not in the call"):
        call.apply(kind, at(9), extension="112")


def test_device_leaves_a_conference_that_is_held():
    alone = played(*TALKS_FROM_A_QUEUE, (4, Kind.HELD, {}))
    held = played(*TALKS_FROM_A_QUEUE, (4, Kind.JOINED, {"extension": "112"}), (5, Kind.HELD, {}))

    left, _ = held.apply(Kind.LEFT, at(6), extension="111")

    assert (left.state, left.present, left.agent) == (State.HELD, ("112",), "112")
    assert [Kind.LEFT in call.possible for call in (alone, held, left)] == [False, True, False]


def internal():
    return new_call(direction=Direction.INTERNAL, outside="112", line="111", extension="111")


def test_each_of_ours_has_its_own_part_of_the_talk():
    """In a conference, over a park, and while the call is held; who dialled talks from the far end's answer."""
    call = played(
        (0, Kind.STARTED, {}),
        (1, Kind.RINGING, {"extension": "111"}),
        (2, Kind.ANSWERED, {"extension": "111"}),
        (10, Kind.JOINED, {"extension": "112"}),
        (14, Kind.LEFT, {"extension": "111"}),
        (20, Kind.PARKED, {"extension": "112"}),
        (30, Kind.PICKED_UP, {"extension": "113"}),
        (31, Kind.HELD, {}),
        (35, Kind.RESUMED, {}),
        (40, Kind.ENDED, {"by": Party.OUTSIDE, "cause": Cause.NORMAL}),
    )
    dialled = played(
        (0, Kind.STARTED, {}),
        (1, Kind.RINGING, {}),
        (6, Kind.ANSWERED, {}),
        (16, Kind.ENDED, {"by": Party.OUTSIDE, "cause": Cause.NORMAL}),
        call=new_call(direction=Direction.OUTBOUND, extension="111"),
    )

    assert (call.talk, call.talked, call.takers) == (38, {"111": 12, "112": 10, "113": 10}, ("111", "113"))
    assert (dialled.talked, dialled.takers, dialled.parties) == ({"111": 10}, (), ("111",))


def test_call_that_was_answered_outside_is_nobodys_of_ours():
    """The extension that let it ring had a part in it, and neither talked nor took it."""
    call = played(
        (0, Kind.STARTED, {}),
        (1, Kind.RINGING, {"extension": "114"}),
        (21, Kind.UNANSWERED, {"extension": "114"}),
        (21, Kind.RINGING, {"digits": "37999989001"}),
        (24, Kind.ANSWERED, {}),
        (30, Kind.ENDED, {"by": Party.OUTSIDE, "cause": Cause.NORMAL}),
    )

    assert (call.agent, call.parties, call.talked, call.talk) == (None, ("114",), {}, 6)


def test_mailbox_after_an_answer_is_no_talk():
    call = played(
        (0, Kind.STARTED, {}),
        (1, Kind.RINGING, {"extension": "111"}),
        (2, Kind.ANSWERED, {"extension": "111"}),
        (12, Kind.MAILBOX_REACHED, {"extension": "112"}),
        (62, Kind.ENDED, {"by": Party.OUTSIDE, "cause": Cause.NORMAL}),
    )

    assert (call.waiting, call.talk, call.in_mailbox, call.duration) == (2, 10, 50, 62)
    assert call.talked == {"111": 10}


@pytest.mark.parametrize(
    ("kind", "extension", "stays"),
    [
        (Kind.PARKED, "112", ("111",)),
        (Kind.PARKED, "111", ("112",)),
        (Kind.MAILBOX_REACHED, "113", ("111",)),
    ],
)
def test_other_party_of_an_internal_call_stays(kind, extension, stays):
    """It is one of ours, and keeps waiting where a caller from outside would."""
    call = played(
        (0, Kind.STARTED, {}),
        (1, Kind.RINGING, {"extension": "112"}),
        (2, Kind.ANSWERED, {"extension": "112"}),
        (5, kind, {"extension": extension}),
        call=internal(),
    )

    assert (call.present, call.engaged) == (stays, stays)


def test_two_parties_of_an_internal_call_are_no_conference():
    """Neither leaves the other behind; of three, one may."""
    call = played(
        (0, Kind.STARTED, {}),
        (1, Kind.RINGING, {"extension": "112"}),
        (2, Kind.ANSWERED, {"extension": "112"}),
        call=internal(),
    )

    assert Kind.LEFT not in call.possible
    with pytest.raises(ImpossibleEvent, match="is not in a conference"):
        call.apply(Kind.LEFT, at(3), extension="112")
    three, _ = call.apply(Kind.JOINED, at(3), extension="113")
    assert three.apply(Kind.LEFT, at(4), extension="112")[0].present == ("111", "113")


def test_called_end_of_an_internal_call_is_who_has_it():
    ringing = played((0, Kind.STARTED, {}), (1, Kind.RINGING, {"extension": "112"}), call=internal())

    assert (internal().called, ringing.called) == ("112", "112")
    assert ringing.apply(Kind.PICKED_UP, at(2), extension="113")[0].called == "113"


def test_parts_of_a_talk_add_up_though_nothing_falls_on_a_second():
    """Each end is cut to whole seconds from the start, as those of the talk are."""
    call = played(
        (0, Kind.STARTED, {}),
        (0.7, Kind.RINGING, {"extension": "111"}),
        (0.9, Kind.ANSWERED, {"extension": "111"}),
        (1.6, Kind.HELD, {}),
        (2.3, Kind.RESUMED, {}),
        (2.6, Kind.ENDED, {"by": Party.OUTSIDE, "cause": Cause.NORMAL}),
    )

    assert (call.talk, call.talked) == (2, {"111": 2})


def test_who_is_in_a_call_does_not_pick_it_up():
    ringing = played((0, Kind.STARTED, {}), (1, Kind.RINGING, {"extension": "112"}), call=internal())

    with pytest.raises(ImpossibleEvent, match="extension 111 is in the call already"):
        ringing.apply(Kind.PICKED_UP, at(2), extension="111")


def test_internal_call_that_was_forwarded_outside_is_between_ours_no_more():
    """Its other party is outside: it can be left by one of two of ours, and goes on with that party."""
    call = played(
        (0, Kind.STARTED, {}),
        (1, Kind.RINGING, {"digits": "37999989010"}),
        (2, Kind.ANSWERED, {}),
        (3, Kind.JOINED, {"extension": "113"}),
        call=internal(),
    )

    assert (call.between_ours, call.conference) == (False, True)
    assert goes_on(call, "114", "111") == (Direction.OUTBOUND, "37999989010", None)
    left, _ = call.apply(Kind.LEFT, at(4), extension="113")
    assert left.apply(Kind.PARKED, at(5), extension="111")[0].present == ()


@pytest.mark.parametrize(
    ("to", "by", "after"),
    [
        ("113", None, (Direction.INTERNAL, "113", "111")),
        ("113", "111", (Direction.INTERNAL, "113", "112")),
        (None, "112", (Direction.INTERNAL, "112", "111")),
        ("111", None, None),
        ("112", "111", None),
    ],
)
def test_other_one_of_an_internal_call_goes_on(to, by, after):
    call = played(
        (0, Kind.STARTED, {}),
        (1, Kind.RINGING, {"extension": "112"}),
        (2, Kind.ANSWERED, {"extension": "112"}),
        call=internal(),
    )

    assert goes_on(call, to, by) == after
