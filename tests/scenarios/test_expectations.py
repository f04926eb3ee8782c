"""Expectations held against records, and the near misses of those that are missed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from scenarios.expectations import Record, evaluate
from scenarios.expected import Clean, Match, Order, Received, Sent
from scenarios.sendings import OWN

START = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
A_STARTED = Match("pbx55", "A", "started")
A_ENDED = Match("pbx55", "A", "ended")


def push(number, call="A", message="started", **changes):
    """Return the record of a push that was answered with 200."""
    facts = {
        "vendor": "pbx55",
        "at": START + timedelta(seconds=number),
        "status": 200,
        "delivered": True,
        "delivery": f"d{number}",
        "target": "http://127.0.0.1:9/",
        "summary": "PUT / -> 200",
    }
    return Record(number, "sent", call=call, message=message, **facts | changes)


def request(number, operation="notifyCall", **changes):
    """Return the record of a request that the integration made."""
    return Record(number, "received", "hubsoft", operation=operation, **{"status": 200, "delivered": True} | changes)


def outcome(expectation, *log, **facts):
    """Return the one outcome of one expectation."""
    (only,) = evaluate((expectation,), log, **facts)
    return only


def sent(match=A_STARTED, least=1, most=None, **changes):
    return Sent(match, "s.yaml:9:5", least, most, **changes)


def order(*wanted):
    return Order("pbx55", wanted, "s.yaml:9:5")


def test_sent_counts_what_matches():
    """Only the messages that match in every asked field are counted."""
    log = [push(1), push(2, message="ended"), push(3, call="B"), push(4, vendor="digitro"), request(5)]

    assert outcome(sent(least=1, most=1), *log).met
    assert outcome(sent(Match("pbx55"), 3, 3), *log).met
    assert not outcome(sent(least=2), *log).met


def test_sent_text_says_expected_and_found():
    """The text of an outcome is a sentence of what was expected and what was found."""
    assert outcome(sent(least=2, most=2), push(1)).text == ("sent pbx55 started of A: expected exactly 2, found 1")


def test_not_sent_is_missed_by_one_message():
    """Expecting none is met by none; a message too many is shown."""
    assert outcome(sent(least=0, most=0)).met

    missed = outcome(sent(least=0, most=0), push(7))

    assert missed.text == "not_sent pbx55 started of A: expected none, found 1"
    assert missed.near_misses == ("#7 pbx55 started of A at 0s (PUT / -> 200): one too many",)


def test_sent_counts_the_attempts_of_a_delivery_once():
    """Retries of one delivery are one message, delivered when any attempt was."""
    log = [
        push(1, status=500, delivered=False, delivery="d"),
        push(2, status=503, delivered=False, delivery="d", attempt=2),
        push(3, delivery="d", attempt=3),
    ]

    assert outcome(sent(least=1, most=1), *log).met
    assert outcome(sent(Match("pbx55", status=200, delivered=True, attempts=3), 1, 1), *log).met
    assert not outcome(sent(Match("pbx55", status=500)), *log).met
    assert not outcome(sent(Match("pbx55", attempts=1)), *log).met


def test_sent_counts_a_duplicate_with_the_same_id_twice():
    """A copy that a fault made is a message of its own, and its retries belong to it."""
    log = [
        push(1, delivery="d", fault="duplicate", status=500, delivered=False, job=1),
        push(2, delivery="d", fault="duplicate", job=2),
        push(3, delivery="d", fault="duplicate", attempt=2, job=1),
    ]

    assert outcome(sent(least=2, most=2, deliveries=1), *log).met
    assert outcome(sent(Match("pbx55", delivered=True), 2, 2), *log).met


def test_attempt_of_a_duplicate_that_takes_a_new_login_is_one_attempt():
    """As of any other message: what was refused for its token and what went out with the new one are the same copy."""
    log = [
        push(1, delivery="d", fault="duplicate", job=1),
        push(2, delivery="d", fault="duplicate", status=401, delivered=False, job=2),
        push(3, delivery="d", fault="duplicate", job=2),
    ]

    assert outcome(sent(Match("pbx55", delivered=True), 2, 2), *log).met


def test_sent_compares_delivery_ids():
    """Two messages with ids of their own are not one delivery, and the ids are shown."""
    missed = outcome(sent(least=2, most=2, deliveries=1), push(1), push(2))

    assert not missed.met
    assert missed.text.endswith("found 2; expected 1 distinct delivery ids, found 2")
    assert missed.near_misses[1] == "#2 pbx55 started of A at 1s (PUT / -> 200): delivery d2"


def test_sent_does_not_count_what_was_dropped():
    """A message that a fault dropped did not go out, and is named as a near miss."""
    dropped = push(1, fault="drop", status=None, delivered=False, summary="")

    missed = outcome(sent(), dropped)

    assert not missed.met
    assert missed.near_misses == ("#1 pbx55 started of A at 0s: it was dropped by a fault",)
    assert outcome(sent(least=0, most=0), dropped).met


def test_sent_holds_for_every_target():
    """Two targets of a vendor get each message once; one that lacks it is named."""
    first, second = {"target": "http://127.0.0.1:1/"}, {"target": "http://127.0.0.1:2/"}
    log = [push(1, **first), push(2, **second), push(3, message="ended", **first)]

    assert outcome(sent(least=1, most=1), *log).met

    missed = outcome(sent(A_ENDED, 1, 1), *log)
    assert missed.text == "sent pbx55 ended of A: expected exactly 1 at http://127.0.0.1:2/, found 0"


def test_near_misses_are_the_three_nearest():
    """What matches most comes first, each in a line that says what differs; strangers are not shown."""
    log = [
        push(1, call="B", message="ended"),
        push(2, call="B"),
        push(3, message="ended", summary=""),
        push(4, vendor="digitro", call="B", message="ended"),
        push(5, call=None, summary=""),
        push(6, call="C", message="ended"),
    ]

    assert outcome(sent(), *log).near_misses == (
        "#2 pbx55 started of B at 1s (PUT / -> 200): call is B, not A",
        "#3 pbx55 ended of A at 2s: message is ended, not started",
        "#5 pbx55 started at 4s: call is none, not A",
    )


def test_near_misses_name_what_was_not_delivered():
    """A message that went out but was refused differs in that."""
    log = [push(1, status=401, delivered=False, summary="PUT / -> 401")]

    assert outcome(sent(Match("pbx55", "A", "started", delivered=True)), *log).near_misses == (
        "#1 pbx55 started of A at 0s (PUT / -> 401): delivered is false, not true",
    )


def test_received_counts_the_requests_of_the_integration():
    """What the simulator sent is no request of the integration."""
    log = [
        request(1),
        request(2),
        request(3, "cancelCall"),
        push(4, vendor="hubsoft", operation="notifyCall"),
    ]

    assert outcome(Received(Match("hubsoft", operation="notifyCall"), "s", 2, 2), *log).met
    assert outcome(Received(Match("hubsoft", status=200), "s", 3, 3), *log).met

    missed = outcome(Received(Match("hubsoft", operation="notifyCall", status=401), "s"), request(9))
    assert missed.text == "received hubsoft notifyCall with status 401: expected at least 1, found 0"
    assert missed.near_misses == ("#9 hubsoft notifyCall: status is 200, not 401",)


def test_order_is_that_of_first_attempts():
    """A message stands where it was first sent, whatever happened to its retries."""
    log = [
        push(1, delivery="s", status=500, delivered=False),
        push(2, message="ended"),
        push(3, delivery="s", attempt=2),
    ]

    assert outcome(order(A_STARTED, A_ENDED), *log).met


def test_order_that_is_turned_round_shows_both():
    """Two messages in the wrong order are both shown."""
    missed = outcome(order(A_STARTED, A_ENDED), push(1, message="ended"), push(2))

    assert not missed.met
    assert missed.text.endswith("pbx55 ended of A went out before pbx55 started of A")
    assert [line.split(" at ")[0] for line in missed.near_misses] == [
        "#1 pbx55 ended of A",
        "#2 pbx55 started of A",
    ]


def test_order_names_what_never_went_out():
    """A message of the order that is missing is named, with what came near."""
    missed = outcome(order(A_STARTED, A_ENDED), push(1), push(2, "B", "ended"))

    assert missed.text.endswith("pbx55 ended of A never went out")
    assert missed.near_misses[1].endswith("call is B, not A")


def test_order_takes_a_message_named_again_as_its_next_time():
    """A message that stands twice in an order must have gone out twice."""
    twice = order(A_STARTED, A_ENDED, A_ENDED)

    assert outcome(twice, push(1), push(2, message="ended"), push(3, message="ended")).met
    assert "went out only 1 of 2 times" in outcome(twice, push(1), push(2, message="ended")).text


def test_clean_counts_the_errors_of_the_contract_check():
    """An error fails a scenario that expects none, and no other."""
    assert outcome(Clean("s")).met
    assert outcome(Clean("s", wanted=False), errors=3).met

    missed = outcome(Clean("s"), errors=1)
    assert (missed.met, missed.text) == (False, "clean: expected no contract error, found 1 error")


def test_vendor_without_target_is_not_judged():
    """What is expected of a vendor that had no target is told apart from what was met."""
    of_pushes = [sent(), order(A_STARTED, A_ENDED), sent(least=0, most=0)]

    outcomes = evaluate(of_pushes, [push(1, vendor="hubsoft")], unsent=["pbx55"])

    assert [(o.met, o.judged) for o in outcomes] == [(True, False)] * 3
    assert outcomes[0].text == "sent pbx55 started of A: not judged, since pbx55 has no target in this run"


def test_vendor_whose_channel_nobody_opened_is_not_judged():
    (found,) = evaluate([sent()], [push(1, vendor="hubsoft")], unheard=["pbx55"])

    assert (found.met, found.judged) == (True, False)
    assert found.text == "sent pbx55 started of A: not judged, since nobody opened a channel of pbx55"


def test_vendor_with_and_without_target_is_judged():
    """A vendor to which anything was sent is judged, though some of its messages had no target."""
    missed = outcome(sent(A_ENDED), push(1), unsent={"pbx55": 1}, unheard=["pbx55"])

    assert (missed.met, missed.judged) == (False, True)


def test_evaluate_answers_each_expectation_in_order():
    """There is one outcome for each expectation, and an empty log misses what it should."""
    expectations = [sent(), Clean("s"), sent(least=0, most=0), Received(Match("hubsoft"), "s")]

    outcomes = evaluate(expectations, [])

    assert [o.expectation for o in outcomes] == expectations
    assert [o.met for o in outcomes] == [False, True, True, False]


def test_request_that_only_the_simulator_itself_made_is_shown_as_no_request_of_an_integration():
    own = request(7, summary="POST /notificar -> 200")
    own = replace(own, direction=OWN)
    wanted = Received(Match("hubsoft", operation="notifyCall"), "s")

    missed = outcome(wanted, own)
    met = outcome(wanted, own, request(8))

    assert (missed.met, met.met) == (False, True)
    assert missed.near_misses == (
        "#7 hubsoft notifyCall (POST /notificar -> 200): the simulator's own message, no request of an integration",
    )
