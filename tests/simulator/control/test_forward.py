"""A clock that is set forward past much that is due: all of it happens in its order, as it would have by itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from tests.live import Live, live

# Calls whose events schedule others: offers of a queue, the metering of a prepaid account, a line that rings out.
OFFERED = {"from": "37999912222", "queue": "suporte", "outcome": "missed", "ring": "90s"}
CUT = {"direction": "outbound", "to": "11999912222", "ring": "3s", "talk": "60s", "extension": "113"}
BY_NUMBER = {"direction": "outbound", "to": "37999989009", "outcome": "by_number", "extension": "113"}
ROUTED = {"from": "37999912222", "route": True, "outcome": "missed", "ring": "90s"}


@pytest.fixture(scope="module")
def running() -> Iterator[Live]:
    with live() as simulator:
        yield simulator


def history(running: Live, body: dict[str, Any], clock: str) -> list[Any]:
    """Let a call happen in a tenant of its own; return its events, with their seconds from the first."""
    tenant = running.control("POST", "/tenants", {}).json["name"]
    money = {"prepaid": True, "balance": "0.10", "tariffs": {"VC3": {"per_minute": "0.60", "increments": "1/1"}}}
    running.control("PATCH", f"/tenants/{tenant}", money)
    for agent in ("111", "112"):
        running.control("POST", f"/agents/{agent}", {"do": "login", "queue": "suporte"}, tenant=tenant)
    running.control("PUT", "/clock", {"clock": clock}, tenant=tenant)
    made = running.control("POST", "/calls", body, tenant=tenant).json
    if clock == "real":
        running.control("PUT", "/clock", {"forward": "5min"}, tenant=tenant)
    running.control("GET", f"/runs/{made['run']}", tenant=tenant, wait=30)
    call = running.control("GET", f"/calls/{made['call']}", tenant=tenant).json
    running.control("DELETE", f"/tenants/{tenant}")
    moments = [datetime.fromisoformat(event["at"]) for event in call["events"]]
    told = [(e["kind"], e.get("extension"), e.get("cause")) for e in call["events"]]
    return [(*each, (at - moments[0]).total_seconds()) for each, at in zip(told, moments, strict=True)]


@pytest.mark.parametrize("body", [OFFERED, CUT, BY_NUMBER, ROUTED], ids=["offered", "cut", "by_number", "routed"])
def test_much_that_is_due_at_once_happens_as_it_would_have_by_itself(running: Live, body: dict[str, Any]) -> None:
    by_itself = history(running, body, "jumping")

    assert history(running, body, "real") == by_itself
    assert by_itself[-1][0] == "ended"
    assert len(by_itself) > 3
