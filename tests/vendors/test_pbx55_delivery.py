"""What a receiver written without the project gets of 55PBX's pushes: a transferred call, and one that is retried."""

from collections import Counter

from tests.core import TOKEN, errors_of, pbx55, played
from tests.receiver import Receiver


def of_call(receiver, call_id):
    return [request.json for request in receiver.requests if request.json["call_id"] == call_id]


def ids_of(receiver):
    """Return the wire ids of the two calls, the one that began first before the other."""
    return list(dict.fromkeys(request.json["call_id"] for request in receiver.requests))


def test_transferred_call_gives_five_pushes_each_with_the_token():
    with Receiver() as receiver:
        verdict, journal = played("transferred_inbound", pbx55(receiver))

    first, second = ids_of(receiver)
    a1, a2, a3 = of_call(receiver, first)
    b1, b2 = of_call(receiver, second)
    assert [r.header("token") for r in receiver.requests] == [TOKEN] * 5
    assert (a1["call_status"], a2["call_status"], a3["call_status"]) == ("new_call", "call_attended", "call_attended")
    assert (b1["call_status"], b2["call_status"]) == ("new_call", "call_attended")
    assert (a1["call_transfer_id"], a2["call_transfer_id"], b2["call_transfer_id"]) == ("", "", "")
    assert a3 == a2 | {"call_transfer_id": second}
    assert {len(r.json) for r in receiver.requests} == {25}
    assert (errors_of(journal), verdict.findings, verdict.exit_code) == ([], (), 0)


def test_transferred_call_that_meets_failures_keeps_its_order_and_repeats_itself_byte_for_byte():
    """Each push is refused once: the retries carry the same bytes, and A2 still comes before A3, B1 before B2."""
    with Receiver([500, 500] + [200, 500] * 3) as receiver:
        verdict, journal = played("transferred_inbound", pbx55(receiver))

    first, second = ids_of(receiver)
    # The two calls have a connection each: the journal has what ended first, the receiver what came first.
    attempts = Counter((request.header("token"), request.body) for request in receiver.requests)
    tried = Counter(entry.exchange.delivery for entry in journal)
    assert len(receiver.requests) > 5
    assert len(attempts) == len(tried) == 5
    assert sorted(attempts.values()) == sorted(tried.values())
    assert [p["call_transfer_id"] for p in unrepeated(of_call(receiver, first))] == ["", "", second]
    assert [p["call_status"] for p in unrepeated(of_call(receiver, second))] == ["new_call", "call_attended"]
    assert (errors_of(journal), verdict.errors, verdict.exit_code) == ([], (), 0)


def unrepeated(pushes):
    return [push for number, push in enumerate(pushes) if number == 0 or push != pushes[number - 1]]
