"""Messages that come at another time on purpose: late, passed by another, or in a burst."""

from datetime import timedelta

import pytest

from simulator.tenancy.tenants import FIRST_MORNING
from tests.core import pbx55, played, shown
from tests.receiver import Receiver
from tests.simulator.faulted import CALL, ENDED, STARTED, arrived, faulted, outcome
from tests.vendors.hubsoft_peer import CANCELLED, NOTIFIED, granted, hubsoft


def test_delayed_push_leaves_its_lane():
    """The first push is a minute late; what comes after it does not wait for it."""
    receiver, verdict, journal = outcome(faulted((STARTED, "delay: 1min")))

    assert arrived(receiver, journal) == ["ended", "started"]
    assert shown(journal, "message", "fault") == [("ended", None), ("started", "delay")]
    assert journal[1].exchange.at == FIRST_MORNING + timedelta(minutes=1)
    assert (verdict.findings, verdict.passes) == ((), True)


def test_swapped_push_changes_places_with_the_next_of_its_call_on_the_wire():
    receiver, verdict, journal = outcome(faulted((STARTED, "swap_with_next: true")))

    assert arrived(receiver, journal) == ["ended", "started"]
    assert shown(journal, "message", "fault") == [("ended", None), ("started", "swap_with_next")]
    assert (verdict.findings, verdict.passes) == ((), True)


def test_swapped_push_waits_for_the_next_of_its_own_vendor():
    """HubSoft is told between the two pushes of 55PBX: that changes nothing for the receiver of 55PBX."""
    with Receiver() as receiver, Receiver([granted(), NOTIFIED, CANCELLED]) as erp:
        verdict, journal = played(
            faulted((STARTED, "swap_with_next: true")), pbx55(receiver, delivery_header=True), hubsoft(erp)
        )

    assert arrived(receiver, journal) == ["ended", "started"]
    assert ("notified", None) in shown(journal, "message", "fault")
    assert (verdict.errors, verdict.passes) == ((), True)


def test_two_pushes_that_should_both_change_places_do_so_with_each_other():
    receiver, _, journal = outcome(faulted(("vendor: pbx55", "swap_with_next: true")))

    assert arrived(receiver, journal) == ["ended", "started"]
    assert {e.exchange.fault for e in journal} == {"swap_with_next"}


@pytest.mark.parametrize(
    ("do", "why"),
    [
        ("swap_with_next: true", "had nothing to change places with, and went out when its call was over"),
        ("after_end: true", "had nothing to go out behind"),
        ("delay: 0s", "was to be late by nothing"),
    ],
)
def test_push_that_could_change_nothing_goes_out_as_it_is_and_that_is_told(do, why):
    """A second call comes an hour later: nothing waits for that."""
    later = (
        CALL[CALL.index("  - inbound") :].replace("call: A", "call: B").replace("- inbound", "- after: 1h\n    inbound")
    )
    scenario = faulted(("vendor: pbx55, call: A, message: ended", do), steps=CALL + later)

    receiver, verdict, journal = outcome(scenario)

    assert arrived(receiver, journal) == ["started", "ended"] * 2
    assert shown(journal, "fault") == [(None,)] * 4
    (idle,) = verdict.idle
    done = "changed no places" if do.startswith("swap") else "struck nothing"
    assert idle.endswith(f": {do.partition(':')[0]} {done}: 1 message matched, and it {why}")
    assert (verdict.findings, verdict.passes) == ((), True)


def test_push_that_was_to_change_places_with_one_that_was_dropped_struck_nothing():
    receiver, verdict, journal = outcome(faulted((STARTED, "swap_with_next: true"), (ENDED, "drop: true")))

    assert shown(journal, "message", "fault") == [("ended", "drop"), ("started", "swap_with_next")]
    assert arrived(receiver, journal) == ["started"]
    (idle,) = verdict.idle
    assert "swap_with_next changed no places: 1 message matched, and it had nothing to change places" in idle


def test_push_is_late_after_the_end_also_where_the_last_one_was_dropped():
    receiver, verdict, journal = outcome(faulted((STARTED, "after_end: true"), (ENDED, "drop: true")))

    assert shown(journal, "message", "fault") == [("ended", "drop"), ("started", "after_end")]
    assert arrived(receiver, journal) == ["started"]
    assert verdict.idle == ()


@pytest.mark.parametrize("ordered", [True, False])
@pytest.mark.parametrize("late", ["delay: 40s", "burst: 2"])
@pytest.mark.parametrize("flaw", ["swap_with_next", "after_end"])
def test_push_goes_out_behind_one_that_is_itself_late(flaw, late, ordered):
    """By a fault, and since its first attempts failed: behind it is behind what came of it."""
    with Receiver([503, 503, 200]) as receiver:
        target = pbx55(receiver, delivery_header=True, ordered=ordered)
        verdict, journal = played(faulted((STARTED, f"{flaw}: true"), (ENDED, late)), target)

    assert arrived(receiver, journal) == ["ended"] * 3 + ["started"]
    assert shown(journal, "fault")[-1] == (flaw,)
    assert (verdict.idle, verdict.undelivered, verdict.passes) == ((), (), True)


@pytest.mark.parametrize("flaw", ["swap_with_next", "after_end"])
def test_push_of_an_unordered_target_goes_out_behind_one_that_has_to_be_tried_again(flaw):
    with Receiver([503, 200]) as receiver:
        target = pbx55(receiver, delivery_header=True, ordered=False)
        _, journal = played(faulted((STARTED, f"{flaw}: true")), target)

    assert arrived(receiver, journal) == ["ended", "ended", "started"]


def test_messages_of_a_call_that_are_all_late_after_its_end_have_been_struck():
    receiver, verdict, journal = outcome(faulted(("vendor: pbx55", "after_end: true")))

    assert arrived(receiver, journal) == ["started", "ended"]
    assert len({entry.exchange.at for entry in journal}) == 1
    assert shown(journal, "message", "fault") == [("started", "after_end"), ("ended", None)]
    assert verdict.idle == ()


def test_swapped_push_that_fails_first_still_comes_after_the_one_that_passed_it():
    with Receiver([500, 200, 500]) as receiver:
        _, journal = played(faulted((STARTED, "swap_with_next: true")), pbx55(receiver, delivery_header=True))

    assert arrived(receiver, journal) == ["ended", "ended", "started", "started"]


RINGS_TWICE = """
scenario: faulted
title: A call that is transferred
steps:
  - inbound: {call: A, from: "37999912222"}
  - {after: 10s, ring: {call: A, extension: "111"}}
  - {after: 5s, answer: {call: A}}
  - {after: 5s, transfer: {call: A, to: "112", as: B}}
  - {after: 10s, hangup: {call: B, by: outside}}
"""


def test_push_that_is_late_after_the_end_is_the_last_of_its_call():
    """The first push comes behind the final ones, and before anything that happens later."""
    with Receiver() as receiver:
        verdict, journal = played(
            faulted(("vendor: pbx55, call: A, message: started", "after_end: true"), steps=RINGS_TWICE),
            pbx55(receiver, delivery_header=True),
        )

    of_a = [e for e in journal if e.exchange.call == "c1"]
    assert shown(of_a, "message", "fault") == [("ended", None), ("transferred", None), ("started", "after_end")]
    assert arrived(receiver, journal)[-1] == "ended"
    assert (verdict.findings, verdict.passes) == ((), True)


def test_last_push_that_should_be_late_after_the_end_goes_out_all_the_same():
    receiver, verdict, journal = outcome(faulted((ENDED, "after_end: true")))

    assert arrived(receiver, journal) == ["started", "ended"]
    assert verdict.passes


def test_burst_is_held_back_until_it_is_full_and_goes_out_at_once():
    """Three pushes of two calls leave at one moment, whichever lane they are of; what is left goes at the end."""
    with Receiver() as receiver:
        verdict, journal = played(
            faulted(("vendor: pbx55", "burst: 3"), steps=RINGS_TWICE), pbx55(receiver, delivery_header=True)
        )

    at = [(e.exchange.at - FIRST_MORNING).total_seconds() for e in journal]
    assert at == [20, 20, 20, 30, 30]
    assert {e.exchange.fault for e in journal} == {"burst"}
    assert sorted(arrived(receiver, journal)[:3]) == ["ended", "started", "started"]
    assert (verdict.undelivered, verdict.passes) == ((), True)


def test_burst_is_full_for_every_target_alike():
    with Receiver() as one, Receiver() as two:
        played(faulted(("vendor: pbx55", "burst: 2")), pbx55(one, "t1"), pbx55(two, "t2"))

    assert (len(one.requests), len(two.requests)) == (2, 2)
