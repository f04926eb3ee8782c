"""An operation of a contract as plain OpenAPI: alone, in one document, and with what is pinned."""

import pytest

from contracts.contract import load
from tests.plain import document
from tests.vendors.fuzzed import operations

KEYS = ("openapi", "info", "paths", "components")


def nodes(tree):
    yield tree
    for inner in tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ():
        yield from nodes(inner)


@pytest.mark.parametrize(("key", "operation", "method"), operations())
def test_document_has_all_that_it_refers_to(key, operation, method):
    """Nothing that is ours is left in it, and nothing of another file or operation."""
    contract = load(key)

    made = document(contract.strict.files, contract.operations[operation], method, {})

    (item,) = made["paths"].values()
    found = [node for node in nodes([item, made["components"]["schemas"]]) if isinstance(node, dict)]
    assert tuple(made) == KEYS
    assert [name for name, node in item.items() if "operationId" in node] == [method.lower()]
    for reference in (node["$ref"] for node in found if isinstance(node.get("$ref"), str)):
        assert reference.startswith("#/components/schemas/")
        assert reference.removeprefix("#/components/schemas/") in made["components"]["schemas"]
    assert not [name for node in found for name in node if name in ("x-source", "x-dispatch", "x-confidence")]


def test_credential_has_one_value_where_it_is_one():
    """The parameter that stands first; the fields of an object that has all of them, in a request alone."""
    contract, pins = load("viacel"), {"token": "t", "usuario": "u"}

    asked = document(contract.strict.files, contract.operations["listByQuery"], "GET", pins)
    told = document(contract.strict.files, contract.operations["insertTrunk"], "POST", {}, pins)

    (item,), schemas = asked["paths"].values(), told["components"]["schemas"]
    shown = [(p["in"], p["schema"].get("enum")) for p in item["get"]["parameters"] if p["name"] == "token"]
    assert shown == [("query", ["t"]), ("header", None)]
    assert schemas["asked-authentication.json"]["properties"] == {"usuario": {"enum": ["u"]}, "token": {"enum": ["t"]}}
    assert "enum" not in schemas["asked-trunk.json"]["properties"]["usuario"]


def test_operation_that_shares_its_path_stands_there_alone():
    """Its own schema is the body's, and its own answer the first that is documented."""
    contract = load("viacel")

    made = document(contract.strict.files, contract.operations["insertDid"], "POST", {})

    (item,) = made["paths"].values()
    assert item["post"]["operationId"] == "insertDid"
    assert item["post"]["requestBody"]["content"] == {
        "application/json": {"schema": {"$ref": "#/components/schemas/asked-insert-did.json"}}
    }
    assert set(item) == {"get", "post", "delete"}
