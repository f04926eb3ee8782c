"""A user's own world: what it adds, and how it lies over the baseline."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from simulator.worlds.directory import CUSTOMER, EXTENSION, KINDS, NUMBER, QUEUE, USER
from simulator.worlds.own_file import BadFile
from simulator.worlds.world import baseline, from_mapping, load_world, merged, parse_world
from simulator.worlds.world_shape import schema
from tests.numbering import PHONES

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def base():
    return baseline("1", PHONES, samples=True)


def test_the_example_of_the_docs_does_what_the_docs_say(base):
    """The page shows the file, and the text below it is true."""
    page = (DOCS / "world.md").read_text("utf-8")
    example = DOCS / "world.example.yaml"

    world = merged(base, load_world(example))

    assert example.read_text("utf-8") in page
    assert set(world[EXTENSION]) - set(base[EXTENSION]) == {"201", "202"}
    assert world[EXTENSION]["111"] == {"number": "111", "name": "Front desk", "user": "ana"}
    assert world[QUEUE]["suporte"]["extensions"] == ["201", "202", "112"]
    assert world[QUEUE]["vendas"] == base[QUEUE]["vendas"]
    assert world[CUSTOMER]["501"]["phones"] == ["37999912222", "3732211234"]
    assert list(world[NUMBER])[:2] == ["553732210000", "08007210000"]


def test_every_field_of_the_schema_is_in_the_docs():
    """A field that is not described on the page fails here."""
    page = (DOCS / "world.md").read_text("utf-8")
    named = [
        *schema()["properties"],
        *(p for d in schema()["$defs"].values() for p in d.get("properties", ())),
    ]

    assert [name for name in named if f"`{name}`" not in page] == []


def test_the_complaint_in_the_docs_is_the_real_one():
    """The page prints what a user gets to see."""
    page = (DOCS / "world.md").read_text("utf-8")
    text = 'customers:\n  - id: "501"\n    name: João\n    phones: [37999912222]\n'

    with pytest.raises(BadFile) as caught:
        parse_world(text, "world.yaml")

    assert str(caught.value) in page


def test_the_schema_is_a_valid_schema():
    """Both engines take it."""
    Draft202012Validator.check_schema(schema())


def test_what_is_left_out_is_completed():
    """Every field that a record of the kind always has is there, in the order of the record."""
    own = from_mapping(
        {
            "companies": [{"name": "Azul", "id": "1"}],
            "users": [{"id": "ana", "name": "Ana"}],
            "extensions": [{"number": "0201"}],
            "customers": [{"id": "7", "name": "Rui", "phones": ["5537999912222", "08008000049"]}],
            "numbers": [{"number": "1130037293"}, {"number": "558008000049"}],
            "queues": [{"name": "vendas", "extensions": []}],
        }
    )

    assert own.records == {
        "company": {"1": {"id": "1", "name": "Azul", "document": ""}},
        "user": {"ana": {"id": "ana", "name": "Ana", "email": "", "internal_id": ""}},
        "extension": {"0201": {"number": "0201", "name": "0201"}},
        "customer": {
            "7": {
                "id": "7",
                "code": "7",
                "name": "Rui",
                "document": "",
                "email": "",
                "phones": ["37999912222", "08008000049"],
            }
        },
        "number": {
            "551130037293": {"number": "551130037293", "kind": "landline"},
            "08008000049": {"number": "08008000049", "kind": "free"},
        },
        "queue": {"vendas": {"name": "vendas", "extensions": []}},
    }
    assert list(own.records[CUSTOMER]["7"]) == ["id", "code", "name", "document", "email", "phones"]


def test_own_records_lie_over_the_baseline(base):
    """The same key replaces, a new key is added, and the baseline itself stays as it was."""
    before = json.dumps(base)
    own = from_mapping({"users": [{"id": "x", "name": "New"}, {"id": "2", "name": "Other"}]})

    world = merged(base, own)

    assert world[USER] == {
        **base[USER],
        "x": {"id": "x", "name": "New", "email": "", "internal_id": ""},
        "2": {"id": "2", "name": "Other", "email": "", "internal_id": ""},
    }
    assert {**world, USER: 0} == {**base, USER: 0}
    assert json.dumps(base) == before


def test_own_records_come_first(base):
    """So the first own number is the default line, and a shared phone finds the own customer."""
    own = from_mapping(
        {
            "numbers": [{"number": "1130037293"}],
            "customers": [
                {"id": "2", "name": "B", "phones": ["37999912222"]},
                {"id": "1", "name": "A", "phones": []},
            ],
        }
    )

    world = merged(base, own)

    assert list(world[NUMBER]) == ["551130037293", *base[NUMBER]]
    assert list(world[CUSTOMER]) == ["2", "1", *base[CUSTOMER]]


def test_a_world_that_was_read_can_be_given_again():
    """What was left out comes back empty, and empty is taken."""
    plurals = ("companies", "users", "extensions", "customers", "numbers", "queues")
    own = load_world(DOCS / "world.example.yaml")

    body = {plural: list(own.records[kind].values()) for plural, kind in zip(plurals, KINDS, strict=True)}

    assert from_mapping(body).records == own.records


def test_baseline_false_starts_from_nothing(base):
    """Every kind is there, and holds own records only; kinds of vendors that lie below are left out too."""
    world = merged({**base, "vendor.thing": {"1": {}}}, parse_world("baseline: false", "w"))

    assert world == {kind: {} for kind in KINDS}


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "{}", "users: []"])
def test_a_world_without_records_leaves_the_baseline(text, base):
    """An empty file is no mistake."""
    assert merged(base, parse_world(text, "w")) == base
