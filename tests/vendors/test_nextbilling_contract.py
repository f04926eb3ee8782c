"""NextBilling's contract: what each reading allows, what the rules find, and that the fake keeps it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest

from contracts import strict_json
from contracts.contract import Contract, load
from contracts.model import Direction, Exchange, HttpRequest, HttpResponse, Severity
from contracts.redaction import redact
from simulator.vendor import Problem, Refusal, Reply
from simulator.vendors.nextbilling import VENDOR
from tests.vendors.nextbilling_world import GROUP, ask, call_of, work_of

T, K = "7cb40d54-4ebf-55a6-875a-5f57234e97cc-9990", "b12c87a7-6dd6-5f99-9b47-c7c3be66fe73-8629"
FORM = "application/x-www-form-urlencoded"
ERROR, WARNING = Severity.ERROR, Severity.WARNING
Found = list[tuple[str, str, Severity]]
OPERATIONS = {
    "listRingGroups": ("GET", "manageRingGroups", "0"),
    "createRingGroup": ("PUT", "manageRingGroups", "0"),
    "updateRingGroup": ("POST", "manageRingGroups", "0"),
    "removeRingGroup": ("DELETE", "manageRingGroups", "0"),
    "listOwnDevices": ("GET", "listDevices", ""),
    "listDevices": ("GET", "listDevices", "9"),
    "createDevice": ("PUT", "manageDevices", "1"),
    "listCalls": ("GET", "cdr", ""),
    "listCallsOfSubscriber": ("GET", "cdr", "9"),
}


@cache
def contract() -> Contract:
    return load("nextbilling")


def exchange(
    operation: str,
    body: object = None,
    readings: Mapping[str, str] | None = None,
    *,
    query: str = "",
    last: str | None = None,
    media: str = FORM,
    reply: Reply | None = None,
    direction: Direction = Direction.RECEIVED,
) -> Exchange:
    method, resource, end = OPERATIONS[operation]
    tail = end if last is None else last
    path = f"/api/{resource}/{T}/{K}" + (f"/{tail}" if tail else "")
    raw = b"" if body is None else json.dumps(body).encode()
    headers = (("content-type", media),) if raw and media else ()
    answer = None
    if reply:
        answer = HttpResponse(reply.status, (("content-type", "application/json"),), strict_json.dumps(reply.body))
    request = HttpRequest(method, path, query, headers, raw)
    return Exchange("nextbilling", direction, request, answer, operation=operation, readings=readings or {})


def judge(operation: str, body: object = None, *, query: str = "", last: str | None = None, **readings: str) -> Found:
    """Return what is found in a request (clause, pointer, severity) by who knows the small world."""
    asked = exchange(operation, body, readings, query=query, last=last)
    return [(v.clause, v.pointer, v.severity) for v in contract().check(asked, facts=work_of()).violations]


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


def test_token_and_key_are_hidden_wherever_they_stand() -> None:
    """N12: in the address of an operation, and in a misspelt one."""
    told = redact(exchange("listCalls"), contract())
    lost = redact(Exchange("nextbilling", Direction.RECEIVED, HttpRequest("GET", f"/manage/{T}/{K}/0")), contract())

    assert told.request.path == "/api/cdr/[redacted:token]/[redacted:key]"
    assert (T in lost.request.path, K in lost.request.path) == (False, False)
    assert contract().check(told).violations == ()


def test_only_the_shape_of_a_token_is_drift() -> None:
    """A fake takes a token of any shape; the check says that it is odd."""
    asked = exchange("listCalls")
    odd = Exchange("nextbilling", Direction.RECEIVED, HttpRequest("GET", f"/api/cdr/mine/{K}"))

    assert contract().check(asked).violations == ()
    (violation,) = contract().check(odd).violations
    assert (violation.pointer, violation.drift, violation.found) == ("path:token", True, "[redacted:token]")


@pytest.mark.parametrize(
    ("reading", "body", "missing"),
    [
        ("kept", {"id_record": 4, "status": 0}, []),
        ("all-named", {"id_record": 4, **GROUP}, []),
        ("all-named", {"id_record": 4, "status": 0}, ["/descricao", "/devices", "/id_cliente", "/strategy"]),
    ],
)
def test_update_names_all_where_the_reading_of_n13_says_so(reading: str, body: object, missing: list[str]) -> None:
    """Nothing but the record, or everything."""
    assert [pointer for _, pointer, _ in judge("updateRingGroup", body, N13=reading)] == missing


@pytest.mark.parametrize(
    ("reading", "operation", "body", "found"),
    [
        ("own-lines", "createRingGroup", {**GROUP, "devices": [1, 366]}, ["/devices/1"]),
        ("own-lines", "updateRingGroup", {"id_record": 4, "devices": [366]}, ["/devices/0"]),
        ("own-lines", "updateRingGroup", {"id_record": 4, "id_cliente": 3, "devices": [366]}, []),
        ("own-lines", "updateRingGroup", {"id_record": 4, "id_cliente": 3}, [f"/devices/{n}" for n in range(4)]),
        ("any-lines", "createRingGroup", {**GROUP, "devices": [1, 366]}, []),
    ],
)
def test_lines_are_the_owners_as_the_reading_of_n15_says(
    reading: str, operation: str, body: object, found: list[str]
) -> None:
    """The owner is the one named, else the group's."""
    told = judge(operation, body, N15=reading)

    assert told == [("lines-of-owner", pointer, WARNING) for pointer in found]


@pytest.mark.parametrize(
    ("operation", "body", "found"),
    [
        ("createRingGroup", {**GROUP, "id_cliente": 77}, [("owner-exists", "/id_cliente")]),
        ("createRingGroup", {**GROUP, "devices": [1, 2]}, [("lines-exist", "/devices/1")]),
        ("updateRingGroup", {"id_record": 5, "status": 1}, [("group-exists", "/id_record")]),
        ("createDevice", {"customer_id": 77}, [("owner-exists", "/customer_id")]),
        ("createDevice", {"customer_id": 9, "username": "ramal111"}, [("username-is-free", "/username")]),
        ("createDevice", {"customer_id": 9, "username": "balcao"}, []),
        ("createDevice", {"customer_id": 9, "auth": 0}, [("required", "/password"), ("required", "/username")]),
    ],
)
def test_request_names_records_that_exist(operation: str, body: object, found: list[tuple[str, str]]) -> None:
    """Owner, lines, group, and a login that is free."""
    assert [(clause, pointer) for clause, pointer, _ in judge(operation, body) if clause != "lines-of-owner"] == found


@pytest.mark.parametrize("when", ["always", "busy", "noanswer", "offline"])
@pytest.mark.parametrize(
    ("what", "value", "found"),
    [
        ("st", 0, None),
        ("st", 1, None),
        ("st", 2, ("enum", WARNING)),
        ("st", "1", ("enum", WARNING)),
        ("st", True, ("enum", WARNING)),
        ("dst", "112", None),
        ("dst", "", None),
        ("dst", 112, ("type", ERROR)),
        ("dst", "1" * 50, None),
        ("dst", "1" * 51, ("maxLength", WARNING)),
    ],
)
def test_follow_me_is_on_or_off_and_leads_to_text(
    when: str, what: str, value: object, found: tuple[str, Severity] | None
) -> None:
    """The fields and the type of a destination are documented; which values switch one on is not."""
    name = f"sigame_{when}_{what}"

    told = judge("createDevice", {"customer_id": 9, name: value})

    assert told == ([(found[0], f"/{name}", found[1])] if found else [])


@pytest.mark.parametrize(
    ("seconds", "clauses"), [(0, []), (3600, []), (3601, ["maximum"]), (-1, ["minimum"]), (1.5, ["type"])]
)
def test_line_rings_for_an_hour_at_most(seconds: object, clauses: list[str]) -> None:
    """A limit of ours, and so a warning."""
    told = judge("createDevice", {"customer_id": 9, "max_ringtime": seconds})

    assert told == [(clause, "/max_ringtime", WARNING) for clause in clauses]


@pytest.mark.parametrize(("size", "clauses"), [(131072, []), (131073, ["too-large"])])
def test_body_has_at_most_128_kilobytes(size: int, clauses: list[str]) -> None:
    """What is one byte too large is too large, whatever it says."""
    blank = json.dumps({**GROUP, "x": ""}).encode()
    raw = json.dumps({**GROUP, "x": "a" * (size - len(blank))})
    asked = exchange("createRingGroup", json.loads(raw))

    assert len(asked.request.body) == size
    assert [v.clause for v in contract().check(asked, facts=work_of()).violations] == clauses


OF_A_BODY = (Problem.MALFORMED, Problem.TOO_LARGE, Problem.UNSUPPORTED_MEDIA)
ANSWERED = [
    ("listRingGroups", None, {}, {}),
    ("createRingGroup", GROUP, {}, {}),
    ("updateRingGroup", {"id_record": 4, "status": 0}, {}, {}),
    ("updateRingGroup", GROUP, {}, {"N1": "post-creates"}),
    ("removeRingGroup", None, {"id_record": "4"}, {}),
    ("removeRingGroup", {"id_record": 4}, {}, {"N4": "either-place"}),
    ("listDevices", None, {}, {}),
    ("createDevice", {"customer_id": 9}, {}, {}),
    ("listCalls", None, {}, {}),
    ("listCallsOfSubscriber", None, {}, {}),
]


@pytest.mark.parametrize(("operation", "body", "query", "readings"), ANSWERED)
@pytest.mark.parametrize("more", [{}, {"N11": "numbers"}, {"N11": "either"}])
def test_answers_of_the_fake_keep_the_contract(
    operation: str, body: object, query: dict[str, str], readings: dict[str, str], more: dict[str, str]
) -> None:
    """Under every reading that changes what it answers."""
    chosen = readings | more
    work = work_of(readings=contract().choose(chosen), told=(call_of(1, cost="1234.5"), call_of(2, talk=None)))
    text = "&".join(f"{name}={value}" for name, value in query.items())
    facts = work_of()

    reply = ask(work, operation, body, last=OPERATIONS[operation][2], query=query)

    assert isinstance(reply, Reply)
    asked = exchange(operation, body, chosen, query=text, reply=reply)
    assert contract().check(asked, facts=facts).violations == ()


@pytest.mark.parametrize("operation", list(OPERATIONS))
@pytest.mark.parametrize("problem", [p for p in Problem if p not in OF_A_BODY])
@pytest.mark.parametrize("status", ["http", "200"])
def test_refusals_of_the_fake_keep_the_contract(operation: str, problem: Problem, status: str) -> None:
    """Every problem has an answer that the contract lists, with the body that it says."""
    assert VENDOR.refuse

    reply = VENDOR.refuse(Refusal(problem, "why", operation, switches={"error_status": status}))

    told = exchange(operation, reply=reply)
    assert [v for v in contract().check(told).violations if v.part.value == "response"] == []


@pytest.mark.parametrize("operation", ["createRingGroup", "updateRingGroup", "removeRingGroup", "createDevice"])
@pytest.mark.parametrize("problem", OF_A_BODY)
def test_refusals_of_a_body_keep_the_contract(operation: str, problem: Problem) -> None:
    """What has a body may be refused for it."""
    assert VENDOR.refuse

    told = exchange(operation, reply=VENDOR.refuse(Refusal(problem, "why", operation)))

    assert [v for v in contract().check(told).violations if v.part.value == "response"] == []
