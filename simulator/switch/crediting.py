"""What a prepaid account has left, and what of it each call that goes on has set aside.

Works inside a transaction, and acts on no call: `simulator.switch.metering` does, where an increment of one begins or
the account is changed. That the credit is over is told once.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from simulator.telephony.billing import Tariff
from simulator.telephony.calls import Call, Event, Kind, State
from simulator.telephony.documents import time_to_text
from simulator.telephony.timing import connecting
from simulator.tenancy.jobs import Task
from simulator.tenancy.transactions import Transaction

# What is set aside for each call that goes on, and each time that the credit was over.
SET_ASIDE = "set_aside"
NO_CREDIT = "no_credit"
# Of the times that it was over so many are remembered.
KEPT_NO_CREDIT = 100


def affordable(tx: Transaction, call: Call) -> bool:
    """Tell whether the account can pay for the beginning of a call or message, as far as it costs anything."""
    cost = tx.tariffs.beginning(call.direction, call.medium, call.line, call.outside) if tx.prepaid else None
    return cost is None or cost <= left(tx)


def at_most(tx: Transaction, call: Call) -> Decimal | None:
    """Return what the bill of a call may take at most; None for an account that may fall below zero."""
    return left(tx, but=call.id) if tx.prepaid else None


def charging(tx: Transaction, call: Call) -> Tariff | None:
    """Return the tariff by which a call costs a prepaid account something; None where it does not."""
    return tx.tariffs.charging(call.direction, call.medium, call.line, call.outside) if tx.prepaid else None


def left(tx: Transaction, *, but: str = "") -> Decimal:
    """Return what the account holds beside what is set aside for calls, but for that of one."""
    others = (Decimal(r["cost"]) for r in tx.all(SET_ASIDE) if r["call"] != but)
    return tx.balance - sum(others, Decimal(0))


def look_later(tx: Transaction, call: Call, paid: int, run: str) -> None:
    """Schedule a look at the end of the seconds that are paid for, counted in whole ones from the start of the call."""
    through = connecting(call)
    if through is not None and call.started is not None:
        until = int((through.at - call.started).total_seconds()) + paid
        due = call.started + timedelta(seconds=until)
        tx.schedule(max(tx.now, due), Task.METER, {"call": call.id, "charged": paid}, run=run)


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
            tx.schedule(tx.now, Task.METER, {"call": call.id, "charged": None}, run=run)
    elif connecting(call) is event:
        tariff = charging(tx, call)
        if tariff is not None:
            look_later(tx, call, tariff.paid_until(0), run)


def tell_once(tx: Transaction, call: Call) -> None:
    """Keep that the credit was over at a call that has its bill, unless that is known since the account was given more.

    What is left may be more than nothing: too little for the next increment, or set aside for other calls.
    """
    if any(record["over"] for record in tx.all(NO_CREDIT)):
        return
    number = tx.next_number(NO_CREDIT)
    key = str(number)
    tx.remove(NO_CREDIT, str(number - KEPT_NO_CREDIT))
    sums = {"balance": str(tx.balance), "set_aside": f"{tx.balance - left(tx):.2f}"}
    tx.put(NO_CREDIT, key, {"id": key, "at": time_to_text(tx.now), "call": call.id, **sums, "over": True})
