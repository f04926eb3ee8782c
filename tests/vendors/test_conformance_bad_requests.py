"""What every vendor's fake says to a request that cannot be read, or that reaches nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from contracts.model import HttpRequest, HttpResponse, Judgement
from contracts.operation import Operation
from simulator.vendor import Problem
from tests.vendors.asked import Asked
from tests.vendors.fake import EXAMPLES, Fake
from tests.vendors.held import example_path, raw, with_body

LIMIT = 1024 * 1024
# Each is refused as one that cannot be read; or for want of a credential, where that stands in the body.
UNREADABLE = {
    "cut": b'{"a": ',
    "nothing": b"",
    "a word": b"telefone",
    "NaN": b'{"a": NaN}',
    "Infinity": b'{"a": -Infinity}',
    "1e400": b'{"a": 1e400}',
    "long number": b'{"a": ' + b"9" * 5000 + b"}",
    "duplicate key": b'{"a": 1, "a": 2}',
    "lone surrogate": b'{"a": "\\ud800"}',
    "no UTF-8": b'{"a": "\xff"}',
    "UTF-16": '{"a": 1}'.encode("utf-16"),
    "100,000 brackets": b"[" * 100_000,
    "deep object": b'{"a":' * 65 + b"1" + b"}" * 65,
    "two values": b"{} {}",
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_body_that_cannot_be_read_is_refused_in_the_vendors_envelope(fake: Fake, name: str) -> None:
    """Never a 5xx, always in the journal, and the reply keeps its contract."""
    for operation in with_body(fake):
        request = raw(fake, operation, UNREADABLE[name])

        asked = fake.ask(request)

        assert fake.problems(asked) & {Problem.MALFORMED, Problem.UNAUTHENTICATED, Problem.VIOLATION}, asked.answer
        assert 200 <= asked.answer.status < 500
        assert asked.ours == []
        assert "Traceback" not in asked.answer.text


def test_wrong_media_type_is_refused_in_the_vendors_envelope(fake: Fake) -> None:
    """A type that the operation does not list is refused as such, unless it reads every type."""
    for operation in with_body(fake):
        if operation.body and operation.body.any_media_type:
            continue
        for sent in ("text/plain", "application/xml; charset=utf-8", "json", None):
            asked = fake.ask(raw(fake, operation, b'{"a": 1}', sent))

            assert fake.problems(asked) & {Problem.UNSUPPORTED_MEDIA, Problem.UNAUTHENTICATED}, asked.answer
            assert asked.ours == []


def test_body_at_the_limit_is_read_and_one_byte_more_is_not(fake: Fake) -> None:
    """1 MiB, or what the vendor takes, is judged; a byte more is 413 in the vendor's envelope, and in the journal."""
    for operation in with_body(fake):
        assert operation.body
        at_limit = b'{"a":"' + b"x" * (min(LIMIT, operation.body.max_bytes or LIMIT) - 8) + b'"}'

        read = fake.ask(raw(fake, operation, at_limit))
        refused = fake.ask(raw(fake, operation, at_limit + b" "))

        assert Problem.TOO_LARGE not in fake.problems(read)
        assert read.answer.status < 500
        assert Problem.TOO_LARGE in fake.problems(refused)
        assert refused.answer.status == 413


@pytest.mark.parametrize(
    "path", ["/", "/no/such/path", "/%2e%2e/etc", "/\u00e9".encode().decode("latin-1")[:1], "/a%00b"]
)
def test_unknown_path_is_404_in_the_vendors_envelope(fake: Fake, path: str) -> None:
    """Whatever the path, the vendor's own words say that nothing is there."""
    asked = fake.ask(HttpRequest("GET", path, "", tuple(fake.headers.items())))

    assert asked.answer.status == 404
    assert Problem.NOT_FOUND in fake.problems(asked)
    keeps_contract(fake, asked)


def test_path_that_only_looks_like_one_is_404(fake: Fake) -> None:
    """A slash more, a slash encoded, or another case: none of it is the documented path."""
    for operation in fake.operations():
        method, path = operation.methods[0], example_path(fake, operation)
        for wrong in (path + "/", "/" + path, path.swapcase(), path + "%2F", path + "/more"):
            if fake.contract.methods_of(wrong):  # a longer path that there is, or a parameter of another text
                continue
            asked = fake.ask(HttpRequest(method, wrong, "", tuple(fake.headers.items())))

            assert (wrong, asked.answer.status) == (wrong, 404)
            assert Problem.NOT_FOUND in fake.problems(asked)


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"])
def test_wrong_method_is_405_with_allow(fake: Fake, method: str) -> None:
    """A method that the path does not take is refused in the vendor's envelope, and Allow names those that it takes."""
    for operation in fake.operations():
        path = example_path(fake, operation)
        allowed = fake.contract.methods_of(path)
        if method in allowed:
            continue
        asked = fake.ask(HttpRequest(method, path, "", tuple(fake.headers.items())))

        allow = asked.answer.header("allow") or ""
        assert asked.answer.status == 405
        assert set(allow.split(", ")) - {"HEAD"} == set(allowed)
        assert Problem.METHOD_NOT_ALLOWED in fake.problems(asked, allow=tuple(allow.split(", ")))
        keeps_contract(fake, asked, operation)


def keeps_contract(fake: Fake, asked: Asked, operation: Operation | None = None) -> None:
    """Hold an answer that no operation gave against what an operation documents for its status."""
    operation = operation or next(fake.operations())
    example = next(e for e in EXAMPLES[fake.key] if e.operation == operation.id and e.valid).exchange
    answer = asked.answer
    exchange = replace(example, response=HttpResponse(answer.status, answer.headers, answer.body))
    judged = fake.contract.check_reply(exchange, Judgement(operation.id))
    assert judged.violations == ()
