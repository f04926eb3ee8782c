"""Scenarios of one call, and a target that hears of it."""

from __future__ import annotations

from typing import Any

from tests.live import Live
from tests.receiver import Receiver

TWO_LINES = "scenario: mine\ntitle: Mine\nsteps:\n  - inbound: {call: A, from: '37999912222'}\n"


def point(running: Live, tenant: str, receiver: Receiver, **more: Any) -> dict[str, Any]:
    answer = running.control("POST", "/targets", {"vendor": "pbx55", "url": receiver.url, **more}, tenant=tenant)
    assert answer.status == 201, answer.text
    return dict(answer.json)


def step(running: Live, tenant: str, call: str, word: str, **fields: str) -> Any:
    return running.control("POST", f"/calls/{call}/steps", {"step": word, **fields}, tenant=tenant)
