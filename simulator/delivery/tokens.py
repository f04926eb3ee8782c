"""Tokens that the client side gets by a vendor's login, one a target, until they expire in tenant time.

It knows no wire word: the vendor's `Login` makes the request and reads the answer, and the caller sends.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from simulator.delivery.sending import Answer, Outgoing
from simulator.message import Login as HowToLogin
from simulator.message import Message
from simulator.tenancy.targets import Target, fits_header
from simulator.vendor import Vendor

LONGEST_LIFE = timedelta(days=3650)
MAX_TOKEN = 4096

Send = Callable[[Outgoing], Awaitable[Answer]]

_NOTHING = Answer(None, None, 0.0)


@dataclass(frozen=True, slots=True)
class Login:
    """The token to use, and what was sent to get it, for the journal.

    ``token`` is None when there is none to use: because the target wants none (``problem`` is ""), or because
    the login failed (``problem`` says why). ``outgoing`` is None when nothing was sent for this caller: the
    token was at hand, or another caller's login, for which this one waited, failed. ``other_fault``: it failed since a
    fake of our own answered wrongly on purpose.
    """

    token: str | None
    operation: str = ""
    outgoing: Outgoing | None = None
    answer: Answer = _NOTHING
    problem: str = ""
    other_fault: str | None = None


@dataclass(slots=True)
class _Seat:
    """What is known of a target's token. ``failures`` tells those who waited that a login failed."""

    target: Target
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    token: str | None = None
    until: datetime | None = None
    failures: int = 0
    problem: str = ""
    other_fault: str | None = None


class Tokens:
    """The login tokens of one tenant's targets (ids are unique within a tenant, and so is its time)."""

    def __init__(self) -> None:
        self._seats: dict[str, _Seat] = {}

    async def token_for(self, target: Target, vendor: Vendor, now: datetime, send: Send) -> Login:
        """Return a token that is good at ``now``, after a login (one for all who ask) if there is none."""
        if vendor.login is None or target.token is not None:
            return Login(target.token)
        seat = self._seat_of(target)
        failures = seat.failures
        async with seat.lock:
            if seat.token is not None and seat.until is not None and now < seat.until:
                return Login(seat.token)
            if seat.failures != failures:
                return Login(None, problem=seat.problem, other_fault=seat.other_fault)
            return await _log_in(seat, vendor.login, now, send)

    def forget(self, target_id: str, token: str | None = None) -> None:
        """Drop the token of a target, after a 401. With ``token``, only if it is still that one.

        Two pushes may be refused with one old token: the second must not drop what the first has renewed.
        """
        seat = self._seats.get(target_id)
        if seat is not None and token in (None, seat.token):
            seat.token = seat.until = None

    def marks(self) -> dict[str, str]:
        """Return, by target, what tells whether its token is still the same one, and not the token itself."""
        return {key: _mark(seat.token) for key, seat in self._seats.items() if seat.token is not None}

    def only(self, marks: Mapping[str, str]) -> Tokens:
        """Return those whose token is still the one that `marks` knew."""
        kept = Tokens()
        kept._seats = {k: s for k, s in self._seats.items() if s.token is not None and marks.get(k) == _mark(s.token)}
        return kept

    def _seat_of(self, target: Target) -> _Seat:
        seat = self._seats.get(target.id)
        if seat is None or seat.target != target:  # a target that was changed is another one
            seat = self._seats[target.id] = _Seat(target)
        return seat


def _mark(token: str) -> str:
    return hashlib.blake2b(token.encode(), digest_size=8).hexdigest()


async def _log_in(seat: _Seat, login: HowToLogin, now: datetime, send: Send) -> Login:
    try:
        message = login.request(seat.target.credentials)
    except KeyError as missing:
        return _failed(seat, f"the target has no credential {missing}: give it, or a token")
    outgoing = _outgoing(seat.target, message)
    answer = await send(outgoing)
    granted = None if answer.response is None else login.token(answer.response)
    if granted is None:
        why = _without_a_token(answer)
        return _failed(seat, f"no token, since the login failed: {why}", message.operation, outgoing, answer)
    token, life = granted
    if len(token) > MAX_TOKEN or not fits_header(token):
        why = f"its token is no printable ASCII of 1 to {MAX_TOKEN} characters"
        return _failed(seat, f"no token, since the login failed: {why}", message.operation, outgoing, answer)
    seat.token, seat.until = token, now + min(life, LONGEST_LIFE)
    return Login(token, message.operation, outgoing, answer)


def _without_a_token(answer: Answer) -> str:
    if answer.response is None:
        return answer.error or "no answer"
    return f"it answered {answer.response.status} {f'with {answer.error}' if answer.error else 'without a token'}"


def _failed(
    seat: _Seat,
    problem: str,
    operation: str = "",
    outgoing: Outgoing | None = None,
    answer: Answer = _NOTHING,
) -> Login:
    seat.failures += 1
    seat.problem, seat.other_fault = problem, answer.other_fault
    return Login(None, operation, outgoing, answer, problem, answer.other_fault)


def _outgoing(target: Target, message: Message) -> Outgoing:
    # The target's own method is for its pushes: a login always goes out as the vendor says.
    headers = (("content-type", message.content_type),)
    return Outgoing(message.method, target.address(message.path), headers, message.body)
