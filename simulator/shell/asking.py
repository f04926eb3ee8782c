"""Asks the sync core: calls an app inline, asks a long poll again, holds an answer until its change is kept.

It knows no vendor and sends nothing; what the core wishes beside its reply is on the slip.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from time import perf_counter

from simulator.shell.bridge import AGAIN, Receive, Scope, Slip, WsgiAnswer, WsgiApp, call
from simulator.shell.release import RETRY, Waits, Watch, Woken, plain
from simulator.vendor import Wait

log = logging.getLogger(__name__)

# Asked again in vain, a long poll rests this long: a journal that grows for others must not fill the loop.
_REST_SECONDS = 0.02

JournalWait = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Question:
    """A whole request and the app that answers it; ``scope["root_path"]`` is where that is mounted."""

    app: WsgiApp
    scope: Scope
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Core:
    """The way to the apps.

    journal_wait  returns when the journal has grown or the seconds are over; None: long polls answer at once
    redact        makes a path fit for the log
    held_seconds  a view that takes longer is reported, since nothing else moves meanwhile
    """

    waits: Waits
    journal_wait: JournalWait | None
    redact: Callable[[str], str]
    held_seconds: float
    preparing: asyncio.Lock = field(default_factory=asyncio.Lock)  # one thread at a time, to leave the loop its share

    def ask(self, question: Question, slip: Slip, extra: Mapping[str, object] | None = None) -> WsgiAnswer:
        """Call the app; log a view that raises and answer 500 for it; log one that holds the loop."""
        return self._guarded(question, slip, lambda: call(question.app, question.scope, question.body, slip, extra))

    async def prepared(self, question: Question, slip: Slip, answer: WsgiAnswer) -> tuple[Slip, WsgiAnswer]:
        """Do in a thread what the view wishes done first, and ask it again; without a wish the first answer stands."""
        if slip.prepare is None:
            return slip, answer
        async with self.preparing:
            done = asyncio.get_running_loop().run_in_executor(None, slip.prepare)
            await asyncio.wait([done])  # what it raises is the view's to word
        slip = Slip(received=slip.received, prepared=done)
        return slip, self.ask(question, slip)

    async def poll(self, question: Question, slip: Slip, answer: WsgiAnswer, client: Watch) -> tuple[Slip, WsgiAnswer]:
        """Ask again when the journal grows, until the view is content, its time is over or the client left.

        Without a ``journal_wait`` the first answer stands.
        """
        if self.journal_wait is None or slip.instruction is None:
            return slip, answer
        until, rest, woken = perf_counter() + slip.instruction.seconds, 0.0, Woken.DUE
        while wants_journal(slip) and woken is Woken.DUE and (left := until - perf_counter()) > 0:
            growth = asyncio.ensure_future(self.journal_wait(left))
            try:
                # It listens before the view looks, so that no entry falls between the two.
                await self.waits.turn()
                slip = Slip(received=slip.received)
                answer = self.ask(question, slip, {AGAIN: True})
                if wants_journal(slip):
                    woken = await client.wait(left, growth)
                    await asyncio.sleep(rest)
                    rest = _REST_SECONDS
            finally:
                growth.cancel()
        return slip, answer

    async def hold(self, question: Question, slip: Slip, receive: Receive) -> WsgiAnswer | None:
        """Let a request wait as its view wished, then have it done; None when the client has left meanwhile."""
        wish, later, left = slip.instruction, slip.later, slip.left
        if wish is None or later is None:
            raise RuntimeError("a held request has neither a time nor a way to go on")
        # They know the slip: as long as it knows them, only the garbage collector parts them.
        slip.instruction = slip.later = slip.left = None
        woken = await self.waits.hold(receive, wish.seconds)
        await self.waits.shared_turn()
        if woken is Woken.GONE:
            if left is not None:
                left()
            return None
        return self._guarded(question, slip, later)

    def _guarded(self, question: Question, slip: Slip, asked: Callable[[], WsgiAnswer]) -> WsgiAnswer:
        began = perf_counter()
        try:
            return asked()
        except Exception:
            log.exception("%s failed", self._name(question))
            slip.instruction = slip.committed = slip.prepare = None
            return plain(500, "The simulator failed on this request. The fault is its own; its log says more.\n")
        finally:
            took = perf_counter() - began
            if took > self.held_seconds:
                log.warning("%s held the loop for %.0f ms", self._name(question), took * 1000)

    def _name(self, question: Question) -> str:
        return f"{question.scope['method']} {self.redact(question.scope['path'])}"


def wants_journal(slip: Slip) -> bool:
    """Tell whether the view wishes to be asked again when the journal has grown."""
    return slip.instruction is not None and slip.instruction.wait is Wait.JOURNAL


def is_held(slip: Slip) -> bool:
    """Tell whether the view wishes the request to wait before it is done."""
    return slip.instruction is not None and slip.instruction.wait is Wait.HOLD


async def kept(slip: Slip, answer: WsgiAnswer) -> WsgiAnswer:
    """Return the answer when its change is on disk, or the one for a change that could not be kept."""
    if slip.committed is None:
        return answer
    try:
        # Shielded, since one commit carries the changes of many requests.
        await asyncio.shield(slip.committed)
    except Exception:
        log.exception("a change could not be committed")
        slip.instruction = None
        return _failed(slip)
    return answer


def _failed(slip: Slip) -> WsgiAnswer:
    try:
        if slip.on_failure is not None:
            return slip.on_failure()
    except Exception:
        log.exception("the answer to a failed commit could not be made")
    return plain(503, "The change could not be stored, and nothing has changed: try again.\n", RETRY)
