"""The Locust user that every load test is made of: it sends messages to this machine and judges each answer."""

from __future__ import annotations

import itertools
import os
from typing import TYPE_CHECKING

from locust import FastHttpUser
from locust.contrib.fasthttp import insecure_ssl_context_factory

from contracts.model import Headers, HttpResponse
from loadtests.guard import refuse_elsewhere
from loadtests.judging import Accepted, Judge, exchange_of
from loadtests.pool import LoopbackPool
from simulator.message import Message

if TYPE_CHECKING:
    from locust.contrib.fasthttp import ResponseContextManager
    from locust.env import Environment

TIMEOUT_SECONDS = 10.0
USERS_PER_WORKER = 10_000
EVERY_STATUS = frozenset(range(100, 600))

_numbers = itertools.count(1)


class LoopbackUser(FastHttpUser):
    """A user of a load test. ``number`` is its own in the whole run, workers included."""

    abstract = True
    network_timeout = connection_timeout = TIMEOUT_SECONDS
    max_redirects = max_retries = 0

    def __init__(self, environment: Environment) -> None:
        refuse_elsewhere(self.host or environment.host)
        self.client_pool = LoopbackPool(
            network_timeout=TIMEOUT_SECONDS,
            connection_timeout=TIMEOUT_SECONDS,
            insecure=True,
            ssl_context_factory=insecure_ssl_context_factory,
        )
        super().__init__(environment)
        # Locust throws the bodies of other statuses away, and the contract has something to say of them.
        self.client.client.valid_response_codes = EVERY_STATUS  # type: ignore[misc]
        worker = getattr(environment.runner, "worker_index", 0)
        self.number = worker * USERS_PER_WORKER + next(_numbers)

    def send(
        self,
        judge: Judge,
        message: Message,
        headers: Headers = (),
        *,
        row: str | None = None,
        method: str | None = None,
        accepted: Accepted | None = None,
        excused: int | None = None,
    ) -> HttpResponse | None:
        """Send a message, count it in its row (the message's name), and return the answer, or None when none came.

        ``excused`` is a status that is no failure here.
        """
        method = method or message.method
        headers = (("content-type", message.content_type), *headers)
        with self.client.request(
            method,
            message.path,
            name=row or message.name,
            data=message.body,  # type: ignore[arg-type]  # bytes are taken as they are
            headers=dict(headers),
            catch_response=True,
        ) as reply:
            answer = _answer(reply)
            reason = judge.reason(exchange_of(message.vendor, message, method, headers, answer), accepted)
            if reason is None or reply.status_code == excused:
                reply.success()
            else:
                reply.failure(reason)
        return answer if isinstance(answer, HttpResponse) else None


def seed() -> str:
    """Return the seed of the run (PBXSIM_SEED, else 1)."""
    return os.environ.get("PBXSIM_SEED", "1")


def _answer(reply: ResponseContextManager) -> HttpResponse | str:
    """Return what came back, or in words why nothing did."""
    trouble = reply.request_meta["exception"]
    if trouble is not None or not reply.status_code:
        return f"no answer: {trouble or 'the connection broke'}"
    headers = tuple((str(key), str(value)) for key, value in (reply.headers or {}).items())
    return HttpResponse(reply.status_code, headers, reply.content or b"")
