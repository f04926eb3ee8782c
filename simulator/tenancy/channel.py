"""The event channels that clients of a tenant hold open: what is put on one, the shell takes and sends.

In memory only: a channel ends with its connection. It knows no vendor, no contract and no store.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from enum import StrEnum

# What a client may leave unread, in events; one that reads no more is not waited for.
MOST_WAITING = 1000


class Reception(StrEnum):
    """How an event that is told reaches whoever holds a channel open."""

    WHOLE = "whole"
    CUT = "cut"  # the channel breaks on purpose in the middle of it
    NONE = "none"  # it has broken before


class Channel:
    """One open channel, a `simulator.board.Stream`; ``idle`` shows that it lives, ``farewell`` is its end."""

    broken = False

    def __init__(self, vendor: str, number: int, idle: bytes, farewell: bytes) -> None:
        self.vendor = vendor
        self.number = number
        self.idle = idle
        self.left: Callable[[Channel], None] = _nobody
        self._farewell = farewell
        self._waiting: deque[bytes] = deque()
        self._over = False
        self._told = 0
        self._breaks: tuple[int, bool] | None = None
        self._ready: asyncio.Future[None] | None = None

    def will_break(self, event: int, *, inside: bool) -> None:
        """Take note that it will break on purpose behind the event of this number (1 first), or ``inside`` it."""
        self._breaks = (self._told + event, inside)

    def reception(self, ahead: int) -> Reception:
        """Return how the event that is the next but ``ahead`` will be received, as far as that can be known before."""
        event = self._told + ahead + 1
        if self._breaks is None or event < self._breaks[0]:
            return Reception.WHOLE
        last, inside = self._breaks
        if event > last:
            return Reception.NONE
        return Reception.CUT if inside else Reception.WHOLE

    def count(self, events: int) -> None:
        """Count events that are told for certain, and will be put."""
        self._told += events

    def put(self, event: bytes) -> None:
        """Add an event; a channel on which too many wait is ended instead."""
        if self._over:
            return
        if len(self._waiting) >= MOST_WAITING:
            self._waiting.clear()
            self._over = True
        else:
            self._waiting.append(event)
        self._wake()

    def end(self) -> None:
        """End the channel from our side, with a farewell; who held it is not told of again."""
        if not self._over:
            self._waiting.append(self._farewell)
            self._over = True
        self.left = _nobody
        self._wake()

    def ready(self) -> asyncio.Future[None]:
        """Return what is done when there is something to take."""
        self._ready = asyncio.get_running_loop().create_future()
        if self._waiting or self._over:
            self._wake()
        return self._ready

    def take(self) -> tuple[bytes, bool]:
        """Return every event that waits, and whether nothing follows them."""
        events = b"".join(self._waiting)
        self._waiting.clear()
        return events, self._over

    def close(self) -> None:
        """Take note that the client is gone, or was shown out."""
        self._over = True
        self._waiting.clear()
        left, self.left = self.left, _nobody
        left(self)

    def _wake(self) -> None:
        if self._ready is not None and not self._ready.done():
            self._ready.set_result(None)


class Channels:
    """The open channels of one tenant, oldest first. ``on_left`` is told of each whose client is gone."""

    def __init__(self) -> None:
        self.on_left: Callable[[Channel], None] = _nobody
        self._open: dict[str, dict[int, Channel]] = {}

    def count(self, vendor: str) -> int:
        """Return how many channels of a vendor are open."""
        return len(self._open.get(vendor, ()))

    def of(self, vendor: str) -> tuple[Channel, ...]:
        """Return the open channels of a vendor."""
        return tuple(self._open.get(vendor, {}).values())

    def add(self, channel: Channel) -> None:
        """Take in a channel."""
        self._open.setdefault(channel.vendor, {})[channel.number] = channel
        channel.left = self._left

    def end(self) -> None:
        """End every channel from our side."""
        for vendor in self._open:
            for channel in self.of(vendor):
                channel.end()
        self._open.clear()

    def _left(self, channel: Channel) -> None:
        if self._open.get(channel.vendor, {}).pop(channel.number, None) is not None:
            self.on_left(channel)


def _nobody(channel: Channel) -> None:
    pass
