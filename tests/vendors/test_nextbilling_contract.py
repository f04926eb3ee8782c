"""NextBilling's contract: what each reading allows."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.model import Direction
from simulator.vendor import Reply
from tests.vendors.nextbilling_exchanges import ERROR, FORM, WARNING, Found, contract, exchange, judge
from tests.vendors.nextbilling_world import GROUP, work_of


def judge_answer(operation: str, answer: object, status: int = 200, **readings: str) -> Found:
    """Return what is found in an answer to a right request."""
    body = {"createRingGroup": GROUP, "updateRingGroup": {"id_record": 4}}.get(operation)
    query = "id_record=4" if operation == "removeRingGroup" else ""
    asked = exchange(operation, body, readings, query=query, reply=Reply(status, answer))
    return [(v.clause, v.pointer, v.severity) for v in contract().check(asked).violations]


CREATES = [("required", "/id_record", ERROR)]


@pytest.mark.parametrize(
    ("reading", "body", "found"),
    [
        ("four-verbs", GROUP, CREATES),
        ("post-creates", GROUP, []),
        ("post-creates", {"id_record": 4, "status": 0}, []),
        ("post-creates", {"status": 0, "devices": []}, [
            ("whole-when-new", "/id_cliente", WARNING),
            ("whole-when-new", "/descricao", WARNING),
            ("whole-when-new", "/strategy", WARNING),
        ]),
    ],
)  # fmt: skip
def test_post_without_a_record_creates_as_the_reading_of_n1_says(reading: str, body: object, found: Found) -> None:
    """PUT alone creates under the strict reading; what creates has to be whole."""
    assert judge("updateRingGroup", body, N1=reading) == found


@pytest.mark.parametrize(
    ("reading", "operation", "last", "found"),
    [
        ("zero", "createRingGroup", "0", []),
        ("zero", "createRingGroup", "9", [("const", "path:id", ERROR)]),
        ("zero", "removeRingGroup", "4", [("const", "path:id", ERROR)]),
        ("zero", "listRingGroups", "9", []),
        ("ignored", "createRingGroup", "9", []),
        ("ignored", "removeRingGroup", "4", []),
        ("ignored", "updateRingGroup", "x", [("type", "path:id", ERROR)]),
        ("ignored", "createDevice", "0", [("const", "path:id", ERROR)]),
    ],
)
def test_end_of_the_address_is_as_the_reading_of_n3_says(reading: str, operation: str, last: str, found: Found) -> None:
    """0 where nothing is listed, or any number; the 1 of a new line is another page's."""
    bodies = {"createRingGroup": GROUP, "updateRingGroup": {"id_record": 4}, "createDevice": {"customer_id": 9}}
    query = "id_record=4" if operation == "removeRingGroup" else ""

    assert judge(operation, bodies.get(operation), query=query, last=last, N3=reading) == found


@pytest.mark.parametrize(
    ("reading", "operation", "body", "query", "found"),
    [
        ("body-and-query", "updateRingGroup", {"id_record": 4}, "", []),
        ("body-and-query", "updateRingGroup", {"status": 0}, "id_record=4", CREATES),
        ("body-and-query", "removeRingGroup", None, "id_record=4", []),
        ("body-and-query", "removeRingGroup", {"id_record": 4}, "", [("required", "query:id_record", ERROR)]),
        ("either-place", "updateRingGroup", {"status": 0}, "id_record=4", []),
        ("either-place", "updateRingGroup", {"status": 0}, "id_record=99", [
            ("group-exists", "query:id_record", WARNING)
        ]),
        ("either-place", "updateRingGroup", {"status": 0}, "", [("update-names-group", "/id_record", ERROR)]),
        ("either-place", "removeRingGroup", {"id_record": 4}, "", []),
        ("either-place", "removeRingGroup", {"id_record": 99}, "", [("group-exists", "/id_record", WARNING)]),
        ("either-place", "removeRingGroup", None, "", [("removal-names-group", "/id_record", ERROR)]),
    ],
)  # fmt: skip
def test_record_is_named_where_the_reading_of_n4_says(
    reading: str, operation: str, body: object, query: str, found: Found
) -> None:
    """In the body of POST and the query of DELETE, or in either place."""
    assert judge(operation, body, query=query, N4=reading) == found


def test_lenient_post_may_update_and_create() -> None:
    """N1 and N4 together: with a record in the query it updates, without one it creates."""
    lenient = {"N1": "lenient", "N4": "lenient"}

    assert judge("updateRingGroup", {"status": 0}, query="id_record=4", **lenient) == []
    assert judge("updateRingGroup", GROUP, **lenient) == []
    assert [clause for clause, _, _ in judge("updateRingGroup", {"status": 0}, **lenient)] == ["whole-when-new"] * 4


@pytest.mark.parametrize("media", [FORM, "application/json", "text/plain", ""])
@pytest.mark.parametrize("operation", ["createRingGroup", "updateRingGroup", "createDevice"])
def test_json_is_taken_whatever_its_type(operation: str, media: str) -> None:
    """N5: curl names the type of a form, or none."""
    body = {"createRingGroup": GROUP, "updateRingGroup": {"id_record": 4}}.get(operation, {"customer_id": 9})

    assert contract().check(exchange(operation, body, media=media), facts=work_of()).violations == ()


@pytest.mark.parametrize(
    ("reading", "direction", "found"),
    [
        ("http-status", Direction.SENT, [("error-status", "status", ERROR)]),
        ("also-200", Direction.SENT, []),
        ("http-status", Direction.RECEIVED, []),
    ],
)
def test_error_with_200_is_judged_as_the_reading_of_n6_says(reading: str, direction: Direction, found: Found) -> None:
    """A real server's; what the fake answers is its tenant's switch to say."""
    reply = Reply(200, {"error": 1, "reason": "Registro não encontrado"})
    told = exchange("listRingGroups", None, {"N6": reading}, reply=reply, direction=direction)

    assert [(v.clause, v.pointer, v.severity) for v in contract().check(told).violations] == found


@pytest.mark.parametrize(
    ("reading", "error", "right"),
    [
        ("number", 0, True),
        ("number", "0", False),
        ("number", False, False),
        ("any-flag", 0, True),
        ("any-flag", "0", True),
        ("any-flag", False, True),
        ("any-flag", "no", False),
    ],
)
def test_error_is_typed_as_the_reading_of_n7_says(reading: str, error: object, right: bool) -> None:
    """The number alone, or text and truth values too."""
    found = judge_answer("updateRingGroup", {"error": error, "reason": "OK"}, N7=reading)

    assert ([pointer for _, pointer, _ in found] == []) is right
    assert all(pointer == "/error" for _, pointer, _ in found)


@pytest.mark.parametrize(("reading", "error"), [("number", 1), ("any-flag", "1"), ("any-flag", True)])
def test_error_however_it_is_typed_goes_with_a_reason(reading: str, error: object) -> None:
    """What an error lacks is told as that, and not as what a success lacks."""
    assert judge_answer("createRingGroup", {"error": error}, N7=reading) == [("required", "/reason", ERROR)]


@pytest.mark.parametrize(
    ("reading", "devices", "found"),
    [
        ("integers", [23, 1], []),
        ("integers", ["23", 1], [("type", "/devices/0", ERROR)]),
        ("integers", "23,1", [("type", "/devices", ERROR)]),
        ("digit-strings", ["23", 1], []),
        ("digit-strings", ["x"], [("pattern", "/devices/0", ERROR)]),
        ("digit-strings", ["77"], [("lines-exist", "/devices/0", WARNING)]),
    ],
)
def test_lines_are_written_as_the_reading_of_n8_says(reading: str, devices: object, found: Found) -> None:
    """Numbers, or text of digits too; either way they exist."""
    assert judge("createRingGroup", {**GROUP, "devices": devices}, N8=reading) == found


@pytest.mark.parametrize("strategy", ["ringall", "random", "linear", "rrmemory", "fewestcalls", "other"])
def test_strategies_are_those_of_the_reading_of_n9(strategy: str) -> None:
    """Three of ring groups, two more of queues."""
    body, wrong = {**GROUP, "strategy": strategy}, [("enum", "/strategy", ERROR)]

    assert judge("createRingGroup", body, N9="three") == ([] if strategy in ("ringall", "random", "linear") else wrong)
    assert [clause for clause, _, _ in judge("createRingGroup", body, N9="five")] == (
        ["enum"] if strategy == "other" else []
    )


RECORD: dict[str, Any] = {
    "id": "4",
    "id_cliente": "9",
    "descricao": "x",
    "strategy": "linear",
    "devices": [1],
    "status": "1",
}


@pytest.mark.parametrize(
    ("reading", "change", "right"),
    [
        ("text-in-records", {}, True),
        ("text-in-records", {"id": 4}, False),
        ("numbers", {}, False),
        ("numbers", {"id": 4, "id_cliente": 9, "status": 1}, True),
        ("either", {}, True),
        ("either", {"id": 4}, True),
        ("either", {"id": "four"}, False),
    ],
)
def test_records_are_written_as_the_reading_of_n11_says(reading: str, change: dict[str, Any], right: bool) -> None:
    """Text, numbers, or either."""
    answer = {"error": 0, "reason": "OK", "records": 1, "data": [RECORD | change]}

    assert (judge_answer("listRingGroups", answer, N11=reading) == []) is right


@pytest.mark.parametrize(("reading", "right"), [("text-in-records", False), ("numbers", False), ("either", True)])
def test_lines_are_listed_as_text_unless_either_is_read(reading: str, right: bool) -> None:
    """The printed record of a line is text."""
    entry = {"id_cliente": 9, "nome_fantasia": "x", "records": 1, "data": [{"id": 1, "id_cliente": "9"}]}

    found = judge_answer("listDevices", {"error": 0, "reason": "OK", "records": 1, "data": [entry]}, N11=reading)

    assert (found == []) is right
