"""Measures answers that are held on purpose: ``python -m tests.figures delays``; docs/performance.md quotes it.

The server is one process and the clients are another (this module, run with a port). Each of 500 connections asks
again as soon as it has its answer, for a bounded time; one more asks something that no fault holds, all the while.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PBXSIM = Path(sys.executable).parent / "pbxsim"
CLIENTS, SECONDS, WARM_UP, DELAY_MS = 500, 5.0, 1.0, 200
IDEAL = CLIENTS * 1000 / DELAY_MS
NOTIFY = "/hubsoft/api/v1/integracao/pbx/ligacao/notificar"
CANCEL = "/hubsoft/api/v1/integracao/pbx/ligacao/cancelar"
PLAIN_PAUSE = 0.01


class Asker(asyncio.Protocol):
    """One connection that sends the same request again and again; ``took`` has the seconds of each answer."""

    def __init__(self, raw: bytes, end: float, pause: float = 0.0) -> None:
        self.took: list[tuple[float, float]] = []
        self.done = asyncio.get_running_loop().create_future()
        self._raw, self._end, self._pause, self._got = raw, end, pause, b""

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self._ask()

    def data_received(self, data: bytes) -> None:
        self._got += data
        head, between, body = self._got.partition(b"\r\n\r\n")
        if not between or len(body) < int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]):
            return
        assert head.startswith(b"HTTP/1.1 200"), head
        now = time.perf_counter()
        self.took.append((now, now - self._began))
        if now >= self._end:
            self._transport.close()
        elif self._pause:
            asyncio.get_running_loop().call_later(self._pause, self._ask)
        else:
            self._ask()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.done.done():
            self.done.set_result(error)

    def _ask(self) -> None:
        self._got, self._began = b"", time.perf_counter()
        self._transport.write(self._raw)


async def ask_all(port: int, token: str) -> dict[str, float]:
    """Ask for the time, and return the answers a second, and the p99 of the plain ones in milliseconds."""
    loop, began = asyncio.get_running_loop(), time.perf_counter()
    first, end = began + WARM_UP, began + WARM_UP + SECONDS

    async def open_one(path: str, pause: float = 0.0) -> Asker:
        raw = _request(path, token)
        return (await loop.create_connection(lambda: Asker(raw, end, pause), "127.0.0.1", port))[1]

    many = await asyncio.gather(*(open_one(NOTIFY) for _ in range(CLIENTS)))
    plain = await open_one(CANCEL, PLAIN_PAUSE)
    await asyncio.wait_for(asyncio.gather(plain.done, *(each.done for each in many)), WARM_UP + SECONDS + 20)
    answers = sum(first <= at < end for each in many for at, _ in each.took)
    waited = sorted(took for at, took in plain.took if at >= first)  # at least the one that was under way at the end
    return {"rate": answers / SECONDS, "p99": waited[int(len(waited) * 0.99)] * 1000, "plain": len(waited)}


def _request(path: str, token: str) -> bytes:
    body = b'{"ramal": 111, "telefone": 37999912222}'
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n"
    return f"{head}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


@contextmanager
def served() -> Iterator[int]:
    """Run the default server, and give its port."""
    process = subprocess.Popen((PBXSIM, "serve", "--port", "0"), stdout=subprocess.PIPE, text=True)
    try:
        url = next(line.split()[-1] for line in iter(process.stdout.readline, "") if line.startswith("pbxsim is up at"))
        yield int(url.rpartition(":")[2].strip("/"))
    finally:
        process.terminate()
        process.communicate(timeout=20)


def measured(*, delay: bool) -> dict[str, float]:
    """Run server and clients once."""
    with served() as port:
        own = _asked(port, "/_sim/credentials")["credentials"]["hubsoft"]
        token = _asked(port, "/hubsoft/oauth/token", {"grant_type": "password", **own})["access_token"]
        if delay:
            fault = {"on": {"vendor": "hubsoft", "answer": "notifyCall"}, "do": {"delay": f"{DELAY_MS}ms"}}
            _asked(port, "/_sim/faults", fault)
        command = (sys.executable, "-m", "tests.figures.delays", str(port), token)
        done = subprocess.run(command, stdout=subprocess.PIPE, check=True, timeout=60)
        return dict(json.loads(done.stdout))


def _asked(port: int, path: str, body: Any = None) -> Any:
    raw = None if body is None else json.dumps(body).encode()
    asked = urllib.request.Request(f"http://127.0.0.1:{port}{path}", raw, {"content-type": "application/json"})
    with urllib.request.urlopen(asked, timeout=10) as answer:
        return json.loads(answer.read())


def main(times: int) -> None:
    """Print the figure, and the control without a delay beside it."""
    found: dict[bool, list[dict[str, float]]] = {False: [], True: []}
    for _ in range(times):
        for delay in (False, True):
            found[delay].append(measured(delay=delay))
    for delay, runs in found.items():
        rate, p99 = (statistics.median(run[name] for run in runs) for name in ("rate", "p99"))
        share = f" ({rate / IDEAL:.0%} of the ideal {IDEAL:.0f})" if delay else ""
        name = f"{CLIENTS} clients, delay of {DELAY_MS} ms" if delay else f"control: {CLIENTS} clients, no delay"
        print(f"{name}: median {rate:.0f} answers/s{share}, plain requests p99 {p99:.0f} ms, of {len(runs)}")


if __name__ == "__main__":
    print(json.dumps(asyncio.run(ask_all(int(sys.argv[1]), sys.argv[2]))))
