"""A receiver written without the project: the standard library's HTTP server in threads, with a script."""

from __future__ import annotations

import contextlib
import json
import socket
import struct
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any


@dataclass(frozen=True)
class Request:
    """What came. ``path`` is as on the wire, query included; ``headers`` in order, with lower-case names."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key == name.lower()), None)

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Reply:
    """What to answer. ``slow``: send the head and one byte, and the rest never; ``silent``: nothing at all;
    ``reset``: break the connection; ``raw``: exactly these bytes, and then close."""

    status: int = 200
    body: bytes = b'{"ok":true}'
    headers: tuple[tuple[str, str], ...] = (("content-type", "application/json"),)
    slow: bool = False
    silent: bool = False
    reset: bool = False
    raw: bytes | None = None


def redirect(url: str, status: int = 307) -> Reply:
    return Reply(status, b"", (("location", url),))


class Receiver:
    """A context manager. Answers are those of ``answers`` (a status or a `Reply` each), then ``otherwise``.

    Nothing waits for a clock: a slow or silent answer lasts until the receiver is closed.
    """

    def __init__(
        self, answers: Iterable[int | Reply] = (), *, otherwise: int | Reply = 200, host: str = "127.0.0.1"
    ) -> None:
        self.requests: list[Request] = []
        self.connections = 0
        self._answers = list(answers)
        self._otherwise = otherwise
        self._changed = threading.Condition()
        self._closing = threading.Event()
        self._open: set[socket.socket] = set()
        self._server = _server(self, host)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    def __enter__(self) -> Receiver:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        self._server.shutdown()
        self._thread.join()
        with self._changed:
            for connection in self._open:
                _shut(connection)
        self._server.server_close()  # joins the threads of the connections

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        host = str(self._server.server_address[0])
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    def wait(self, count: int, timeout: float = 10.0) -> list[Request]:
        """Return the first ``count`` requests once they are there; say what came if they are not in time."""
        deadline = time.monotonic() + timeout
        with self._changed:
            while len(self.requests) < count:
                left = deadline - time.monotonic()
                if left <= 0 or not self._changed.wait(left):
                    came = [f"{request.method} {request.path}" for request in self.requests]
                    raise AssertionError(f"{count} requests were awaited, {len(came)} came: {came}")
            return self.requests[:count]

    def _take(self, request: Request) -> Reply:
        with self._changed:
            self.requests.append(request)
            self._changed.notify_all()
            answer = self._answers.pop(0) if self._answers else self._otherwise
        return answer if isinstance(answer, Reply) else Reply(answer)

    def _connected(self, connection: socket.socket) -> None:
        with self._changed:
            self.connections += 1
            self._open.add(connection)
            if self._closing.is_set():
                _shut(connection)

    def _disconnected(self, connection: socket.socket) -> None:
        with self._changed:
            self._open.discard(connection)


def _server(receiver: Receiver, host: str) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def setup(self) -> None:
            super().setup()
            receiver._connected(self.connection)

        def finish(self) -> None:
            receiver._disconnected(self.connection)
            with contextlib.suppress(OSError):  # the other side has gone
                super().finish()

        def handle(self) -> None:
            with contextlib.suppress(OSError):
                super().handle()

        def log_message(self, *args: Any) -> None:
            pass

        def __getattr__(self, name: str) -> Any:
            if name.startswith("do_"):
                return self._answer
            raise AttributeError(name)

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = tuple((key.lower(), value) for key, value in self.headers.items())
            reply = receiver._take(Request(self.command, self.path, headers, body))
            if reply.reset:
                self._reset()
            elif reply.silent:
                receiver._closing.wait()
                self.close_connection = True
            elif reply.raw is not None:
                self.wfile.write(reply.raw)
                self.close_connection = True
            else:
                self._send(reply)

        def _send(self, reply: Reply) -> None:
            self.send_response(reply.status)
            for key, value in reply.headers:
                self.send_header(key, value)
            self.send_header("content-length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body[:1] if reply.slow else reply.body)
            if reply.slow:
                receiver._closing.wait()
                self.close_connection = True

        def _reset(self) -> None:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.rfile.close()
            self.connection.close()
            self.close_connection = True

    class Server(ThreadingHTTPServer):
        address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        daemon_threads = False  # so that server_close() joins them
        request_queue_size = 128

        def shutdown_request(self, request: Any) -> None:
            with contextlib.suppress(OSError):
                super().shutdown_request(request)

        def handle_error(self, request: Any, client_address: Any) -> None:
            pass

    return Server((host, 0), Handler)


def _shut(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
