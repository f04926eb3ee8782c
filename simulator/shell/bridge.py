"""One whole request in, one whole answer out: calls a WSGI app from ASGI facts, inline and without waiting.

It knows no vendor, no loop and no socket; the shell has collected the body and sends the answer.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from types import TracebackType
from typing import Any
from urllib.parse import unquote_to_bytes
from wsgiref.types import WSGIApplication

from contracts.model import BODILESS, LENGTHLESS
from simulator.delivery.errands import Errand
from simulator.vendor import Instruction

WsgiApp = WSGIApplication
Scope = MutableMapping[str, Any]
AsgiMessage = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[AsgiMessage]]
Send = Callable[[AsgiMessage], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

SLIP = "pbxsim.slip"  # environ key: the `Slip` of this request
REFUSAL = "pbxsim.refusal"  # environ key: a `Refusal` that the app is to word instead of handling the request
REFUSAL_STATUS = "pbxsim.refusal_status"  # environ key: the status for it, where the vendor documents none
AGAIN = "pbxsim.again"  # environ key: True when a waiting request is asked once more

_OWN_NAMES = {b"content-type": "CONTENT_TYPE", b"content-length": "CONTENT_LENGTH"}


@dataclass(frozen=True, slots=True)
class WsgiAnswer:
    """A whole answer; header names are lower case, and Content-Length is among them where one belongs."""

    status: int
    headers: Headers
    body: bytes


@dataclass(slots=True)
class Slip:
    """What a view hands the shell beside its reply; it finds the slip in ``environ["pbxsim.slip"]``.

    The answer is released when ``committed`` is done; if that failed, ``on_failure`` makes another.
    ``received`` is `time.perf_counter()` when the whole request was there. Of a request that is held, ``later`` makes
    the answer when its time is over, and ``left`` is told when the client did not wait for that.
    ``prepare`` is long work that touches nothing: it is done in a thread, and the view asked again with what came of
    it, on another slip, as ``prepared``; of its first answer and its first slip nothing is used.
    ``mark`` is the id of the exchange in the journal, where it is no client's own; ``errand`` is there when the
    simulator itself asks.
    """

    instruction: Instruction | None = None
    committed: asyncio.Future[None] | None = None
    on_failure: Callable[[], WsgiAnswer] | None = None
    prepare: Callable[[], object] | None = None
    prepared: asyncio.Future[object] | None = None
    received: float = 0.0
    later: Callable[[], WsgiAnswer] | None = None
    left: Callable[[], None] | None = None
    mark: str = ""
    errand: Errand | None = None


def call(app: WsgiApp, scope: Scope, body: bytes, slip: Slip, extra: Mapping[str, object] | None = None) -> WsgiAnswer:
    """Run the app on one request and return its whole answer; what the app raises goes through.

    ``scope["root_path"]`` is where the app is mounted; ``extra`` joins the environ.
    """
    started: list[tuple[int, list[tuple[str, str]]]] = []
    chunks: list[bytes] = []

    def start_response(
        status: str,
        headers: list[tuple[str, str]],
        exc_info: tuple[type[BaseException], BaseException, TracebackType] | tuple[None, None, None] | None = None,
    ) -> Callable[[bytes], object]:
        if started and exc_info is None:
            raise RuntimeError("the app started its answer twice")
        started[:] = [(int(status[:3]), headers)]
        return chunks.append

    asked = environ(scope, body, slip)
    asked.update(extra or ())
    answer = app(asked, start_response)
    try:
        chunks.extend(answer)
    finally:
        close = getattr(answer, "close", None)
        if close is not None:
            close()
    if not started:
        raise RuntimeError("the app returned without starting its answer")
    return _whole(*started[0], b"".join(chunks), head=scope["method"] == "HEAD")


def whole(status: int, headers: Iterable[tuple[str, str]], body: bytes, *, head: bool = False) -> WsgiAnswer:
    """Return an answer that no app made, as `call` returns one; one to a HEAD request has no body."""
    return _whole(status, list(headers), body, head=head)


def environ(scope: Scope, body: bytes, slip: Slip) -> dict[str, Any]:
    """Return the WSGI environ of a request: PEP 3333, plus RAW_URI, REQUEST_URI and the slip."""
    raw = scope.get("raw_path") or scope["path"].encode()
    query = scope["query_string"].decode("latin-1")
    path, mount = unquote_to_bytes(raw).decode("latin-1"), scope.get("root_path", "")
    uri = raw.decode("latin-1") + ("?" + query if query else "")
    server, client = scope.get("server") or ("localhost", 80), scope.get("client") or ("", 0)
    made: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": mount,
        "PATH_INFO": path.removeprefix(mount),
        "QUERY_STRING": query,
        "RAW_URI": uri,
        "REQUEST_URI": uri,
        "SERVER_NAME": server[0],
        "SERVER_PORT": str(server[1] or ""),
        "SERVER_PROTOCOL": "HTTP/" + scope["http_version"],
        "REMOTE_ADDR": client[0],
        "REMOTE_PORT": str(client[1]),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": BytesIO(body),
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        SLIP: slip,
    }
    _add_headers(made, scope["headers"])
    # The collected body counts, not what was announced: a chunked one has no length, a refused one is empty.
    if body or "CONTENT_LENGTH" in made:
        made["CONTENT_LENGTH"] = str(len(body))
    return made


def _add_headers(made: dict[str, Any], headers: Iterable[tuple[bytes, bytes]]) -> None:
    for name, value in headers:
        key = _key(name)
        if key is None:
            continue
        text = value.decode("latin-1")
        if key in made:
            made[key] += ("; " if key == "HTTP_COOKIE" else ",") + text
        else:
            made[key] = text


@lru_cache(maxsize=512)
def _key(name: bytes) -> str | None:
    # With "_" kept, X_Foo would pose as X-Foo; a transfer coding was undone when the body was collected.
    if b"_" in name or name == b"transfer-encoding":
        return None
    return _OWN_NAMES.get(name) or "HTTP_" + name.decode("latin-1").upper().replace("-", "_")


def _whole(status: int, headers: list[tuple[str, str]], body: bytes, *, head: bool) -> WsgiAnswer:
    if not 200 <= status <= 599:
        raise RuntimeError(f"the app answered with status {status}: expected 200 to 599")
    encoded = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    names = {name for name, _ in encoded}
    if b"transfer-encoding" in names:
        encoded = [header for header in encoded if header[0] != b"transfer-encoding"]
    body = b"" if status in BODILESS else body
    if b"content-length" not in names and status not in LENGTHLESS:
        encoded.append((b"content-length", str(len(body)).encode()))
    return WsgiAnswer(status, encoded, b"" if head else body)
