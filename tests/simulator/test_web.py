"""The Flask face of a contract, on a real port: what is routed where, and what is handed on unchanged."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from contracts.model import HttpRequest, HttpResponse
from simulator.faces.web import make_app
from simulator.shell.bridge import Slip
from simulator.shell.limits import Limits
from simulator.vendor import Problem
from tests.answer import Answer
from tests.contracts import toy
from tests.raw_http import ask, request, served

DONE = HttpResponse(200, (("content-type", "application/json"), ("x-two", "1"), ("x-two", "2")), b'{"ok":true}')


@dataclass
class Told:
    """An answerer that tells what it was asked."""

    raises: bool = False
    asked: list[tuple[str, HttpRequest, dict[str, str]]] = field(default_factory=list)
    refused: list[tuple[Problem, str, tuple[str, ...], int | None]] = field(default_factory=list)

    def answer(self, operation: str, http: HttpRequest, path: dict[str, str], slip: Slip) -> HttpResponse:
        assert slip.received > 0
        self.asked.append((operation, http, path))
        if self.raises:
            raise RuntimeError("a secret reason")
        return DONE

    def refuse(
        self,
        problem: Problem,
        detail: str,
        http: HttpRequest,
        slip: Slip,
        *,
        allow: tuple[str, ...] = (),
        status: int | None = None,
    ) -> HttpResponse:
        self.refused.append((problem, detail, allow, status))
        headers = (("allow", ", ".join(allow)),) if allow else ()
        return HttpResponse(status or 400, headers, json.dumps({"refused": problem}).encode())


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def tell(tmp_path: Path, told: Told) -> Callable[..., Answer]:
    """Send raw bytes to a face of the toy contract, mounted below /toy, and return the answer."""
    app = make_app("toy", toy.contract(tmp_path), told)

    def send(raw: bytes, **more: Any) -> Answer:
        async def steps() -> Answer:
            async with served({"/toy": app}, **more) as server:
                return await ask(server, raw, has_body=not raw.startswith(b"HEAD"))

        return asyncio.run(steps())

    return send


def test_request_is_handed_on_as_it_was_on_the_wire(tell: Callable[..., Answer], told: Told) -> None:
    """Path below the prefix and still encoded, query, lower-case headers, raw body, decoded path parameters."""
    raw = request("POST /toy/rings/7/a%2Fb%C3%A9?limit=1&x=%20", "X-One: 1", "Content-Type: text/odd", body=b"\xff\x00")

    answer = tell(raw)

    ((operation, http, path),) = told.asked
    assert (operation, path) == ("ring", {"account": "7", "key": "a/bé"})
    assert (http.method, http.path, http.query, http.body) == (
        "POST",
        "/rings/7/a%2Fb%C3%A9",
        "limit=1&x=%20",
        b"\xff\x00",
    )
    assert (http.header("x-one"), http.header("content-type")) == ("1", "text/odd")
    assert all(name == name.lower() for name, _ in http.headers)
    assert (answer.status, answer.body) == (200, b'{"ok":true}')
    assert [value for name, value in answer.headers if name == "x-two"] == ["1", "2"]


def test_empty_header_is_handed_on_and_an_empty_content_type_is_none(tell: Callable[..., Answer], told: Told) -> None:
    tell(request("POST /toy/rings/7/k", "Content-Type: ", "X-Empty: ", "X-Content-Type: a", body=b"{}"))

    ((_, http, _),) = told.asked
    assert http.headers == (("host", "localhost"), ("x-empty", ""), ("x-content-type", "a"), ("content-length", "2"))


@pytest.mark.parametrize(
    "path",
    ["/toy", "/toy/", "/toy/ring", "/toy/rings/", "/toy//rings", "/toy/rings/7", "/toy/rings/7/k/", "/toy/Rings"],
)
def test_path_of_no_operation_is_not_found(tell: Callable[..., Answer], told: Told, path: str) -> None:
    """Nothing is redirected, and nothing is guessed."""
    answer = tell(request(f"GET {path}"))

    assert answer.status == 404
    assert told.refused == [(Problem.NOT_FOUND, "nothing is served at this path", (), 404)]
    assert told.asked == []


@pytest.mark.parametrize("path", ["/toy/%0A", "/toy/a%0Ab", "/toy/rings/7/k/%0A", "/toy/rings%0A"])
def test_line_break_in_a_path_that_is_not_there_is_no_fault_of_ours(
    tell: Callable[..., Answer], told: Told, path: str
) -> None:
    """Flask's map matches no decoded path with a line break; it is not asked."""
    answer = tell(request(f"GET {path}"))

    assert answer.status == 404
    assert told.refused == [(Problem.NOT_FOUND, "nothing is served at this path", (), 404)]


def test_line_break_in_a_path_parameter_is_handed_on(tell: Callable[..., Answer], told: Told) -> None:
    """Whether it may stand there the contract says."""
    answer = tell(request("POST /toy/rings/7/a%0Ab", body=b"{}"))

    ((operation, _, path),) = told.asked
    assert (answer.status, operation, path) == (200, "ring", {"account": "7", "key": "a\nb"})


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "HEAD"])
def test_method_of_no_operation_is_not_allowed(tell: Callable[..., Answer], told: Told, method: str) -> None:
    """Allow names what the path takes; an OPTIONS is not answered by itself."""
    answer = tell(request(f"{method} /toy/rings/7/k"))

    assert (answer.status, answer.header("allow")) == (405, "POST")
    assert told.refused == [(Problem.METHOD_NOT_ALLOWED, "this path does not take this method", ("POST",), 405)]


def test_head_is_a_get_without_its_body(tell: Callable[..., Answer], told: Told) -> None:
    """Where there is a GET."""
    answer = tell(request("HEAD /toy/rings"))

    assert (answer.status, answer.header("content-length")) == (200, "11")
    assert [(operation, http.method) for operation, http, _ in told.asked] == [("listRings", "HEAD")]


def test_what_the_shell_refuses_is_worded_by_the_answerer(tell: Callable[..., Answer], told: Told) -> None:
    """A body over the limit, on whatever path, with the status that the shell would give."""
    answer = tell(request("POST /toy/rings/7/k", body=b"12345"), limits=Limits(body_bytes=4))

    ((problem, detail, _, status),) = told.refused
    assert (answer.status, problem, status) == (413, Problem.TOO_LARGE, 413)
    assert "4 bytes" in detail


def test_fault_of_our_own_is_a_failure_and_tells_no_secret(tell: Callable[..., Answer], told: Told) -> None:
    """It is no fault of the request: 500, and the reason is in the log alone."""
    told.raises = True

    answer = tell(request("POST /toy/rings/7/k", body=b"{}"))

    assert answer.status == 500
    assert told.refused == [(Problem.FAILURE, "the simulator failed; see its log", (), 500)]
    assert "secret" not in answer.text
