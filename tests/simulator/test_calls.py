"""The call model: what can happen when, and what is computed from it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.telephony.calls import (
    TRANSITIONS,
    Cause,
    Direction,
    ImpossibleEvent,
    Kind,
    Medium,
    Outcome,
    Party,
    State,
)
from simulator.telephony.documents import call_from_document, call_to_document
from tests.simulator.histories import at, new_call, played


def answered_after_menu_and_queue():
    return played(
        (0, Kind.STARTED, {}),
        (2, Kind.MENU_ENTERED, {}),
        (5, Kind.MENU_CHOSEN, {"digits": "2"}),
        (6, Kind.QUEUED, {"queue": "suporte"}),
        (20, Kind.RINGING, {"extension": "111"}),
        (26, Kind.ANSWERED, {"extension": "111"}),
        (100, Kind.ENDED, {"by": Party.OUTSIDE, "cause": Cause.NORMAL}),
    )


def test_call_durations_add_up_to_the_whole():
    call = answered_after_menu_and_queue()

    assert (call.duration, call.in_menu, call.waiting, call.talk) == (100, 4, 22, 74)
    assert call.in_menu + call.waiting + call.talk == call.duration


def test_call_without_a_menu_waits_from_its_start():
    call = played(
        (0, Kind.STARTED, {}),
        (0.4, Kind.RINGING, {"extension": "111"}),
        (8.2, Kind.ANSWERED, {"extension": "111"}),
        (19.9, Kind.ENDED, {}),
    )

    assert (call.waiting, call.talk, call.duration) == (8, 11, 19)


@pytest.mark.parametrize("first", ["answers", "dials"])
def test_agent_of_a_conference_is_who_stayed(first):
    """Whoever took the call, or dialled it: once that extension has left, its events are of the other one."""
    answers = ((1, Kind.RINGING, {"extension": "111"}), (2, Kind.ANSWERED, {"extension": "111"}))
    dials = ((1, Kind.RINGING, {}), (2, Kind.ANSWERED, {}))
    call = new_call() if first == "answers" else new_call(direction=Direction.OUTBOUND, extension="111")
    conference = played(
        (0, Kind.STARTED, {}),
        *(answers if first == "answers" else dials),
        (9, Kind.JOINED, {"extension": "112"}),
        (10, Kind.BROKE_IN, {"extension": "113"}),
        call=call,
    )
    supervised = played((20, Kind.LEFT, {"extension": "113"}), call=conference)
    alone = played((30, Kind.LEFT, {"extension": "111"}), (40, Kind.ENDED, {"by": Party.OUTSIDE}), call=supervised)

    assert (conference.agent, supervised.agent, alone.agent) == ("111", "111", "112")


def test_person_whom_a_dialler_reached_is_connected_once_an_agent_is_there():
    """Whoever calls in is there from the start."""
    dialled = played(
        (0, Kind.STARTED, {}),
        (1, Kind.RINGING, {}),
        (2, Kind.ANSWERED, {}),
        (2, Kind.QUEUED, {"queue": "vendas"}),
        call=new_call(direction=Direction.OUTBOUND),
    )
    offered = played((5, Kind.RINGING, {"extension": "111"}), call=dialled)
    taken = played((7, Kind.ANSWERED, {"extension": "111"}), call=offered)

    assert [call.connected for call in (dialled, offered, taken)] == [False, False, True]
    assert answered_after_menu_and_queue().connected


def test_person_whom_a_dialler_reached_talks_from_when_somebody_is_there_and_is_charged_from_his_answer():
    """The agent who comes has all of the talk; what takes the place of an agent, a mailbox, has none."""
    began = (
        (0, Kind.STARTED, {}),
        (1, Kind.RINGING, {}),
        (3, Kind.ANSWERED, {}),
        (3, Kind.QUEUED, {"queue": "vendas"}),
    )
    came = ((4, Kind.RINGING, {"extension": "111"}), (8, Kind.ANSWERED, {"extension": "111"}))
    end = (68, Kind.ENDED, {"by": Party.OUTSIDE, "cause": Cause.NORMAL})
    dialler = new_call(direction=Direction.OUTBOUND)

    talked = played(*began, *came, end, call=dialler)
    picked_up = played(*began, (8, Kind.PICKED_UP, {"extension": "112"}), end, call=dialler)
    given_up, mailbox = (
        played(*began, *more, end, call=dialler) for more in ((), ((8, Kind.MAILBOX_REACHED, {"extension": "111"}),))
    )

    calls = (talked, picked_up, given_up, mailbox)
    assert [(c.waiting, c.talk, c.in_mailbox) for c in calls] == [(8, 60, 0), (8, 60, 0), (68, 0, 0), (8, 0, 60)]
    assert [c.charged for c in calls] == [65, 65, 65, 65]
    assert [dict(c.talked) for c in calls] == [{"111": 60}, {"112": 60}, {}, {}]


def test_call_that_goes_on_by_transfer_talks_from_any_answer():
    """Its outside party is there already, though a dialler called it, and an outside number may take it."""
    onward = new_call(direction=Direction.OUTBOUND, origin="c0")

    call = played(
        (0, Kind.STARTED, {}),
        (0, Kind.RINGING, {"digits": "37999989001"}),
        (4, Kind.ANSWERED, {}),
        (10, Kind.ENDED, {"by": Party.OUTSIDE, "cause": Cause.NORMAL}),
        call=onward,
    )

    assert (call.connected, call.waiting, call.talk) == (True, 4, 6)


def test_abandoned_call_has_waited_and_not_talked():
    call = played(
        (0, Kind.STARTED, {}),
        (3, Kind.QUEUED, {"queue": "vendas"}),
        (45, Kind.ENDED, {"by": Party.OUTSIDE, "cause": Cause.ABANDONED}),
    )

    assert call.abandoned
    assert (call.waiting, call.talk, call.duration) == (45, 0, 45)


def test_call_that_ended_takes_nothing_more():
    call = answered_after_menu_and_queue()

    with pytest.raises(ImpossibleEvent, match="call c1 is ended: answered cannot happen; it has ended"):
        call.apply(Kind.ANSWERED, at(101))


def test_refused_event_names_what_the_call_can_take():
    call = played((0, Kind.STARTED, {}))

    with pytest.raises(ImpossibleEvent, match="it can take: answered, data_attached, destination_preset, ended, "):
        call.apply(Kind.HELD, at(1))


def test_event_before_the_last_one_is_refused():
    call = played((5, Kind.STARTED, {}))

    with pytest.raises(ImpossibleEvent, match="before the call's last event"):
        call.apply(Kind.QUEUED, at(4), queue="suporte")


def test_answer_by_a_device_that_does_not_ring_is_refused():
    call = played((0, Kind.STARTED, {}), (1, Kind.RINGING, {"extension": "111"}))

    with pytest.raises(ImpossibleEvent, match="extension 112 is not ringing"):
        call.apply(Kind.ANSWERED, at(2), extension="112")


def test_unanswered_device_sends_the_caller_back_to_the_queue():
    call = played(
        (0, Kind.STARTED, {}),
        (1, Kind.QUEUED, {"queue": "suporte"}),
        (2, Kind.RINGING, {"extension": "111"}),
        (12, Kind.UNANSWERED, {"extension": "111"}),
    )

    assert call.state is State.QUEUED
    assert [leg.outcome for leg in call.legs] == [Outcome.MISSED]


def test_device_that_rang_beside_the_one_that_answered_missed_the_call():
    call = played(
        (0, Kind.STARTED, {}),
        (1, Kind.RINGING, {"extension": "111"}),
        (1, Kind.RINGING, {"extension": "112"}),
        (4, Kind.ANSWERED, {"extension": "112"}),
    )

    assert [(leg.extension, leg.outcome) for leg in call.legs] == [
        ("111", Outcome.MISSED),
        ("112", Outcome.ANSWERED),
    ]
    assert call.agent == "112"


def test_text_message_is_over_when_it_is_sent():
    call = played((0, Kind.SMS_SENT, {}), call=new_call(medium=Medium.SMS, direction=Direction.OUTBOUND))

    assert (call.state, call.duration, call.waiting, call.talk) == (State.ENDED, 0, 0, 0)


def test_call_document_is_the_call_again():
    call = answered_after_menu_and_queue()

    assert call_from_document(call_to_document(call)) == call


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(Kind), st.floats(0, 90), st.sampled_from(["111", "112"])), max_size=25))
def test_any_history_adds_up_and_ends_once(story):
    """Whatever is tried, parts add up to the whole, and a call that ended stays as it is."""
    call, second = new_call(), 0.0
    for kind, gap, extension in story:
        second += gap
        before = call
        try:
            call, _ = call.apply(kind, at(second), extension=extension)
        except ImpossibleEvent:
            assert call is before

    ends = (Kind.ENDED, Kind.TRANSFERRED, Kind.SMS_SENT, Kind.SMS_RECEIVED, Kind.SMS_UNSENT)
    assert sum(event.kind in ends for event in call.events) == (call.state is State.ENDED)
    if call.state is State.ENDED:
        parts = (call.in_menu, call.waiting, call.talk, call.in_mailbox)
        assert call.duration == sum(parts)
        assert min(parts) >= 0
        assert (call.alerted, call.present, call.engaged) == ((), (), ())


def test_every_state_but_the_last_leads_somewhere():
    assert {state for state, _ in TRANSITIONS} == set(State) - {State.ENDED}
