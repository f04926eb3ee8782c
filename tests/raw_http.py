"""A client that sends the bytes it is told to send, and a shell on a real port of its own."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress

from simulator.shell.bridge import WsgiApp
from simulator.shell.hosts import AllowedHosts
from simulator.shell.limits import Limits
from simulator.shell.serving import Server
from simulator.shell.shell import Shell
from tests.answer import Answer


class Client:
    """One connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    def send(self, raw: bytes) -> None:
        """Send these bytes."""
        self.writer.write(raw)

    async def head(self) -> Answer:
        """Read a status line and headers."""
        lines = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        pairs = (line.split(": ", 1) for line in lines[1:] if line)
        return Answer(int(lines[0].split()[1]), tuple((name.lower(), value) for name, value in pairs), b"")

    async def answer(self, *, has_body: bool = True) -> Answer:
        """Read one whole answer."""
        head = await self.head()
        length = int(head.header("content-length") or 0) if has_body else 0
        return Answer(head.status, head.headers, await self.reader.readexactly(length))

    async def rest(self) -> bytes:
        """Read until the server closes the connection."""
        return await self.reader.read()

    async def close(self) -> None:
        """Hang up."""
        self.writer.close()
        with suppress(ConnectionError):
            await self.writer.wait_closed()


def request(
    line: str, *headers: str, body: bytes = b"", host: str | None = "localhost", length: int | None = None
) -> bytes:
    """Return the bytes of a request; ``length`` is announced instead of the body's own."""
    lines = [f"{line} HTTP/1.1"]
    lines += [f"Host: {host}"] if host is not None else []
    lines += headers
    announced = len(body) if length is None else length
    lines += [f"Content-Length: {announced}"] if announced else []
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + body


@asynccontextmanager
async def connected(port: int) -> AsyncIterator[Client]:
    """Open a connection, and hang up at the end."""
    client = Client(*await asyncio.open_connection("127.0.0.1", port))
    try:
        yield client
    finally:
        await client.close()


@asynccontextmanager
async def served(
    mounts: Mapping[str, WsgiApp],
    *,
    default: WsgiApp | None = None,
    limits: Limits | None = None,
    hosts: AllowedHosts | None = None,
    journal_wait: Callable | None = None,
) -> AsyncIterator[Server]:
    """Serve these apps behind a shell on a free port."""
    shell = Shell(
        mounts,
        default=default or _nothing_here,
        settings=limits or Limits(),
        allowed_hosts=hosts or AllowedHosts.of(),
        journal_wait=journal_wait,
    )
    server = await Server.start(shell)
    try:
        yield server
    finally:
        await stop(server)


async def stop(server: Server, grace: float = 2.0) -> None:
    """Stop a server of a shell as the program does: what the shell holds ends first."""
    server._uvicorn.config.app.stop()
    await server.stop(grace)


async def ask(server: Server, raw: bytes, *, has_body: bool = True) -> Answer:
    """Send one request on a connection of its own, and return its answer."""
    async with connected(server.port) as client:
        client.send(raw)
        return await client.answer(has_body=has_body)


def _nothing_here(environ, start_response):
    start_response("404 Not Found", [("Content-Type", "text/plain")])
    return [b"nothing here"]
