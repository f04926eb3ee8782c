"""55PBX: the simulator's pushes against the vendor's contract, and what one push says of another."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts import strict_json
from contracts.contract import Contract, load
from contracts.model import Direction as Way
from contracts.model import Exchange, HttpRequest, HttpResponse, Severity
from simulator.telephony.calls import Cause, Kind, Medium, Party
from tests.vendors.pbx55_phone import ANSWERED, START, Phone, inbound, outbound, transfer

CONTRACT = load("pbx55")
READINGS = [(d.id, r) for d in CONTRACT.discrepancies.values() for r in d.readings]
TOKEN = (("content-type", "application/json"), ("token", "LKAGSDK654687s6df5KSDUHs45s4df54sadJSJKS34"))


@pytest.fixture(scope="module")
def contract() -> Contract:
    return CONTRACT


def exchanges(phone: Phone, *, named: bool = True) -> list[Exchange]:
    """Return the pushes as they would be sent, with an answer of 200."""
    return [
        Exchange(
            "pbx55",
            Way.SENT,
            HttpRequest("PUT", "/push", headers=TOKEN, body=message.body),
            HttpResponse(200),
            operation="callData",
            message=message.name if named else None,
            readings=phone.readings,
            delivery=f"d{number}",
        )
        for number, message in enumerate(phone.messages)
    ]


def day(**readings: str) -> Phone:
    """Play a transferred call, an abandoned, an outbound, a text message, and one that ends in the menu."""
    phone = transfer(**readings)
    phone.play(
        inbound("c", 5201),
        (Kind.STARTED, 200, {}),
        (Kind.QUEUED, 201, {"queue": "Suporte"}),
        (Kind.ENDED, 260, {"by": Party.OUTSIDE, "cause": Cause.ABANDONED}),
    )
    phone.play(
        replace(outbound(), id="d", serial=5202),
        (Kind.STARTED, 300, {}),
        (Kind.RINGING, 301, {}),
        (Kind.ANSWERED, 305, {}),
        (Kind.ENDED, 416, {"by": Party.INSIDE}),
    )
    phone.play(replace(outbound(medium=Medium.SMS), id="e", serial=5203), (Kind.SMS_SENT, 500, {}))
    phone.play(
        inbound("f", 5204),
        (Kind.STARTED, 600, {}),
        (Kind.MENU_ENTERED, 600, {}),
        (Kind.ENDED, 630, {"by": Party.SYSTEM}),
    )
    return phone


def changed(exchange: Exchange, **fields: object) -> Exchange:
    """Return the push with some fields of its body changed."""
    body = strict_json.loads(exchange.request.body) | fields
    return replace(exchange, request=replace(exchange.request, body=strict_json.dumps(body)))


def findings(contract: Contract, sent: list[Exchange]) -> list[tuple[int, str, str, Severity]]:
    return [(i, v.clause, v.pointer, v.severity) for i, v in contract.check_sequence(sent)]


@pytest.mark.parametrize(("discrepancy", "reading"), READINGS)
@pytest.mark.parametrize("named", [True, False])
def test_pushes_keep_the_contract_under_each_reading(contract, discrepancy, reading, named):
    """What a reading makes us send, it takes: each push for itself, and all of them together."""
    sent = exchanges(day(**{discrepancy: reading}), named=named)

    judgements = [contract.check(exchange) for exchange in sent]

    assert [j.violations for j in judgements] == [()] * len(sent)
    assert [j.unjudged for j in judgements] == [()] * len(sent)
    assert contract.check_sequence(sent) == []


def test_pushes_keep_the_contract_under_the_lenient_readings(contract):
    """All lenient readings hold together."""
    sent = exchanges(day(**contract.choose({"*": "lenient"})))

    assert [contract.check(exchange).violations for exchange in sent] == [()] * len(sent)
    assert contract.check_sequence(sent) == []


@settings(max_examples=50, deadline=None)
@given(
    calls=st.lists(
        st.tuples(st.integers(0, 300), st.none() | st.integers(0, 7300), st.booleans()),
        min_size=1,
        max_size=5,
    )
)
def test_random_calls_keep_the_arithmetic(calls):
    """Duration, cost and balance agree, whatever was waited and talked."""
    phone = Phone()
    for number, (ring, talk, out) in enumerate(calls):
        call = replace(outbound() if out else inbound(), id=str(number), serial=number)
        at = number * 10_000
        rest = [] if talk is None else [(Kind.ANSWERED, at + ring, {"extension": None if out else "5000"})]
        phone.play(
            call,
            (Kind.STARTED, at, {}),
            (Kind.RINGING, at, {"extension": None if out else "5000"}),
            *rest,
            (Kind.ENDED, at + ring + (talk or 0), {"by": Party.OUTSIDE}),
        )
    sent = exchanges(phone)

    assert [CONTRACT.check(exchange).violations for exchange in sent] == [()] * len(sent)
    assert CONTRACT.check_sequence(sent) == []


def test_first_push_that_is_missing_is_a_violation(contract):
    """A final push without a first is documented not to be."""
    _, last = exchanges(answered())

    assert findings(contract, [last]) == [(0, "first-push-comes-first", "", Severity.ERROR)]
    assert findings(contract, [replace(last, message=None)]) == [(0, "first-push-comes-first", "", Severity.ERROR)]


def test_first_push_after_the_last_is_a_violation(contract):
    """The order of the two is documented."""
    first, last = exchanges(answered())

    assert findings(contract, [last, first]) == [(0, "first-push-comes-first", "", Severity.ERROR)]


def test_first_push_is_not_missed_where_none_is_sent(contract):
    """Under P7 end-only there is none, and one is too many."""
    first, last = (replace(e, readings={"P7": "end-only"}) for e in exchanges(answered()))

    assert findings(contract, [last]) == []
    assert findings(contract, [first, last]) == [(0, "number-of-pushes", "", Severity.ERROR)]


def test_call_that_goes_on_is_not_judged(contract):
    """A first push alone says nothing of how many there will be."""
    first, _ = exchanges(answered())

    assert findings(contract, [first]) == []


@pytest.mark.parametrize("twice", [0, 1])
def test_push_that_is_sent_twice_is_one_too_many(contract, twice):
    """Two deliveries of one push are three pushes of a call."""
    sent = exchanges(answered())

    sent.append(replace(sent[twice], delivery="again"))

    assert (2, "number-of-pushes", "", Severity.ERROR) in findings(contract, sent)


def test_push_that_is_tried_twice_is_one(contract):
    """A second attempt has the delivery's id, and is no push of its own."""
    first, last = exchanges(answered())

    assert findings(contract, [first, replace(first, attempt=2), last]) == []


def test_text_message_is_one_push(contract):
    """A second push of a text message is one too many."""
    phone = Phone()
    phone.play(outbound(medium=Medium.SMS), (Kind.SMS_SENT, 0, {}))
    (only,) = exchanges(phone)

    assert findings(contract, [only]) == []
    assert findings(contract, [only, replace(only, delivery="again")]) == [(1, "number-of-pushes", "", Severity.ERROR)]


def test_third_push_needs_a_second(contract):
    """A transferred call has three pushes."""
    a1, _, _, a3, _ = exchanges(transfer())

    assert findings(contract, [a1, a3]) == [(1, "number-of-pushes", "", Severity.ERROR)]


def test_third_push_repeats_the_second(contract):
    """Only call_transfer_id may differ, but where the lenient reading asks for nothing."""
    a1, _, a2, a3, _ = exchanges(transfer())
    other = changed(a3, call_time=21, call_queue="Vendas")

    assert findings(contract, [a1, a2, other]) == [
        (2, "third-push-repeats-the-second", "/call_queue", Severity.WARNING),
        (2, "third-push-repeats-the-second", "/call_time", Severity.WARNING),
    ]
    assert findings(contract, [replace(e, readings={"P9": "either"}) for e in (a1, a2, other)]) == []


@pytest.mark.parametrize("key", ["call_disconnection", "call_status"])
def test_final_push_says_how_the_call_ended(contract, key):
    """A push that is called final and does not say so is incomplete."""
    first, last = exchanges(answered())

    found = findings(contract, [first, changed(last, **{key: ""})])

    assert found == [(1, "final-push-is-complete", f"/{key}", Severity.WARNING)]


def test_final_push_has_its_amounts(contract):
    """Under P13 absent unknown fields are left out, but at the end times and amounts are known."""
    first, last = exchanges(answered(P13="absent"))
    body = strict_json.loads(last.request.body)
    del body["call_cost"], body["call_time"]
    short = replace(last, request=replace(last.request, body=strict_json.dumps(body)))

    assert findings(contract, [first, short]) == [
        (1, "final-push-is-complete", "/call_time", Severity.WARNING),
        (1, "final-push-is-complete", "/call_cost", Severity.WARNING),
    ]


def test_balance_falls_by_the_cost(contract):
    """A cent that goes astray between two final pushes is found, and only once."""
    phone = Phone()
    for number in range(3):
        call = replace(outbound(), id=str(number), serial=5199 + number)
        at = number * 100
        phone.play(
            call,
            (Kind.STARTED, at, {}),
            (Kind.RINGING, at, {}),
            (Kind.ANSWERED, at + 5, {}),
            (Kind.ENDED, at + 16, {"by": Party.OUTSIDE}),
        )
        phone.balance -= Decimal("0.01") if number == 1 else 0

    assert findings(contract, exchanges(phone)) == [(5, "balance-falls-by-the-cost", "/call_balance", Severity.WARNING)]


def test_call_date_stays(contract):
    """A call begins once."""
    first, last = exchanges(answered())

    found = findings(contract, [first, changed(last, call_date="2016-11-18 11:50:10")])

    assert found == [(1, "call-date-stays", "/call_date", Severity.WARNING)]


def test_unanswered_call_is_told_from_a_first_push(contract):
    """Without its name, a last push is known by its disconnection, though it has no talk and no recording."""
    phone = Phone()
    phone.play(
        inbound(),
        (Kind.STARTED, 0, {}),
        (Kind.RINGING, 1, {"extension": "5000"}),
        (Kind.ENDED, 25, {"by": Party.SYSTEM, "cause": Cause.NO_ANSWER}),
    )

    assert findings(contract, exchanges(phone, named=False)) == []


def test_pushes_are_inferred_clauses_in_part(contract):
    """A clean push is no vendor conformance: some of what held is ours, and is counted apart."""
    first, _ = exchanges(answered())

    passed = contract.check(first).passed

    assert {confidence.value for confidence in passed} == {"documented", "observed", "inferred"}


def answered(**readings: str) -> Phone:
    phone = Phone(**readings)
    phone.play(inbound(), *ANSWERED)
    assert phone.calls["a"].ended == START + timedelta(seconds=43)
    return phone
