"""A real receiver of pushes: an ASGI app that reads requests, answers as told, and reports each exchange.

It is the core of ``pbxsim listen`` and of the built-in receiver. It judges nothing and knows no vendor.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from contracts.model import BODILESS, LENGTHLESS, HttpRequest, HttpResponse
from simulator.errors import SimulatorError
from simulator.shell.bridge import Receive, Scope, Send

MAX_BODY = 1_048_576
READ_SECONDS = 30.0

# How much of a body that is too large is read and dropped: a sender that still writes reads no answer.
_DROPPED = 16 * MAX_BODY

# The request, what it is answered (None: the sender left before), and how many milliseconds lay between.
OnRequest = Callable[[HttpRequest, HttpResponse | None, float], None]

_JSON = ("content-type", "application/json")


class _End(StrEnum):
    """How a body ended."""

    WHOLE = "whole"
    TOO_LARGE = "too_large"
    TOO_SLOW = "too_slow"
    GONE = "gone"  # the sender left in the middle


# What is answered without asking the behaviour.
_INSTEAD = {
    _End.TOO_LARGE: HttpResponse(413, (_JSON,), b'{"error":"the body is too large"}'),
    _End.TOO_SLOW: HttpResponse(408, (_JSON,), b'{"error":"the body did not arrive in time"}'),
}


class BadBehaviour(SimulatorError):
    """A behaviour that no receiver can have."""


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How to answer. Failures are counted over all whole requests, the first of which is 1.

    status      what a request is answered
    body        sent as JSON, with failures too
    delay       seconds of wall time before the answer
    fail_first  so many requests get ``fail_status`` before the first good answer
    fail_every  every n-th request gets it (0: none)
    """

    status: int = 200
    body: bytes = b'{"ok":true}'
    delay: float = 0.0
    fail_first: int = 0
    fail_every: int = 0
    fail_status: int = 500

    def __post_init__(self) -> None:
        for status in (self.status, self.fail_status):
            if not 200 <= status <= 599:
                raise BadBehaviour(f"a receiver cannot answer {status}: give a status from 200 to 599")
        if self.fail_first < 0 or self.fail_every < 0 or not 0 <= self.delay <= 3600:
            raise BadBehaviour("a receiver needs counts of 0 or more and a delay from 0 to 3600 seconds")

    def answer(self, number: int) -> HttpResponse:
        """Return the answer to the request of this number."""
        failing = number <= self.fail_first or (self.fail_every > 0 and number % self.fail_every == 0)
        status = self.fail_status if failing else self.status
        bodiless = not self.body or status in BODILESS
        return HttpResponse(status, () if bodiless else (_JSON,), b"" if bodiless else self.body)


class Receiver:
    """An ASGI app. ``on_request`` is called before the answer leaves: who has the answer finds it noted."""

    def __init__(
        self,
        on_request: OnRequest,
        behaviour: Behaviour | None = None,
        *,
        max_body: int = MAX_BODY,
        read_seconds: float = READ_SECONDS,
    ) -> None:
        self._on_request = on_request
        self._behaviour = behaviour or Behaviour()
        self._max_body = max_body
        self._read_seconds = read_seconds
        self.received = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one HTTP request, as ASGI has it."""
        started = time.perf_counter()
        body, end = await self._read(receive)
        answer = _INSTEAD.get(end)
        if end is _End.WHOLE:
            self.received += 1
            scripted = self._behaviour.answer(self.received)
            answer = scripted if await _stays(receive, self._behaviour.delay) else None
        took = round((time.perf_counter() - started) * 1000, 3)
        self._on_request(_request(scope, body), answer, took)
        if answer is not None:
            await _respond(send, answer, close=end is not _End.WHOLE)

    async def _read(self, receive: Receive) -> tuple[bytes, _End]:
        """Return the body, up to the limit, and how it ended."""
        body, size, more = bytearray(), 0, True
        try:
            async with asyncio.timeout(self._read_seconds):
                while more and size <= self._max_body + _DROPPED:
                    event = await receive()
                    if event["type"] == "http.disconnect":
                        return bytes(body), _End.GONE
                    piece = event.get("body", b"")
                    size += len(piece)
                    body += piece[: self._max_body - len(body)]
                    more = event.get("more_body", False)
        except TimeoutError:
            return bytes(body), _End.TOO_SLOW
        return bytes(body), _End.TOO_LARGE if size > self._max_body else _End.WHOLE


async def _stays(receive: Receive, delay: float) -> bool:
    """Wait for the delay; return whether the sender is still there."""
    if delay <= 0:
        return True
    try:
        async with asyncio.timeout(delay):
            while (await receive())["type"] != "http.disconnect":
                pass
    except TimeoutError:
        return True
    return False


def _request(scope: Scope, body: bytes) -> HttpRequest:
    headers = tuple((key.decode("latin-1"), value.decode("latin-1")) for key, value in scope["headers"])
    path = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1")
    return HttpRequest(scope["method"], path, scope["query_string"].decode("latin-1"), headers, body)


async def _respond(send: Send, answer: HttpResponse, *, close: bool) -> None:
    headers = [(key.encode("latin-1"), value.encode("latin-1")) for key, value in answer.headers]
    if answer.status not in LENGTHLESS:
        headers.append((b"content-length", str(len(answer.body)).encode()))
    if close:  # the rest of the body is still on its way
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})
