"""A call enters a queue of a PBX that has no agents to speak of: then the first free extension of the queue rings.

What a script puts in a queue waits there instead, for the script plays it (`simulator.switch.following`).
"""

from __future__ import annotations

from typing import Any

from simulator.switch.pbx import Pbx
from simulator.telephony.agents import AGENT
from simulator.telephony.calls import Call, Kind
from simulator.tenancy.runs import Run
from simulator.tenancy.transactions import Transaction
from simulator.worlds.directory import EXTENSION, QUEUE


def enter(
    pbx: Pbx, tx: Transaction, key: str, queue: str, *, run: Run | None = None, **place: Any
) -> tuple[Call, Run | None]:
    """Put a call in a queue (``place`` says where in it), and let a device ring where nobody has logged in to it.

    Raises as `Pbx.happen`.
    """
    call, run = pbx.happen(tx, key, Kind.QUEUED, run=run, queue=queue, **place)
    extension = first_free(tx, queue)
    return (call, run) if extension is None else pbx.happen(tx, key, Kind.RINGING, run=run, extension=extension)


def first_free(tx: Transaction, queue: str) -> str | None:
    """Return the first free extension of a queue that nobody has logged in to; None for none."""
    if any(queue in agent["queues"] for agent in tx.all(AGENT)):
        return None
    busy = {extension for call in tx.live_calls() for extension in call.engaged}
    serve = (tx.get(QUEUE, queue) or {}).get("extensions", ())
    # Somebody may have removed an extension that the queue names.
    return next((e for e in serve if e not in busy and tx.get(EXTENSION, e) is not None), None)
