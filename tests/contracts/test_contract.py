import pytest

from contracts.bodies import UnreadableBody
from contracts.contract import UnknownVendor, discover, load, load_folder
from contracts.errors import ContractError
from contracts.folder import BrokenContract
from contracts.model import Confidence, Part
from contracts.operation import OperationKind
from contracts.pointers import DanglingReference
from contracts.readings import BrokenReading, UnknownReading
from contracts.strict_yaml import MalformedYaml
from tests.contracts.toy import JSON, answer, contract, openapi_text, ring, rules, write
from tests.contracts.toy_files import DISCREPANCIES, RULES, SCHEMAS


def refer(reference):
    """The schema of a push that refers elsewhere."""
    return {"rang": SCHEMAS["rang"] | {"properties": {"bell": {"$ref": reference}}}}


def test_operations_are_read_with_all_that_others_ask_of_them(tmp_path):
    """Key, kind, methods, path, marks, credentials and media types."""
    toy = contract(tmp_path)

    operation = toy.operations["ring"]

    assert (toy.key, toy.title) == ("toy", "Toy")
    assert list(toy.operations) == ["ring", "listRings", "order", "rang"]
    assert (operation.kind, operation.methods, operation.path) == (
        OperationKind.PATH,
        ("POST",),
        "/rings/{account}/{key}",
    )
    assert (operation.summary, operation.provenance.source) == ("Ring a bell.", "manual 1")
    assert operation.security == (("bearer",),)
    assert operation.media_types == ("application/json", "application/x-www-form-urlencoded")
    assert (operation.body.any_media_type, toy.operations["order"].body.any_media_type) == (False, True)


def test_push_that_goes_out_by_two_verbs_is_one_operation(tmp_path):
    """Its key is the webhook's name, and it has both methods."""
    push = contract(tmp_path).operations["rang"]

    assert (push.id, push.kind, push.methods, push.path) == ("rang", "webhook", ("PUT", "POST"), "")


def test_operations_are_counted_by_how_they_are_known(tmp_path):
    """Each operation once, by its own mark."""
    assert contract(tmp_path).provenance_counts() == {
        Confidence.DOCUMENTED: 2,
        Confidence.OBSERVED: 1,
        Confidence.INFERRED: 1,
    }


def test_path_is_matched_with_decoded_parameters(tmp_path):
    """%2F is a character of a segment and no slash."""
    operation, parameters = contract(tmp_path).routes.match("POST", "/rings/a%2Fb/%C3%A9")

    assert (operation.id, parameters) == ("ring", {"account": "a/b", "key": "é"})


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/rings"), ("GET", "/rings/"), ("POST", "/rings/1//"), ("POST", "/rings/1/2/3"), ("GET", "")],
)
def test_path_that_is_not_there_matches_nothing(tmp_path, method, path):
    """A trailing slash and an empty segment are other paths; another method is no match."""
    assert contract(tmp_path).routes.match(method, path) is None


def test_methods_of_a_path_are_told_for_allow(tmp_path):
    """405 names them, 404 has none."""
    toy = contract(tmp_path)

    assert (toy.methods_of("/rings"), toy.methods_of("/rings/1/2"), toy.methods_of("/x")) == (("GET",), ("POST",), ())


def test_choice_of_readings_is_full_and_strict_by_default(tmp_path):
    """Every discrepancy has a reading; strict and lenient are names for one of them."""
    toy = contract(tmp_path)

    assert toy.choose({}) == {"T1": "old", "T2": "short"}
    assert toy.choose({"T1": "lenient"}) == {"T1": "either", "T2": "short"}
    assert toy.choose({"*": "lenient", "T1": "new"}) == {"T1": "new", "T2": "long"}


@pytest.mark.parametrize(
    ("choices", "named"),
    [
        ({"T9": "old"}, "T1, T2"),
        ({"T1": "odd"}, "old, either, new, strict, lenient"),
        ({"*": "new"}, "strict, lenient"),
    ],
)
def test_unknown_choice_names_the_possible_ones(tmp_path, choices, named):
    """The error is the list to choose from."""
    with pytest.raises(UnknownReading, match=f"choose one of: {named}"):
        contract(tmp_path).choose(choices)


def test_decoding_gives_the_value_or_says_why_not(tmp_path):
    """A handler gets what the check has read; an answer is decoded by its status."""
    toy = contract(tmp_path)
    operation = toy.operations["ring"]

    assert toy.decode(operation, b'{"bell":"a"}', "application/json") == {"bell": "a"}
    assert toy.decode(operation, b"bell=a+b&note=%C3%A9", "application/x-www-form-urlencoded") == {
        "bell": "a b",
        "note": "é",
    }
    assert toy.decode(operation, b'{"ok":true}', JSON[1], Part.RESPONSE, status=200) == {"ok": True}
    assert toy.decode(operation, b"whatever", None, Part.RESPONSE, status=404) is None
    assert toy.decode(toy.operations["listRings"], b"ignored", None) is None
    with pytest.raises(UnreadableBody) as caught:
        toy.decode(operation, b"bell", "text/plain")
    assert caught.value.clause == "media-type"


def test_overlay_replaces_files_one_by_one(tmp_path):
    """A user's corrected file stands in place of the shipped one; all others stay."""
    shipped, overlay = write(tmp_path / "toy"), tmp_path / "mine"
    overlay.mkdir()
    (overlay / "discrepancies.yaml").write_text(DISCREPANCIES.replace("strict: old", "strict: new"))

    toy = load_folder(shipped, overlay, rules())

    assert toy.choose({})["T1"] == "new"
    assert "ring" in toy.operations


@pytest.mark.parametrize(
    ("name", "text", "wrong"),
    [
        ("schemas/other.json", "{}", "it matches no file of the contract toy"),
        ("rules.py", "", "it matches no file"),
        ("schemas/ring.json", "{", "not JSON"),
        ("schemas/ring.json", "[]", "it is not an object"),
        ("schemas/ring.json", '{"$schema": "http://json-schema.org/draft-07/schema#"}', "another dialect"),
        ("openapi.yaml", "- a", "it is not a mapping"),
        ("rules.yaml", "a: 0123", 'write "0123"'),
    ],
)
def test_broken_or_foreign_file_of_an_overlay_is_an_error_that_names_it(tmp_path, name, text, wrong):
    """Nothing is silently left out."""
    shipped, file = write(tmp_path / "toy"), tmp_path / "mine" / name
    file.parent.mkdir(parents=True)
    file.write_text(text)

    with pytest.raises(ContractError, match=wrong) as caught:
        load_folder(shipped, tmp_path / "mine", rules())

    assert str(file) in str(caught.value)


def test_overlay_folder_has_a_folder_for_each_vendor_and_nothing_else(tmp_path):
    """A folder that names no vendor is a mistake worth an error."""
    (tmp_path / "hubsofd").mkdir()

    with pytest.raises(BrokenContract, match=r"it matches no vendor; .*hubsoft"):
        load("hubsoft", tmp_path)
    with pytest.raises(BrokenContract, match="there is no such folder"):
        load("hubsoft", tmp_path / "missing")


def test_unknown_vendor_names_the_known_ones():
    """A typing error is answered with the list."""
    with pytest.raises(UnknownVendor, match=r"'hubsofd'; choose one of: .*hubsoft"):
        load("hubsofd")


def test_contracts_are_found_by_being_there():
    """Every folder with an openapi.yaml is a contract."""
    assert {"hubsoft", "pbx55"} <= set(discover())


@pytest.mark.parametrize(
    ("files", "error", "wrong"),
    [
        ({"openapi": openapi_text().replace("x-confidence: observed", "x-confidence: heard")}, ContractError, "heard"),
        (
            {"openapi": openapi_text().replace("operationId: order", "operationId: ring")},
            ContractError,
            "two operations",
        ),
        ({"openapi": openapi_text().replace("schemas/order.json", "schemas/none.json")}, ContractError, "none.json"),
        ({"openapi": openapi_text().replace("schemas/order.json", "https://x.test/o.json")}, ContractError, "leaves"),
        ({"openapi": openapi_text().replace("      operationId: order\n", "")}, ContractError, "no operationId"),
        ({"schemas": refer("https://x.test/y.json")}, DanglingReference, "leaves the contract"),
        ({"schemas": refer("file:///etc/passwd")}, DanglingReference, "leaves the contract"),
        ({"schemas": refer("../../other/schemas/a.json")}, DanglingReference, "which is not there"),
        ({"schemas": refer("#/nowhere")}, DanglingReference, "names a place that is not there"),
        ({"openapi": "a: [\n"}, MalformedYaml, "openapi.yaml:2:1"),
        ({"discrepancies": DISCREPANCIES.replace("strict: old", "strict: none")}, BrokenReading, "strict is 'none'"),
        ({"rules": RULES.replace("scope: state", "scope: all")}, ContractError, "its scope is 'all'"),
        ({"rules": RULES.replace("  x-confidence: inferred\n", "")}, ContractError, "no x-confidence"),
    ],
)
def test_broken_contract_says_where_and_what(tmp_path, files, error, wrong):
    """A contract that cannot be used is refused when it is loaded."""
    with pytest.raises(error, match=wrong):
        contract(tmp_path, **files)


def test_patch_that_does_not_apply_is_an_error(tmp_path):
    """A reading is tried when somebody chooses it, and says which patch is wrong."""
    toy = contract(tmp_path, discrepancies=DISCREPANCIES.replace("path: /allOf/0, value", "path: /allOf/9/x, value"))

    with pytest.raises(BrokenReading, match=r"T1/new, patch of schemas/ring\.json: it does not apply"):
        toy.check(ring({}, readings={"T1": "new"}))


def test_contract_may_patch_its_openapi_document(tmp_path):
    """A reading can take a media type away."""
    patch = """
    json-only:
      text: JSON alone.
      x-source: manual 1
      x-confidence: documented
      patch:
        openapi.yaml:
          - op: remove
            path: /paths/~1rings~1{account}~1{key}/post/requestBody/content/application~1x-www-form-urlencoded
"""
    toy = contract(tmp_path, discrepancies=DISCREPANCIES + patch.lstrip("\n"))
    headers = (("authorization", "Bearer x"), ("content-type", "application/x-www-form-urlencoded"))
    exchange = ring(b"bell=a", headers=headers, readings={"T2": "json-only"}, response=answer(200, {"ok": True}))

    assert [v.clause for v in toy.check(exchange).violations] == ["media-type"]
