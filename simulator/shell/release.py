"""How an answer goes out: whole, in drops or in part; and how to wait while the client may hang up.

It knows no app: it gets an answer and a way to the client.
"""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Iterable
from enum import StrEnum
from types import TracebackType

from simulator.board import Stream
from simulator.shell.bridge import AsgiMessage, Headers, Receive, Send, WsgiAnswer

CLOSE = (b"connection", b"close")
RETRY = (b"retry-after", b"1")

# A drip wakes the loop at most this often, however long the body is.
_DROP_SECONDS = 0.02

# Of those that share their turns so many go on before sockets are looked at: one by one, each would cost a round of
# the loop and a commit of its own.
_AT_ONCE = 10


class Woken(StrEnum):
    """Why a wait ended."""

    DUE = "due"  # the time is over, or what was waited for has come
    GONE = "gone"  # the client hung up
    STOP = "stop"  # the server is stopping


class Waits:
    """All waits of a shell, so that a stop can end them."""

    def __init__(self) -> None:
        self.stopping = False
        self._watchers: set[asyncio.Task[None]] = set()
        self._held: set[asyncio.Timeout] = set()
        self._turn = asyncio.Lock()
        self._line: deque[asyncio.Future[None]] = deque()
        self._pump: asyncio.Task[None] | None = None

    def stop(self) -> None:
        """End every wait, and let none begin."""
        self.stopping = True
        for watcher in self._watchers:
            watcher.cancel()
        now = asyncio.get_running_loop().time()
        for held in self._held:
            if not held.expired():  # its time is over, and it leaves by itself
                held.reschedule(now)

    async def hold(self, receive: Receive, seconds: float) -> Woken:
        """Wait for the seconds, or until the client or the server ends it: without a task, since many wait so."""
        if self.stopping:
            return Woken.STOP
        until = asyncio.timeout(seconds)
        try:
            async with until:
                self._held.add(until)
                await _disconnected(receive)
        except TimeoutError:
            return Woken.STOP if self.stopping else Woken.DUE
        finally:
            self._held.discard(until)
        return Woken.GONE

    def client(self, receive: Receive) -> Watch:
        """Return a watch on one client; use it with ``async with``."""
        return Watch(self, self._watchers, receive)

    async def turn(self) -> None:
        """Let the loop serve sockets between two of many that woke together."""
        async with self._turn:
            await asyncio.sleep(0)

    async def shared_turn(self) -> None:
        """Let the loop serve sockets between a few and the next of many that woke together."""
        mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._line.append(mine)
        if self._pump is None:
            self._pump = asyncio.create_task(self._serve_line(), name="turns")
        await mine

    async def _serve_line(self) -> None:
        while self._line:
            for mine in [self._line.popleft() for _ in range(min(len(self._line), _AT_ONCE))]:
                if not mine.done():
                    mine.set_result(None)
            await asyncio.sleep(0)
        self._pump = None


class Watch:
    """A client that is listened to while its request waits: only a pending ``receive()`` sees it hang up."""

    def __init__(self, waits: Waits, watchers: set[asyncio.Task[None]], receive: Receive) -> None:
        self._waits = waits
        self._watchers = watchers
        self._receive = receive

    async def __aenter__(self) -> Watch:
        self._gone = asyncio.create_task(_disconnected(self._receive))
        self._watchers.add(self._gone)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._watchers.discard(self._gone)
        self._gone.cancel()
        await asyncio.wait({self._gone})

    async def wait(self, seconds: float, *until: asyncio.Future[None]) -> Woken:
        """Wait for the seconds, or for the first of ``until``, or until the client or the server ends it."""
        if self._waits.stopping:
            return Woken.STOP
        await asyncio.wait({self._gone, *until}, timeout=max(seconds, 0), return_when=asyncio.FIRST_COMPLETED)
        if self._waits.stopping:
            return Woken.STOP
        return Woken.GONE if self._gone.done() else Woken.DUE


async def send_whole(answer: WsgiAnswer, send: Send) -> None:
    """Send the answer at once."""
    await send(_start(answer.status, answer.headers))
    await send({"type": "http.response.body", "body": answer.body})


async def send_drops(answer: WsgiAnswer, send: Send, client: Watch, seconds: float) -> None:
    """Send the body in small pieces over the seconds (a byte each, if there is time for that)."""
    pieces = list(_pieces(answer.body, seconds))
    await send(_start(answer.status, answer.headers))
    for piece in pieces:
        await send({"type": "http.response.body", "body": piece, "more_body": True})
        if await client.wait(seconds / len(pieces)) is Woken.GONE:
            return
    await send({"type": "http.response.body", "body": b""})


async def send_stream(answer: WsgiAnswer, send: Send, client: Watch, stream: Stream, seconds: float) -> None:
    """Send the head and the body at once, then what the stream has, or its sign of life after so much silence.

    It ends when the stream does, when the client hangs up, or when the server stops; the stream is closed then. Without
    its last word the server closes the connection, as it does for one that broke.
    """
    try:
        await send(_start(answer.status, [header for header in answer.headers if header[0] != b"content-length"]))
        await send({"type": "http.response.body", "body": answer.body, "more_body": True})
        woken, last = Woken.DUE, False
        while woken is Woken.DUE and not last:
            woken = await client.wait(seconds, stream.ready())
            piece, last = stream.take()
            if piece or (woken is Woken.DUE and not last):
                await send({"type": "http.response.body", "body": piece or stream.idle, "more_body": True})
        if not stream.broken:
            await send({"type": "http.response.body", "body": b""})
    finally:
        stream.close()


async def send_part(answer: WsgiAnswer, send: Send) -> None:
    """Send the first half of the body under the length of the whole; the server then closes the connection.

    An answer without a body announces one byte, since nothing else could be missing.
    """
    length = str(max(len(answer.body), 1)).encode()
    headers = [header for header in answer.headers if header[0] != b"content-length"]
    await send(_start(answer.status, [*headers, (b"content-length", length)]))
    half = answer.body[: len(answer.body) // 2]
    await send({"type": "http.response.body", "body": half, "more_body": True})


def plain(status: int, text: str, *more: tuple[bytes, bytes]) -> WsgiAnswer:
    """Return an answer of the shell itself, in plain text."""
    body = text.encode()
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"x-content-type-options", b"nosniff"),
        (b"content-length", str(len(body)).encode()),
    ]
    return WsgiAnswer(status, [*headers, *more], body)


def _start(status: int, headers: Headers) -> AsgiMessage:
    return {"type": "http.response.start", "status": status, "headers": headers}


def _pieces(body: bytes, seconds: float) -> Iterable[bytes]:
    count = max(min(len(body), int(seconds / _DROP_SECONDS)), 1)
    size = max(math.ceil(len(body) / count), 1)
    return (body[at : at + size] for at in range(0, len(body), size))


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
