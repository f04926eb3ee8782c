"""What the control API says when it is asked wrongly: a status, what was wrong, and what was expected."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.model import Direction, Exchange, HttpRequest, HttpResponse
from tests.live import JSON, Live
from tests.simulator.control.mistakes import WRONG
from tests.simulator.control.test_contract import CONTRACT

RAW: dict[str, tuple[bytes, dict[str, str], int, str]] = {
    "no Content-Type": (b"{}", {}, 415, "application/json"),
    "a form": (b"name=x", {"content-type": "application/x-www-form-urlencoded"}, 415, "application/json"),
    "broken JSON": (b'{"name": ', {"content-type": JSON}, 400, "JSON"),
    "an empty body": (b"", {"content-type": JSON}, 400, "JSON"),
    "NaN": (b'{"seed": NaN}', {"content-type": JSON}, 400, "JSON"),
    "1e400": (b'{"seed": 1e400}', {"content-type": JSON}, 400, "JSON"),
    "a duplicate key": (b'{"name": "a1", "name": "a2"}', {"content-type": JSON}, 400, "JSON"),
    "a lone surrogate": (b'{"seed": "\\ud800"}', {"content-type": JSON}, 400, "JSON"),
    "100,000 brackets": (b"[" * 100_000, {"content-type": JSON}, 400, "JSON"),
    "a deep object": (b'{"a":' * 65 + b"1" + b"}" * 65, {"content-type": JSON}, 400, "JSON"),
    "a byte over 1 MiB": (b" " * (1024 * 1024 + 1), {"content-type": JSON}, 413, "1 MiB"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_request_is_refused_with_what_was_wrong_and_what_was_expected(running: Live, name: str) -> None:
    """The answer is {error, expected} as the contract has it, and names the culprit and the way out."""
    method, path, body, status, named = WRONG[name]
    before = state_of(running)

    answer = running.control(method, path, body)

    assert answer.status == status, answer.text
    assert answer.json.keys() == {"error", "expected"}
    assert [word for word in named if word not in f"{answer.json['error']} {answer.json['expected']}"] == []
    assert state_of(running) == before
    keeps_contract(method, path, answer.status, answer.headers, answer.body)


@pytest.mark.parametrize("name", RAW)
def test_body_that_cannot_be_read_is_refused(running: Live, name: str) -> None:
    """Never a 5xx: a 4xx with {error, expected}, and nothing was made."""
    body, headers, status, named = RAW[name]
    before = state_of(running)

    answer = running.ask("POST", "/_sim/tenants", body, headers)

    assert (answer.status, answer.json.keys()) == (status, {"error", "expected"})
    assert named in f"{answer.json['error']} {answer.json['expected']}"
    assert state_of(running) == before


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
def test_wrong_method_is_405_and_allow_names_the_right_ones(running: Live, method: str) -> None:
    """Each path of the contract, by each method that it does not have."""
    for path in {operation.path for operation in CONTRACT.operations.values()}:
        concrete = path.replace("{", "").replace("}", "")
        allowed = set(CONTRACT.methods_of(path))
        if method in allowed or (method == "HEAD" and "GET" in allowed):
            continue

        answer = running.control(method, concrete)

        assert answer.status == 405, (method, path)
        assert set((answer.header("allow") or "").split(", ")) - {"HEAD"} == allowed
        assert method == "HEAD" or answer.json.keys() == {"error", "expected"}


def test_every_second_credential_of_a_tenant_can_be_taken_only_once(running: Live) -> None:
    """A credential is whose it is: making a tenant with that of another is a 409 that names it, and makes nothing."""
    secrets = running.credentials("hubsoft")

    for name, value in secrets.items():
        answer = running.control("POST", "/tenants", {"name": "thief", "credentials": {"hubsoft": {name: value}}})

        assert (answer.status, name in answer.json["error"]) == (409, True)
    assert running.control("GET", "/tenants/thief").status == 404


def test_world_without_anybody_is_no_reason_to_fail(running: Live) -> None:
    """A call needs somebody: a world that has nobody says who is missing, instead of failing."""
    running.make_tenant("empty")
    running.control("PUT", "/world", {"baseline": False}, tenant="empty")

    nobody = running.control("POST", "/calls", {}, tenant="empty")
    no_caller = running.control("POST", "/calls", {"extension": "1"}, tenant="empty")
    no_line = running.control("POST", "/calls", {"extension": "1", "from": "37999912222"}, tenant="empty")

    assert [nobody.status, no_caller.status, no_line.status] == [422, 422, 422]
    assert "extension" in nobody.json["error"]
    assert "customer" in no_caller.json["error"]
    assert running.control("GET", "/calls", tenant="empty").json == {"calls": []}
    running.control("DELETE", "/tenants/empty")


def state_of(running: Live) -> list[object]:
    """Return what a refused request must not have changed."""
    return [
        running.control("GET", path).json for path in ("/tenants", "/targets", "/runs", "/calls", "/clock", "/world")
    ]


def keeps_contract(method: str, path: str, status: int, headers: Any, body: bytes) -> None:
    bare = path.partition("?")[0]
    found = CONTRACT.routes.match(method, bare)
    if found is None:
        return
    request, answer = HttpRequest(method, bare), HttpResponse(status, headers, body)
    judged = CONTRACT.check(Exchange("_sim", Direction.RECEIVED, request, answer, operation=found[0].id))
    assert [v for v in judged.violations if v.part == "response"] == []


def test_path_of_nobody_is_told_what_is_there_whatever_it_is_made_of(running: Live) -> None:
    """A line break in it, which Flask's map matches nowhere, changes nothing."""
    answers = [running.ask(method, path) for path in ("/nobody", "/a%0Ab") for method in ("GET", "POST", "TRACE")]

    assert {answer.status for answer in answers} == {404}
    assert all(answer.json.keys() == {"error", "expected"} for answer in answers)


def test_several_problems_of_a_document_are_told_once(running: Live) -> None:
    """What is expected is no repetition of the last of them."""
    numbers = [{"ending": "9001", "outcome": "busy", "talk": 5}, {"ending": "1", "outcome": "dances"}]

    answer = running.control("PUT", "/numbers", {"numbers": numbers})

    assert answer.status == 422
    assert answer.json["expected"] == "a document that is right in each of these places"
