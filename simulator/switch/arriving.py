"""Calls that come by a plan of traffic: each arrival begins an ordinary call, and schedules the next arrival.

Works inside a transaction. What becomes of a call is the floor's business and that of its conduct.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from simulator.errors import SimulatorError, UnknownRecord
from simulator.switch.pbx import Pbx
from simulator.telephony.calls import Call, Direction, Kind
from simulator.telephony.conduct import CONDUCT
from simulator.telephony.documents import time_from_text, time_to_text
from simulator.telephony.phones import international, make_mobile
from simulator.tenancy.jobs import Task
from simulator.tenancy.transactions import Transaction
from simulator.traffic.cdr import Row
from simulator.traffic.traffic import TRAFFIC, Plan, plan_of
from simulator.worlds.directory import CUSTOMER, EXTENSION, NUMBER, QUEUE, Extension

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class BrokenOff:
    """News: a plan of traffic has ended before its time, since its next call could not come."""

    plan: str
    why: str


def begin(tx: Transaction, texts: Mapping[str, Any]) -> Plan:
    """Keep a plan and schedule its first call; ``texts`` are its words (see `simulator.traffic.traffic.plan_of`).

    Raises UnknownRecord when the world lacks its queue or a number that was called, and NoCalls.
    """
    key = f"t{tx.next_number(TRAFFIC)}"
    document = {**texts, "key": key, "started": time_to_text(tx.now)}
    plan = plan_of(document)
    tx.expect(QUEUE, plan.queue)
    for line in {Row(*row).line for row in plan.rows} - {""}:
        tx.expect(NUMBER, international(line))
    tx.put(TRAFFIC, key, document)
    if not _schedule(tx, plan, 1, 0.0, tx.now):
        raise NoCalls
    return plan


def agents_for(tx: Transaction, queue: str, count: int) -> list[str]:
    """Return so many extensions to serve a queue: its own, then others of the world, then ones that are made here."""
    own = (tx.get(QUEUE, queue) or {}).get("extensions", ())
    known = dict.fromkeys((*own, *(str(record["number"]) for record in tx.all(EXTENSION))))
    number = max((int(key) for key in known if key.isdigit()), default=200)
    while len(known) < count:
        number += 1
        tx.put(EXTENSION, str(number), {**Extension(number=str(number), name=f"Agente {number}")})
        known[str(number)] = None
    return list(known)[:count]


def arrive(pbx: Pbx, tx: Transaction, body: Any) -> None:
    """Let the call come that is due, and schedule the next one; after the last, the plan is forgotten.

    It ends, and that is told, when the world lacks by now what the call needs.
    """
    document = tx.get(TRAFFIC, body["traffic"])
    if document is None:
        return
    plan, number = plan_of(document), body["number"]
    incoming = plan.incoming(tx.identity, number)

    def keep(call: Call) -> None:
        tx.put(CONDUCT, call.id, incoming.conduct.to_document())

    outside = incoming.outside or _caller(tx, plan, number)
    try:
        tx.expect(QUEUE, plan.queue)
        call, _ = pbx.start(tx, Direction.INBOUND, outside, line=incoming.line, note=keep)
    except UnknownRecord as lacking:
        _break_off(tx, plan, f"call {number} of the traffic could not come: {lacking}")
        return
    pbx.happen(tx, call.id, Kind.QUEUED, queue=plan.queue, wrap_up=incoming.wrap_up)
    if not _schedule(tx, plan, number + 1, body["at"], time_from_text(document["started"])):
        tx.remove(TRAFFIC, plan.key)


def _break_off(tx: Transaction, plan: Plan, why: str) -> None:
    log.warning("tenant %s: %s; no more calls come", tx.tenant, why)
    tx.remove(TRAFFIC, plan.key)
    tx.tell(BrokenOff(plan.key, why))


class NoCalls(SimulatorError):
    """A plan of traffic under which no call comes."""

    def __init__(self) -> None:
        super().__init__("no call comes in this time: ask for more calls, a longer time, or more calls an hour")


def _schedule(tx: Transaction, plan: Plan, number: int, last: float, started: datetime) -> bool:
    at = plan.following(tx.identity, number, last)
    if at is None:
        return False
    body = {"traffic": plan.key, "number": number, "at": at}
    tx.schedule(max(tx.now, started + timedelta(seconds=at)), Task.ARRIVE, body)
    return True


def _caller(tx: Transaction, plan: Plan, number: int) -> str:
    # A customer whom the world knows, so that the integration finds whom it looks up.
    customers: Iterable[Mapping[str, Any]] = tx.all(CUSTOMER)
    known = [phone for customer in customers for phone in customer["phones"][:1]]
    if not known:
        return make_mobile(tx.identity, TRAFFIC, plan.key, number)
    return str(known[tx.identity.integer(TRAFFIC, plan.key, number, "caller", low=0, high=len(known) - 1)])
