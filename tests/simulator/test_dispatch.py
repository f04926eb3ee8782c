"""Deliveries to real receivers: what is retried, when, in what order, and what is said of what never arrived."""

from datetime import timedelta
from itertools import pairwise

import pytest

from simulator.delivery.dispatch import GaveUp
from simulator.tenancy.transactions import Transaction
from tests.core import (
    ANSWERED,
    SMS,
    TOKEN,
    entries,
    errors_of,
    pbx55,
    play,
    played,
    run,
    running,
    shown,
    story,
    until,
)
from tests.receiver import Receiver, Reply, redirect

SHORT = """
scenario: short
title: A call that is over in three seconds
steps:
  - inbound: {call: A, from: "37999912222"}
  - {after: 1s, ring: {call: A, extension: "111"}}
  - {after: 1s, answer: {call: A}}
  - {after: 1s, hangup: {call: A, by: outside}}
"""

TWO = """
scenario: two_calls
title: A second call begins while the first rings
steps:
  - inbound: {call: A, from: "37999912222"}
  - {after: 1s, inbound: {call: B, from: "37988242968"}}
  - {after: 1s, ring: {call: A, extension: "111"}}
  - {after: 1s, hangup: {call: B, by: outside}}
  - {after: 1s, hangup: {call: A, by: outside}}
"""


def gaps(journal):
    times = [entry.exchange.at for entry in journal]
    return [later - earlier for earlier, later in pairwise(times)]


def test_delivery_is_tried_five_times_at_the_times_of_the_policy():
    """The attempts lie 0 s, 5 s, 30 s, 2 min and 10 min apart, each give or take a fifth, in the tenant's time."""
    with Receiver(otherwise=500) as receiver:
        verdict, journal = played(story(SMS), pbx55(receiver))

    bounds = [(seconds * 0.8, seconds * 1.2) for seconds in (5, 30, 120, 600)]
    assert shown(journal, "attempt", "status") == [(n, 500) for n in range(1, 6)]
    assert all(low <= gap.total_seconds() <= high for gap, (low, high) in zip(gaps(journal), bounds, strict=True))
    assert gaps(journal) != [timedelta(seconds=seconds) for seconds in (5, 30, 120, 600)]
    assert len(receiver.requests) == 5
    assert verdict.exit_code == 1


def test_every_attempt_carries_the_same_bytes_and_the_same_delivery_id():
    with Receiver(otherwise=503) as receiver:
        _, journal = played(story(SMS), pbx55(receiver, delivery_header=True))

    (delivery,) = {entry.exchange.delivery for entry in journal}
    assert len({request.body for request in receiver.requests}) == 1
    assert {request.header("x-pbxsim-delivery") for request in receiver.requests} == {delivery}
    assert {request.header("token") for request in receiver.requests} == {TOKEN}


def test_delivery_that_is_given_up_is_told_and_makes_the_run_fail():
    told = []

    async def work():
        async with running(pbx55(receiver)) as simulator:
            simulator.default.observers.append(told.append)
            return await play(simulator, story(SMS))

    with Receiver(otherwise=500) as receiver:
        verdict = run(work())

    (gave_up,) = [news for news in told if isinstance(news, GaveUp)]
    (undelivered,) = verdict.undelivered
    assert (gave_up.exchange.attempt, undelivered.attempt, undelivered.response.status) == (5, 5, 500)
    assert not verdict.passes
    assert verdict.errors == ()


def test_exit_code_is_3_when_nobody_ever_answers():
    with Receiver() as receiver:
        target = pbx55(receiver)  # its port is closed by the time that anything is sent

    verdict, journal = played(story(SHORT), target)

    assert verdict.exit_code == 3
    assert {e.exchange.error for e in journal} == {"connection refused: nothing listens there"}


def test_exit_code_is_1_when_the_target_answered_something_and_then_fell_silent():
    with Receiver([200], otherwise=Reply(reset=True)) as receiver:
        verdict, _ = played(story(SHORT), pbx55(receiver))

    assert [e.message for e in verdict.undelivered] == ["ended"]
    assert all(e.response is None for e in verdict.undelivered)
    assert verdict.exit_code == 1


@pytest.mark.parametrize("status", [200, 201, 202, 204, 226, 299])
def test_any_2xx_is_success(status):
    with Receiver(otherwise=Reply(status, b"")) as receiver:
        verdict, journal = played(story(SMS), pbx55(receiver))

    assert verdict.undelivered == ()
    assert shown(journal, "attempt", "status") == [(1, status)]


@pytest.mark.parametrize("status", [300, 304, 400, 401, 404, 409, 410, 429, 500])
def test_nothing_but_2xx_is_success(status):
    with Receiver([Reply(status, b"")], otherwise=200) as receiver:
        verdict, journal = played(story(SMS), pbx55(receiver))

    assert shown(journal, "attempt", "status") == [(1, status), (2, 200)]
    assert verdict.passes


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirect_is_a_failure_and_is_not_followed(status):
    with Receiver() as elsewhere, Receiver(otherwise=redirect(f"{elsewhere.url}/there", status)) as receiver:
        verdict, journal = played(story(SMS), pbx55(receiver))

    assert elsewhere.requests == []
    assert shown(journal, "status") == [(status,)] * 5
    assert len(verdict.undelivered) == 1


def test_push_waits_behind_an_earlier_one_of_its_call_that_failed():
    """The call is over two seconds before the first push is tried again, and its last push goes out after that."""
    with Receiver([500]) as receiver:
        verdict, journal = played(story(SHORT), pbx55(receiver))

    assert shown(journal, "message", "attempt", "status") == [
        ("started", 1, 500),
        ("started", 2, 200),
        ("ended", 1, 200),
    ]
    assert journal[1].exchange.at == journal[2].exchange.at
    assert gaps(journal)[0] >= timedelta(seconds=4)
    assert verdict.passes


def test_given_up_push_lets_the_next_of_its_call_go():
    with Receiver([500] * 5) as receiver:
        verdict, journal = played(story(SHORT), pbx55(receiver))

    assert shown(journal, "message", "attempt")[4:] == [("started", 5), ("ended", 1)]
    assert [e.message for e in verdict.undelivered] == ["started"]


def test_calls_do_not_wait_for_each_other():
    with Receiver([500]) as receiver:
        verdict, journal = played(story(TWO), pbx55(receiver))

    assert shown(journal, "call", "message", "attempt") == [
        ("c1", "started", 1),
        ("c2", "started", 1),
        ("c2", "ended", 1),
        ("c1", "started", 2),
        ("c1", "ended", 1),
    ]
    assert verdict.passes


def test_target_that_is_not_ordered_gets_pushes_as_they_come():
    with Receiver([500]) as receiver:
        _, journal = played(story(SHORT), pbx55(receiver, ordered=False))

    assert shown(journal, "message", "attempt") == [("started", 1), ("ended", 1), ("started", 2)]


def test_every_target_gets_every_push_with_retries_of_its_own():
    with Receiver([500, 500]) as failing, Receiver() as good:
        verdict, journal = played(story(SHORT), pbx55(failing, "t1"), pbx55(good, "t2"))

    by_target = {key: [] for key in ("t1", "t2")}
    for target, message, attempt, status in shown(journal, "target", "message", "attempt", "status"):
        by_target[target].append((message, attempt, status))
    assert by_target["t1"] == [("started", 1, 500), ("started", 2, 500), ("started", 3, 200), ("ended", 1, 200)]
    assert by_target["t2"] == [("started", 1, 200), ("ended", 1, 200)]
    assert len({e.exchange.delivery for e in journal}) == 4
    assert verdict.passes


def test_targets_may_differ_in_method_and_token():
    with Receiver() as receiver:
        played(story(SMS), pbx55(receiver, "t1", method="PUT", token=None), pbx55(receiver, "t2"))

    seen = {(r.method, r.path, r.header("token")) for r in receiver.requests}
    assert seen == {("PUT", "/t1", None), ("POST", "/t2", TOKEN)}


def test_job_of_a_target_that_was_removed_ends():
    async def work():
        async with running(pbx55(receiver, "t1"), pbx55(good, "t2")) as simulator:
            tenant = simulator.default
            begun = simulator.engine.play(tenant, story(SHORT))
            await until(tenant, lambda: any(e.exchange.target == "t1" for e in entries(tenant)))
            tx = Transaction(tenant, simulator.store)
            tx.remove_target("t1")
            tx.commit()
            verdict = await simulator.engine.verdict(tenant, begun.id)
            return verdict, entries(tenant), dict(tenant.agenda.jobs)

    with Receiver(otherwise=500) as receiver, Receiver() as good:
        verdict, journal, left = run(work())

    assert shown(journal, "target").count(("t1",)) == len(receiver.requests) == 1
    assert [e.target for e in verdict.undelivered] == ["t1"]
    assert shown(journal, "target").count(("t2",)) == 2
    assert left == {}


@pytest.mark.parametrize(
    "answer",
    [
        Reply(200, b"[" * 60_000),
        Reply(200, b"\xff\xfe\x00"),
        Reply(200, b'{"a":NaN,"a":1e400}'),
        Reply(200, b"1" * 100_000),
        Reply(200, b"{}", (("content-type", "application/json; charset=\xff"),)),
    ],
    ids=["deep", "no text", "no JSON", "large", "charset"],
)
def test_answer_that_cannot_be_read_is_an_answer(answer):
    with Receiver(otherwise=answer) as receiver:
        verdict, journal = played(story(SMS), pbx55(receiver))

    assert (shown(journal, "status"), verdict.exit_code) == ([(200,)], 0)


def test_delivery_that_fails_by_a_fault_of_ours_breaks_its_run(caplog):
    """What was never judged must not pass."""

    async def work():
        async with running(pbx55(receiver)) as simulator:
            simulator.dispatcher._contracts = {}  # so that looking up the vendor's contract raises
            return await play(simulator, story(SMS)), simulator.default.agenda.jobs

    with Receiver() as receiver:
        verdict, left = run(work())

    assert (verdict.problem, verdict.exit_code, left) == ("the simulator failed; see its log", 2, {})
    assert "KeyError: 'pbx55'" in caplog.text


def test_journal_holds_no_token():
    with Receiver([500]) as receiver:
        _, journal = played(story(ANSWERED), pbx55(receiver))

    assert TOKEN not in repr(journal)
    assert {e.exchange.request.header("token") for e in journal} == {"[redacted:token]"}
    assert errors_of(journal) == []


def test_messages_without_a_target_are_counted_and_nothing_is_held_against_anybody():
    verdict, journal = played(story(SHORT))

    assert journal == []
    assert (verdict.unsent["pbx55"], verdict.unsent["hubsoft"]) == (2, 1)
    assert (verdict.passes, verdict.exit_code) == (True, 0)
