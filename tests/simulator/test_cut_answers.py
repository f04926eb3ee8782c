"""An answer of a target that is longer than what is read of it: in the journal, in the verdict and in ``tail``."""

import pytest

from contracts.exchanges import to_record
from contracts.model import Direction
from simulator.cli.entries import Told
from simulator.delivery.dispatch import GaveUp
from simulator.runs.pushes import Pushes
from simulator.runs.reports import tell_refused
from tests.core import SMS, pbx55, played, story
from tests.receiver import Receiver, Reply
from tests.vendors.hubsoft_peer import granted, hubsoft

LIMIT = 65_536
CUT = "a body of more than 65536 bytes, cut there"
LONG = b'{"status": "success", "msg": "' + b"x" * LIMIT + b'"}'
RINGS = """
scenario: rings
title: A call rings
steps:
  - inbound: {call: A, from: "37999912222"}
  - {after: 3s, ring: {call: A, extension: "111"}}
"""


def sent(journal, operation):
    """Return the entries of what was sent under this operation, which was cut."""
    own = [e for e in journal if e.exchange.direction is Direction.SENT and e.exchange.operation == operation]
    assert all(e.exchange.cut and len(e.exchange.response.body) == LIMIT for e in own)
    return own


def line(entry):
    record = to_record(entry.exchange, entry.verdict) | {"number": entry.number}
    told = Told.of(record)
    return told.mark, told.line(entry.exchange.at.tzinfo)


def test_long_answer_whose_body_nobody_asks_for_has_arrived():
    """55PBX says nothing of a body: the journal tells that it was cut, and no more is made of it."""
    with Receiver(otherwise=Reply(body=LONG)) as receiver:
        verdict, journal = played(story(SMS), pbx55(receiver))

    [entry] = sent(journal, "callData")
    mark, told = line(entry)
    assert (verdict.passes, verdict.findings, entry.exchange.error) == (True, (), CUT)
    assert mark == "ok"
    assert f"POST /t1 -> 200 in {entry.exchange.took_ms:.1f} ms, {CUT}" in told


def test_long_answer_that_should_say_yes_has_not_said_it():
    """What was read of it might begin like a yes: the verdict says that it is not known, and why."""
    with Receiver([granted()], otherwise=Reply(body=LONG)) as receiver:
        verdict, journal = played(story(RINGS), hubsoft(receiver))

    [entry] = sent(journal, "notifyCall")
    mark, told = line(entry)
    assert [(f.violation.clause, f.violation.found) for f in verdict.findings] == [("cut", CUT)]
    assert (verdict.errors, verdict.undelivered, verdict.exit_code) == ((), (), 1)
    [refused] = verdict.refused
    assert tell_refused(refused, "http://here").startswith(
        f"hubsoft notified was answered at http://here with {CUT}: nothing says that it was accepted; "
        'answer with a smaller body: {"status": "success"'
    )
    assert mark == "warn"
    assert told.endswith(f"{CUT}; response body: found {CUT}, expected a body that can be read to its end")


def test_long_answer_to_a_login_gives_no_token():
    with Receiver(otherwise=Reply(body=LONG)) as receiver:
        _, journal = played(story(RINGS), hubsoft(receiver))

    problems = {e.exchange.error for e in journal if e.exchange.operation == "notifyCall"}
    assert problems == {f"no token, since the login failed: it answered 200 with {CUT}"}


@pytest.mark.parametrize("size", [10, 2 * LIMIT])
def test_status_is_why_a_message_never_arrived_however_long_the_answer(size):
    with Receiver(otherwise=Reply(500, b"x" * size)) as receiver:
        verdict, _ = played(story(SMS), pbx55(receiver))

    [lost] = verdict.undelivered
    pushes = Pushes({}, {})
    pushes(GaveUp(lost))
    assert lost.cut is (size > LIMIT)
    assert pushes.told["pbx55"].why == "answered 500"
