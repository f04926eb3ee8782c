"""The control API keeps its own contract: every operation is there, is done, answers as written, and is documented."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest

from contracts.contract import Contract
from contracts.lint import lint
from contracts.model import Direction, Exchange, HttpRequest, HttpResponse
from simulator.clock import Mode
from simulator.control.face import control_contract
from simulator.control.handlers import HANDLERS
from simulator.telephony.calls import Direction as Way
from simulator.telephony.calls import Medium, State
from tests.live import JSON, Live, live
from tests.receiver import Receiver

CONTRACT: Contract = control_contract()
DOC = Path(__file__).parents[3] / "docs" / "control-api.md"
SCENARIO = "scenario: mine\ntitle: Mine\nsteps:\n  - sms: {call: A, extension: '111', to: '37999912222'}\n"

# A request that is right, for every operation, in an order in which each finds what it needs. RECEIVER is a URL, and
# SNAPSHOT what the newest answer to that operation was.
RIGHT: tuple[tuple[str, str, Any], ...] = (
    ("health", "/health", None),
    ("listVendors", "/vendors", None),
    ("metrics", "/metrics", None),
    ("listTenants", "/tenants", None),
    ("makeTenant", "/tenants", {"name": "acme", "seed": "7", "readings": {"hubsoft": {"H1": "either"}}}),
    ("makeTenant", "/tenants", {}),
    ("showTenant", "/tenants/acme", None),
    ("changeTenant", "/tenants/acme", {"switches": {"hubsoft": {"validation_status": "422"}}}),
    ("showCredentials", "/credentials?tenant=acme", None),
    ("revokeTokens", "/revocations", {"vendor": "hubsoft"}),
    ("addTarget", "/targets", {"vendor": "pbx55", "url": "RECEIVER", "method": "put", "token": "to-the-receiver"}),
    ("listTargets", "/targets", None),
    ("makeCall", "/calls", {"outcome": "open"}),
    ("makeCall", "/calls?tenant=acme", None),
    ("readJournal", "/journal?wait=5&limit=1", None),
    ("showEntry", "/journal/1", None),
    ("replay", "/journal/1/replay", None),
    ("snapshot", "/snapshot", None),
    ("restore", "/restore", "SNAPSHOT"),
    ("readOutbox", "/outbox", None),
    ("listCalls", "/calls", None),
    ("showCall", "/calls/c1", None),
    ("stepCall", "/calls/c1/steps", {"step": "ring", "extension": "112"}),
    ("letAgent", "/agents/112", {"do": "login", "queue": "suporte"}),
    ("listAgents", "/agents", None),
    ("replaceNumbers", "/numbers?tenant=acme", {"numbers": [{"ending": "77", "outcome": "busy"}]}),
    ("showNumbers", "/numbers", None),
    ("playScenario", "/runs", {"scenario": "sms_sent"}),
    ("playScenario", "/runs?tenant=acme", {"text": SCENARIO}),
    ("listRuns", "/runs", None),
    ("showRun", "/runs/r2?wait=5", None),
    ("listRecords", "/records/hubsoft.token", None),
    ("listRecords", "/records/extension?tenant=acme", None),
    ("replaceWorld", "/world?tenant=acme", {"numbers": [{"number": "553732210000"}]}),
    ("showWorld", "/world?tenant=acme", None),
    ("setClock", "/clock?tenant=acme", {"clock": "2x"}),
    ("showClock", "/clock?tenant=acme", None),
    ("addFault", "/faults", {"on": {"vendor": "hubsoft", "answer": "any", "nth": 2}, "do": {"status": 503}}),
    ("addFault", "/faults", {"on": {"vendor": "digitro", "answer": "any"}, "do": {"delay": {"uniform": ["1s", "2s"]}}}),
    ("listFaults", "/faults", None),
    ("removeFault", "/faults/f1", None),
    ("removeFaults", "/faults", None),
    ("removeTarget", "/targets/t1", None),
    ("reset", "/reset", None),
    ("removeTenant", "/tenants/acme", None),
)


@pytest.fixture(scope="module")
def jumping() -> Iterator[Live]:
    with live(clock=Mode.JUMPING) as running:
        yield running


def test_every_operation_has_a_handler_and_the_reverse() -> None:
    """The contract and the table of handlers name the same operations."""
    assert CONTRACT.operations.keys() == HANDLERS.keys()


def test_contract_is_well_written() -> None:
    """It is held to the rules of a vendor's contract, but that its examples are the tests."""
    assert [wrong for wrong in lint(CONTRACT) if not wrong.startswith("examples/")] == []


def test_every_operation_answers_as_its_contract_says(jumping: Live) -> None:
    """Each operation, asked rightly, succeeds, and its answer has no violation."""
    asked = set()
    snapshot = None
    with Receiver() as receiver:
        for operation, path, body in RIGHT:
            body = snapshot if body == "SNAPSHOT" else body
            body = {**body, "url": receiver.url} if body and body.get("url") == "RECEIVER" else body
            exchange = exchange_of(jumping, operation, path, body)
            snapshot = json.loads(exchange.response.body) if operation == "snapshot" else snapshot

            assert exchange.response
            assert exchange.response.status in (200, 201), (operation, exchange.response.body)
            assert CONTRACT.check(exchange).violations == (), operation
            asked.add(operation)

    assert asked == CONTRACT.operations.keys()


def test_a_wrong_answer_would_be_seen() -> None:
    """The contract is no blank cheque: an answer of another shape or status is a violation."""
    request = HttpRequest("GET", "/clock")
    for status, body in ((200, b"{}"), (200, b'{"now": 1}'), (302, b"{}"), (404, b'{"error": "x"}')):
        answer = HttpResponse(status, (("content-type", JSON),), body)

        assert CONTRACT.check(Exchange("_sim", Direction.RECEIVED, request, answer, operation="showClock")).violations


def test_get_is_answered_to_head_without_a_body(jumping: Live) -> None:
    """HEAD has the status and the length of GET."""
    for path in ("/health", "/tenants", "/journal", "/tenants/nobody"):
        get, head = jumping.control("GET", path), jumping.control("HEAD", path)

        assert (head.status, head.body) == (get.status, b"")
        assert head.header("content-length") == get.header("content-length")


def test_index_lists_every_operation(jumping: Live) -> None:
    """``/_sim`` and ``/_sim/`` say what there is."""
    with_slash, without = jumping.control("GET", "/"), jumping.control("GET", "")

    wanted = {(m, f"/_sim{o.path}") for o in CONTRACT.operations.values() for m in o.methods}
    assert {(o["method"], o["path"]) for o in with_slash.json["operations"]} == wanted
    assert without.json == with_slash.json


def test_every_operation_is_documented() -> None:
    """docs/control-api.md has a curl for every operation, and no curl for what is not there."""
    documented = {operation for operation, _, _ in curls()}

    assert documented == CONTRACT.operations.keys()


def test_every_documented_curl_is_right() -> None:
    """What a curl in the document sends is what the contract takes."""
    for operation, request, line in curls():
        if request.body.startswith(b"@"):  # what an earlier one has saved
            request = replace(request, body=b"{}")
        judged = CONTRACT.check(Exchange("_sim", Direction.RECEIVED, request, operation=operation))

        assert judged.violations == (), line


def test_every_documented_curl_works() -> None:
    """The document's lines, run from top to bottom against a fresh simulator, all succeed."""
    saved: dict[bytes, bytes] = {}
    with Receiver() as receiver, live(clock=Mode.JUMPING) as fresh:
        for _, request, line in curls():
            path = f"/_sim{request.path}" + (f"?{request.query}" if request.query else "")
            sent = saved.get(request.body, request.body).replace(b"http://127.0.0.1:9000", receiver.url.encode())
            answer = fresh.ask(request.method, path, sent or None, dict(request.headers))

            assert answer.status in (200, 201), (line, answer.text)
            if " -o " in line:
                saved[b"@" + shlex.split(line)[shlex.split(line).index("-o") + 1].encode()] = answer.body


def exchange_of(running: Live, operation: str, path: str, body: Any) -> Exchange:
    """Ask for an operation and return the exchange as the contract judges it."""
    method = CONTRACT.operations[operation].methods[0]
    answer = running.control(method, path, body)
    bare, _, query = path.partition("?")
    headers = (("content-type", JSON),) if body is not None else ()
    request = HttpRequest(method, bare, query, headers, json.dumps(body).encode() if body is not None else b"")
    response = HttpResponse(answer.status, answer.headers, answer.body)
    return Exchange("_sim", Direction.RECEIVED, request, response, operation=operation)


def curls() -> list[tuple[str, HttpRequest, str]]:
    """Return the curl lines of the document with the operation that each is."""
    text = DOC.read_text("utf-8").replace("\\\n", " ")
    return [read_curl(line) for line in re.findall(r"^curl .*$", text, re.MULTILINE)]


def read_curl(line: str) -> tuple[str, HttpRequest, str]:
    words = iter(shlex.split(line)[1:])
    method, headers, body, url = "", [], b"", ""
    for word in words:
        if word == "-X":
            method = next(words)
        elif word == "-H":
            name, _, value = next(words).partition(": ")
            headers.append((name.lower(), value))
        elif word == "-d":
            body = next(words).encode()
        elif word == "-o":
            next(words)
        elif word.startswith("http"):
            url = word
        else:
            assert word in ("-s", "-sS"), line
    assert url.startswith("http://127.0.0.1:8055/_sim/"), line
    path, _, query = url.removeprefix("http://127.0.0.1:8055/_sim").partition("?")
    method = method or ("POST" if body else "GET")
    found = CONTRACT.routes.match(method, path)
    assert found is not None, line
    return found[0].id, HttpRequest(method, path, query, tuple(headers), body), line


@pytest.mark.parametrize(
    ("schema", "field", "words"),
    [("Call", "state", State), ("Call", "direction", Way), ("Call", "medium", Medium), ("Clock", "mode", Mode)],
)
def test_words_that_the_contract_lists_are_those_of_the_model(schema: str, field: str, words: type[StrEnum]) -> None:
    properties = CONTRACT.source.files["openapi.yaml"]["components"]["schemas"][schema]["properties"]

    assert properties[field]["enum"] == [word.value for word in words]
