"""Prepaid accounts: a call that costs something goes on only as long as the account can pay for it.

Works inside a transaction. Whenever another increment of a call begins, it is set aside; when there is too little left
for it, the call is cut there, so that a balance never falls below zero. When the account, its prices or its kind are
changed, the calls in progress are looked at anew.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from simulator.switch.crediting import NO_CREDIT, SET_ASIDE, affordable, charging, left, look_later, tell_once
from simulator.switch.others import doing_of
from simulator.switch.pbx import Pbx
from simulator.telephony.calls import Cause, Kind, Party, State
from simulator.telephony.timing import charged, connecting
from simulator.tenancy.jobs import Task
from simulator.tenancy.transactions import Transaction


def meter(pbx: Pbx, tx: Transaction, body: Any) -> None:
    """Set the next increment of a call aside, or end the call when the account cannot pay for it."""
    call = tx.call(body["call"])
    tariff = charging(tx, call) if call is not None else None
    if call is None or call.state is State.ENDED or tariff is None:
        return
    run = tx.run_of(call.id)
    if body["charged"] is None:
        if connecting(call) is not None or affordable(tx, call):
            return
    else:
        paid = tariff.paid_until(body["charged"] + 1)
        if tariff.cost(paid) <= left(tx, but=call.id):
            tx.put(SET_ASIDE, call.id, {"call": call.id, "cost": str(tariff.cost(paid))})
            look_later(tx, call, paid, run.id if run else "")
            return
    who = tx.by
    if run is not None and who == doing_of(run.id):
        tx.by = "the end of the credit"  # a scenario that hangs up later has made no mistake
    call, run = pbx.happen(tx, call.id, Kind.ENDED, run=run, by=Party.SYSTEM, cause=Cause.NO_CREDIT)
    tell_once(tx, call)
    if run is not None:
        tx.put_run(run)
    tx.by = who


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
            meter(pbx, tx, {"call": call.id, "charged": charged(call, tx.now) if through else None})
