"""A stream that fails on purpose behind so many of its events: it is cut, or goes on under a new id.

It knows that an event ends with an empty line, and no vendor.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from scenarios.answers import AnswerFlaw
from simulator.board import Opening, Stream

_END = b"\n\n"


class FailingStream:
    """A `simulator.board.Stream` around another, that fails at the event of this number (1 first).

    It is cut behind that event, or in the middle of it, or goes on behind it with the channel that ``renew`` opens.
    """

    def __init__(self, stream: Stream, flaw: AnswerFlaw, event: int, renew: Callable[[], Opening | None]) -> None:
        self.broken = False
        self._stream = stream
        self._flaw = flaw
        self._left = event
        self._renew = renew

    @property
    def idle(self) -> bytes:
        """What goes out when nothing else did for a while."""
        return self._stream.idle

    def ready(self) -> asyncio.Future[None]:
        """Return what is done when there is something to take."""
        return self._stream.ready()

    def take(self) -> tuple[bytes, bool]:
        """Return all that is to be sent now, and whether it is the last."""
        taken, last = self._stream.take()
        events = [event + _END for event in taken.split(_END)[:-1]]
        before, self._left = self._left, self._left - len(events)
        if before <= 0 or self._left > 0:
            return taken, last
        good, rest = events[:before], events[before:]
        if self._flaw is AnswerFlaw.CHANNEL_RENEWED:
            return b"".join((*good, b"" if last else self._renewed(), *rest)), last
        self.broken = True
        if self._flaw is AnswerFlaw.EVENT_CUT:
            good[-1] = good[-1][: len(good[-1]) // 2]
        return b"".join(good), True

    def will_break(self, event: int, *, inside: bool) -> None:
        """Leave that to the stream within."""
        self._stream.will_break(event, inside=inside)

    def close(self) -> None:
        """Take note that nobody listens any more."""
        self._stream.close()

    def _renewed(self) -> bytes:
        opening = self._renew()
        if opening is None:
            return b""
        self._stream.close()
        self._stream = opening.stream
        return opening.first
