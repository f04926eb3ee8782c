"""NextBilling's contract: what its rules find, and that the fake keeps it."""

from __future__ import annotations

import json

import pytest

from contracts.model import Direction, Exchange, HttpRequest, Severity
from contracts.redaction import redact
from simulator.vendor import Problem, Refusal, Reply
from simulator.vendors.nextbilling import VENDOR
from tests.vendors.nextbilling_exchanges import ERROR, OPERATIONS, WARNING, K, T, contract, exchange, judge
from tests.vendors.nextbilling_world import GROUP, ask, call_of, work_of


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
