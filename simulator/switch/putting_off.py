"""Puts off what somebody cannot do yet: it is tried again every second, for a minute at most.

Bounded, since a jumping clock never rests while a job is left.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from simulator.telephony.documents import time_from_text, time_to_text
from simulator.tenancy.jobs import Task
from simulator.tenancy.transactions import Transaction

AGAIN = timedelta(seconds=1)
LONGEST = timedelta(seconds=60)


def put_off(tx: Transaction, task: Task, body: Mapping[str, Any], run: str) -> bool:
    """Schedule a job of this body again a little later; return False, and schedule nothing, after a minute of that."""
    since = time_from_text(body["put_off"]) if "put_off" in body else tx.now
    if tx.now - since >= LONGEST:
        return False
    tx.schedule(tx.now + AGAIN, task, {**body, "put_off": time_to_text(since)}, run=run)
    return True
