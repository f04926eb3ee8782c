"""A ring group rings as it says."""

from dataclasses import replace

import pytest

from simulator.telephony.calls import Cause, Kind, State
from simulator.telephony.distribution import Strategy
from simulator.telephony.routing import (
    Destination,
    Forwards,
    Group,
    Place,
)
from tests.simulator.routes import GROUP, IN, ROUTED, played, rings, way

DESK = Group("4", "Desk", ("114", "112", "113"))


@pytest.mark.parametrize("name", ["4", "Desk"])
def test_ring_all_rings_every_member_until_one_answers(name):
    steps = IN + f'- ring: {{call: A, group: "{name}"}}\n  - {{after: 5s, answer: {{call: A, extension: "112"}}}}'

    calls, _, _ = played(steps, groups=(DESK,))

    assert rings(calls["c1"]) == [(0, "114"), (0, "112"), (0, "113")]
    assert (calls["c1"].present, calls["c1"].alerted) == (("112",), ())


def test_ring_all_is_over_when_the_last_member_has_let_it():
    calls, _, _ = played(GROUP, groups=(replace(DESK, seconds=7),))

    assert [at for _, at, _ in way(calls["c1"], Kind.UNANSWERED)] == [7, 7, 7]
    assert way(calls["c1"])[-1] == ("ended", 7, None)
    assert calls["c1"].last.cause is Cause.NO_ANSWER


def test_linear_rings_one_after_the_other():
    calls, _, _ = played(GROUP + "- {after: 50s, answer: {call: A}}", groups=(replace(DESK, strategy=Strategy.LINEAR),))

    assert way(calls["c1"]) == [
        ("ringing", 0, "114"),
        ("unanswered", 20, "114"),
        ("ringing", 20, "112"),
        ("unanswered", 40, "112"),
        ("ringing", 40, "113"),
        ("answered", 50, "113"),
    ]


def test_random_order_is_the_seeds():
    members = tuple(str(number) for number in range(111, 121))
    group = Group("4", "Desk", members, Strategy.RANDOM)

    first, again = (rings(played(GROUP, groups=(group,))[0]["c1"]) for _ in range(2))

    assert first == again
    assert sorted(where for _, where in first) == list(members)
    assert [where for _, where in first] != list(members)


def test_busy_and_missing_members_are_passed_over():
    busy = '- internal: {call: B, extension: "112", to: "119"}\n  '
    group = Group("4", "Desk", ("112", "9999", "115", "113"), Strategy.LINEAR)

    calls, _, _ = played(busy + GROUP, groups=(group,), forwards={"115": Forwards(off=True)})

    assert rings(calls["c2"]) == [(0, "113")]


def test_group_whose_members_are_all_busy_is_busy():
    busy = '- internal: {call: B, extension: "112", to: "113"}\n  - ring: {call: B, extension: "113"}'

    calls, _, _ = played(
        f"{busy}\n  - answer: {{call: B}}\n  {GROUP}", groups=(Group("4", "Desk", ("112", "113"), Strategy.LINEAR),)
    )

    assert [(e.kind, e.cause) for e in calls["c2"].events][1:] == [(Kind.ENDED, Cause.BUSY)]


def test_inactive_group_rings_nobody():
    calls, _, _ = played(GROUP, groups=(replace(DESK, members=()),))

    assert [(e.kind, e.cause) for e in calls["c1"].events][1:] == [(Kind.ENDED, Cause.NO_ANSWER)]


def test_caller_whom_a_group_leaves_unanswered_goes_on_waiting_in_the_queue():
    calls, _, _ = played(IN + '- queue: {call: A, queue: vendas}\n  - ring: {call: A, group: "4"}', groups=(DESK,))

    assert calls["c1"].state is State.QUEUED


def test_group_can_be_a_forward():
    forwards = {"111": Forwards(no_answer=(Destination(Place.GROUP, "4"), Destination(Place.MAILBOX, "111")))}

    calls, _, _ = played(ROUTED, forwards=forwards, groups=(DESK,))

    assert way(calls["c1"])[-1] == ("mailbox_reached", 40, "111")
    assert rings(calls["c1"]) == [(0, "111"), (20, "114"), (20, "112"), (20, "113")]


def test_group_that_no_vendor_has_is_told_before_anybody_calls():
    with pytest.raises(Exception, match="there is no ring group '5'; there are: 4"):
        played(IN + '- ring: {call: A, group: "5"}', groups=(DESK,))
