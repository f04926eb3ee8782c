"""The one check: what a broken clause weighs, and how an operation and its body are known."""

import pytest

from contracts.model import Confidence, Part, Severity
from tests.contracts.toy import BEARER, JSON, Bells, answer, contract, found, ring


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
