"""A client of a server-sent event stream on a plain socket: it sees every byte, comments too."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from tests.answer import Answer
from tests.raw_http import Client, connected, request


@dataclass(frozen=True)
class StreamEvent:
    """One event: its name and its data, as text where it is no JSON; a comment has neither name nor data."""

    name: str = ""
    data: Any = None
    comment: str = ""


class EventStream:
    """An open stream. ``head`` is the answer's; events come in order, and `over` says that the server ended it."""

    def __init__(self, client: Client, head: Answer) -> None:
        self.client = client
        self.head = head
        self._text = ""
        self._ended = False

    async def next(self) -> StreamEvent:
        """Return the next event or comment; raise EOFError when the server has ended the stream."""
        while "\n\n" not in self._text:
            if not await self._more():
                raise EOFError(f"the stream ended behind {self._text!r}")
        block, _, self._text = self._text.partition("\n\n")
        fields = [line.partition(":") for line in block.split("\n")]
        found = {name: value.removeprefix(" ") for name, _, value in fields}
        data = _read(found["data"]) if "data" in found else None
        return StreamEvent(found.get("event", ""), data, found.get("", ""))

    async def named(self, *names: str) -> list[Any]:
        """Return the data of the next events, which must have these names."""
        events = [await self.next() for _ in names]
        assert tuple(event.name for event in events) == names
        return [event.data for event in events]

    async def over(self) -> bool:
        """Return whether the server ends the stream now, without another event."""
        return not await self._more() and not self._text

    async def _more(self) -> bool:
        if self._ended:
            return False
        try:
            size = int(await self.client.reader.readuntil(b"\r\n"), 16)
        except (asyncio.IncompleteReadError, ConnectionError):
            self._ended = True
            return False
        piece = await self.client.reader.readexactly(size + 2)
        self._ended = size == 0
        self._text += piece[:-2].decode()
        return not self._ended


def _read(data: str) -> Any:
    try:
        return json.loads(data)
    except ValueError:
        return data


@asynccontextmanager
async def streaming(port: int, path: str, *headers: str) -> AsyncIterator[EventStream]:
    """Open a stream, and hang up at the end."""
    async with connected(port) as client:
        client.send(request(f"GET {path}", "Accept: text/event-stream", *headers))
        yield EventStream(client, await client.head())
