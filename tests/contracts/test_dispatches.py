"""A path that means several operations, of which a value in the body names one: read, matched, judged and linted."""

import json

import pytest

from contracts.contract import load_folder
from contracts.lint import lint
from contracts.model import Direction, Exchange, HttpRequest, Part
from contracts.openapi import BrokenOpenapi, secret_names
from tests.contracts.toy import JSON, answer, contract, openapi_text, rules, write
from tests.contracts.toy_files import MARKED, SCHEMAS

ACTIONS = """\
      x-credential: body
      x-dispatch:
        property: action
        values:
          open:
            operationId: openDoor
            also: [opens]
            summary: Open a door.
            x-source: manual 7
            x-confidence: documented
            schema: {$ref: schemas/open.json}
            responses:
              "201": {description: Opened., x-source: manual 7, x-confidence: documented}
          close: {$ref: "#/paths/~1orders/delete/x-dispatch/values/close"}
"""
CLOSING = """\
    delete:
      operationId: orderAway
      summary: Take an order back.
      x-source: field
      x-confidence: observed
      x-credential: body
      requestBody:
        required: true
        x-any-media-type: true
        content:
          application/json: {schema: {$ref: schemas/away.json}}
          application/x-www-form-urlencoded: {schema: {$ref: schemas/away.json}}
      x-dispatch:
        property: action
        values:
          close:
            operationId: closeDoor
            summary: Close a door.
            x-source: manual 8
            x-confidence: documented
            schema: {$ref: schemas/close.json}
      responses:
        "200": {description: Done., x-source: field, x-confidence: observed}
"""
MAPPING = {"open": "open.json", "opens": "open.json", "close": "close.json"}
UNION = SCHEMAS["order"] | {"discriminator": {"propertyName": "action", "mapping": MAPPING}}
AWAY = UNION | {
    "discriminator": {"propertyName": "action", "mapping": {"close": "close.json"}},
    "oneOf": [{"$ref": "close.json"}],
}
OPEN = SCHEMAS["open"] | {
    "properties": {"action": {"enum": ["open", "opens"]}, "door": {"type": "string", "maxLength": 9}}
}
BODIES = {"order": UNION, "away": AWAY, "open": OPEN}


def text(path="/orders"):
    base = openapi_text()
    head, tail = base.split("      operationId: order\n")
    head = head.replace("  /orders:\n", f"  {path}:\n    x-ending: /act\n")
    done = '        "200": {description: Done., x-source: field, x-confidence: observed}\n'
    tail = tail.replace(done, done + CLOSING, 1)
    return f"{head}      operationId: order\n{ACTIONS}{tail}"


def doors(tmp_path, **changes):
    return contract(tmp_path, **{"openapi": text(), "schemas": BODIES} | changes)


def ask(body, method="POST", path="/orders", **facts):
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Exchange("toy", Direction.RECEIVED, HttpRequest(method, path, "", (JSON,), raw), **facts)


def told(judgement):
    return [(v.clause, v.pointer) for v in judgement.violations]


def test_each_value_is_an_operation_of_its_own(tmp_path):
    """It has a key, summary, marks, schema and answers of its own, and the rest from what is common."""
    toy = doors(tmp_path)

    door = toy.operations["openDoor"]

    assert list(toy.operations) == ["ring", "listRings", "openDoor", "closeDoor", "rang"]
    assert (door.selector, door.path, door.methods) == (("action", "open"), "/orders", ("POST",))
    assert (door.summary, door.provenance.source) == ("Open a door.", "manual 7")
    assert set(door.body.media.values()) == {"schemas/open.json"}
    assert (door.body.any_media_type, door.credential, door.is_open) == (True, "body", False)
    assert [a.status for a in door.answers] == ["200", "201"]
    assert door.where == "/orders action=open"


def test_operation_that_two_methods_dispatch_to_has_both(tmp_path):
    """One entry that the other method refers to is one operation."""
    assert doors(tmp_path).operations["closeDoor"].methods == ("POST", "DELETE")


def test_two_operations_under_one_key_are_refused(tmp_path):
    """Only one and the same entry may stand under two methods."""
    other = text().replace("operationId: closeDoor", "operationId: openDoor")

    with pytest.raises(BrokenOpenapi, match="two operations have this key"):
        doors(tmp_path, openapi=other)


@pytest.mark.parametrize(
    ("old", "new", "wrong"),
    [
        ("        property: action\n", "", "it names no property"),
        ("            schema: {$ref: schemas/open.json}\n", "", "it has no schema"),
        ("            operationId: openDoor\n", "", "it has no operationId"),
        ("        values:\n          open:", "        value:\n          open:", "values is not a mapping"),
    ],
)
def test_block_that_cannot_be_read_says_what_is_missing(tmp_path, old, new, wrong):
    with pytest.raises(BrokenOpenapi, match=wrong):
        doors(tmp_path, openapi=text().replace(old, new, 1))


def test_body_says_what_is_meant_where_a_path_dispatches(tmp_path):
    """A value that is not there means nothing."""
    toy = doors(tmp_path)

    orders, away = (toy.dispatches[toy.routes.match(method, "/orders")[0].id] for method in ("POST", "DELETE"))

    assert [orders.pick({"action": word}) for word in ("open", "opens")] == ["openDoor", "openDoor"]
    assert [away.pick({"action": word}) for word in ("close", "open")] == ["closeDoor", None]
    assert [orders.pick(body) for body in (None, [], {"action": []}, {"action": "x"})] == [None] * 4


def test_path_is_served_once_for_all_that_share_it(tmp_path):
    toy = doors(tmp_path)

    assert [o.id for o in toy.served] == ["ring", "listRings", "order", "orderAway"]
    assert toy.methods_of("/orders") == ("DELETE", "POST")


def test_end_of_a_path_is_enough_where_the_contract_says_so(tmp_path):
    toy = doors(tmp_path)

    found = {path: toy.routes.match("POST", path) for path in ("/act", "/a/b/act", "/react", "/act/x")}

    assert {path: bool(each) for path, each in found.items()} == {
        "/act": True,
        "/a/b/act": True,
        "/react": False,
        "/act/x": False,
    }
    assert toy.check(ask({"action": "open", "door": "a"}, path="/a/b/act")).violations == ()


def test_request_is_judged_by_the_action_that_it_means(tmp_path):
    """Whether the exchange names the operation or not, errors speak of that action alone."""
    toy = doors(tmp_path)
    wrong = {"action": "open", "window": 1}

    for facts in ({}, {"operation": "openDoor"}):
        judgement = toy.check(ask(wrong, **facts))

        assert judgement.operation == "openDoor"
        assert told(judgement) == [("required", "/door"), ("additionalProperties", "/window")]
        assert {v.source for v in judgement.violations} == {"manual 1"}


@pytest.mark.parametrize(
    ("body", "clause", "pointer"),
    [
        ({"action": "burn"}, "discriminator", "/action"),
        ({"action": 7}, "discriminator", "/action"),
        ({"door": "a"}, "required", "/action"),
        ([], "type", ""),
        (b"{", "malformed", ""),
        (b"", "required", "/action"),
    ],
)
def test_request_that_means_no_action_says_so(tmp_path, body, clause, pointer):
    """One violation of the common operation's mark, with the values that there are."""
    judgement = doors(tmp_path).check(ask(body))

    (violation,) = judgement.violations
    assert (violation.clause, violation.pointer, violation.part) == (clause, pointer, Part.REQUEST)
    assert judgement.operation is None
    assert violation.source == "field"
    if clause == "discriminator":
        assert violation.expected == 'one of "open", "opens", "close"'
        assert violation.remedy == 'send one of "open", "opens", "close"'


def test_action_of_another_method_is_unknown_to_this_one(tmp_path):
    judgement = doors(tmp_path).check(ask({"action": "open", "door": "a"}, "DELETE"))

    assert told(judgement) == [("discriminator", "/action")]


def test_answer_is_judged_by_the_actions_own(tmp_path):
    """What only one action may answer is no answer of another."""
    toy = doors(tmp_path)

    opened = toy.check(ask({"action": "open", "door": "a"}, response=answer(201)))
    closed = toy.check(ask({"action": "close"}, response=answer(201)))

    assert (told(opened), told(closed)) == ([], [("status", "status")])


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("            also: [opens]\n", "", "opens is None to x-dispatch, and schemas/open.json"),
        ("also: [opens]", "also: [opens, unlock]", "unlock is schemas/open.json to x-dispatch, and None"),
        ("        property: action\n", "        property: act\n", "no discriminator on act"),
        ("Opened., x-source: manual 7, x-confidence: documented", "Opened.", "it has no x-confidence"),
        (
            "            summary: Open a door.\n            x-source",
            "            summary: ''\n            x-source",
            "no sum",
        ),
        ("operationId: openDoor", "operationId: order", "one of its operations has the same key"),
    ],
)
def test_lint_knows_the_block(tmp_path, old, new, fault):
    """The union that plain OpenAPI reads and the operations that it stands for are the same."""
    folder = write(tmp_path / "toy", openapi=text().replace(old, new), schemas=BODIES)

    found = [each for each in lint(load_folder(folder, rules=rules())) if "there is no example" not in each]

    assert any(fault in each for each in found), found


def test_lint_has_nothing_against_the_block_as_it_should_be(tmp_path):
    assert [each for each in lint(doors(tmp_path)) if "there is no example" not in each] == []


def test_secret_that_several_properties_refer_to_is_known_under_each_name():
    """A schema file that is shared hides all that refers to it, through allOf and lists too."""
    files = {
        "a.json": {
            **MARKED,
            "properties": {
                "one": {"$ref": "s.json"},
                "two": {"$ref": "s.json"},
                "three": {"type": "array", "items": {"allOf": [{"$ref": "s.json"}]}},
                "four": {"properties": {"five": {"$ref": "s.json"}}},
                "plain": {"type": "string"},
            },
        },
        "s.json": {"format": "password", "x-secret": "code"},
    }

    assert secret_names(files, "a.json") == dict.fromkeys(("one", "two", "three", "five"), "code")
