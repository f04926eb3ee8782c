"""The simulated PBX as HubSoft's client: one login, a token that is renewed, notices of calls that ring or are lost."""

import json
from datetime import timedelta

from tests.core import entries, play, played, run, running, shown, story
from tests.receiver import Receiver, Reply
from tests.vendors.hubsoft_peer import CANCELLED, HUBSOFT, NOTIFIED, granted, hubsoft

LOGIN = "/oauth/token"
NOTIFY = "/api/v1/integracao/pbx/ligacao/notificar"
CANCEL = "/api/v1/integracao/pbx/ligacao/cancelar"

RINGS = """
scenario: rings
title: An extension rings and answers
steps:
  - inbound: {{call: A, from: "37999912222"}}
  - {{after: 1s, ring: {{call: A, extension: "111"}}}}
  - {{after: 1s, answer: {{call: A}}}}
  - {{after: {talk}, hangup: {{call: A, by: outside}}}}
  - inbound: {{call: B, from: "37988242968"}}
  - {{after: 1s, ring: {{call: B, extension: "112"}}}}
  - {{after: 1s, answer: {{call: B}}}}
  - {{after: 1s, hangup: {{call: B, by: outside}}}}
expect:
  - sent: {{vendor: hubsoft, call: A, message: notified, times: 1, attempts: 1, delivered: true}}
  - sent: {{vendor: hubsoft, call: B, message: notified, times: 1, attempts: 1, delivered: true}}
  - sent: {{vendor: hubsoft, message: notified, times: 2}}
"""


def rings(talk="10s"):
    return story(RINGS.format(talk=talk))


def paths(receiver):
    return [request.path for request in receiver.requests]


def refused(status=401):
    return Reply(status, b'{"error":"invalid_client","message":"no"}')


def test_token_is_asked_for_once_and_used_for_every_notice():
    with Receiver([granted("tok-1")], otherwise=NOTIFIED) as receiver:
        verdict, _ = played(rings(), hubsoft(receiver))

    assert paths(receiver) == [LOGIN, NOTIFY, NOTIFY]
    assert receiver.requests[0].json == {"grant_type": "password", **HUBSOFT}
    assert [r.header("authorization") for r in receiver.requests[1:]] == ["Bearer tok-1"] * 2
    assert (verdict.findings, verdict.missed, verdict.exit_code) == ((), (), 0)


def test_notice_names_extension_and_phone():
    with Receiver([granted()], otherwise=NOTIFIED) as receiver:
        played(rings(), hubsoft(receiver))

    assert [r.json for r in receiver.requests[1:]] == [
        {"ramal": 111, "telefone": 37999912222},
        {"ramal": 112, "telefone": 37988242968},
    ]


def test_token_is_renewed_when_its_time_is_over_on_the_tenants_clock():
    """The first token lives an hour, and the second call rings two hours later: moments of wall time."""
    with Receiver([granted("tok-1", 3600), NOTIFIED, granted("tok-2", 3600)], otherwise=NOTIFIED) as receiver:
        verdict, _ = played(rings(talk="2h"), hubsoft(receiver))

    assert paths(receiver) == [LOGIN, NOTIFY, LOGIN, NOTIFY]
    assert receiver.requests[3].header("authorization") == "Bearer tok-2"
    assert (verdict.undelivered, verdict.missed[:-1]) == ((), ())


def test_token_is_forgotten_by_a_reset():
    async def work():
        async with running(hubsoft(receiver)) as simulator:
            await play(simulator, rings())
            simulator.reset("default")
            await play(simulator, rings())

    with Receiver([granted(), NOTIFIED, NOTIFIED, granted()], otherwise=NOTIFIED) as receiver:
        run(work())

    assert paths(receiver) == [LOGIN, NOTIFY, NOTIFY] * 2


def test_token_that_still_lives_is_not_renewed():
    with Receiver([granted("tok-1", 7300)], otherwise=NOTIFIED) as receiver:
        played(rings(talk="2h"), hubsoft(receiver))

    assert paths(receiver) == [LOGIN, NOTIFY, NOTIFY]


def test_token_that_is_refused_is_renewed_within_the_same_attempt():
    with Receiver([granted("old"), refused(), granted("new")], otherwise=NOTIFIED) as receiver:
        verdict, journal = played(rings(), hubsoft(receiver))

    notices = [e for e in journal if e.exchange.message == "notified"]
    assert paths(receiver) == [LOGIN, NOTIFY, LOGIN, NOTIFY, NOTIFY]
    assert [r.header("authorization") for r in receiver.requests if r.path == NOTIFY] == [
        "Bearer old",
        "Bearer new",
        "Bearer new",
    ]
    assert receiver.requests[1].body == receiver.requests[3].body
    assert shown(notices, "attempt", "status") == [(1, 401), (1, 200), (1, 200)]
    assert (verdict.missed, verdict.undelivered, verdict.exit_code) == ((), (), 0)


def test_second_refusal_in_a_row_puts_the_notice_off():
    with Receiver([granted("a"), refused(), granted("b"), refused()], otherwise=NOTIFIED) as receiver:
        _, journal = played(rings(), hubsoft(receiver))

    notices = [e for e in journal if e.exchange.call == "c1"]
    assert shown(notices, "attempt", "status") == [(1, 401), (1, 401), (2, 200)]
    assert notices[2].exchange.at - notices[1].exchange.at >= timedelta(seconds=4)


def test_failed_login_is_journaled_with_its_answer_and_the_notice_with_the_reason():
    with Receiver(otherwise=refused()) as receiver:
        verdict, journal = played(rings(), hubsoft(receiver))

    logins = [e for e in journal if e.exchange.operation == "issueToken"]
    notices = [e for e in journal if e.exchange.call == "c1"]
    assert set(paths(receiver)) == {LOGIN}
    assert shown(logins, "status", "call") == [(401, None)] * len(receiver.requests)
    assert shown(notices, "attempt", "status") == [(n, None) for n in range(1, 6)]
    assert {e.exchange.error for e in notices} == {"no token, since the login failed: it answered 401 without a token"}
    assert len(verdict.undelivered) == 2
    assert [f for f in verdict.errors if f.exchange.message] == []  # what never left breaks no contract
    assert verdict.exit_code == 1


def test_target_without_credentials_is_told_which_one_is_missing():
    async def work():
        async with running(hubsoft(receiver, credentials={"client_id": "1"}, token=None)) as simulator:
            target = simulator.default.targets["h1"]
            simulator.default.targets["h1"] = hubsoft(receiver, credentials={"client_id": "1"})
            assert target.credentials  # who names none on the command line means the simulator's own
            await play(simulator, rings())
            return entries(simulator.default)

    with Receiver() as receiver:
        journal = run(work())

    assert receiver.requests == []
    assert {e.exchange.error for e in journal} == {"the target has no credential 'client_secret': give it, or a token"}


def test_journal_holds_neither_password_nor_token():
    with Receiver([granted("tok-secret")], otherwise=NOTIFIED) as receiver:
        _, journal = played(rings(), hubsoft(receiver))

    text = repr(journal)
    assert [secret for secret in ("tok-secret", "two-secret", "quatro-secret") if secret in text] == []


def test_lost_call_is_cancelled_after_it_was_notified():
    with Receiver([granted(), NOTIFIED, CANCELLED]) as receiver:
        verdict, _ = played("missed_inbound", hubsoft(receiver))

    assert paths(receiver) == [LOGIN, NOTIFY, CANCEL]
    assert receiver.requests[1].json == receiver.requests[2].json
    assert verdict.passes


def test_call_that_two_devices_rang_for_is_cancelled_at_the_one_that_did_not_get_it():
    text = """
scenario: two_devices
title: Two extensions ring, one answers
steps:
  - inbound: {call: A, from: "37999912222"}
  - {after: 1s, ring: {call: A, extension: "111"}}
  - ring: {call: A, extension: "112"}
  - {after: 3s, answer: {call: A, extension: "112"}}
  - {after: 9s, hangup: {call: A, by: outside}}
"""
    with Receiver([granted(), NOTIFIED, NOTIFIED, CANCELLED]) as receiver:
        verdict, _ = played(story(text), hubsoft(receiver))

    told = [(r.path, r.json["ramal"]) for r in receiver.requests if r.path != LOGIN]
    assert told == [(NOTIFY, 111), (NOTIFY, 112), (CANCEL, 111)]
    assert verdict.passes


def test_notice_that_is_answered_with_the_envelope_of_an_error_was_refused():
    """HubSoft says no with HTTP 200: nothing is sent again, and the verdict does not pass."""
    no = Reply(200, json.dumps({"status": "error", "errors": [], "msg": "Ramal desconhecido"}).encode())
    with Receiver([granted()], otherwise=no) as receiver:
        verdict, _ = played(rings(), hubsoft(receiver))

    assert paths(receiver) == [LOGIN, NOTIFY, NOTIFY]
    assert [e.call for e in verdict.refused] == ["c1", "c2"]
    assert (verdict.undelivered, verdict.exit_code) == ((), 1)
