"""Bounds what comes before a body, which uvicorn does not: how long a request's head may be, and may take.

It knows uvicorn's connections and no app.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from simulator.shell.severing import CONNECTION

_TOO_LONG = "The request line and headers are longer than {} bytes, which is the most that is read.\n"


@dataclass(frozen=True, slots=True)
class HeadLimits:
    """The bounds of a head: ``size`` bytes (give or take one read of the socket), and wall ``seconds``."""

    size: int = 64 * 1024
    seconds: float = 30.0


def bounded(limits: HeadLimits) -> Callable[..., asyncio.Protocol]:
    """Return a maker of uvicorn connections that answers 431 to a head that does not end."""
    from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

    def made(**given: Any) -> asyncio.Protocol:
        connection = HttpToolsProtocol(**given)
        connection.app_state = {**connection.app_state, CONNECTION: connection}
        pass_on, size = connection.data_received, 0

        def data_received(data: bytes) -> None:
            nonlocal size
            before = connection.cycle
            pass_on(data)
            if connection.cycle is before and in_head(connection):
                size += len(data)
                if size > limits.size:
                    _answer_431(connection.transport, limits.size)
            else:
                size = 0

        # uvloop and asyncio look the method up once, on the instance.
        connection.data_received = data_received  # type: ignore[method-assign]
        return connection

    return made


def in_head(connection: Any) -> bool:
    """Tell whether the connection has no request under way: its next bytes belong to a head."""
    return connection.cycle is None or connection.cycle.response_complete


async def close_slow_heads(connections: Collection[Any], limits: HeadLimits) -> None:
    """Close the connections whose head takes too long, or whose first head never begins, until cancelled.

    Between two requests uvicorn's own keep-alive timer runs, and this one does not.
    """
    loop = asyncio.get_running_loop()
    since: dict[Any, float] = {}
    while True:
        await asyncio.sleep(min(limits.seconds / 4, 1.0))
        now = loop.time()
        since = {
            each: since.get(each, now) for each in connections if each.timeout_keep_alive_task is None and in_head(each)
        }
        for connection, began in since.items():
            if now - began >= limits.seconds:
                connection.transport.close()


def _answer_431(transport: asyncio.Transport, limit: int) -> None:
    if transport.is_closing():
        return
    body = _TOO_LONG.format(limit).encode()
    head = (
        "HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-type: text/plain; charset=utf-8\r\n"
        f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
    )
    transport.write(head.encode() + body)
    transport.close()
