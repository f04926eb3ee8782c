"""The one check: answers, pushes, what was done wrong on purpose, and what a report shows."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from contracts.model import Direction, Part
from tests.contracts.toy import JSON, answer, contract, found, push, ring


@pytest.mark.parametrize(
    ("response", "expected"),
    [
        (answer(200, {"ok": True}), []),
        (answer(200, {"ok": "yes"}), [("type", "/ok", "error")]),
        (answer(200, {}), [("required", "/ok", "error")]),
        (answer(200, b""), [("malformed", "", "error")]),
        (answer(200, b"<html>", (("content-type", "text/html"),)), [("media-type", "header:content-type", "error")]),
        (answer(404, b"gone", ()), []),
        (answer(503, b"", ()), []),
        (answer(302, b"", ()), [("status", "status", "error")]),
    ],
)
def test_answer_is_judged_by_its_status(tmp_path, response, expected):
    """A status by its own entry, its hundred or the default; what the simulator adds is let pass."""
    judgement = contract(tmp_path).check(ring({"bell": "a"}, response=response))

    assert found(judgement) == expected
    assert all(v.part is Part.RESPONSE for v in judgement.violations)


@pytest.mark.parametrize(
    ("status", "weight", "strict"),
    [
        (200, [("cut", "", "warning")], [("cut", "", "error")]),
        (404, [], []),
        (302, *[[("status", "status", "error")]] * 2),
    ],
)
def test_body_of_an_answer_that_was_cut_is_not_judged_and_that_is_told(tmp_path, status, weight, strict):
    """Where the contract asks nothing of the body there is nothing to tell."""
    toy = contract(tmp_path)
    cut = ring({"bell": "a"}, response=answer(status, b'{"ok": tr'), error="a body of more than 9 bytes, cut there")

    judgements = [toy.check(cut, strict_inferred=each) for each in (False, True)]

    assert [found(each) for each in judgements] == [weight, strict]
    assert {v.found for v in judgements[0].violations if v.clause == "cut"} <= {cut.error}


def test_what_the_simulator_adds_is_never_counted(tmp_path):
    """A 503 of ours adds no clause that held."""
    toy = contract(tmp_path)

    without = toy.check(ring({"bell": "a"}))
    full = toy.check(ring({"bell": "a"}, response=answer(503)))

    assert full.passed == without.passed


def test_status_of_a_push_is_known_as_surely_as_its_answers(tmp_path):
    """That 2xx is success is a guess, so another status is a warning."""
    toy = contract(tmp_path)

    assert found(toy.check(push({"bell": "a"}, response=answer(204)))) == []
    assert found(toy.check(push({"bell": "a"}, response=answer(500)))) == [("status", "status", "warning")]


def test_push_without_a_name_is_known_when_it_can_be_only_one(tmp_path):
    """Recorded pushes need not say which they are."""
    toy = contract(tmp_path)

    assert toy.check(push({"bell": "a"}, operation=None)).operation == "rang"


def test_fault_of_ours_is_no_violation_but_the_answer_to_it_is_judged(tmp_path):
    """A malformed push that was asked for counts nothing against us; a strange answer to it does."""
    toy = contract(tmp_path)

    ours = toy.check(push({"bell": 1}, fault="malformed", response=answer(200)))
    theirs = toy.check(push({"bell": 1}, fault="malformed", response=answer(302)))

    assert (found(ours), ours.unjudged) == ([], ())
    assert found(theirs) == [("status", "status", "warning")]


@pytest.mark.parametrize(
    ("fault", "status", "wrong"),
    [
        ("malformed", 400, []),
        ("wrong_token", 401, []),
        ("wrong_method", 405, []),
        ("malformed", 500, [("status", "status", "warning")]),
        ("malformed", 302, [("status", "status", "warning")]),
        ("delay", 400, [("status", "status", "warning")]),
        (None, 400, [("status", "status", "warning")]),
    ],
)
def test_refusal_of_what_was_spoilt_on_purpose_is_right(tmp_path, fault, status, wrong):
    """What is late or comes twice is whole: to refuse that is no better than ever; and nothing excuses a crash."""
    toy = contract(tmp_path)

    judgement = toy.check(push({"bell": "a"}, fault=fault, response=answer(status)))

    assert found(judgement) == wrong


def test_wrong_verb_on_purpose_is_no_violation_of_ours_and_its_answer_is_judged(tmp_path):
    """Nor is an operation known that it might mean, where it names none."""
    toy, sent = contract(tmp_path), {"direction": Direction.SENT, "method": "PUT", "operation": "ring"}

    by_mistake = toy.check(ring({"bell": "a"}, **sent, response=answer(200, {"ok": True})))
    refused = toy.check(ring({"bell": "a"}, **sent, fault="wrong_method", response=answer(405)))
    odd = toy.check(ring({"bell": "a"}, **sent, fault="wrong_method", response=answer(200, {"ok": 1})))
    nameless = toy.check(ring({"bell": "a"}, direction=Direction.SENT, method="PATCH", fault="wrong_method"))

    assert [v.pointer for v in by_mistake.violations] == ["method"]
    assert (refused.operation, refused.violations) == ("ring", ())
    assert [(v.part, v.pointer) for v in odd.violations] == [(Part.RESPONSE, "/ok")]
    assert nameless.violations == ()


@pytest.mark.parametrize(("direction", "part"), [(Direction.SENT, Part.REQUEST), (Direction.RECEIVED, Part.RESPONSE)])
def test_fault_in_the_other_half_leaves_the_own_one_judged(tmp_path, direction, part):
    """Where both halves are the simulator's, each has its own word for what was done wrong."""
    toy = contract(tmp_path)
    both = ring({"bell": 1}, direction=direction, response=answer(200, {"ok": 1}))

    judgement = toy.check(replace(both, other_fault="on purpose"))

    assert {v.part for v in toy.check(both).violations} == {Part.REQUEST, Part.RESPONSE}
    assert {v.part for v in judgement.violations} == {part}


def test_fault_in_our_answer_leaves_the_request_judged(tmp_path):
    """When a fake answers garbage on purpose, the integration's request is still looked at."""
    toy = contract(tmp_path)

    judgement = toy.check(ring({"bell": 1}, fault="garbage", response=answer(200, b"\xff")))

    assert found(judgement) == [("type", "/bell", "error")]


def test_marker_satisfies_the_check_of_a_secret(tmp_path):
    """Length, type and format of what was redacted are not asked again."""
    exchange = ring({"bell": "a", "code": "[redacted:code]"}, readings={"T2": "long"})

    assert found(contract(tmp_path).check(exchange)) == []


def test_secret_is_never_shown(tmp_path):
    """A violation about a secret tells its kind and not its value."""
    toy = contract(tmp_path)

    bodies = [{"bell": "a", "code": "xyz"}, {"bell": "a", "code": [12345]}, {"code": "sesame-open", "bell": {}}]
    told = "".join(repr(v) for body in bodies for v in toy.check(ring(body, path="/rings/7/" + "s" * 41)).violations)

    assert "[redacted:code]" in told or "characters" in told
    assert not [secret for secret in ("xyz", "12345", "sesame-open", "s" * 41) if secret in told]


def test_long_values_are_shortened(tmp_path):
    """A report line holds about 80 characters of what was found, on one line."""
    (violation,) = contract(tmp_path).check(ring({"bell": "a", "mood": "x\ny" * 5000})).violations

    assert len(violation.found) <= 80
    assert "\n" not in violation.found


def test_number_of_violations_is_bounded(tmp_path):
    """A body of ten thousand faults makes no report of ten thousand lines."""
    exchange = ring(
        {"action": "open", "door": "a"} | {f"x{n}": 1 for n in range(10_000)}, path="/orders", headers=(JSON,)
    )

    assert len(contract(tmp_path).check(exchange).violations) == 100


def test_exchange_is_not_changed_by_a_check(tmp_path):
    """The same exchange gives the same judgement, again and again."""
    toy, exchange = contract(tmp_path), ring({"mood": "odd"}, at=datetime(2026, 3, 2, tzinfo=UTC))

    assert toy.check(exchange) == toy.check(exchange)
