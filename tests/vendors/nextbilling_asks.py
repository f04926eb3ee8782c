"""What NextBilling's tests ask its handlers, and what they read in the answers."""

from __future__ import annotations

from typing import Any

from simulator.vendor import Refusal, Reply

OK = {"error": 0, "reason": "OK"}


def body_of(reply: Reply | Refusal) -> dict[str, Any]:
    assert isinstance(reply, Reply), reply
    assert isinstance(reply.body, dict)
    return reply.body
