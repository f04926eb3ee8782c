"""The ASGI application: it holds everything that waits, so that the Flask apps behind it never do.

It knows no vendor and no tenant: the core decides, and hands its wishes back on a slip; the shell carries
them out. A new wish is a branch in `Shell._carry_out`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from time import perf_counter

from simulator.board import Stream
from simulator.shell.asking import Core, JournalWait, Question, is_held, kept, wants_journal
from simulator.shell.bridge import REFUSAL, REFUSAL_STATUS, Receive, Scope, Send, Slip, WsgiAnswer, WsgiApp
from simulator.shell.hosts import AllowedHosts
from simulator.shell.limits import ClientGone, Full, Head, Limits, Refused, read_body, read_head
from simulator.shell.release import CLOSE, RETRY, Waits, Woken, plain, send_drops, send_part, send_stream, send_whole
from simulator.shell.severing import garble, reset
from simulator.vendor import Instruction, Refusal, Wait

_SEVERED = {Wait.RESET: reset, Wait.GARBAGE: garble}


class Shell:
    """ASGI 3: reads requests within limits, calls the mounted WSGI apps inline, does what they instruct.

    ``mounts`` maps a path prefix (``/hubsoft``) to its app; the longest wins, and ``default`` gets the rest.
    ``journal_wait`` returns when the journal has grown or its seconds are over; ``redact`` makes a path fit
    for the log.
    """

    def __init__(
        self,
        mounts: Mapping[str, WsgiApp],
        *,
        default: WsgiApp,
        settings: Limits,
        allowed_hosts: AllowedHosts,
        journal_wait: JournalWait | None = None,
        redact: Callable[[str], str] = str,
    ) -> None:
        self._mounts = sorted(mounts.items(), key=lambda mount: -len(mount[0]))
        self._default = default
        self._limits = settings
        self._hosts = allowed_hosts
        self._under_way: Counter[str] = Counter()
        self._waits = Waits()
        self._core = Core(self._waits, journal_wait, redact, settings.held_seconds)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI scope."""
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "lifespan":
            await _live(receive, send)
        else:
            # Closed before it is accepted: the server answers the handshake with 403.
            await receive()
            await send({"type": "websocket.close", "code": 1000})

    def stop(self) -> None:
        """End every delay, drip and long poll now: what is ready goes out, and nothing waits any more."""
        self._waits.stop()

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        head = read_head(scope)
        stranger = self._stranger(head)
        if stranger is not None:
            await send_whole(stranger, send)
            return
        prefix, app = self._mounted(scope["path"])
        scope["root_path"] = prefix
        if self._under_way[prefix] >= self._limits.waiting:
            await self._finish(Question(app, scope), receive, send, Full(self._limits.waiting))
            return
        self._under_way[prefix] += 1
        try:
            await self._serve(Question(app, scope), head, receive, send)
        finally:
            self._under_way[prefix] -= 1

    def _mounted(self, path: str) -> tuple[str, WsgiApp]:
        for prefix, app in self._mounts:
            if path.startswith(prefix) and path[len(prefix) : len(prefix) + 1] in ("", "/"):
                return prefix, app
        return "", self._default

    def _stranger(self, head: Head) -> WsgiAnswer | None:
        # Exactly one Host: with two, this check and another reader could each believe a different one.
        if len(head.hosts) != 1 or not self._hosts.allow_host(head.hosts[0]):
            return plain(421, self._hosts.refuse_host(", ".join(head.hosts)), CLOSE)
        if not all(map(self._hosts.allow_origin, head.origins)):
            return plain(403, self._hosts.refuse_origin(", ".join(head.origins)), CLOSE)
        return None

    async def _serve(self, question: Question, head: Head, receive: Receive, send: Send) -> None:
        try:
            body = await read_body(head, receive, self._limits.at(question.scope["path"]))
        except ClientGone:
            return
        except Refused as refused:
            await self._finish(question, receive, send, refused)
        else:
            await self._finish(Question(question.app, question.scope, body), receive, send)

    async def _finish(self, question: Question, receive: Receive, send: Send, refused: Refused | None = None) -> None:
        slip = Slip(received=perf_counter())
        answer: WsgiAnswer | None
        answer = self._refuse(question, slip, refused) if refused else self._core.ask(question, slip)
        slip, answer = await self._core.prepared(question, slip, answer)
        if wants_journal(slip):
            async with self._waits.client(receive) as client:
                slip, answer = await self._core.poll(question, slip, answer, client)
        if is_held(slip):
            answer = None  # nobody wants it, and many may wait here: what they keep, the garbage collector looks at
            answer = await self._core.hold(question, slip, receive)
            if answer is None:
                return
        answer = await kept(slip, answer)
        if slip.instruction is None or wants_journal(slip):
            await send_whole(answer, send)
        else:
            await self._carry_out(question, slip.instruction, answer, receive, send)

    def _refuse(self, question: Question, slip: Slip, refused: Refused) -> WsgiAnswer:
        """Let the mounted app word a refusal, in its vendor's envelope and with its journal."""
        more = (CLOSE, RETRY) if isinstance(refused, Full) else (CLOSE,)
        if question.app is self._default:
            return plain(refused.status, f"Refused: {refused}.\n", *more)
        extra = {REFUSAL: Refusal(refused.problem, str(refused)), REFUSAL_STATUS: refused.status}
        answer = self._core.ask(question, slip, extra)
        return WsgiAnswer(answer.status, [*answer.headers, *more], answer.body)

    async def _carry_out(
        self, question: Question, wanted: Instruction, answer: WsgiAnswer, receive: Receive, send: Send
    ) -> None:
        severed = _SEVERED.get(wanted.wait)
        if severed is not None:
            await severed(question.scope, receive)
            return
        if wanted.wait is Wait.CUT:
            await send_part(answer, send)
            return
        if wanted.stream is not None:
            await self._stream(question.scope["root_path"], wanted, wanted.stream, answer, receive, send)
            return
        if wanted.wait is Wait.DRIP:
            async with self._waits.client(receive) as client:
                await send_drops(answer, send, client, wanted.seconds)
            return
        if await self._waits.hold(receive, wanted.seconds) is Woken.GONE:
            return
        await self._waits.shared_turn()
        await send_whole(answer, send)

    async def _stream(
        self, prefix: str, wanted: Instruction, stream: Stream, answer: WsgiAnswer, receive: Receive, send: Send
    ) -> None:
        # It lasts as long as the client likes, and is no request under way: whoever opens streams counts them.
        self._under_way[prefix] -= 1
        try:
            async with self._waits.client(receive) as client:
                await send_stream(answer, send, client, stream, wanted.seconds)
        finally:
            self._under_way[prefix] += 1


async def _live(receive: Receive, send: Send) -> None:
    while True:
        phase = (await receive())["type"]
        await send({"type": f"{phase}.complete"})
        if phase == "lifespan.shutdown":
            return
