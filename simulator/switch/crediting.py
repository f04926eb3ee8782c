"""Prepaid accounts: a call that costs something goes on only as long as the account can pay for it.

Works inside a transaction. Whenever another increment of a call begins, it is set aside; when there is too little left
for it, the call is cut there, so that a balance never falls below zero. When the account, its prices or its kind are
changed, the calls in progress are looked at anew. That the credit is over is told once.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from simulator.telephony.billing import Tariff
from simulator.telephony.calls import Call, Cause, Event, Kind, Party, State
from simulator.telephony.documents import time_to_text
from simulator.telephony.timing import charged, connecting
from simulator.tenancy.jobs import Task

if TYPE_CHECKING:
    from simulator.switch.pbx import Pbx
    from simulator.tenancy.transactions import Transaction

# What is set aside for each call that goes on, and each time that the credit was over.
SET_ASIDE = "set_aside"
NO_CREDIT = "no_credit"
# Of the times that it was over so many are remembered.
KEPT_NO_CREDIT = 100


def affordable(tx: Transaction, call: Call) -> bool:
    """Tell whether the account can pay for the beginning of a call or message, as far as it costs anything."""
    cost = tx.tariffs.beginning(call.direction, call.medium, call.line, call.outside) if tx.prepaid else None
    return cost is None or cost <= _left(tx)


def at_most(tx: Transaction, call: Call) -> Decimal | None:
    """Return what the bill of a call may take at most; None for an account that may fall below zero."""
    return _left(tx, but=call.id) if tx.prepaid else None


def begin_metering(tx: Transaction, call: Call, event: Event, run: str) -> None:
    """Schedule a look at what a call costs, when it begins and when it is put through; forget it when it is over."""
    if call.state is State.ENDED:
        if tx.get(SET_ASIDE, call.id) is not None:
            tx.remove(SET_ASIDE, call.id)
    elif not tx.prepaid:
        return
    elif event.kind is Kind.STARTED:
        # A call that goes on by transfer is looked at when it is answered: the one it comes from is paid for still.
        if call.origin is None and not affordable(tx, call):
            tx.schedule(tx.now, Task.METER, {"call": call.id, "talk": None}, run=run)
    elif connecting(call) is event:
        tariff = _charging(tx, call)
        if tariff is not None:
            _look(tx, call, tariff.paid_until(0), run)


def meter(pbx: Pbx, tx: Transaction, body: Any) -> None:
    """Set the next increment of a call aside, or end the call when the account cannot pay for it."""
    call = tx.call(body["call"])
    tariff = _charging(tx, call) if call is not None else None
    if call is None or call.state is State.ENDED or tariff is None:
        return
    run = tx.run_of(call.id)
    if body["talk"] is None:
        if connecting(call) is not None or affordable(tx, call):
            return
    else:
        paid = tariff.paid_until(body["talk"] + 1)
        if tariff.cost(paid) <= _left(tx, but=call.id):
            tx.put(SET_ASIDE, call.id, {"call": call.id, "cost": str(tariff.cost(paid))})
            _look(tx, call, paid, run.id if run else "")
            return
    call, run = pbx.happen(tx, call.id, Kind.ENDED, run=run, by=Party.SYSTEM, cause=Cause.NO_CREDIT)
    tell_once(tx, call)
    if run is not None:
        tx.put_run(run)


def review(pbx: Pbx, tx: Transaction, balance: Decimal | None = None, *, anew: bool = True) -> None:
    """Look at the calls in progress as the account, its price list and its kind are now, the oldest first.

    ``balance`` is what the account is given. With ``anew`` it is told again when the credit is over again.
    """
    if balance is not None:
        tx.balance = balance
    for record in [record for record in tx.all(NO_CREDIT) if anew and record["over"]]:
        tx.put(NO_CREDIT, record["id"], {**record, "over": False})
    calls = list(tx.live_calls())
    for call in calls:
        tx.remove(SET_ASIDE, call.id)
        for job in (job for job in tx.deeds_of(call.id) if job.task is Task.METER):
            tx.finish(job)
    for call in calls:
        through = connecting(call) is not None
        if through or call.origin is None:
            meter(pbx, tx, {"call": call.id, "talk": charged(call, tx.now) if through else None})


def tell_once(tx: Transaction, call: Call) -> None:
    """Keep that the credit was over at a call that has its bill, unless that is known since the account was given more.

    What is left may be more than nothing: too little for the next increment, or set aside for other calls.
    """
    if any(record["over"] for record in tx.all(NO_CREDIT)):
        return
    number = tx.next_number(NO_CREDIT)
    key = str(number)
    tx.remove(NO_CREDIT, str(number - KEPT_NO_CREDIT))
    sums = {"balance": str(tx.balance), "set_aside": f"{tx.balance - _left(tx):.2f}"}
    tx.put(NO_CREDIT, key, {"id": key, "at": time_to_text(tx.now), "call": call.id, **sums, "over": True})


def _charging(tx: Transaction, call: Call) -> Tariff | None:
    return tx.tariffs.charging(call.direction, call.medium, call.line, call.outside) if tx.prepaid else None


def _left(tx: Transaction, *, but: str = "") -> Decimal:
    others = (Decimal(r["cost"]) for r in tx.all(SET_ASIDE) if r["call"] != but)
    return tx.balance - sum(others, Decimal(0))


def _look(tx: Transaction, call: Call, paid: int, run: str) -> None:
    """Schedule the end of the seconds that are paid for, counted in whole ones from the start of the call."""
    through = connecting(call)
    if through is not None and call.started is not None:
        until = int((through.at - call.started).total_seconds()) + paid
        due = call.started + timedelta(seconds=until)
        tx.schedule(max(tx.now, due), Task.METER, {"call": call.id, "talk": paid}, run=run)
