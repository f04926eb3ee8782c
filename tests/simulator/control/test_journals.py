"""The journal by the control API: who waits for it, and where a cursor goes on."""

from __future__ import annotations

import threading
from typing import Any

from tests.live import Live
from tests.receiver import Receiver
from tests.simulator.control.pushing import point


def test_call_is_pushed_to_the_target_and_a_waiting_journal_sees_it(
    running: Live, tenant: str, receiver: Receiver
) -> None:
    """An empty body is a whole call: its pushes arrive, and the journal is told without anybody sleeping."""
    point(running, tenant, receiver, token="a-token-of-ours", method="PUT")

    made = running.control("POST", "/calls", {}, tenant=tenant)
    pushes = receiver.wait(2)

    assert (made.status, made.json) == (201, {"run": "r1", "call": "c1"})
    assert [(p.method, p.header("token")) for p in pushes] == [("PUT", "a-token-of-ours")] * 2
    assert [p.json["call_status"] for p in pushes] == ["new_call", "call_attended"]
    verdict = running.control("GET", "/runs/r1", tenant=tenant, wait=10).json
    assert (verdict["status"], verdict["verdict"]["exchanges"]) == ("passed", 2)
    assert [e["message"] for e in running.journal(tenant)] == ["started", "ended"]


def test_long_poll_wakes_when_the_journal_grows(running: Live, tenant: str, receiver: Receiver) -> None:
    """A poll that was there before the call answers with its first push, long before its time is over."""
    point(running, tenant, receiver)
    found: list[Any] = []
    poll = threading.Thread(target=lambda: found.extend(running.journal(tenant, wait=15)))
    poll.start()
    running.on_loop(
        lambda simulator: simulator.tenants.get(tenant)
    )  # the poll is under way, or finds the entry at once

    running.control("POST", "/calls", {}, tenant=tenant)
    poll.join(10)

    assert not poll.is_alive()
    assert found[0]["message"] == "started"


def test_cursor_goes_on_where_it_ended(running: Live, tenant: str, receiver: Receiver) -> None:
    """Pages of one entry, one after the other, are the journal."""
    point(running, tenant, receiver)
    running.control("POST", "/calls", {}, tenant=tenant)
    running.control("GET", "/runs/r1", tenant=tenant, wait=10)

    first = running.control("GET", "/journal", tenant=tenant, limit=1).json
    second = running.control("GET", "/journal", tenant=tenant, limit=1, after=first["next"]).json
    third = running.control("GET", "/journal", tenant=tenant, limit=1, after=second["next"]).json

    assert [e["message"] for page in (first, second, third) for e in page["entries"]] == ["started", "ended"]
    assert third["next"] == second["next"]


def test_cursor_stays_good_over_a_reset(running: Live, tenant: str, receiver: Receiver) -> None:
    """Whoever polls from where it was sees what comes after the reset."""
    point(running, tenant, receiver)
    running.control("POST", "/calls", {}, tenant=tenant)
    running.control("GET", "/runs/r1", tenant=tenant, wait=10)
    cursor = running.control("GET", "/journal", tenant=tenant).json["next"]

    running.control("POST", "/reset", tenant=tenant)
    empty = running.journal(tenant)
    running.control("POST", "/calls", {}, tenant=tenant)

    assert empty == []
    assert running.journal(tenant, after=cursor, wait=10)[0]["message"] == "started"
