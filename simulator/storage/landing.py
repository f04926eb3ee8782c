"""Brings what another thread has done back to a loop: one wake-up for all that is done before the loop gets to it.

It knows no store: one commit carries the changes of many requests, and a wake-up for each would cost each of them.
"""

from __future__ import annotations

import asyncio
from collections import deque
from concurrent.futures import Future
from contextlib import suppress


class Landing:
    """Futures of one loop that follow those of another thread."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self._arrived: deque[tuple[asyncio.Future[None], Future[None]]] = deque()
        self._awake = False

    def follow(self, change: Future[None]) -> asyncio.Future[None]:
        """Return a future of the loop that ends as the other does; to cancel it stops nothing."""
        landed: asyncio.Future[None] = self.loop.create_future()
        change.add_done_callback(lambda done: self._arrive(landed, done))
        return landed

    def _arrive(self, landed: asyncio.Future[None], change: Future[None]) -> None:
        self._arrived.append((landed, change))
        # Looked at after the append, and the loop takes it back before it looks: nothing is left behind.
        if not self._awake:
            self._awake = True
            with suppress(RuntimeError):  # the loop is closed: nobody waits any more
                self.loop.call_soon_threadsafe(self._land)

    def _land(self) -> None:
        self._awake = False
        while self._arrived:
            landed, change = self._arrived.popleft()
            if landed.done():
                continue
            error = change.exception()
            if error is None:
                landed.set_result(None)
            else:
                landed.set_exception(error)
