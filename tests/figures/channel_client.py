"""Holds many event channels open, has an event told on each once a second, and says how late they come.

``python -m tests.figures.channel_client URL CHANNELS SECONDS`` is a process of its own, so that it does not share the
server's loop. It prints one JSON object. Every channel of a tenant hears every event, so that there are many tenants
with a few channels each, whose events are spread over the second. What happens is a scenario of each tenant: nobody
asks for an event, and it is due when the tenant's clock, which is the machine's, says so.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

TENANTS = 100
# From the call's beginning to its first event that counts: until then all other calls have begun.
WARM_UP = 4
LONGEST = 120.0


class Channel(asyncio.Protocol):
    """One open channel: when each of its events came."""

    def __init__(self, ask: bytes) -> None:
        self.came: list[float] = []
        self.opened = asyncio.get_running_loop().create_future()
        self._ask, self._tail = ask, b""

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        transport.write(self._ask)

    def data_received(self, data: bytes) -> None:
        now, text = time.time(), self._tail + data
        self.came += [now] * text.count(b"event: ")
        self._tail = text[-6:] if not text.endswith(b"event: ") else b""
        if self.came and not self.opened.done():
            self.opened.set_result(None)


class Tenant:
    """One tenant with a call that is held and taken up again each second, and what hears of it."""

    def __init__(self, name: str, port: int) -> None:
        self.name, self._port = name, port
        self.channels: list[Channel] = []

    async def open(self, channels: int) -> None:
        """Make the tenant and its channels."""
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        made = await self._control("/_sim/tenants", {"name": self.name})
        key = made["credentials"]["digitro"]["api_key"]
        ask = f"GET /digitro/events HTTP/1.1\r\nHost: 127.0.0.1\r\nx-api-key: {key}\r\n\r\n".encode()
        loop = asyncio.get_running_loop()
        for _ in range(channels):
            _, channel = await loop.create_connection(lambda: Channel(ask), "127.0.0.1", self._port)
            await channel.opened
            self.channels.append(channel)

    async def play(self, at: float, seconds: int) -> list[float]:
        """Let a scenario begin at a moment, and return how late each event came on each channel, in seconds."""
        await asyncio.sleep(max(0.0, at - time.time()))
        await self._control(f"/_sim/runs?tenant={self.name}", {"text": scenario(seconds)})
        await asyncio.sleep(WARM_UP - 1.0)
        for channel in self.channels:
            channel.came.clear()  # what the call has told so far has come
        await asyncio.sleep(seconds + 1.5)
        (call,) = (await self._control(f"/_sim/calls?tenant={self.name}"))["calls"]
        first = datetime.fromisoformat(call["events"][0]["at"]).timestamp() + WARM_UP
        due = [first + number for number in range(seconds)]
        return [came - at for channel in self.channels for came, at in zip(channel.came, due, strict=True)]

    def close(self) -> None:
        """Hang up."""
        for channel in self.channels:
            channel.transport.abort()
        self._writer.close()

    async def _control(self, path: str, body: Any = None) -> Any:
        content = json.dumps(body).encode() if body is not None else b""
        head = f"{'GET' if body is None else 'POST'} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        head += f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
        self._writer.write(head.encode() + content)
        answer = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        length = int(answer.split(b"content-length: ")[1].split(b"\r\n")[0])
        text = await self._reader.readexactly(length)
        if b" 200 " not in answer[:16] and b" 201 " not in answer[:16]:
            raise SystemExit(f"{path}: {text.decode()}")
        return json.loads(text)


def scenario(seconds: int) -> str:
    """Return a call that is held and taken up again in turns, once a second."""
    lines = [
        "scenario: held",
        "title: A call is held and taken up again",
        "steps:",
        '  - inbound: {call: A, from: "37999912222"}',
        '  - ring: {call: A, extension: "111"}',
        "  - answer: {call: A}",
        f"  - {{after: {WARM_UP}s, hold: {{call: A}}}}",
    ]
    lines += (f"  - {{after: 1s, {'hold' if number % 2 else 'resume'}: {{call: A}}}}" for number in range(seconds - 1))
    return "\n".join(lines)


async def measured(url: str, channels: int, seconds: int) -> dict[str, float]:
    """Return how many events came, and their lateness in milliseconds."""
    tenants = [Tenant(f"channels-{number}", urlsplit(url).port or 80) for number in range(TENANTS)]
    for tenant in tenants:
        await tenant.open(channels // TENANTS)
    first = time.time() + 1.0
    found = await asyncio.gather(*(t.play(first + n / TENANTS, seconds) for n, t in enumerate(tenants)))
    for tenant in tenants:
        tenant.close()
    late = sorted(1000 * value for values in found for value in values)
    return {"events": len(late), "median": late[len(late) // 2], "p99": late[int(len(late) * 0.99)], "most": late[-1]}


async def _bounded(url: str, channels: int, seconds: int) -> dict[str, float]:
    async with asyncio.timeout(LONGEST):
        return await measured(url, channels, seconds)


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_bounded(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))))
