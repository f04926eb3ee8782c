"""What is done wrong on purpose: planned once a message, seen by a real receiver, journaled, never held against us."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from contracts.faulted import SPOILING
from scenarios.model import Flaw
from simulator.faults.faults import Plan, idle, plan, spoil
from simulator.identity import Identity
from simulator.message import Message
from simulator.tenancy.runs import Run
from simulator.tenancy.tenants import FIRST_MORNING
from tests.core import TOKEN, entries, errors_of, pbx55, play, played, run, running, shown, story
from tests.receiver import Receiver
from tests.vendors.hubsoft_peer import CANCELLED, NOTIFIED, granted, hubsoft

CALL = """
scenario: faulted
title: A call whose messages go wrong
steps:
  - inbound: {call: A, from: "37999912222"}
  - {after: 10s, ring: {call: A, extension: "111"}}
  - {after: 10s, hangup: {call: A, by: outside}}
"""

SPARED = "and nth, every, rate or a fault before it left it none of them"


def faulted(*faults, steps=CALL):
    """Return the scenario with these faults, each ``(on, do)`` in the words of a scenario file."""
    lines = "".join(f"  - {{on: {{{on}}}, do: {{{do}}}}}\n" for on, do in faults)
    return story(f"{steps}faults:\n{lines}")


def begun(scenario):
    return Run("r1", scenario, FIRST_MORNING, 0, {"A": "c1"}, (0,) * len(scenario.faults))


def message(name="started", vendor="pbx55", call="c1"):
    return Message(vendor, "callData", name, b"{}", call, order=call)


SEED = Identity("1")
STARTED, ENDED = "vendor: pbx55, message: started", "vendor: pbx55, message: ended"


def test_plan_counts_what_a_fault_matches_and_nothing_else():
    at = begun(faulted(("vendor: pbx55, nth: 2", "drop: true")))

    plans = []
    for each in (message(), message(vendor="hubsoft"), message(call="c9"), message()):
        planned, at = plan(at, each, SEED, {})
        plans.append(planned.flaw)

    # The call c9 is none of the run's, but the fault names no call.
    assert plans == [None, None, Flaw.DROP, None]
    assert at.counts == (3,)


def test_plan_strikes_every_so_many_th():
    at = begun(faulted(("every: 3", "malformed: true")))

    struck = []
    for _ in range(7):
        planned, at = plan(at, message(), SEED, {})
        struck.append(planned.flaw is not None)

    assert struck == [False, False, True, False, False, True, False]


def test_first_fault_that_strikes_is_the_one_that_acts():
    at = begun(faulted(("vendor: pbx55", "delay: 5s"), ("vendor: pbx55", "drop: true")))

    planned, at = plan(at, message(), SEED, {})

    assert planned == Plan(Flaw.DELAY, timedelta(seconds=5))
    assert at.counts == (1, 1)


def test_idle_fault_is_named_with_how_often_it_matched():
    at = begun(faulted(("nth: 2", "drop: true"), ("message: sms", "drop: true"), ("every: 1", "malformed: true")))

    _, at = plan(at, message(), SEED, {})

    assert idle(at) == (
        f"story.yaml:9:5: drop struck nothing: 1 message matched, {SPARED}",
        "story.yaml:10:5: drop struck nothing: no message matched it",
    )


@pytest.mark.parametrize(
    ("flaw", "spoilt"),
    [
        (None, (b'{"a":1}', "PUT", "t")),
        (Flaw.DUPLICATE, (b'{"a":1}', "PUT", "t")),
        (Flaw.MALFORMED, (b'{"a', "PUT", "t")),
        (Flaw.WRONG_METHOD, (b'{"a":1}', "POST", "t")),
        (Flaw.WRONG_TOKEN, (b'{"a":1}', "PUT", "wrong-on-purpose")),
        (Flaw.MISSING_TOKEN, (b'{"a":1}', "PUT", None)),
        (Flaw.BURST, (b'{"a":1}', "PUT", "t")),
    ],
)
def test_spoil_does_one_thing_wrong(flaw, spoilt):
    assert spoil(flaw, b'{"a":1}', "PUT", "t", {}) == spoilt


def test_spoil_of_a_vendor_is_done_by_the_vendor():
    spoils = {Flaw.NULL_FIELD: lambda body: body.replace(b"1", b"null")}

    assert spoil(Flaw.NULL_FIELD, b'{"a":1}', "PUT", "t", spoils) == (b'{"a":null}', "PUT", "t")


def test_contract_knows_which_flaws_leave_a_message_other_words():
    """By their names alone, since it knows no scenario: what is new must be one of them, or leave a message whole."""
    whole = {Flaw.DELAY, Flaw.DUPLICATE, Flaw.DROP, Flaw.SWAP_WITH_NEXT, Flaw.AFTER_END, Flaw.BURST}

    assert set(Flaw) - SPOILING == whole


def test_rate_strikes_the_share_that_one_seed_draws():
    """About a tenth of a thousand; the same ones again, and others with another seed."""

    def numbers(seed):
        at, struck = begun(faulted(("rate: 0.1", "drop: true"))), []
        for number in range(1000):
            planned, at = plan(at, message(), Identity(seed), {})
            struck += [number] if planned.flaw else []
        return struck

    assert numbers("1") == numbers("1") != numbers("2")
    assert 70 <= len(numbers("1")) <= 130


def test_times_bound_how_often_a_fault_strikes():
    at, struck = begun(faulted(("every: 2, times: 2", "drop: true"))), []
    for _ in range(8):
        planned, at = plan(at, message(), SEED, {})
        struck.append(planned.flaw is not None)

    assert struck == [False, True, False, True, False, False, False, False]
    assert Run.from_document(at.to_document(), at.scenario) == at


def arrived(receiver, journal):
    """Return which message each request that a receiver got was, by the delivery id that it carried."""
    names = {entry.exchange.delivery: entry.exchange.message for entry in journal}
    return [names[key] for key in ids(receiver)]


def ids(receiver):
    return [request.header("x-pbxsim-delivery") for request in receiver.requests]


def outcome(scenario):
    """Play a faulted scenario; return what arrived, the journal and the verdict."""
    with Receiver() as receiver:
        verdict, journal = played(scenario, pbx55(receiver, delivery_header=True))
    return receiver, verdict, journal


def test_duplicate_goes_out_twice_with_one_delivery_id_and_the_same_bytes():
    receiver, verdict, journal = outcome(faulted((ENDED, "duplicate: {times: 3}")))

    assert arrived(receiver, journal) == ["started"] + ["ended"] * 3
    assert len(set(ids(receiver)[1:])) == 1
    assert len({r.body for r in receiver.requests[1:]}) == 1
    assert shown(journal, "message", "fault") == [("started", None)] + [("ended", "duplicate")] * 3
    assert (verdict.findings, verdict.passes) == ((), True)


def test_duplicate_with_new_ids_gives_every_copy_one_of_its_own():
    receiver, verdict, _ = outcome(faulted((ENDED, "duplicate: {times: 3, new_id: true}")))

    assert len(set(ids(receiver)[1:])) == 3
    assert len({r.body for r in receiver.requests[1:]}) == 1
    assert verdict.passes


def test_delayed_push_leaves_its_lane():
    """The first push is a minute late; what comes after it does not wait for it."""
    receiver, verdict, journal = outcome(faulted((STARTED, "delay: 1min")))

    assert arrived(receiver, journal) == ["ended", "started"]
    assert shown(journal, "message", "fault") == [("ended", None), ("started", "delay")]
    assert journal[1].exchange.at == FIRST_MORNING + timedelta(minutes=1)
    assert (verdict.findings, verdict.passes) == ((), True)


def test_dropped_push_is_journaled_and_never_sent():
    receiver, verdict, journal = outcome(faulted((STARTED, "drop: true")))

    assert arrived(receiver, journal) == ["ended"]
    assert shown(journal, "message", "fault", "status", "error") == [
        ("started", "drop", None, "dropped on purpose"),
        ("ended", None, 200, None),
    ]
    assert (verdict.findings, verdict.undelivered, verdict.passes) == ((), (), True)


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


def test_fault_that_struck_in_vain_is_told_by_messages_and_not_by_deliveries():
    """Two targets are two deliveries of a message."""
    with Receiver() as one, Receiver() as two:
        verdict, _ = played(faulted((ENDED, "after_end: true")), pbx55(one, "t1"), pbx55(two, "t2"))

    (idle,) = verdict.idle
    assert idle.endswith("1 message matched, and it had nothing to go out behind")
    assert len(one.requests) == len(two.requests) == 1 + 1


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


def test_push_without_a_token_shows_none():
    with Receiver([401] * 5) as receiver:
        verdict, journal = played(faulted((STARTED, "missing_token: true")), pbx55(receiver))

    assert [r.header("token") for r in receiver.requests] == [None] * 5 + [TOKEN]
    assert shown(journal, "fault", "status") == [("missing_token", 401)] * 5 + [(None, 200)]
    assert (verdict.findings, verdict.undelivered, verdict.passes) == ((), (), True)


def test_message_without_a_token_is_sent_once_an_attempt_though_there_is_a_login():
    """A 401 is what is wanted: no new token is fetched for it."""
    with Receiver([granted(), *[401] * 5, CANCELLED]) as erp:
        verdict, _ = played(faulted(("vendor: hubsoft, message: notified", "missing_token: true")), hubsoft(erp))

    spoilt = [r for r in erp.requests if r.path.endswith("notificar")]
    assert [r.header("authorization") for r in spoilt] == [None] * 5
    assert verdict.passes


def test_malformed_push_is_no_json_and_no_violation_of_ours():
    receiver, verdict, journal = outcome(faulted((STARTED, "malformed: true")))

    with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
        _ = receiver.requests[0].json
    assert shown(journal, "fault", "status") == [("malformed", 200), (None, 200)]
    assert (errors_of(journal), verdict.findings, verdict.passes) == ([], (), True)


def test_push_with_a_wrong_token_is_marked_and_its_refusal_is_as_it_should_be():
    """What was spoilt on purpose need not arrive: it is tried again like any other, and never counts as lost."""
    with Receiver([401] * 5) as receiver:
        verdict, journal = played(faulted((STARTED, "wrong_token: true")), pbx55(receiver))

    tokens = [r.header("token") for r in receiver.requests]
    assert tokens == ["wrong-on-purpose"] * 5 + [TOKEN]
    assert shown(journal, "fault", "status") == [("wrong_token", 401)] * 5 + [(None, 200)]
    assert "wrong-on-purpose" not in repr(journal)
    assert (verdict.findings, verdict.undelivered, verdict.passes) == ((), (), True)


@pytest.mark.parametrize(("status", "found"), [(405, 0), (500, 5)])
def test_strict_receiver_may_refuse_a_wrong_verb_and_may_not_break_by_it(status, found):
    with Receiver([status] * 5) as receiver:
        verdict, _ = played(faulted((STARTED, "wrong_method: true")), pbx55(receiver), strict_inferred=True)

    assert [f.violation.pointer for f in verdict.findings] == ["status"] * found
    assert (verdict.undelivered, verdict.passes) == ((), found == 0)


def test_wrong_verb_of_a_vendor_that_has_one_alone_is_no_violation_of_ours():
    with Receiver([granted(), *[405] * 5, CANCELLED]) as erp:
        verdict, journal = played(faulted(("vendor: hubsoft, message: notified", "wrong_method: true")), hubsoft(erp))

    assert shown(journal, "fault", "status").count(("wrong_method", 405)) == 5
    assert (verdict.findings, verdict.undelivered, verdict.passes) == ((), (), True)


@pytest.mark.parametrize(("method", "other"), [("PUT", "POST"), ("POST", "PUT")])
def test_push_with_a_wrong_method_uses_the_other_one(method, other):
    with Receiver() as receiver:
        verdict, journal = played(faulted((STARTED, "wrong_method: true")), pbx55(receiver, method=method))

    assert [r.method for r in receiver.requests] == [other, method]
    assert shown(journal, "fault") == [("wrong_method",), (None,)]
    assert (verdict.findings, verdict.passes) == ((), True)


def test_example_of_the_page_strikes_by_place_and_by_call():
    """The 2nd hang-up is that of the first call, and the third call's is the one that is named."""
    page = (Path(__file__).parents[2] / "docs" / "scenarios.md").read_text("utf-8")
    (example,) = re.findall(r"```yaml\n(scenario: three_hang_ups\n.+?)```", page, re.DOTALL)

    receiver, verdict, journal = outcome(story(example))

    ended = [e for e in journal if e.exchange.message == "ended"]
    assert (verdict.missed, verdict.idle, verdict.passes) == ((), (), True)
    assert sorted(shown(ended, "call", "fault")) == [
        ("c1", "drop"),
        ("c2", None),
        ("c3", "duplicate"),
        ("c3", "duplicate"),
    ]
    assert len(receiver.requests) == 3 + 3


def test_fault_strikes_at_every_target():
    with Receiver() as one, Receiver() as two:
        _, journal = played(faulted((STARTED, "drop: true")), pbx55(one, "t1"), pbx55(two, "t2"))

    assert (len(one.requests), len(two.requests)) == (1, 1)
    assert {(target, fault) for target, fault in shown(journal, "target", "fault") if fault} == {
        ("t1", "drop"),
        ("t2", "drop"),
    }


def test_fault_that_never_struck_is_told_by_the_verdict_and_fails_nothing():
    receiver, verdict, _ = outcome(faulted((f"{ENDED}, nth: 2", "drop: true")))

    assert len(receiver.requests) == 2
    assert verdict.idle == (f"story.yaml:9:5: drop struck nothing: 1 message matched, {SPARED}",)
    assert verdict.passes


def test_fault_of_one_run_leaves_another_run_alone():
    async def work():
        async with running(pbx55(receiver)) as simulator:
            tenant = simulator.default
            bad = simulator.engine.play(tenant, faulted(("vendor: pbx55", "drop: true")))
            verdict = await play(simulator, story(CALL))
            await simulator.engine.verdict(tenant, bad.id)
            return verdict, entries(tenant)

    with Receiver() as receiver:
        verdict, journal = run(work())

    assert len(receiver.requests) == 2
    assert shown(journal, "fault").count(("drop",)) == 2
    assert (verdict.exchanges, verdict.passes) == (2, True)
