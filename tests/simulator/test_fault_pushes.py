"""Messages that are wrong on purpose: seen by a real receiver, journaled, never held against us."""

import re
from pathlib import Path

import pytest

from tests.core import TOKEN, entries, errors_of, pbx55, play, played, run, running, shown, story
from tests.receiver import Receiver
from tests.simulator.faulted import CALL, ENDED, SPARED, STARTED, arrived, faulted, ids, outcome
from tests.vendors.hubsoft_peer import CANCELLED, granted, hubsoft


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


def test_dropped_push_is_journaled_and_never_sent():
    receiver, verdict, journal = outcome(faulted((STARTED, "drop: true")))

    assert arrived(receiver, journal) == ["ended"]
    assert shown(journal, "message", "fault", "status", "error") == [
        ("started", "drop", None, "dropped on purpose"),
        ("ended", None, 200, None),
    ]
    assert (verdict.findings, verdict.undelivered, verdict.passes) == ((), (), True)


def test_fault_that_struck_in_vain_is_told_by_messages_and_not_by_deliveries():
    """Two targets are two deliveries of a message."""
    with Receiver() as one, Receiver() as two:
        verdict, _ = played(faulted((ENDED, "after_end: true")), pbx55(one, "t1"), pbx55(two, "t2"))

    (idle,) = verdict.idle
    assert idle.endswith("1 message matched, and it had nothing to go out behind")
    assert len(one.requests) == len(two.requests) == 1 + 1


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
