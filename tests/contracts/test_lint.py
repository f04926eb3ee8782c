import json

import pytest

from contracts.contract import load_folder
from contracts.lint import lint
from contracts.lint_schemas import pattern_faults
from tests.contracts.toy import BEARER, contract, openapi_text, rules, write
from tests.contracts.toy_files import DISCREPANCIES, MARKED, RULES, SCHEMAS

TEXT = openapi_text()
EXAMPLES = {
    "ring": ("POST", "/rings/7/k", {"bell": "a"}, {"bell": 1}, "type"),
    "listRings": ("GET", "/rings", None, None, "operation"),
    "order": ("POST", "/orders", {"action": "close"}, {"action": "open"}, "required"),
    "rang": ("PUT", "/hook", {"bell": "a"}, {}, "required"),
}


def linted(tmp_path, *, examples=EXAMPLES, **changes):
    """What lint says of the toy contract with these changes, with an example of each kind for each operation."""
    folder = write(tmp_path / "toy", **changes)
    for key, (method, path, right, wrong, clause) in examples.items():
        for kind, body in (("valid", right), ("invalid", wrong)):
            (folder / "examples" / key / kind).mkdir(parents=True)
            document = {"why": "So.", "source": "manual", "request": {"method": method, "path": path}}
            document["request"]["headers"] = {BEARER[0]: BEARER[1]}
            if body is not None:
                document["request"]["body"] = body
            if kind == "invalid":
                document["expect"] = [{"clause": clause}]
            (folder / "examples" / key / kind / "one.json").write_text(json.dumps(document))
    return lint(load_folder(folder, rules=rules()))


def changed(name, **more):
    return {name: SCHEMAS[name] | more}


def test_contract_as_the_format_says_has_no_faults(tmp_path):
    """The toy contract passes, so that each fault below is the one that is found."""
    assert linted(tmp_path) == []


@pytest.mark.parametrize(
    ("schema", "fault"),
    [
        ({"type": "string"}, "a string without maxLength"),
        ({"type": ["string", "null"]}, "a string without maxLength"),
        ({"type": "string", "format": "uri"}, "a string without maxLength"),
        ({"type": "array"}, "an array without maxItems"),
        ({"items": {"type": "string"}}, "items: a string without maxLength"),
        ({"maxlength": 5}, "the keyword maxlength is not in the subset"),
        ({"patternProperties": {}}, "the keyword patternProperties is not in the subset"),
        ({"$id": "https://x.test/y"}, "the keyword $id is not in the subset"),
        ({"format": "ipv4"}, "the format ipv4 is not one of"),
        ({"multipleOf": 0.01}, "multipleOf is a fraction"),
        ({"pattern": "[0-9]+"}, "not anchored"),
        ({"x-source": "manual"}, "x-source without x-confidence"),
        ({"x-source": "m", "x-confidence": "sure"}, "x-confidence is 'sure'"),
        ({"x-confidence": "inferred"}, "it has no x-source"),
        ({"x-discrepancy": "T9"}, "x-discrepancy T9"),
        ({"discriminator": {"propertyName": "a", "mapping": {"b": "c.json"}}}, "the discriminator maps b to c.json"),
    ],
)
def test_schema_outside_the_subset_is_found(tmp_path, schema, fault):
    """Whatever the engines would read differently, or could not bound, is told with its place."""
    properties = SCHEMAS["rang"]["properties"] | {"odd": schema}

    told = linted(tmp_path, schemas=changed("rang", properties=properties))

    assert any(fault in each for each in told), told


@pytest.mark.parametrize(
    "pattern",
    ["[0-9]", "^a", "a$", "^a|b$", r"^\d$", r"^\w+$", r"^\p{L}$", "^(?=a)a$", "^(?i)a$", "^(a+)+$", "^(a*)*$",
     "^(?:a{1,9})+$", r"^(a)\1$", "^.*$", "^(a$", "^(a|b+)*$"],
)  # fmt: skip
def test_pattern_outside_the_subset_is_found(pattern):
    """Patterns that the engines read differently, or that take exponential time in one of them."""
    assert list(pattern_faults(pattern))


@pytest.mark.parametrize(
    "pattern",
    ["^[0-9]+$", "^[a-z]{1,9}$", "^(a|b)$",
     r"^\+?[0-9. ()/-]+$", "^(?:[0-9]{2}:){2}[0-9]{2}$", "^([|]|a)$", "^(a[0-9]+)?$"],
)  # fmt: skip
def test_pattern_inside_the_subset_passes(pattern):
    """What the contracts need is allowed."""
    assert list(pattern_faults(pattern)) == []


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"openapi": TEXT.replace("operationId: order", "operationId: Pedido-1")}, "no English name"),
        ({"openapi": TEXT.replace("openapi: 3.1.0", "openapi: 3.0.3")}, "openapi is '3.0.3'"),
        ({"openapi": TEXT.replace("{title: Toy,", "{")}, "info has no title"),
        ({"openapi": TEXT.replace("security: [{bearer: []}]", "security: [{basic: []}]")}, "scheme basic"),
        ({"openapi": TEXT.replace("Refused., x-source: guess, x-confidence: inferred", "Refused.")}, "4XX"),
        ({"openapi": TEXT.replace("      summary: Give an order.\n", "")}, "order: it has no summary"),
        ({"openapi": TEXT.replace("/rings/{account}/{key}", "/rings/{account}/{code}")}, "not in both"),
        ({"openapi": TEXT.replace("Taken., x-source: guess", "Taken., x-source: g", 1)}, "its methods differ"),
        ({"openapi": TEXT.replace("type: integer, maximum: 10", "type: string")}, "a string without maxLength"),
        ({"schemas": {"spare": {**MARKED, "description": "Unused."}}}, "no operation uses it"),
        ({"schemas": {"rang": {k: v for k, v in SCHEMAS["rang"].items() if k != "x-confidence"}}}, "its root has no"),
        ({"rules": RULES.replace("short-note:", "shorter-note:")}, "no function enforces it"),
        ({"rules": RULES.replace("short-note:", "shorter-note:")}, "rules.py short-note"),
        ({"rules": RULES.replace("[short]", "[tiny]")}, "T2: tiny, which is no reading"),
        ({"rules": RULES.replace("operations: [rang]", "operations: [rung]")}, "rung is no operation"),
        ({"rules": RULES.replace("x-discrepancy: T2", "x-discrepancy: T3")}, "T3 is not in"),
        ({"discrepancies": DISCREPANCIES.replace("strict: old", "strict: new")}, "its strict reading has a patch"),
        ({"discrepancies": DISCREPANCIES.replace("path: /allOf/0, value", "path: /none/0, value")}, "does not apply"),
        ({"discrepancies": DISCREPANCIES.replace("schemas/ring.json:", "schemas/rong.json:")}, "which is not there"),
        ({"discrepancies": DISCREPANCIES.replace("/allOf/0, value: {}", "/allOf/0, value: {type: string}")}, "'new'"),
        ({"examples": {k: v for k, v in EXAMPLES.items() if k != "rang"}}, "examples/rang/valid"),
        ({"examples": EXAMPLES | {"ringer": EXAMPLES["ring"]}}, "its folders name no operation"),
    ],
)  # fmt: skip
def test_fault_outside_the_schemas_is_found(tmp_path, changes, fault):
    """Marks, keys, rules without functions, readings that do not apply, examples that are missing."""
    told = linted(tmp_path, **changes)

    assert any(fault in each for each in told), told


def test_lint_needs_no_examples_to_run(tmp_path):
    """A contract without examples is told so, for each operation and kind."""
    assert len([each for each in lint(contract(tmp_path)) if "there is no example" in each]) == 8
