"""The schema of a scenario file: strict, bounded, and in step with the model."""

from __future__ import annotations

import jsonschema
import pytest

from scenarios.answers import AnswerFlaw
from scenarios.errors import ScenarioError
from scenarios.loader import load_text
from scenarios.model import Flaw, Verb
from scenarios.shape import findings, schema

BEGIN = {"inbound": {"call": "A", "from": "37999912222"}}


def parts(node, path=""):
    """Yield every schema object of the schema with its path."""
    if isinstance(node, dict):
        if "type" in node or "enum" in node:
            yield path, node
        for key, value in node.items():
            yield from parts(value, f"{path}/{key}")


def small(**changes):
    return {"scenario": "a", "title": "t", "steps": [BEGIN], **changes}


def test_schema_is_valid():
    """The schema is itself as JSON Schema 2020-12 demands."""
    jsonschema.Draft202012Validator.check_schema(schema())


def test_schema_is_strict_and_bounded():
    """Mappings name all their words, strings, lists and numbers have limits, and all is described."""
    for path, node in parts(schema()):
        kinds = node.get("type", "enum")
        if "object" in kinds:
            # Who names records of a fake uses its own words: such a mapping bounds how many, and what each may be.
            bounded = "maxProperties" in node and "propertyNames" in node
            assert node["additionalProperties"] is False or bounded, path
        if kinds == "string":
            assert "maxLength" in node, path
        if kinds == "array":
            assert "maxItems" in node, path
        if kinds == "integer":
            assert {"minimum", "maximum"} <= node.keys(), path
        assert node["description"], path


def test_schema_knows_the_words_of_the_model():
    """Steps are the verbs and faults the flaws, neither more nor less."""
    defs = schema()["$defs"]

    assert set(defs["step"]["properties"]) == set(Verb) | {"at", "after"}
    assert {branch["required"][0] for branch in defs["step"]["oneOf"]} == set(Verb)
    assert set(defs["message_do"]["properties"]) == set(Flaw)
    assert set(defs["answer_do"]["properties"]) == set(AnswerFlaw)


@pytest.mark.parametrize(
    ("key", "entry", "most"),
    [
        ("faults", {"on": {}, "do": {"drop": True}}, 200),
        ("expect", {"sent": {"vendor": "pbx55"}}, 200),
    ],
)
def test_schema_bounds_lists(key, entry, most):
    """So many entries are taken, and one more is not."""
    assert findings(small(**{key: [entry] * most})) == []
    assert [path for path, _ in findings(small(**{key: [entry] * (most + 1)}))] == [(key,)]


def test_schema_bounds_steps():
    """1,000 steps are taken; with one more the list is refused with its length."""
    steps = [BEGIN, *[{"menu": {"call": "A"}}] * 1000]

    assert findings(small(steps=steps[:1000])) == []
    assert findings(small(steps=steps)) == [(("steps",), "found a list of 1001, expected a list of 1 to 1,000 steps")]


@pytest.mark.parametrize(
    ("words", "path"),
    [
        ({"steps": [{"inbound": {"call": "A"}}]}, ("steps", 0, "inbound")),
        ({"steps": [{"inbound": {"call": "A", "from": "379999122"}}]}, ("steps", 0, "inbound", "from")),
        ({"steps": [{"inbound": {"call": "A", "from": "379999122223"}}]}, ("steps", 0, "inbound", "from")),
        ({"steps": [{"inbound": {"call": "A", "from": "3799991222\n"}}]}, ("steps", 0, "inbound", "from")),
        ({"steps": [{"menu": {"call": "1"}}]}, ("steps", 0, "menu", "call")),
        ({"steps": [{"menu": {"call": "A" * 33}}]}, ("steps", 0, "menu", "call")),
        ({"steps": [{"ring": {"call": "A", "extension": "11a"}}]}, ("steps", 0, "ring", "extension")),
        ({"steps": ["menu"]}, ("steps", 0)),
        ({"steps": {}}, ("steps",)),
        ({"title": ""}, ("title",)),
        ({"title": None}, ("title",)),
        ({"about": "x" * 4001}, ("about",)),
        ({"scenario": "Größe"}, ("scenario",)),
        ({"faults": [{"on": {}, "do": {}}]}, ("faults", 0, "do")),
        ({"faults": [{"on": {}, "do": {"drop": False}}]}, ("faults", 0, "do", "drop")),
        ({"faults": [{"on": {}, "do": {"duplicate": False}}]}, ("faults", 0, "do", "duplicate")),
        (
            {"faults": [{"on": {}, "do": {"duplicate": {"times": 1}}}]},
            ("faults", 0, "do", "duplicate", "times"),
        ),
        ({"faults": [{"on": {"nth": 0}, "do": {"drop": True}}]}, ("faults", 0, "on", "nth")),
        ({"faults": [{"on": {"nth": 1, "every": 2}, "do": {"drop": True}}]}, ("faults", 0, "on", "every")),
        ({"expect": [{"sent": {}}]}, ("expect", 0, "sent")),
        ({"expect": [{"clean": "yes"}]}, ("expect", 0, "clean")),
        ({"expect": [{"sent": {"vendor": "55PBX"}}]}, ("expect", 0, "sent", "vendor")),
        ({"expect": [{"sent": {"vendor": "x", "status": 99}}]}, ("expect", 0, "sent", "status")),
        ({"expect": [{"order": {"vendor": "x", "of": [{"call": "A"}]}}]}, ("expect", 0, "order", "of")),
    ],
)
def test_findings_name_the_place(words, path):
    """What is wrong is found once, at the value that is wrong."""
    assert [place for place, _ in findings(small(**words))] == [path]


def test_a_thousand_steps_are_read():
    """A scenario at the limit is read whole; one step more is refused at the list."""
    begin = 'scenario: a\ntitle: t\nsteps:\n  - inbound: {call: A, from: "37999912222"}\n'

    assert len(load_text(begin + "  - menu: {call: A}\n" * 999).steps) == 1000

    with pytest.raises(ScenarioError, match="found a list of 1001"):
        load_text(begin + "  - menu: {call: A}\n" * 1000)
