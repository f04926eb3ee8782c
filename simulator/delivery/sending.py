"""HTTP requests through the egress gate: one `Outgoing` is one request on the wire, and gives one `Answer`.

It knows no vendor, no retry and no tenant. aiohttp is imported when the first request is sent.
"""

from __future__ import annotations

import asyncio
import errno
import io
import os
import socket
import time
from collections import defaultdict
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from contracts.egress import Forbidden, Gate, split_url
from contracts.model import Headers, HttpRequest, HttpResponse

if TYPE_CHECKING:
    import aiohttp

# What aiohttp would add of its own. The journal shows the headers of an Outgoing, so the wire carries these
# alone (and Host and Content-Length).
_AUTOMATIC = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")

# Shorter than the usual servers keep an idle connection (2 to 5 s), so that a push is rarely written into one
# that is being closed.
_KEEP_IDLE_SECONDS = 1.0

_READ = 16_384
_LARGE = 1_048_576


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A request with its address, ready to be sent."""

    method: str
    url: str
    headers: Headers = ()
    body: bytes = b""

    @property
    def request(self) -> HttpRequest:
        """The request as the journal holds it."""
        place = split_url(self.url)
        return HttpRequest(self.method, place.path, place.query, self.headers, self.body)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, or in plain words why nothing did; with both, ``error`` says why the body is not whole.

    ``other_fault`` names what a fake of our own did wrong with it on purpose.
    """

    response: HttpResponse | None
    error: str | None
    took_ms: float
    other_fault: str | None = None


@dataclass(slots=True)
class _Dial:
    """The place that the running request connects to; its sockets are judged by it."""

    host: str
    port: int
    refusal: Forbidden | None = None


_dial: ContextVar[_Dial] = ContextVar("dial")


class Sender:
    """Send requests over pooled connections. For one event loop; ``close`` it at the end.

    timeout     seconds of wall time for a whole exchange, name look-up included
    max_answer  bytes of an answer's body that are read; the rest is not
    limit       exchanges at a time with one host and port, so that a slow receiver keeps nobody else waiting; more
                wait their turn, which does not count as their time
    """

    def __init__(self, gate: Gate, *, timeout: float = 10.0, max_answer: int = 65_536, limit: int = 100) -> None:
        self._gate = gate
        self._timeout = timeout
        self._max_answer = max_answer
        self._turns: dict[tuple[str, int], asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(limit))
        self._session: aiohttp.ClientSession | None = None
        self._closed = False

    async def send(self, outgoing: Outgoing) -> Answer:
        """Send one request, once. Trouble of any kind, a refusal by the gate among them, is an Answer."""
        try:
            self._gate.check_url(outgoing.url)
        except Forbidden as refusal:
            return Answer(None, str(refusal), 0.0)
        place = split_url(outgoing.url)
        async with self._turns[place.host, place.port]:
            if self._closed:
                return Answer(None, "not sent: the simulator is stopping", 0.0)
            return await self._send_now(outgoing)

    async def close(self) -> None:
        """Close every connection. What is sent afterwards is answered with an error."""
        self._closed = True
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _send_now(self, outgoing: Outgoing) -> Answer:
        import aiohttp

        place = split_url(outgoing.url)
        dial = _Dial(place.host, place.port)
        before = _dial.set(dial)
        started = time.perf_counter()
        try:
            response, cut = await self._exchange(outgoing)
        except (aiohttp.ClientError, OSError, RuntimeError, ValueError) as trouble:
            error = str(dial.refusal) if dial.refusal else _in_words(trouble, self._timeout)
            return Answer(None, error, _milliseconds_since(started))
        finally:
            _dial.reset(before)
        return Answer(response, cut, _milliseconds_since(started))

    async def _exchange(self, outgoing: Outgoing) -> tuple[HttpResponse, str | None]:
        """Return what came back, and in plain words how it was cut where it went on past the limit."""
        if self._session is None:
            self._session = self._open_session()
        async with self._session.request(
            outgoing.method,
            outgoing.url,
            headers=outgoing.headers,
            data=_payload(outgoing.body),
            allow_redirects=False,
        ) as answer:
            body = await _read_up_to(answer.content, self._max_answer + 1)
            cut = None
            if len(body) > self._max_answer:
                answer.close()
                cut = f"a body of more than {self._max_answer} bytes, cut there"
            headers = tuple((key.decode("latin-1"), value.decode("latin-1")) for key, value in answer.raw_headers)
            return HttpResponse(answer.status, headers, body[: self._max_answer]), cut

    def _open_session(self) -> aiohttp.ClientSession:
        import aiohttp

        async def once(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
            # aiohttp silently sends a PUT a second time when the connection breaks. An attempt is one
            # request: the journal would show one where the receiver got two.
            try:
                return await handler(request)
            except aiohttp.ClientConnectorError:
                raise
            except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as trouble:
                raise aiohttp.ClientConnectionError from trouble

        connector = aiohttp.TCPConnector(
            socket_factory=self._open_socket, keepalive_timeout=_KEEP_IDLE_SECONDS, limit=0
        )
        # A time-out over the threshold would be rounded up to a whole second of the loop's clock.
        timeout = aiohttp.ClientTimeout(total=self._timeout, ceil_threshold=self._timeout + 1)
        return aiohttp.ClientSession(
            connector=connector,
            timeout=timeout,
            cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers=_AUTOMATIC,
            auto_decompress=False,
            trust_env=False,
            middlewares=(once,),
        )

    def _open_socket(self, info: Any) -> socket.socket:
        dial = _dial.get()
        try:
            return self._gate.socket_factory(dial.host, dial.port)(info)
        except Forbidden as refusal:
            dial.refusal = refusal
            # An OSError, because the race between the addresses of a host takes note of no other kind.
            raise OSError(errno.EACCES, "refused by the egress gate") from refusal


def _payload(body: bytes) -> bytes | io.BytesIO | None:
    # aiohttp writes bytes in one go, and warns of large ones; a file it writes in pieces.
    return io.BytesIO(body) if len(body) > _LARGE else body or None


async def _read_up_to(content: aiohttp.StreamReader, limit: int) -> bytes:
    body = bytearray()
    while len(body) < limit and (piece := await content.read(min(_READ, limit - len(body)))):
        body += piece
    return bytes(body)


def _milliseconds_since(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 3)


def _in_words(trouble: Exception, timeout: float) -> str:
    import aiohttp

    cause = trouble.__cause__ if type(trouble) is aiohttp.ClientConnectionError else trouble
    texts: tuple[tuple[type[BaseException], str], ...] = (  # the first that fits, so the narrower kinds first
        (TimeoutError, f"timed out after {timeout:g} s"),
        (aiohttp.ClientConnectorDNSError, "the name {0.host} does not resolve: check the target's URL"),
        (aiohttp.ClientConnectorCertificateError, "the certificate is not trusted: {0.certificate_error}"),
        (aiohttp.ClientSSLError, "TLS failed: is the server one for https, and not for http?"),
        (aiohttp.ServerDisconnectedError, "connection closed without an answer"),
        (aiohttp.ClientPayloadError, "connection closed in the middle of the answer"),
        (aiohttp.ClientResponseError, "the answer is not HTTP: {0.message}"),
    )
    for kind, text in texts:
        if isinstance(cause, kind):
            return " ".join(text.format(cause).split())  # one line, whatever the library draws
    if isinstance(cause, aiohttp.ClientConnectorError):
        return _connecting_in_words(cause.os_error)
    return "connection reset by the receiver" if isinstance(cause, OSError) else f"not sent: {trouble}"


def _connecting_in_words(trouble: OSError) -> str:
    if trouble.errno == errno.ECONNREFUSED:
        return "connection refused: nothing listens there"
    reason = os.strerror(trouble.errno) if trouble.errno else str(trouble)
    return f"cannot connect: {reason[:1].lower()}{reason[1:]}"
