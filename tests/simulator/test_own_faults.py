"""What goes wrong on purpose between the simulator and its own fake: in the journal of both, held against nobody."""

from dataclasses import replace

import pytest

from contracts.model import Direction, Exchange, HttpRequest, HttpResponse
from simulator.cli.playing import built_in_targets
from simulator.clock import Mode
from simulator.runs.judging import verdict_of
from simulator.runs.reports import tell_refused
from simulator.tenancy.runs import Run
from simulator.tenancy.targets import Target
from simulator.tenancy.tenants import FIRST_MORNING
from simulator.tenancy.transactions import Transaction
from tests.core import desk, entries, pbx55, play, played, run, running, shown, story
from tests.raw_http import ask, request
from tests.receiver import Receiver

CALL = """
scenario: own_fake
title: A call rings, and the fake of our own is told
steps:
  - inbound: {{call: A, from: "37999912222"}}
  - {{after: 3s, ring: {{call: A, extension: "111"}}}}
  - {{after: 4s, answer: {{call: A}}}}
  - {{after: 20s, hangup: {{call: A, by: outside}}}}
faults:
  - on: {{vendor: hubsoft, {on}}}
    do: {{{do}}}
"""


def told(on, do):
    """Play the call against the simulator's own fakes; return the verdict and HubSoft's part of the journal."""

    async def work():
        async with running(listen=True) as simulator, built_in_targets(simulator, show=False):
            verdict = await play(simulator, story(CALL.format(on=on, do=do)))
            return verdict, [e for e in entries(simulator.default) if e.exchange.vendor == "hubsoft"]

    return run(work())


def marks(journal, direction):
    own = [e for e in journal if e.exchange.direction is direction and "notify" in (e.exchange.operation or "notify")]
    return shown(own, "fault", "other_fault", "status")


@pytest.mark.parametrize(
    ("do", "kind", "status"),
    [
        ("too_many: 30s", "too_many", 429),
        ("status: 418", "status", 418),
        ("status: 503", "status", 503),
        ("refused: unauthenticated", "refused", 401),
        ("token_expired: true", "token_expired", 401),
        ("truncated: true", "truncated", None),
        ("reset: true", "reset", None),
    ],
)
def test_answer_that_was_struck_is_marked_where_it_was_sent_from_and_the_retry_arrives(do, kind, status):
    verdict, journal = told("answer: notifyCall, nth: 1", do)

    assert marks(journal, Direction.SENT) == [(None, kind, status), (None, None, 200)]
    assert marks(journal, Direction.RECEIVED)[0][:2] == (kind, None)
    assert (verdict.errors, verdict.warnings, verdict.missed, verdict.spared) == ((), (), (), ())
    assert verdict.passes


@pytest.mark.parametrize("do", ["refused: violation", "status: 204", "empty: true"])
def test_message_that_was_taken_wrongly_on_purpose_was_refused_by_nobody(do):
    """It is not sent again, since a 2xx came; that it came to nothing is told, and fails nothing."""
    verdict, journal = told("answer: notifyCall, nth: 1", do)

    assert len(marks(journal, Direction.SENT)) == 1
    assert [(e.message, e.other_fault) for e in verdict.spared] == [("notified", do.partition(":")[0])]
    assert (verdict.errors, verdict.refused, verdict.undelivered, verdict.exit_code) == ((), (), (), 0)


@pytest.mark.parametrize(
    ("answer", "do"),
    [
        ("notifyCall", "status: 503"),
        ("notifyCall", "token_expired: true"),
        ("any", "status: 503"),
        ("any", "reset: true"),
    ],
)
def test_message_whose_every_answer_is_struck_is_told_and_fails_nothing(answer, do):
    """The login too, for want of which nothing can leave."""
    verdict, journal = told(f"answer: {answer}", do)

    own = [e.exchange for e in journal if e.exchange.message]
    assert {e.attempt for e in own} == {1, 2, 3, 4, 5}
    assert {e.other_fault for e in own} == {do.partition(":")[0]}
    assert [e.message for e in verdict.spared] == ["notified"]
    assert (verdict.errors, verdict.refused, verdict.undelivered, verdict.exit_code) == ((), (), (), 0)


@pytest.mark.parametrize(
    ("struck", "lost", "spared"),
    [(("status", "status"), 0, 1), (("status", None), 1, 0), ((None, "status"), 1, 0), ((None, None), 1, 0)],
)
def test_fault_excuses_a_message_only_where_it_struck_every_attempt(struck, lost, spared):
    scenario = story(CALL.format(on="answer: notifyCall", do="status: 503"))
    request = HttpRequest("POST", "/api/v1/integracao/pbx/ligacao/notificar", "", (), b"{}")

    async def work():
        async with desk() as at:
            tx = at.tx()
            for attempt, fault in enumerate(struck, 1):
                exchange = Exchange("hubsoft", Direction.SENT, request, HttpResponse(503), call="c1", attempt=attempt)
                tx.record(replace(exchange, delivery="d1", target="own-hubsoft", other_fault=fault), None)
            tx.commit()
            begun = Run("r1", scenario, FIRST_MORNING, 0, {"A": "c1"}, ())
            return verdict_of(begun, at.tenant.journal, {}, {})

    verdict = run(work())

    assert (len(verdict.undelivered), len(verdict.spared)) == (lost, spared)


@pytest.mark.parametrize(
    ("do", "attempts"),
    [
        ("malformed", 5),
        ("wrong_method", 5),
        ("null_field", 1),
        ("unknown_field", 1),
        ("number_as_string", 1),
    ],
)
def test_message_that_was_spoilt_is_marked_where_it_came_in_and_is_no_violation_of_an_integration(do, attempts):
    verdict, journal = told("message: notified", f"{do}: true")

    assert [m[:2] for m in marks(journal, Direction.SENT)] == [(do, None)] * attempts
    assert [m[:2] for m in marks(journal, Direction.RECEIVED)] == [(None, do)] * attempts
    assert (verdict.findings, verdict.missed, verdict.exit_code) == ((), (), 0)


def test_message_that_nobody_spoilt_is_marked_nowhere():
    """What the other tests hold theirs against; and the mark that ties the halves stands in no journal."""
    verdict, journal = told("message: notified, nth: 2", "drop: true")

    assert marks(journal, Direction.SENT) == marks(journal, Direction.RECEIVED) == [(None, None, 200)]
    assert "errand" not in repr(journal)
    assert verdict.passes


def test_wrong_credential_is_marked_in_the_journal_of_nobody():
    """It names no tenant, and its fault stands there all the same."""

    async def work():
        async with running(listen=True) as simulator, built_in_targets(simulator, show=False):
            verdict = await play(simulator, story(CALL.format(on="message: notified", do="wrong_token: true")))
            return verdict, entries(simulator.tenants.get("unclaimed"))

    verdict, unclaimed = run(work())

    assert shown(unclaimed, "other_fault", "status") == [("wrong_token", 401)] * 5
    assert (verdict.findings, verdict.exit_code) == ((), 0)


def test_header_of_a_stranger_is_no_errand():
    """A mark that is under way nowhere stays in the journal as whatever it is."""

    async def work():
        async with running(listen=True, clock=Mode.REAL) as simulator:
            await ask(simulator.server, request("POST /hubsoft/oauth/token", "X-Pbxsim-Errand: 0123456789abcdef"))
            return entries(simulator.tenants.get("unclaimed"))

    (entry,) = run(work())

    assert entry.exchange.request.header("x-pbxsim-errand") == "0123456789abcdef"
    assert (entry.exchange.fault, entry.exchange.other_fault) == (None, None)


def test_target_that_is_a_fake_of_this_simulator_is_its_own_under_any_name():
    """What the simulator asks itself is no request of an integration, and a struck answer is held against nobody."""
    text = CALL.format(on="answer: notifyCall", do="status: 503") + (
        "expect:\n  - not_received: {vendor: hubsoft, operation: notifyCall}\n"
    )

    async def work():
        async with running(listen=True) as simulator:
            own = simulator.default.profile.credentials["hubsoft"]
            url = simulator.server.url.replace("127.0.0.1", "localhost")
            tx = Transaction(simulator.default, simulator.store)
            tx.put_target(Target("t1", "hubsoft", f"{url}/hubsoft", credentials=own))
            tx.commit()
            return await play(simulator, story(text)), entries(simulator.default)

    verdict, journal = run(work())

    came = [e for e in journal if e.exchange.direction is Direction.RECEIVED and e.exchange.operation == "notifyCall"]
    assert set(shown(came, "target", "fault")) == {("t1", "status")}
    assert (verdict.missed, verdict.undelivered, len(verdict.spared)) == ((), (), 1)


@pytest.mark.parametrize("do", ["malformed: true", "null_field: true"])
def test_receiver_that_breaks_by_a_spoilt_message_fails_the_run(do):
    """A refusal is right; a 5xx says that it was not looked at. Once is said once, however often it is tried."""
    text = CALL.format(on="nth: 1", do=do).replace("vendor: hubsoft", "vendor: pbx55")
    verdicts = []
    for status in (400, 500):
        with Receiver([status], otherwise=status) as receiver:
            verdicts.append(played(story(text), pbx55(receiver))[0])

    refusing, breaking = ([e for e in v.refused if e.fault] for v in verdicts)
    assert refusing == []
    assert [(e.fault, e.response.status) for e in breaking] == [(do.partition(":")[0], 500)]
    told = tell_refused(breaking[0], "http://here")
    assert told.startswith(
        f"what listens at http://here broke by pbx55 started, which had {breaking[0].fault} on purpose"
    )
    assert "it answered 500" in told
    assert not verdicts[1].passes
