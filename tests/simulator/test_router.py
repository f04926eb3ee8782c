"""A call rings where its line leads, follows forwards, and goes out by a trunk."""

from itertools import pairwise

import pytest

from simulator.telephony.calls import Cause, Kind, State
from simulator.telephony.distribution import Strategy
from simulator.telephony.routing import (
    PLAN,
    TAKEN,
    Destination,
    Forwards,
    Group,
    Incoming,
    Outgoing,
    Place,
    Trunk,
)
from tests.simulator.routes import IN, OUT, ROUTED, played, rings, to, way


def test_call_rings_where_its_line_leads_and_is_over_when_nobody_answers():
    calls, verdict, records = played(ROUTED)

    assert verdict.problem == ""
    assert way(calls["c1"]) == [("ringing", 0, "111"), ("unanswered", 20, "111"), ("ended", 20, None)]
    assert calls["c1"].last.cause is Cause.NO_ANSWER
    assert not records.get(PLAN)


def test_who_answers_has_the_call_and_nothing_more_is_tried():
    calls, _, records = played(
        ROUTED + "- {after: 5s, answer: {call: A}}", forwards={"111": Forwards(no_answer=to("112"))}
    )

    assert way(calls["c1"]) == [("ringing", 0, "111"), ("answered", 5, "111")]
    assert not records.get(PLAN)


def test_unanswered_call_follows_its_forwards_in_order():
    forwards = {"111": Forwards(no_answer=to("112", "113")), "112": Forwards(no_answer=to("114"))}

    calls, _, _ = played(ROUTED, forwards=forwards)

    assert rings(calls["c1"]) == [(0, "111"), (20, "112"), (40, "114"), (60, "113")]


def test_step_that_lets_it_ring_sends_the_call_on_at_once():
    calls, _, _ = played(
        ROUTED + "- {after: 3s, no_answer: {call: A}}", forwards={"111": Forwards(no_answer=to("112"))}
    )

    assert rings(calls["c1"]) == [(0, "111"), (3, "112")]


def test_every_call_of_an_extension_can_go_elsewhere_without_ringing_there():
    calls, _, _ = played(ROUTED, forwards={"111": Forwards(always=to("112"), no_answer=to("113"))})

    assert rings(calls["c1"]) == [(0, "112")]


@pytest.mark.parametrize(
    ("forwards", "rung"),
    [
        ({"111": Forwards(always=to("111"))}, []),
        ({"111": Forwards(always=to("112")), "112": Forwards(always=to("111"))}, []),
        ({"111": Forwards(no_answer=to("112")), "112": Forwards(no_answer=to("111"))}, ["111", "112"]),
    ],
    ids=["itself", "two", "two that ring"],
)
def test_forwards_in_a_circle_end(forwards, rung):
    calls, verdict, _ = played(ROUTED, forwards=forwards)

    assert verdict.problem == ""
    assert [where for _, where in rings(calls["c1"])] == rung
    assert calls["c1"].last.cause is Cause.NO_ANSWER


def test_ten_destinations_are_the_most():
    chain = [str(number) for number in range(111, 131)]
    forwards = {one: Forwards(no_answer=to(other)) for one, other in pairwise(chain)}

    calls, _, _ = played(ROUTED, forwards=forwards)

    assert [where for _, where in rings(calls["c1"])] == chain[:10]
    assert calls["c1"].state is State.ENDED


def test_busy_extension_sends_its_calls_on():
    busy = '- internal: {call: B, extension: "111", to: "119"}\n  '

    calls, _, _ = played(busy + ROUTED, forwards={"111": Forwards(busy=to("112"), no_answer=to("113"))})

    assert rings(calls["c2"]) == [(0, "112")]


def test_busy_extension_without_a_forward_is_busy():
    busy = '- internal: {call: B, extension: "111", to: "119"}\n  '

    calls, _, _ = played(busy + ROUTED)

    assert way(calls["c2"]) == [("ended", 0, None)]
    assert calls["c2"].last.cause is Cause.BUSY


@pytest.mark.parametrize("extension", ["111", "9999"], ids=["blocked", "unknown"])
def test_extension_that_cannot_be_reached_sends_its_calls_on(extension):
    forwards = Forwards(no_answer=to("113"), offline=to("112"), off=True)

    calls, _, _ = played(ROUTED, incoming=Incoming(to(extension)), forwards={extension: forwards})

    assert rings(calls["c1"]) == [(0, "112")]


def test_extension_rings_as_long_as_its_forwards_say_and_the_next_one_as_long_as_its_own():
    forwards = {"111": Forwards(no_answer=to("112", "113"), seconds=7), "113": Forwards(seconds=30)}

    calls, _, _ = played(ROUTED, forwards=forwards)

    assert rings(calls["c1"]) == [(0, "111"), (7, "112"), (27, "113")]
    assert way(calls["c1"])[-1] == ("ended", 57, None)


def test_group_rings_as_long_as_it_says_whatever_its_members_do_alone():
    group = Group("4", "Desk", ("112", "113"), Strategy.LINEAR)
    forwards = {"111": Forwards(always=(Destination(Place.GROUP, "4"),)), "112": Forwards(seconds=7)}

    calls, _, _ = played(ROUTED, forwards=forwards, groups=(group,))

    assert rings(calls["c1"]) == [(0, "112"), (20, "113")]


def test_queue_that_nobody_has_logged_in_to_lets_its_first_free_extension_ring():
    incoming = Incoming((Destination(Place.QUEUE, "suporte"), *to("113")))
    steps = f"{ROUTED}- {{after: 5s, answer: {{call: A}}}}\n  {IN.replace('A', 'B')}- route: {{call: B}}\n  "

    calls, verdict, records = played(steps, incoming=incoming)

    assert verdict.problem == ""
    assert way(calls["c1"]) == [("queued", 0, "suporte"), ("ringing", 0, "111"), ("answered", 5, "111")]
    assert way(calls["c2"]) == [("queued", 0, "suporte"), ("ringing", 0, "112")]
    assert not records.get(PLAN)


def test_queue_that_is_served_offers_a_routed_call_itself():
    incoming = Incoming((Destination(Place.QUEUE, "suporte"),))

    calls, _, _ = played('- login: {extension: "112", queue: suporte}\n  ' + ROUTED, incoming=incoming)

    assert rings(calls["c1"])[0] == (0, "112")


def test_mailbox_and_menu_take_the_call():
    for destination, state in (
        (Destination(Place.MAILBOX, "112"), State.MAILBOX),
        (Destination(Place.MAILBOX, "9999"), State.MAILBOX),
        (Destination(Place.MENU), State.MENU),
    ):
        calls, verdict, records = played(ROUTED, incoming=Incoming((destination,)))

        assert (verdict.problem, calls["c1"].state) == ("", state)
        assert not records.get(PLAN)


def test_destinations_that_are_not_there_are_passed_over():
    nowhere = (Place.QUEUE, "none"), (Place.GROUP, "none"), (Place.OUTSIDE, "not digits"), (Place.OUTSIDE, "")
    calls, _, _ = played(ROUTED, incoming=Incoming((*(Destination(*each) for each in nowhere), *to("112"))))

    assert rings(calls["c1"]) == [(0, "112")]


def test_line_that_leads_nowhere_is_told():
    calls, verdict, _ = played(ROUTED, incoming=None)

    assert "leads nowhere" in verdict.problem
    assert "provision that first" in verdict.problem
    assert calls["c1"].state is State.ROUTING


def test_closed_line_ends_the_call():
    calls, _, _ = played(ROUTED, incoming=Incoming(to("111"), closed=True))

    assert [e.cause for e in calls["c1"].events] == [None, Cause.CLOSED]


def test_line_takes_so_many_calls_at_once():
    second = '- inbound: {call: B, from: "37988242968"}\n  - route: {call: B}'

    one, _, _ = played(ROUTED + second, incoming=Incoming(to("111"), most=1))
    two, _, _ = played(ROUTED + second, incoming=Incoming(to("111"), most=2))

    assert [(e.kind, e.cause) for e in one["c2"].events][1:] == [(Kind.ENDED, Cause.BUSY)]
    assert rings(two["c2"]) == [(0, "111")]


def test_internal_call_goes_to_its_callee_and_on():
    steps = '- internal: {call: A, extension: "115", to: "111"}\n  - route: {call: A}'

    calls, _, _ = played(steps, forwards={"111": Forwards(no_answer=to("112"))})

    assert rings(calls["c1"]) == [(0, "111"), (20, "112")]


def test_caller_is_busy_for_a_call_that_comes_back():
    steps = '- internal: {call: A, extension: "111", to: "112"}\n  - route: {call: A}'

    calls, _, _ = played(steps, forwards={"112": Forwards(always=to("111"))})

    assert (rings(calls["c1"]), calls["c1"].last.cause) == ([], Cause.BUSY)


def test_outbound_call_takes_its_first_trunk():
    trunks = Trunk("7", "First", "01537999912222"), Trunk("8", "Second", "37999912222")

    calls, _, records = played(OUT + "- answer: {call: A}", outgoing=Outgoing(trunks))

    assert way(calls["c1"]) == [("ringing", 0, "01537999912222"), ("answered", 0, None)]
    assert records[TAKEN] == {"c1": {"call": "c1", "trunk": "7", "name": "First"}}


def test_outbound_call_that_no_vendor_has_a_say_in_just_rings():
    calls, _, records = played(OUT)

    assert way(calls["c1"]) == [("ringing", 0, None)]
    assert TAKEN not in records


def test_extension_that_may_not_dial_a_number_is_told_so():
    calls, _, _ = played(OUT, outgoing=Outgoing(()))

    assert [(e.kind, e.cause) for e in calls["c1"].events][1:] == [(Kind.ENDED, Cause.NOT_ALLOWED)]


@pytest.mark.parametrize(
    "steps",
    [
        IN + '- ring: {call: A, extension: "112"}\n  - route: {call: A}',
        IN + '- ring: {call: A, extension: "112"}\n  - answer: {call: A}\n  - route: {call: A}',
        '- predictive: {call: A, to: "37999912222"}\n  - ring: {call: A}\n  - answer: {call: A}\n  - route: {call: A}',
    ],
    ids=["rings", "talks", "was dialled"],
)
def test_call_that_waits_for_nobody_is_not_sent_anywhere(steps):
    calls, verdict, _ = played(steps)

    assert 'route: call "A" is ' in verdict.problem
    assert calls["c1"].last.kind in (Kind.RINGING, Kind.ANSWERED)
