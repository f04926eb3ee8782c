"""What a vendor does wrong on purpose with a body of its own: seen by a real receiver, and no violation of ours."""

import json
from datetime import timedelta

import pytest

from contracts.contract import HOME, load
from contracts.model import Direction, Exchange, HttpRequest
from scenarios.model import IN_WIRE_WORDS, Flaw
from simulator.discovery import discover_vendors
from simulator.tenancy.tenants import FIRST_MORNING
from simulator.vendors.pbx55.spoils import PRINTED
from tests.core import pbx55, played, shown, story
from tests.receiver import Receiver
from tests.vendors.hubsoft_peer import CANCELLED, NOTIFIED, granted, hubsoft

VENDORS = discover_vendors()
# What goes wrong with an event of a channel is in test_event_faults.
SPOILT = [(key, flaw) for key, vendor in VENDORS.items() if not vendor.channel for flaw in vendor.spoils]

CALL = """
scenario: spoilt
title: A call whose messages are wrong
steps:
  - inbound: {{call: A, from: "37999912222"}}
  - {{after: 10s, ring: {{call: A, extension: "111"}}}}
  - {{after: 10s, hangup: {{call: A, by: outside}}}}
faults:
  - {{on: {{vendor: {vendor}, nth: 1}}, do: {{{flaw}: true}}}}
"""


def sent(vendor, flaw):
    """Play the call; return the body that went wrong, the one that should have gone, the journal and the verdict."""
    bodies, found = [], None
    for each in (None, flaw):
        text = CALL.format(vendor=vendor, flaw=each or "delay").replace("delay: true", "delay: 0s")
        with Receiver([granted(), NOTIFIED, CANCELLED] if vendor == "hubsoft" else []) as receiver:
            target = hubsoft(receiver) if vendor == "hubsoft" else pbx55(receiver)
            found = played(story(text), target)
        (first, *_) = [r for r in receiver.requests if not r.path.endswith("/oauth/token")]
        bodies.append(first.body)
    verdict, journal = found
    return bodies[1], bodies[0], journal, verdict


def test_spoils_are_flaws_in_wire_words_and_of_vendors_that_send_to_targets():
    assert {flaw for _, flaw in SPOILT} == IN_WIRE_WORDS
    assert {key for key, _ in SPOILT} == {"hubsoft", "pbx55"}


@pytest.mark.parametrize(("key", "flaw"), SPOILT)
def test_spoilt_message_is_another_one_and_no_violation_of_ours(key, flaw):
    spoilt, right, journal, verdict = sent(key, flaw)

    assert spoilt != right
    assert shown(journal, "fault").count((flaw.value,)) == 1
    assert (verdict.errors, verdict.passes) == ((), True)


# A date may be right either way round, what nobody knows is left alone, and HubSoft takes its numbers as text too.
ALLOWED = {("pbx55", Flaw.SWAPPED_DATE), ("hubsoft", Flaw.NUMBER_AS_STRING)} | {
    (key, Flaw.UNKNOWN_FIELD) for key in ("hubsoft", "pbx55")
}


@pytest.mark.parametrize(("key", "flaw"), [pair for pair in SPOILT if pair not in ALLOWED])
def test_spoilt_message_would_break_the_contract(key, flaw):
    """Where it was not on purpose, the check would find it: what is wrong is wrong indeed."""
    spoilt, right, journal, _ = sent(key, flaw)
    operation = next(e.exchange.operation for e in journal if e.exchange.fault == flaw)
    contract = load(key)

    def found(body):
        headers = (("content-type", "application/json"), ("authorization", "Bearer x"), ("token", "x"))
        path = contract.operations[operation].path
        http = HttpRequest("POST", path, "", headers, body)
        exchange = Exchange(key, Direction.SENT, http, operation=operation, readings=contract.choose({}))
        return {v.pointer for v in contract.check(exchange).violations}

    assert found(spoilt) - found(right)


@pytest.mark.parametrize(
    ("key", "flaw", "field", "value"),
    [
        ("pbx55", Flaw.SWAPPED_DATE, "call_date", "2026-02-03 09:00:00"),
        ("pbx55", Flaw.NULL_FIELD, "call_number", None),
        ("pbx55", Flaw.NUMBER_AS_STRING, "call_duration", "0"),
        ("hubsoft", Flaw.NULL_FIELD, "telefone", None),
        ("hubsoft", Flaw.NUMBER_AS_STRING, "ramal", "111"),
    ],
)
def test_one_field_is_wrong_and_the_others_are_as_they_were(key, flaw, field, value):
    spoilt, right, _, _ = sent(key, flaw)
    spoilt, right = json.loads(spoilt), json.loads(right)

    assert spoilt == {**right, field: value}
    assert list(spoilt) == list(right)


def test_last_push_is_spoilt_in_one_field_and_to_the_byte_as_it_was_elsewhere():
    """Its money has two digits behind the point, which no number that was read and written again would have."""
    right = b'{"call_date":"2026-03-02 09:00:00","call_balance":1000.00,"call_cost": 0.10,"note":"call_unknown"}'

    swapped, unknown = (VENDORS["pbx55"].spoils[flaw](right) for flaw in (Flaw.SWAPPED_DATE, Flaw.UNKNOWN_FIELD))

    assert swapped == right.replace(b"2026-03-02", b"2026-02-03")
    assert unknown == right[:-1] + b',"call_unknown":"nobody knows this field"}'


def test_date_that_is_the_same_swapped_was_not_spoilt_and_who_refuses_it_fails():
    """On 3 March day and month are equal: nothing excuses a receiver that refuses such a push."""
    text = CALL.format(vendor="pbx55", flaw="swapped_date")
    with Receiver([400] * 5 + [200]) as receiver:
        verdict, journal = played(story(text), pbx55(receiver), start=FIRST_MORNING + timedelta(days=1))

    assert {e.exchange.fault for e in journal} == {None}
    assert [e.message for e in verdict.undelivered] == ["started"]
    (idle,) = verdict.idle
    assert idle.endswith("swapped_date struck nothing: 2 messages matched, and 1 of them was so already")
    assert verdict.exit_code == 1


def test_printed_example_is_sent_to_the_letter():
    (folder,) = (HOME / "pbx55").glob("examples/callData/invalid")
    example = json.loads((folder / "printed-example.json").read_text("utf-8"))

    spoilt, *_ = sent("pbx55", Flaw.PRINTED_EXAMPLE)

    assert spoilt.decode() == PRINTED == example["request"]["rawBody"]
