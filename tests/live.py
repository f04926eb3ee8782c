"""A simulator on a real port, in a thread with a loop of its own, and a small client of the standard library."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPResponse
from itertools import takewhile
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from simulator.app import Simulator, build
from simulator.settings import Settings
from tests.answer import Answer

JSON = "application/json"
EVENT_STREAM = "text/event-stream"


class Client:
    """One connection, kept alive. It is one thread's; a body that is not bytes goes out as JSON.

    Of an event stream it reads the first event, and hangs up; `hold` leaves it open.
    """

    def __init__(self, url: str, headers: Mapping[str, str] | None = None, timeout: float = 20) -> None:
        parts = urlsplit(url)
        self._connection = HTTPConnection(parts.hostname or "", parts.port, timeout=timeout)
        self._headers = dict(headers or {})
        self._held: HTTPResponse | None = None

    def ask(self, method: str, path: str, body: Any = None, headers: Mapping[str, str | None] | None = None) -> Answer:
        """Send a request and return the answer; a header given as None is left out."""
        given = {**self._headers, **(headers or {})}
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
            given.setdefault("content-type", JSON)
        self._connection.request(method, path, body, {k: v for k, v in given.items() if v is not None})
        answer = self._connection.getresponse()
        pairs = tuple((key.lower(), value) for key, value in answer.getheaders())
        if method == "HEAD" or not (answer.getheader("content-type") or "").startswith(EVENT_STREAM):
            return Answer(answer.status, pairs, answer.read())
        first = _first_event(answer)
        self.close()  # the next request is on a connection of its own
        return Answer(answer.status, pairs, first)

    def hold(self, path: str, headers: Mapping[str, str]) -> Answer:
        """Open an event stream, read its first event, and leave it open until this client is closed."""
        self._connection.request("GET", path, headers={**self._headers, **headers})
        self._held = self._connection.getresponse()
        pairs = tuple((key.lower(), value) for key, value in self._held.getheaders())
        return Answer(self._held.status, pairs, _first_event(self._held))

    def close(self) -> None:
        self._connection.close()
        if self._held is not None:
            self._held.close()


def _first_event(answer: HTTPResponse) -> bytes:
    """Read a stream up to the empty line behind its first event, or to its end."""
    lines = iter(answer.readline, b"")
    return b"".join((*takewhile(lambda line: line != b"\n", lines), b"\n"))


class Live:
    """A running simulator. ``simulator`` belongs to the loop's thread: touch it by `on_loop`."""

    def __init__(self, simulator: Simulator, loop: asyncio.AbstractEventLoop, url: str) -> None:
        self.simulator = simulator
        self.url = url
        self._loop = loop
        self._clients: list[Client] = []
        self.channels: dict[tuple[str, str], str] = {}  # the event channel held open for a vendor's tenant

    def client(self, headers: Mapping[str, str] | None = None) -> Client:
        """Return a connection of its own; it is closed with the simulator."""
        client = Client(self.url, headers)
        self._clients.append(client)
        return client

    def ask(self, method: str, path: str, body: Any = None, headers: Mapping[str, str | None] | None = None) -> Answer:
        """Send one request on a connection of its own."""
        client = Client(self.url)
        try:
            return client.ask(method, path, body, headers)
        finally:
            client.close()

    def control(self, method: str, path: str, body: Any = None, **query: Any) -> Answer:
        """Ask the control API; ``path`` is below ``/_sim``."""
        return self.ask(method, f"/_sim{path}" + (f"?{urlencode(query)}" if query else ""), body)

    def make_tenant(self, name: str, **more: Any) -> dict[str, Any]:
        """Make a tenant and return it with its credentials."""
        answer = self.control("POST", "/tenants", {"name": name, **more})
        assert answer.status == 201, answer.text
        return dict(answer.json)

    def credentials(self, vendor: str, tenant: str = "default") -> dict[str, str]:
        """Return a tenant's credential set."""
        return dict(self.control("GET", "/credentials", tenant=tenant).json["credentials"][vendor])

    def journal(self, tenant: str = "default", after: int = 0, wait: int = 0) -> list[dict[str, Any]]:
        """Return the entries beyond a number, at most a thousand."""
        answer = self.control("GET", "/journal", tenant=tenant, after=after, limit=1000, wait=wait)
        assert answer.status == 200, answer.text
        return list(answer.json["entries"])

    def journal_end(self, tenant: str = "default") -> int:
        """Return the number of the newest entry."""
        return self.on_loop(lambda simulator: simulator.tenants.get(tenant).journal.last)

    def records(self, kind: str, tenant: str = "default") -> list[dict[str, Any]]:
        """Return a tenant's records of a kind."""
        answer = self.control("GET", f"/records/{quote(kind)}", tenant=tenant)
        assert answer.status == 200, answer.text
        return list(answer.json["records"])

    def on_loop(self, act: Callable[[Simulator], Any]) -> Any:
        """Do something with the simulator in its own thread, and return what came of it."""

        async def there() -> Any:
            return act(self.simulator)

        return asyncio.run_coroutine_threadsafe(there(), self._loop).result(20)

    def close(self) -> None:
        for client in self._clients:
            client.close()


@contextmanager
def live(**settings: Any) -> Iterator[Live]:
    """Run a simulator on a free port; it leaves no thread and no port behind."""
    simulator = build(Settings(**{"port": 0, **settings}))
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="live simulator")
    thread.start()

    def done(what: Any) -> None:
        asyncio.run_coroutine_threadsafe(what, loop).result(30)

    try:
        done(simulator.start())
        assert simulator.server is not None
        running = Live(simulator, loop, simulator.server.url)
        try:
            yield running
        finally:
            running.close()
    finally:
        done(simulator.stop())
        done(loop.shutdown_default_executor())
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
