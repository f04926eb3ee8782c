"""A tenant's journal in memory: every exchange both ways, as raw bytes with its verdict, read by cursor.

Bounded by count and size, and what had to go is counted. It knows no store, and keeps no parsed body.
It lives on one loop thread, so it has no lock. An exchange has to be redacted before it comes here.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from contracts.model import Direction, Exchange, Headers, Judgement

MAX_ENTRIES = 10_000
MAX_BYTES = 64 * 2**20
MAX_SHARED = 1000  # verdicts

# How the id of an exchange begins that was sent once more by hand; the number of the first one follows.
REPLAY = "replay of"

# What an entry weighs beside its texts and bodies, roughly: the objects themselves.
_ENTRY_WEIGHT = 1024


@dataclass(frozen=True, slots=True)
class Entry:
    """One exchange. ``number`` counts from 1 and is never given twice; ``size`` is in bytes, roughly.

    ``wall`` is when it was over, in seconds of wall time; None for one from before the last start.
    """

    number: int
    exchange: Exchange
    verdict: Judgement | None
    size: int
    wall: float | None = None

    @property
    def began(self) -> float | None:
        """When it began, in seconds of wall time, where that is known."""
        return self.wall - (self.exchange.took_ms or 0.0) / 1000 if self.wall is not None else None


@dataclass(frozen=True, slots=True)
class Where:
    """Which entries are asked for; None does not restrict."""

    vendor: str | None = None
    operation: str | None = None
    call: str | None = None
    direction: Direction | None = None

    def accepts(self, entry: Entry) -> bool:
        """Return whether an entry is one of those."""
        exchange = entry.exchange
        return (
            (self.vendor is None or exchange.vendor == self.vendor)
            and (self.operation is None or exchange.operation == self.operation)
            and (self.call is None or exchange.call == self.call)
            and (self.direction is None or exchange.direction is self.direction)
        )


EVERYTHING = Where()


def is_own(exchange: Exchange) -> bool:
    """Tell whether it is what we sent to a fake of our own, as it came in there: no request of an integration."""
    return exchange.direction is Direction.RECEIVED and exchange.target is not None


def is_replay(exchange: Exchange) -> bool:
    """Tell whether it was sent once more by hand: no run is judged by it, and no recording expects it."""
    return exchange.id.startswith(REPLAY)


class Journal:
    """The newest exchanges of a tenant, oldest first. ``dropped`` counts what the bounds pushed out."""

    def __init__(self, tenant: str, *, max_entries: int = MAX_ENTRIES, max_bytes: int = MAX_BYTES) -> None:
        self.tenant = tenant
        self.dropped = 0
        self.last = 0
        self._max_entries = max(1, max_entries)
        self._max_bytes = max_bytes
        self._entries: dict[int, Entry] = {}
        self._first = 1
        self._size = 0
        self._verdicts: dict[tuple[object, ...], Judgement] = {}
        self._listeners: dict[object, Callable[[Entry], None]] = {}

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def first(self) -> int:
        """The number from which entries may be there; in the durable log those before it may be trimmed."""
        return self._first

    def append(self, exchange: Exchange, verdict: Judgement | None) -> Entry:
        """Add an exchange, let old ones go when there are too many, and wake whoever waits."""
        entry = Entry(self.last + 1, exchange, self._shared(verdict), _weight(exchange), time.time())
        self._keep(entry)
        for listener in tuple(self._listeners.values()):
            listener(entry)
        return entry

    def restore(self, rows: Iterable[tuple[int, Exchange, Judgement | None]], last: int = 0) -> None:
        """Take back what was stored, in the order of its numbers, and go on counting after ``last``.

        For a journal that is still empty; nobody is woken.
        """
        for number, exchange, verdict in rows:
            if not self._entries:
                self._first = number
            self._keep(Entry(number, exchange, verdict, _weight(exchange)))
        self.last = max(self.last, last)
        if not self._entries:
            self._first = self.last + 1

    def after(self, number: int, limit: int = 100, *, where: Where = EVERYTHING) -> list[Entry]:
        """Return the entries beyond a number that are asked for, oldest first, at most ``limit`` of them.

        When fewer come back, the next cursor is `last` as it stands now; else it is the last one's number.
        """
        found: list[Entry] = []
        for entry in self._beyond(number):
            if len(found) >= limit:
                break
            if where.accepts(entry):
                found.append(entry)
        return found

    def get(self, number: int) -> Entry | None:
        """Return an entry by its number, or None when it is not there (any more)."""
        return self._entries.get(number)

    def subscribe(self, listener: Callable[[Entry], None]) -> Callable[[], None]:
        """Call a function with each entry to come, at once; it must not raise. Return what ends that."""
        key = object()
        self._listeners[key] = listener

        def end() -> None:
            self._listeners.pop(key, None)

        return end

    async def wait(self, after: int, timeout: float, *, where: Where = EVERYTHING) -> bool:
        """Return True once an entry beyond ``after`` that is asked for is there, False after the time-out."""
        if self.after(after, 1, where=where):
            return True
        arrived: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def look(entry: Entry) -> None:
            if entry.number > after and where.accepts(entry) and not arrived.done():
                arrived.set_result(None)

        end = self.subscribe(look)
        try:
            await asyncio.wait((arrived,), timeout=max(0.0, timeout))
            return arrived.done()
        finally:
            end()

    async def until(self, there: Callable[[], bool], seconds: float) -> bool:
        """Wait (wall time) until ``there()`` holds, looking again at each new entry; return whether it does."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while not there():
            left = end - loop.time()
            if left <= 0:
                return False
            await self.wait(self.last, left)
        return True

    def _shared(self, verdict: Judgement | None) -> Judgement | None:
        # Most are alike, and thousands of the same would be so much more for the garbage collector to look at.
        if verdict is None or verdict.violations:
            return verdict
        key = (verdict.operation, verdict.unjudged, *verdict.passed.items())
        if len(self._verdicts) >= MAX_SHARED:
            self._verdicts.clear()
        return self._verdicts.setdefault(key, verdict)

    def _beyond(self, number: int) -> Iterator[Entry]:
        for each in range(max(number + 1, self._first), self.last + 1):
            entry = self._entries.get(each)
            if entry is not None:
                yield entry

    def _keep(self, entry: Entry) -> None:
        self._entries[entry.number] = entry
        self._size += entry.size
        self.last = max(self.last, entry.number)
        # The newest stays, however large it is: a limit on bodies is the business of whoever reads them.
        while len(self._entries) > 1 and (len(self._entries) > self._max_entries or self._size > self._max_bytes):
            self._drop_first()

    def _drop_first(self) -> None:
        dropped = self._entries.pop(self._first, None)
        self._first += 1
        if dropped is not None:
            self._size -= dropped.size
            self.dropped += 1


def _weight(exchange: Exchange) -> int:
    request, response = exchange.request, exchange.response
    size = _ENTRY_WEIGHT + len(request.path) + len(request.query) + len(request.body) + _weigh(request.headers)
    return size + len(response.body) + _weigh(response.headers) if response else size


def _weigh(headers: Headers) -> int:
    return sum(len(name) + len(value) for name, value in headers)
