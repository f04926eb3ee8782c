"""How much a request may cost, and reading a body within that. It knows no app and no vendor."""

from __future__ import annotations

import asyncio
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from simulator.errors import SimulatorError
from simulator.shell.bridge import AsgiMessage, Receive, Scope
from simulator.vendor import Problem


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds of one request and of all that wait; seconds are wall time.

    waiting          requests that may be under way at once, for each mount
    discard_*        how much of a body that is too large is still read, so that the client sees the answer
    held_seconds     a view that takes longer is reported, since nothing else moves meanwhile
    body_bytes_at    paths with a limit of their own
    """

    body_bytes: int = 1024 * 1024
    body_seconds: float = 30.0
    waiting: int = 1000
    discard_bytes: int = 16 * 1024 * 1024
    discard_seconds: float = 2.0
    held_seconds: float = 0.25
    body_bytes_at: Mapping[str, int] = field(default_factory=dict)

    def at(self, path: str) -> Limits:
        """Return the bounds of a request for this path."""
        most = self.body_bytes_at.get(path)
        return self if most is None else replace(self, body_bytes=most)


class Refused(SimulatorError):
    """A request that the shell does not pass on; the mounted app words it."""

    problem = Problem.FAILURE
    status = 503


class BodyTooLarge(Refused):
    """The body exceeds the limit."""

    problem = Problem.TOO_LARGE
    status = 413

    def __init__(self, limit: int) -> None:
        super().__init__(f"the body is larger than {limit} bytes, which is the most that is read: send a smaller one")


class BodyTooSlow(Refused):
    """The body did not arrive in time."""

    problem = Problem.MALFORMED
    status = 408

    def __init__(self, seconds: float) -> None:
        super().__init__(
            f"the body was not complete after {seconds:g} s: send as many bytes as Content-Length says, "
            "or end the last chunk"
        )


class Full(Refused):
    """As many requests are under way as may be."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"{limit} requests are waiting here, which is the most that may: try again in a second")


class ClientGone(SimulatorError):
    """The client hung up before its request was complete: nobody is left to answer."""


@dataclass(frozen=True, slots=True)
class Head:
    """The few header fields that the shell itself acts on."""

    hosts: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    length: int = 0
    has_body: bool = False
    expects: bool = False  # the client waits for "100 Continue" before it sends the body


def read_head(scope: Scope) -> Head:
    """Return what the headers of a request say about its host, its origin and its body."""
    hosts, origins, length, has_body, expects = [], [], 0, False, False
    for name, value in scope["headers"]:
        if name == b"host":
            hosts.append(value.decode("latin-1"))
        elif name == b"origin":
            origins.append(value.decode("latin-1"))
        elif name == b"content-length":
            length = int(value)
            has_body = has_body or length > 0
        elif name == b"transfer-encoding":
            has_body = True
        elif name == b"expect":
            expects = True
    return Head(tuple(hosts), tuple(origins), length, has_body, expects)


async def read_body(head: Head, receive: Receive, limits: Limits) -> bytes:
    """Return the whole body; raise `BodyTooLarge`, `BodyTooSlow` or `ClientGone`."""
    if not head.has_body:
        return b""
    if head.length > limits.body_bytes:
        if not head.expects:
            await _discard(receive, limits)
        raise BodyTooLarge(limits.body_bytes)
    # A timer costs more than the rest of this function, and most bodies are there before it could be needed.
    first = _Begun(receive)
    if first.message is not None and not first.message.get("more_body"):
        return _within(_body(first.message), limits)
    try:
        async with asyncio.timeout(limits.body_seconds):
            return await _collect(first, receive, limits)
    except TimeoutError:
        raise BodyTooSlow(limits.body_seconds) from None


async def _collect(first: _Begun, receive: Receive, limits: Limits) -> bytes:
    message = await first
    body = bytearray(_body(message))
    while message.get("more_body"):
        if len(body) > limits.body_bytes:
            await _discard(receive, limits)
            break
        message = await receive()
        body += _body(message)
    return _within(bytes(body), limits)


async def _discard(receive: Receive, limits: Limits) -> None:
    # A connection that is closed with bytes unread is reset, and the client never sees why it was refused.
    left = limits.discard_bytes
    try:
        async with asyncio.timeout(limits.discard_seconds):
            while left > 0:
                message = await receive()
                left -= len(_body(message))
                if not message.get("more_body"):
                    return
    except TimeoutError:
        return


def _body(message: AsgiMessage) -> bytes:
    if message["type"] == "http.disconnect":
        raise ClientGone("the client hung up before its body was complete")
    body: bytes = message.get("body", b"")
    return body


def _within(body: bytes, limits: Limits) -> bytes:
    if len(body) > limits.body_bytes:
        raise BodyTooLarge(limits.body_bytes)
    return body


class _Begun:
    """A ``receive()`` after its first step: ``message`` is there, unless it has to wait; then await it."""

    __slots__ = ("_pending", "_steps", "message")

    def __init__(self, receive: Receive) -> None:
        self.message: AsgiMessage | None = None
        self._steps: Generator[Any, Any, AsgiMessage] = receive().__await__()
        try:
            self._pending = next(self._steps)
        except StopIteration as done:
            self.message = done.value

    def __await__(self) -> Generator[Any, Any, AsgiMessage]:
        if self.message is not None:
            return self.message
        try:
            yield self._pending
        except BaseException as reason:
            self._steps.throw(reason)
            raise
        return (yield from self._steps)
