"""HubSoft's contract: what each reading allows, and what the rules find."""

from __future__ import annotations

import pytest

from contracts.model import Direction, Severity
from simulator.vendor import Reply
from tests.vendors.hubsoft_exchanges import CALL, Found, brief, contract, exchange
from tests.vendors.hubsoft_world import work_of

# The readings that tests/vendors/test_hubsoft_neighbours_readings.py and test_hubsoft_pages.py are about.
NEIGHBOURS = {
    "H12": ("with-sample", "table-only"),
    "H13": ("rising", "falling"),
    "H14": ("success", "as-printed", "either"),
    "H15": ("ten-or-eleven", "eleven", "any-digits"),
    "H16": ("required", "default-false"),
    "H17": ("either", "post-only", "get-only"),
    "H18": ("as-printed", "either"),
}
FORM = "application/x-www-form-urlencoded"
ERROR, WARNING = Severity.ERROR, Severity.WARNING


def judge(body: object, operation: str = "notifyCall", **readings: str) -> Found:
    """Return what is found in a request (clause, pointer, severity) by who knows the small world."""
    return brief(contract().check(exchange(operation, body, readings), facts=work_of()))


@pytest.mark.parametrize(
    ("reading", "body", "found"),
    [
        ("seed-2019", {"ramal": 111}, [("required", "/telefone", WARNING)]),
        ("seed-2019", {"ramal": 111, "id_cliente": 11201}, [("required", "/telefone", WARNING)]),
        ("seed-2019", CALL, []),
        ("either", {"ramal": 111}, [("anyOf", "", WARNING)]),
        ("either", {"ramal": 111, "id_cliente": 11201}, []),
        ("either", CALL, []),
        ("current-2020", {"ramal": 111}, []),
    ],
)
def test_phone_is_required_as_the_reading_of_h1_says(reading: str, body: object, found: Found) -> None:
    """What only an older page forbids is a warning."""
    assert judge(body, H1=reading) == found


def test_missing_phone_names_both_pages_and_is_refused() -> None:
    """The note names the page that forbids it and the one that allows it; the fake still refuses."""
    judgement = contract().check(exchange("notifyCall", {"ramal": 111}))

    (violation,) = judgement.refused
    assert violation.discrepancy == "H1"
    assert "seed-2019" in violation.note
    assert "current-2020" in violation.note


BOTH = CALL | {"identificador_interno": "XYZ112"}


@pytest.mark.parametrize(
    ("reading", "body", "found"),
    [
        ("same-user", {"telefone": 37999912222}, [("anyOf", "", ERROR)]),
        ("same-user", BOTH, [("same-user", "/identificador_interno", WARNING)]),
        ("same-user", CALL | {"identificador_interno": "ABC111"}, []),
        ("extension-wins", {"telefone": 37999912222}, [("anyOf", "", ERROR)]),
        ("extension-wins", BOTH, []),
        ("extension-wins", CALL | {"identificador_interno": "nobody"}, []),
    ],
)
def test_extension_and_internal_id_agree_as_the_reading_of_h2_says(reading: str, body: object, found: Found) -> None:
    """At least one under each reading; both must agree under the strict one."""
    assert judge(body, H2=reading) == found


@pytest.mark.parametrize(
    ("reading", "phone", "found"),
    [
        ("number-or-digits", 37999912222, []),
        ("number-or-digits", "37999912222", []),
        ("number-or-digits", "(37) 99991-2222", [("pattern", "/telefone", ERROR)]),
        ("number-or-digits", "37999912222\n", [("pattern", "/telefone", ERROR)]),
        ("formatted", "(37) 99991-2222", []),
        ("formatted", "+55 37 99991.2222", []),
        ("formatted", "+() -", [("pattern", "/telefone", ERROR)]),
        ("formatted", "37 9999 call me", [("pattern", "/telefone", ERROR)]),
    ],
)
def test_numbers_are_written_as_the_reading_of_h3_says(reading: str, phone: object, found: Found) -> None:
    """Numbers and digits always, formatted text under the lenient reading."""
    assert judge(CALL | {"telefone": phone}, H3=reading) == found


@pytest.mark.parametrize(
    ("reading", "phone", "found"),
    [
        ("ten-to-thirteen", 999912222, [("phone-length", "/telefone", WARNING)]),
        ("ten-to-thirteen", 3732221234, []),
        ("ten-to-thirteen", "5537999912222", []),
        ("ten-to-thirteen", "55379999122223", [("phone-length", "/telefone", WARNING)]),
        ("any-digits", 190, []),
        ("any-digits", "553799991222233", []),
        ("any-digits", "5537999912222333", [("maxLength", "/telefone", WARNING)]),
    ],
)
def test_phone_is_as_long_as_the_reading_of_h4_says(reading: str, phone: object, found: Found) -> None:
    """10 to 13 digits, which is inferred; 15 at most in any case."""
    assert judge(CALL | {"telefone": phone}, H4=reading) == found


def test_length_of_a_formatted_phone_counts_its_digits() -> None:
    """H3 and H4 go together."""
    found = judge(CALL | {"telefone": "(37) 9999-122"}, H3="formatted")

    assert found == [("phone-length", "/telefone", WARNING)]


@pytest.mark.parametrize(
    ("reading", "found"),
    [("json-or-form", []), ("json-only", [("media-type", "header:content-type", ERROR)])],
)
def test_token_request_is_encoded_as_the_reading_of_h6_says(reading: str, found: Found) -> None:
    """JSON and form by default: the vendor's page shows one, its example the other."""
    body = b"grant_type=password&client_id=3&client_secret=s&username=u%40example.com&password=p"

    judgement = contract().check(exchange("issueToken", body, {"H6": reading}, media=FORM))

    assert brief(judgement) == found


@pytest.mark.parametrize(
    ("reading", "direction", "found"),
    [
        ("always-200", Direction.SENT, [("refusal-status", "status", WARNING)]),
        ("also-422", Direction.SENT, []),
        ("always-200", Direction.RECEIVED, []),
    ],
)
def test_status_of_a_refusal_is_judged_as_the_reading_of_h7_says(
    reading: str, direction: Direction, found: Found
) -> None:
    """A real ERP's 422 is a surprise under the strict reading; the fake's own is its tenant's choice."""
    reply = Reply(422, {"status": "error", "msg": "x", "errors": []})

    judgement = contract().check(exchange("notifyCall", CALL, {"H7": reading}, reply=reply, direction=direction))

    assert brief(judgement) == found


@pytest.mark.parametrize(
    ("reading", "body", "found"),
    [
        ("as-notice", CALL | {"id_cliente": 11201}, []),
        ("as-notice", CALL | {"origem": "PBX"}, [("additionalProperties", "/origem", WARNING)]),
        ("anything-more", CALL | {"origem": "PBX"}, []),
        ("shorter-list", CALL, []),
        ("shorter-list", CALL | {"id_cliente": 11201}, [("additionalProperties", "/id_cliente", WARNING)]),
    ],
)
def test_cancel_has_the_attributes_that_the_reading_of_h10_names(reading: str, body: object, found: Found) -> None:
    """An attribute too many is drift, and never refused."""
    judgement = contract().check(exchange("cancelCall", body, {"H10": reading}), facts=work_of())

    assert brief(judgement) == found
    assert judgement.refused == ()


@pytest.mark.parametrize(
    ("reading", "body", "found"),
    [
        ("refused", CALL | {"ramal": 999}, [("extension-exists", "/ramal", WARNING)]),
        (
            "refused",
            {"identificador_interno": "nobody", "telefone": 37999912222},
            [("internal-id-exists", "/identificador_interno", WARNING)],
        ),
        ("taken", CALL | {"ramal": 999}, []),
        ("taken", {"identificador_interno": "nobody", "telefone": 37999912222}, []),
    ],
)
def test_unknown_desk_is_judged_as_the_reading_of_h11_says(reading: str, body: object, found: Found) -> None:
    """Nothing is documented: refused by default, and the tenant may choose otherwise."""
    assert judge(body, H11=reading) == found


def test_every_reading_is_tested_here() -> None:
    """A new reading needs a new test."""
    readings = {(key, name) for key, entry in contract().discrepancies.items() for name in entry.readings}

    assert readings == {
        *(("H1", name) for name in ("seed-2019", "either", "current-2020")),
        *(("H2", name) for name in ("same-user", "extension-wins")),
        *(("H3", name) for name in ("number-or-digits", "formatted")),
        *(("H4", name) for name in ("ten-to-thirteen", "any-digits")),
        *(("H6", name) for name in ("json-or-form", "json-only")),
        *(("H7", name) for name in ("always-200", "also-422")),
        *(("H10", name) for name in ("as-notice", "anything-more", "shorter-list")),
        *(("H11", name) for name in ("refused", "taken")),
        *((key, name) for key, names in NEIGHBOURS.items() for name in names),
    }


@pytest.mark.parametrize("operation", ["notifyCall", "cancelCall"])
@pytest.mark.parametrize(
    ("named", "found"),
    [
        ({"id_cliente": 11201}, []),
        ({"id_cliente": "011201"}, []),
        ({"id_cliente": 49742}, [("customer-exists", "/id_cliente", ERROR)]),
        ({"codigo_cliente": "421"}, []),
        ({"codigo_cliente": 11201}, [("customer-code-exists", "/codigo_cliente", ERROR)]),
    ],
)
def test_named_customer_must_exist(operation: str, named: dict[str, object], found: Found) -> None:
    """The page says that it is in the database."""
    assert judge(CALL | named, operation) == found


def test_rules_of_state_are_not_judged_without_records() -> None:
    """Recorded traffic alone cannot say who exists."""
    judgement = contract().check(exchange("notifyCall", CALL | {"id_cliente": 49742}))

    assert judgement.violations == ()
    assert set(judgement.unjudged) == {
        "customer-exists",
        "customer-code-exists",
        "extension-exists",
        "internal-id-exists",
        "same-user",
    }
