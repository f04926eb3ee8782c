"""Listens on a port and serves an ASGI app there with uvicorn, inside a loop that already runs.

It knows no app of ours, installs no signal handler and writes no log of requests.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import socket
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from simulator.errors import EnvironmentProblem
from simulator.shell.bridge import Receive, Scope, Send
from simulator.shell.heads import HeadLimits, bounded, close_slow_heads, in_head

if TYPE_CHECKING:
    import uvicorn

AsgiApp = Callable[[Scope, Receive, Send], Awaitable[None]]

BACKLOG = 2048
# Longer than any client pool keeps a connection, so that no client writes into one that is being closed.
KEEP_ALIVE_SECONDS = 75

_HEADS = HeadLimits()
_UNFINISHED = "ASGI callable returned without completing response."
_ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104


class CannotListen(EnvironmentProblem):
    """No port could be opened."""

    def __init__(self, host: str, ports: str, reason: str) -> None:
        super().__init__(
            f"cannot listen on {host} {ports}: {reason}; choose another with --host and --port, or --port 0 "
            "for any free one"
        )


@dataclass(slots=True)
class Server:
    """A server that is listening. ``open_files`` is the limit on open files (None: the system has none)."""

    host: str
    port: int
    open_files: int | None
    _uvicorn: uvicorn.Server
    _heads: HeadLimits
    _listening: socket.socket
    _watches: tuple[asyncio.Task[None], ...] = ()
    _stopping: bool = False

    @classmethod
    async def start(
        cls,
        app: AsgiApp,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        tries: int = 20,
        heads: HeadLimits = _HEADS,
    ) -> Server:
        """Listen on the port, or on the next free one of ``tries``; port 0 takes any. Raise `CannotListen`."""
        listening = listen(host, port, tries=tries)
        made = _uvicorn(app, heads)
        port = listening.getsockname()[1]
        server = cls(host, port, raise_open_files(), made, heads, listening)
        await server._begin()
        return server

    @property
    def url(self) -> str:
        """The base URL that a client on this machine uses."""
        host = _ANY_ADDRESS.get(self.host, self.host)
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    async def stop(self, grace: float = 2.0) -> None:
        """Take no more requests, give those that are whole ``grace`` seconds to be answered, and end.

        Idle connections and requests that are not whole are closed at once: nothing is owed to them.
        """
        if self._stopping:
            return
        self._stopping = True
        for watch in self._watches:
            watch.cancel()
        self._abort(_half_sent)
        closing = asyncio.create_task(self._uvicorn.shutdown(sockets=[self._listening]))
        await asyncio.wait({closing}, timeout=grace)
        if not closing.done():
            await self._end()
        await closing

    async def _begin(self) -> None:
        config = self._uvicorn.config
        config.load()
        self._uvicorn.lifespan = config.lifespan_class(config)
        await self._uvicorn.startup(sockets=[self._listening])
        connections = self._uvicorn.server_state.connections
        self._watches = (
            asyncio.create_task(self._uvicorn.main_loop()),
            asyncio.create_task(close_slow_heads(connections, self._heads)),
        )

    async def _end(self) -> None:
        """Hang up on everybody, and cancel the requests that do not end by that."""
        self._abort(lambda connection: True)
        tasks = self._uvicorn.server_state.tasks
        if tasks:
            await asyncio.wait(set(tasks), timeout=0.5)
        for task in list(tasks):
            task.cancel()
        self._uvicorn.force_exit = True

    def _abort(self, which: Callable[[Any], bool]) -> None:
        for connection in list(self._uvicorn.server_state.connections):
            if which(connection):
                connection.transport.abort()


def listen(host: str, port: int, *, tries: int = 20) -> socket.socket:
    """Return a socket that listens on the port, or on the next free one; raise `CannotListen`."""
    ports = range(port, min(port + tries, 65536)) if port else range(1)
    reason = "no port was tried"
    for candidate in ports:
        try:
            return _listening(host, candidate)
        except OSError as error:
            reason = error.strerror or str(error)
            if error.errno != errno.EADDRINUSE:
                raise CannotListen(host, f"port {candidate}", reason) from error
    raise CannotListen(host, f"ports {ports.start} to {ports.stop - 1}", reason)


def raise_open_files() -> int | None:
    """Raise the soft limit on open files to the hard one, and return what it is now."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return None
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):  # macOS refuses its own hard limit
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def _uvicorn(app: AsgiApp, heads: HeadLimits) -> uvicorn.Server:
    import uvicorn

    config = uvicorn.Config(
        app,
        http=cast(type[asyncio.Protocol], bounded(heads)),
        ws="none",
        lifespan="off",
        interface="asgi3",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        date_header=False,
        backlog=BACKLOG,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
    )
    # An answer that was cut on purpose looks like a fault of the app to uvicorn.
    logging.getLogger("uvicorn.error").addFilter(_not_about_a_cut)
    return uvicorn.Server(config)


def _not_about_a_cut(record: logging.LogRecord) -> bool:
    return record.msg != _UNFINISHED


def _half_sent(connection: Any) -> bool:
    return not in_head(connection) and connection.cycle.more_body


def _listening(host: str, port: int) -> socket.socket:
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    made = socket.socket(family, kind, protocol)
    try:
        if sys.platform == "win32":
            # There, SO_REUSEADDR would let two servers share a port.
            made.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(address)
        # Two sockets may be bound to one port as long as neither listens: only now it is known to be ours.
        made.listen(BACKLOG)
    except OSError:
        made.close()
        raise
    made.setblocking(False)
    return made
