"""Ends a command's work at once: on Ctrl-C, on SIGTERM, and when its output can go nowhere any more."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

_T = TypeVar("_T")

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Stopped(Exception):
    """The work was ended before its end; ``code`` is the exit code by convention, 128 + the signal's number."""

    def __init__(self, code: int) -> None:
        super().__init__(f"stopped with code {code}")
        self.code = code


@contextmanager
def until_stopped() -> Iterator[None]:
    """Let blocking work end in peace, at once, on Ctrl-C and on SIGTERM: for commands that have no other end."""

    def stop(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    except KeyboardInterrupt:
        return
    finally:
        signal.signal(signal.SIGTERM, before)


class Stop:
    """What may end the work of one command. Made inside the running loop, where it listens for signals."""

    def __init__(self) -> None:
        self._asked = asyncio.Event()
        self._why: BaseException = Stopped(0)
        loop = asyncio.get_running_loop()
        for number in _SIGNALS:
            try:
                loop.add_signal_handler(number, self.ask, 128 + number)
            except NotImplementedError:  # a loop on Windows
                signal.signal(number, lambda got, frame: loop.call_soon_threadsafe(self.ask, 128 + got))

    def ask(self, code: int) -> None:
        """End the work with this exit code."""
        self._end(Stopped(code))

    def fail(self, error: BaseException) -> None:
        """End the work with this error."""
        self._end(error)

    async def wait(self) -> None:
        """Wait until the end is asked for; raise when that is an error."""
        await self._asked.wait()
        if not isinstance(self._why, Stopped):
            raise self._why

    async def unless(self, work: Coroutine[Any, Any, _T]) -> _T:
        """Return what the work gives; when the end is asked for first, end it and raise `Stopped` or the error."""
        stopping, working = asyncio.create_task(self._asked.wait()), asyncio.create_task(work)
        try:
            await asyncio.wait((stopping, working), return_when=asyncio.FIRST_COMPLETED)
            if self._asked.is_set():
                raise self._why
            return working.result()
        finally:
            stopping.cancel()
            if not working.done():
                working.cancel()
            await asyncio.wait((stopping, working))
            if not working.cancelled():
                working.exception()  # it has been looked at: asyncio need not report it

    def _end(self, why: BaseException) -> None:
        if not self._asked.is_set():
            self._why = why
            self._asked.set()
