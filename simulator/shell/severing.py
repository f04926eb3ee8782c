"""Ends a connection as no app may: by a reset, or behind bytes that are no HTTP. It knows uvicorn's connections."""

from __future__ import annotations

import socket
import struct
from typing import Any

from simulator.shell.bridge import Receive, Scope

CONNECTION = "pbxsim.connection"  # key of ``scope["state"]``: the server's own object for the connection

# Neither a status line, nor the beginning of TLS or of HTTP/2.
GARBAGE = bytes(range(255, 127, -1))
_AT_ONCE = struct.pack("ii", 1, 0)


async def reset(scope: Scope, receive: Receive) -> None:
    """Reset the connection (TCP RST); what was not sent is lost."""
    transport = _transport(scope)
    line = transport.get_extra_info("socket")
    if line is not None:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
    transport.abort()
    await _over(receive)


async def garble(scope: Scope, receive: Receive) -> None:
    """Send bytes that are no HTTP, and close the connection."""
    transport = _transport(scope)
    transport.write(GARBAGE)
    transport.close()
    await _over(receive)


def _transport(scope: Scope) -> Any:
    return scope["state"][CONNECTION].transport


async def _over(receive: Receive) -> None:
    # An app that returns before the server knows would have it answer in its stead.
    while (await receive())["type"] != "http.disconnect":
        pass
