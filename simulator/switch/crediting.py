"""Prepaid accounts: a call that costs something goes on only as long as the account can pay for it.

Works inside a transaction. Whenever another increment of a call begins, it is set aside; when there is too little left
for it, the call is cut there, so that a balance never falls below zero. That the credit is over is told once.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from simulator.errors import SimulatorError
from simulator.telephony.attending import PICKING_UP
from simulator.telephony.billing import Tariff
from simulator.telephony.calls import Call, Cause, Event, Kind, Party, State
from simulator.telephony.documents import time_to_text
from simulator.tenancy.jobs import Task

if TYPE_CHECKING:
    from simulator.switch.pbx import Pbx
    from simulator.tenancy.transactions import Transaction

# What is set aside for each call that goes on, and each time that the credit was over.
SET_ASIDE = "set_aside"
NO_CREDIT = "no_credit"
# Of the times that it was over so many are remembered.
KEPT_NO_CREDIT = 100


class NoCredit(SimulatorError):
    """A prepaid account cannot pay for a text message."""

    def __init__(self, balance: Decimal) -> None:
        super().__init__(f"the account has {balance} left, which is too little for this message: give it more")


def affordable(tx: Transaction, call: Call) -> bool:
    """Tell whether the account can pay for the beginning of a call or message, as far as it costs anything."""
    tariff = _charging(tx, call)
    return tariff is None or tariff.cost(max(1, tariff.free)) <= _left(tx)


def begin_metering(tx: Transaction, call: Call, event: Event, run: str) -> None:
    """Schedule a look at what a call costs, when it begins and when it is answered; forget it when it is over."""
    if call.state is State.ENDED:
        if tx.get(SET_ASIDE, call.id) is not None:
            tx.remove(SET_ASIDE, call.id)
    elif not tx.prepaid:
        return
    elif event.kind is Kind.STARTED:
        # A call that goes on by transfer is looked at when it is answered: the one it comes from is paid for still.
        if call.origin is None and not affordable(tx, call):
            tx.schedule(tx.now, Task.METER, {"call": call.id, "talk": None}, run=run)
    elif event.kind in PICKING_UP and not any(e.kind in PICKING_UP for e in call.events[: event.number - 1]):
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
        if call.answered is not None or affordable(tx, call):
            return
    else:
        paid = tariff.paid_until(body["talk"] + 1)
        if tariff.cost(paid) <= _left(tx, but=call.id):
            tx.put(SET_ASIDE, call.id, {"call": call.id, "cost": str(tariff.cost(paid))})
            _look(tx, call, paid, run.id if run else "")
            return
    _tell_once(tx, call)
    _, run = pbx.happen(tx, call.id, Kind.ENDED, run=run, by=Party.SYSTEM, cause=Cause.NO_CREDIT)
    if run is not None:
        tx.put_run(run)


def give(tx: Transaction, balance: Decimal) -> None:
    """Give an account another balance; when it is over again, that is told again."""
    tx.balance = balance
    for record in [record for record in tx.all(NO_CREDIT) if record["over"]]:
        tx.put(NO_CREDIT, record["id"], {**record, "over": False})


def _charging(tx: Transaction, call: Call) -> Tariff | None:
    return tx.tariffs.charging(call.direction, call.medium, call.line, call.outside) if tx.prepaid else None


def _left(tx: Transaction, *, but: str = "") -> Decimal:
    others = (Decimal(r["cost"]) for r in tx.all(SET_ASIDE) if r["call"] != but)
    return tx.balance - sum(others, Decimal(0))


def _look(tx: Transaction, call: Call, talk: int, run: str) -> None:
    if call.answered is not None and call.started is not None:
        # Talk is counted in whole seconds from the start of the call: then so many of them are full.
        until = int((call.answered - call.started).total_seconds()) + talk
        due = call.started + timedelta(seconds=until)
        tx.schedule(max(tx.now, due), Task.METER, {"call": call.id, "talk": talk}, run=run)


def _tell_once(tx: Transaction, call: Call) -> None:
    if any(record["over"] for record in tx.all(NO_CREDIT)):
        return
    number = tx.next_number(NO_CREDIT)
    key = str(number)
    tx.remove(NO_CREDIT, str(number - KEPT_NO_CREDIT))
    told = {"id": key, "at": time_to_text(tx.now), "call": call.id, "balance": str(tx.balance), "over": True}
    tx.put(NO_CREDIT, key, told)
