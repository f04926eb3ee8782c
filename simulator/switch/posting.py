"""Takes messages to whom they are for: to targets by deliveries, to channels at once; with what a run's faults do.

Works inside a transaction and waits for nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from contracts.model import Direction, Exchange
from scenarios.model import Flaw
from simulator.delivery.announcing import DROPPED, EVERYONE, Announcer
from simulator.delivery.sending import Outgoing
from simulator.faults.faults import Plan, plan
from simulator.faults.holding import (
    Body,
    Hold,
    full_bursts,
    in_vain,
    lane_of,
    left_over,
    let_go,
    may_wait,
    overtaken,
    passed,
    put_behind,
    under_way,
)
from simulator.message import Message
from simulator.telephony.calls import State
from simulator.telephony.documents import time_to_text
from simulator.tenancy.jobs import Job, Task
from simulator.tenancy.runs import Run
from simulator.tenancy.targets import Target
from simulator.tenancy.transactions import Transaction
from simulator.vendor import Vendor

_NOW = timedelta()


class Post:
    """Sends what any tenant's vendors tell."""

    def __init__(self, vendors: Mapping[str, Vendor], announcer: Announcer) -> None:
        self._vendors = vendors
        self._announcer = announcer

    def send(self, tx: Transaction, message: Message, run: Run | None) -> Run | None:
        """Send a message to each target of its vendor, or tell it on the vendor's channels; return the run after it."""
        vendor = self._vendors[message.vendor]
        addressees: Sequence[Target | None] = [None] if vendor.channel else tx.targets(message.vendor)
        if run is None:
            for addressee in addressees:
                self._put(tx, message, addressee, Plan(), None)
            return None
        if not addressees:
            return run.with_unsent(message.vendor)
        planned, run = plan(run, message, tx.identity, vendor.spoils, named=vendor.channel)
        late = passed(run, message)
        if late:
            planned = replace(planned, serial=tx.next_number("passing"))
        if may_wait(run, planned.hold, message):
            run = self._hold(tx, message, addressees, planned, run)
        else:
            for addressee in addressees:
                self._put(tx, message, addressee, planned, run)
        if planned.copies == 0:
            return run  # what never goes out passes nothing
        if planned.hold is not Hold.END:
            run = overtaken(run, message)
        return self.release(tx, self._pass(tx, run, late, planned), full_bursts(run))

    def settle(self, tx: Transaction, run: Run) -> Run:
        """Send what was held back and has nothing left to wait for, now that something went out or a call is over."""
        while run.held and (due := let_go(run, tx.jobs_of(run.id), lambda call: _is_over(tx, call))):
            run = self.release(tx, run, due)
        return run

    def last_bursts(self, tx: Transaction, run: Run) -> Run:
        """Send what is left of bursts, now that no step will add to them."""
        return self.release(tx, run, [h for h in run.held if h["hold"] == Hold.BURST])

    def finish(self, tx: Transaction, run: Run) -> Run:
        """Send what is held back when nothing more will come that it could wait for."""
        after = self.settle(tx, run)
        return self.release(tx, run, left_over(run)) if after is run else after

    def release(self, tx: Transaction, run: Run, due: Iterable[Body]) -> Run:
        """Send what was held back and is ``due``."""
        gone, now = tuple(due), time_to_text(tx.now)
        for body in gone:
            if in_vain(body, now):
                run = _in_vain(run, body)
                if body.get("since") == now:
                    body = {**body, "flaw": None}  # it goes out as if nothing had been
            if self._vendors[body["message"]["vendor"]].channel:
                self._announce(tx, body)
            else:
                tx.schedule(tx.now, Task.DELIVER, body, lane=lane_of(body), run=run.id)
        return replace(run, held=tuple(h for h in run.held if h not in gone)) if gone else run

    def perform(self, tx: Transaction, job: Job) -> None:
        """Tell on the channels what was put off."""
        self._announce(tx, job.body)

    def _put(self, tx: Transaction, message: Message, target: Target | None, planned: Plan, run: Run | None) -> None:
        if target is not None:
            _deliver(tx, message, target, planned, run)
        elif planned.delay > _NOW:
            body = _body(message, EVERYONE, planned, "")
            tx.schedule(tx.now + planned.delay, Task.ANNOUNCE, body, run=run.id if run else "")
        else:
            self._announcer.announce(tx, message, planned)

    def _announce(self, tx: Transaction, body: Body) -> None:
        flaw = Flaw(body["flaw"]) if body["flaw"] else None
        self._announcer.announce(tx, Message.from_document(body["message"]), Plan(flaw))

    def _hold(
        self, tx: Transaction, message: Message, addressees: Sequence[Target | None], planned: Plan, run: Run
    ) -> Run:
        held = [_held(tx, message, addressee, planned) for addressee in addressees]
        held[0]["counts"] = True  # for the fault, which has struck one message, whoever is told
        if planned.hold is Hold.END:
            jobs = tx.jobs_of(run.id)
            for body in held:  # behind what is late itself, it is later than it would be
                body["passed"] = any(not job.lane for job in under_way(jobs, run, body))
        return replace(run, held=(*run.held, *held))

    def _pass(self, tx: Transaction, run: Run, late: Sequence[Body], planned: Plan) -> Run:
        """Let a message pass those that are ``late``: they go out behind it, at once where it does."""
        if not late:
            return run
        run = put_behind(run, late, planned.serial)
        if planned.delay > _NOW or planned.hold not in (None, Hold.NEXT):
            return run
        # Where lanes keep the order, nothing that comes later can get in between.
        orderly = {EVERYONE, *(target.id for target in tx.targets(late[0]["message"]["vendor"]) if target.ordered)}
        return self.release(
            tx, run, [h for h in run.held if h.get("behind") == planned.serial and h["target"] in orderly]
        )


def _deliver(tx: Transaction, message: Message, target: Target, planned: Plan, run: Run | None) -> None:
    key = _delivery_id(tx, message)
    lane = f"{target.id}/{message.order}" if target.ordered and message.order else ""
    if planned.copies == 0:
        tx.record(_dropped(tx, message, target, key), None)
    for copy in range(planned.copies):
        delivery = _delivery_id(tx, message) if planned.new_ids and copy else key
        # What is late on purpose leaves its lane, or everything behind it would be late as well.
        tx.schedule(
            tx.now + planned.delay,
            Task.DELIVER,
            _body(message, target.id, planned, delivery),
            lane="" if planned.delay > _NOW else lane,
            run=run.id if run else "",
        )


def _delivery_id(tx: Transaction, message: Message) -> str:
    number = tx.next_number("delivery")
    return f"d{number}-{tx.identity.token('delivery', message.vendor, number, length=8)}"


def _body(message: Message, target: str, planned: Plan, delivery: str) -> dict[str, Any]:
    return {
        "target": target,
        "delivery": delivery,
        "attempt": 1,
        "flaw": planned.flaw.value if planned.flaw else None,
        "serial": planned.serial,
        "message": message.to_document(),
    }


def _held(tx: Transaction, message: Message, target: Target | None, planned: Plan) -> dict[str, Any]:
    waits = {
        "hold": planned.hold,
        "together": planned.together,
        "fault": planned.fault,
        "since": time_to_text(tx.now),
        "passed": False,
    }
    if target is None:
        return _body(message, EVERYONE, planned, "") | waits
    return _body(message, target.id, planned, _delivery_id(tx, message)) | waits


def _dropped(tx: Transaction, message: Message, target: Target, delivery: str) -> Exchange:
    return Exchange(
        vendor=message.vendor,
        direction=Direction.SENT,
        request=Outgoing(target.method or message.method, target.address(message.path), (), message.body).request,
        error=DROPPED,
        operation=message.operation,
        message=message.name,
        readings=tx.readings_of(message.vendor),
        tenant=tx.tenant,
        at=tx.now,
        call=message.call,
        target=target.id,
        delivery=delivery,
        attempt=0,
        fault=Flaw.DROP.value,
    )


def _is_over(tx: Transaction, key: str) -> bool:
    call = tx.call(key)
    return call is None or call.state is State.ENDED


def _in_vain(run: Run, body: Body) -> Run:
    faults = run.scenario.faults
    index = next((n for n, fault in enumerate(faults) if fault.where == body["fault"]), None)
    return run if index is None or not body.get("counts") else run.with_vain(index)
