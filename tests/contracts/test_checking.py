from dataclasses import replace
from datetime import UTC, datetime

import pytest

from contracts.model import Confidence, Direction, Part, Severity
from tests.contracts.toy import BEARER, JSON, Bells, answer, contract, found, push, ring


def test_right_exchange_passes_and_counts_its_clauses(tmp_path):
    """Clauses that held are counted apart by how they are known; rules without records are named as not judged."""
    toy = contract(tmp_path)

    judgement = toy.check(ring({"bell": "ding", "note": "abc"}, response=answer(200, {"ok": True})))

    assert (judgement.operation, judgement.violations, judgement.clean) == ("ring", (), True)
    assert judgement.unjudged == ("bell-exists",)
    # documented: operation, answer, credential, two path parameters, ring.json with 2 parts, rung.json;
    # observed: volume and mood; inferred: note and the rule short-note.
    assert judgement.passed == {Confidence.DOCUMENTED: 9, Confidence.OBSERVED: 2, Confidence.INFERRED: 2}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"bell": "a", "volume": True}, [("type", "/volume", "error")]),
        ({"bell": "a", "volume": "123456"}, [("maxLength", "/volume", "drift")]),
        ({"bell": "a", "mood": "odd"}, [("enum", "/mood", "drift")]),
        ({"bell": "A"}, [("pattern", "/bell", "error")]),
        ({"bell": "a\n"}, [("pattern", "/bell", "error")]),
        ({"bell": 1}, [("type", "/bell", "error")]),
        ({"bell": "a", "note": "123456"}, [("maxLength", "/note", "warning")]),
        ({"bell": "a", "mood": "sad"}, [("required", "/note", "error")]),
        ({"bell": "a", "until": "tomorrow"}, [("format", "/until", "error")]),
        ([], [("type", "", "error")]),
        ({"bell": "a", "code": "123"}, [("minLength", "/code", "error")]),
    ],
)
def test_severity_follows_the_mark_of_the_clause(tmp_path, body, expected):
    """Documented: an error. Observed: an error for a type, else drift. Inferred: a warning."""
    assert found(contract(tmp_path).check(ring(body))) == expected


def test_inferred_clause_is_an_error_when_asked(tmp_path):
    """--strict-inferred makes an error of a broken guess."""
    toy, exchange = contract(tmp_path), ring({"bell": "abcdefg", "note": "123456"})

    usual, strict = toy.check(exchange), toy.check(exchange, strict_inferred=True)

    assert (usual.clean, strict.clean) == (True, False)
    assert found(strict) == [("maxLength", "/note", "error")]


def test_fake_refuses_for_all_but_drift(tmp_path):
    """An unlisted value is let through, a guess that is broken is not; the answer's faults are never refused."""
    toy = contract(tmp_path)

    judgement = toy.check(ring({"bell": "a", "mood": "odd", "note": "123456"}, response=answer(200, {"ok": 1})))

    assert [v.pointer for v in judgement.refused] == ["/note"]
    assert len(judgement.violations) == 3


def test_violation_says_all_that_a_report_needs(tmp_path):
    """Clause, place, what was found and expected, the remedy, the source and how sure it is."""
    (violation,) = contract(tmp_path).check(ring({"bell": "Ding"})).violations

    assert violation.part is Part.REQUEST
    assert (violation.found, violation.expected) == ('"Ding"', "The bell's name.")
    assert violation.remedy == "send text that matches ^[a-z]+$"
    assert (violation.source, violation.confidence) == ("manual 1", Confidence.DOCUMENTED)
    assert (violation.keyword, violation.discrepancy) == ("pattern", None)


def test_what_only_the_older_page_forbids_is_a_warning_that_names_both(tmp_path):
    """T1 has a later reading under which bell may be missing: a warning, for which a fake still refuses."""
    judgement = contract(tmp_path).check(ring({}))

    (violation,) = judgement.violations
    assert (violation.clause, violation.pointer, violation.discrepancy) == ("required", "/bell", "T1")
    assert (violation.severity, violation.drift) == (Severity.WARNING, False)
    assert violation.note == (
        "T1: reading old (manual 1) forbids it, the later reading new (manual 1, second edition) allows it"
    )
    assert judgement.refused == (violation,)


def test_what_every_reading_forbids_stays_an_error(tmp_path):
    """A clause of T1's file that no reading changes is not softened."""
    assert found(contract(tmp_path).check(ring({"bell": 1}))) == [("type", "/bell", "error")]


@pytest.mark.parametrize(
    ("readings", "expected"),
    [
        ({"T1": "new"}, []),
        ({"T1": "either"}, [("anyOf", "", "warning")]),
        ({"T1": "lenient"}, [("anyOf", "", "warning")]),
        ({"*": "lenient"}, [("anyOf", "", "warning")]),
        ({"*": "lenient", "T1": "strict"}, [("required", "/bell", "warning")]),
    ],
)
def test_reading_of_the_exchange_decides(tmp_path, readings, expected):
    """A tenant's reading changes the schema that its exchanges are judged by."""
    assert found(contract(tmp_path).check(ring({}, readings=readings))) == expected


def test_alternatives_say_what_to_add(tmp_path):
    """A broken anyOf of required names tells which."""
    (violation,) = contract(tmp_path).check(ring({"mood": "glad"}, readings={"T1": "either"})).violations

    assert violation.expected == "bell or volume is there."
    assert violation.remedy == 'add "bell" or "volume"'


def test_rule_without_its_reading_does_not_stand(tmp_path):
    """short-note is in force under T2: short alone."""
    toy, body = contract(tmp_path), {"bell": "a", "note": "abc"}

    assert found(toy.check(ring(body))) == [("short-note", "/note", "warning")]
    assert found(toy.check(ring(body, readings={"T2": "long"}))) == []


def test_state_rule_is_judged_by_the_records(tmp_path):
    """With records at hand the rule finds a bell that there is not, and nothing is left unjudged."""
    toy = contract(tmp_path)

    known = toy.check(ring({"bell": "ding"}), facts=Bells("ding"))
    unknown = toy.check(ring({"bell": "dong"}), facts=Bells("ding"))

    assert (found(known), known.unjudged) == ([], ())
    assert found(unknown) == [("bell-exists", "/bell", "error")]
    assert unknown.violations[0].source == "manual 5"


def test_rule_is_not_asked_about_a_body_of_the_wrong_shape(tmp_path):
    """short-note would fail on a number; it is named as not judged instead."""
    judgement = contract(tmp_path).check(ring({"bell": 1, "note": 2}), facts=Bells())

    assert judgement.unjudged == ("bell-exists", "short-note")


@pytest.mark.parametrize(
    ("exchange", "expected"),
    [
        (ring({"bell": "a"}, path="/nowhere"), [("operation", "path", "error")]),
        (ring({"bell": "a"}, method="PUT"), [("operation", "method", "error")]),
        (ring({"bell": "a"}, operation="ring", method="PUT"), [("operation", "method", "error")]),
        (ring({"bell": "a"}, operation="ring", path="/rings"), [("operation", "path", "error")]),
        (ring({"bell": "a"}, operation="sing"), [("operation", "operation", "error")]),
        (ring({"bell": "a"}, path="/toy/rings/7/k"), []),
        (ring({"bell": "a"}, operation="ring", path="/base/rings/7/k"), []),
    ],
)
def test_operation_is_known_by_name_or_path(tmp_path, exchange, expected):
    """A path may stand below the vendor's prefix, or below a target's own path when the operation is named."""
    assert found(contract(tmp_path).check(exchange)) == expected


def test_undocumented_method_says_which_are_taken(tmp_path):
    """The remedy names the methods of the path."""
    (violation,) = contract(tmp_path).check(ring({}, method="DELETE")).violations

    assert (violation.found, violation.expected, violation.remedy) == (
        "DELETE",
        "POST for this path",
        "send POST",
    )


@pytest.mark.parametrize(
    "headers", [(JSON,), (JSON, ("authorization", "Basic x")), (JSON, ("Authorization", "Bearer "))]
)
def test_missing_credential_is_a_violation_of_the_scheme(tmp_path, headers):
    """The header has to be there, of the right kind; whose it is, a fake finds out."""
    judgement = contract(tmp_path).check(ring({"bell": "a"}, headers=headers))

    assert found(judgement) == [("security", "header:authorization", "error")]
    assert judgement.violations[0].source == "manual 3"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"path": "/rings/x/k"}, [("type", "path:account", "error")]),
        ({"path": "/rings/0/k"}, [("minimum", "path:account", "error")]),
        ({"query": "limit=11"}, [("maximum", "query:limit", "warning")]),
        ({"query": "limit=ten"}, [("type", "query:limit", "warning")]),
        ({"query": "limit=10&other=%ff"}, []),
        ({"path": "/rings/7/%5Bredacted%3Akey%5D"}, []),
    ],
)
def test_parameters_are_read_as_their_types_and_judged(tmp_path, changes, expected):
    """A number in the path is a number; its pointer says where it stands."""
    assert found(contract(tmp_path).check(ring({"bell": "a"}, **changes))) == expected


@pytest.mark.parametrize(
    ("raw", "content_type", "expected"),
    [
        (b'{"bell":', "application/json", [("malformed", "", "error")]),
        (b'{"bell":"a","bell":"b"}', "application/json", [("malformed", "", "error")]),
        (b"", "application/json", [("malformed", "", "error")]),
        (b"[" * 100_000, "application/json", [("malformed", "", "error")]),
        (b'{"bell":"a"}', "text/plain", [("media-type", "header:content-type", "error")]),
        (b'{"bell":"a"}', None, [("media-type", "header:content-type", "error")]),
        (b'{"bell":"a"}', "Application/JSON; charset=utf-8", []),
        (b"bell=a&note=", "application/x-www-form-urlencoded", []),
        (b"bell=A", "application/x-www-form-urlencoded", [("pattern", "/bell", "error")]),
        (b"bell=a&bell=b", "application/x-www-form-urlencoded", [("malformed", "", "error")]),
        (b"bell=%ff", "application/x-www-form-urlencoded", [("malformed", "", "error")]),
    ],
)
def test_body_is_read_as_its_type_says(tmp_path, raw, content_type, expected):
    """What cannot be read is a violation, never an exception."""
    headers = (BEARER, ("Content-Type", content_type)) if content_type else (BEARER,)

    assert found(contract(tmp_path).check(ring(raw, headers=headers))) == expected


@pytest.mark.parametrize(
    ("raw", "content_type"),
    [
        (b'{"action":"close"}', "application/x-www-form-urlencoded"),
        (b'{"action":"close"}', "text/plain"),
        (b'{"action":"close"}', ""),
        (b"action=close", "application/x-www-form-urlencoded"),
        (b"action=close", "application/json"),
    ],
)
def test_body_of_any_media_type_is_read_by_what_it_is(tmp_path, raw, content_type):
    """x-any-media-type: JSON with a form's header is JSON."""
    exchange = ring(raw, path="/orders", headers=(("content-type", content_type),))

    assert found(contract(tmp_path).check(exchange)) == []


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"action": "open"}, [("required", "/door", "error")]),
        ({"action": "open", "door": "a", "key": "b"}, [("additionalProperties", "/key", "error")]),
        ({"action": "close", "key": 1}, [("type", "/key", "error")]),
        ({"action": "sing"}, [("discriminator", "/action", "drift")]),
        ({"action": ["open"]}, [("discriminator", "/action", "drift")]),
        ({}, [("required", "/action", "drift")]),
        ([], [("type", "", "error")]),
    ],
)
def test_error_speaks_of_the_action_meant(tmp_path, body, expected):
    """The discriminator chooses the branch whose errors are told, not the one that fits best."""
    exchange = ring(body, path="/orders", headers=(JSON,))

    judged = [entry for entry in found(contract(tmp_path).check(exchange)) if entry[0] != "oneOf"]

    assert judged == expected


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
