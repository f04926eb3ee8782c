"""The PBX of one tenant: what happens to a call is applied, billed, and told by every vendor to every target.

Works inside a transaction and waits for nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from contracts.model import Direction as Way
from contracts.model import Exchange
from scenarios.model import Flaw
from simulator import holding
from simulator.agents import AGENT, AgentEvent
from simulator.announcing import Announcer
from simulator.board import Note
from simulator.calls import Call, Cause, Direction, Event, ImpossibleEvent, Kind, Medium, Party, State
from simulator.crediting import NoCredit, affordable
from simulator.directory import EXTENSION, NUMBER, QUEUE
from simulator.errors import Engaged, UnknownCall, UnknownRecord
from simulator.faults import Plan, plan
from simulator.following import follow
from simulator.jobs import Job, Task
from simulator.message import Message
from simulator.phones import international
from simulator.runs import Run
from simulator.sending import Outgoing
from simulator.targets import Target
from simulator.transactions import Transaction
from simulator.vendor import Scene, Vendor

OVER = {Kind.ENDED, Kind.TRANSFERRED, Kind.SMS_SENT, Kind.SMS_RECEIVED}
# What a device of ours does, so that the world must have it.
BY_DEVICE = {
    *(Kind.RINGING, Kind.ANSWERED, Kind.PICKED_UP, Kind.JOINED, Kind.BROKE_IN),
    *(Kind.DESTINATION_PRESET, Kind.MAILBOX_REACHED),
}
TAKING = {Kind.ANSWERED, Kind.PICKED_UP, Kind.JOINED, Kind.BROKE_IN, Kind.RESUMED}


class Pbx:
    """Makes calls happen, for any tenant, with the vendors that it was given."""

    def __init__(self, vendors: Mapping[str, Vendor], announcer: Announcer) -> None:
        self.vendors = vendors
        self.announcer = announcer

    def start(
        self,
        tx: Transaction,
        direction: Direction,
        outside: str,
        *,
        line: str | None = None,
        extension: str | None = None,
        origin: str | None = None,
        medium: Medium = Medium.VOICE,
        run: Run | None = None,
        name: str = "",
        note: Note | None = None,
    ) -> tuple[Call, Run | None]:
        """Begin a call (``outside`` and ``line`` as digits, national or with country code) and tell of it.

        ``note`` sees it before anybody is told. Raises UnknownRecord when the world lacks the extension or the line,
        and NoCredit for a text message that a prepaid account cannot pay for.
        """
        if extension is not None:
            self._expect(tx, EXTENSION, extension)
        number = tx.next_number("call")
        serial = tx.identity.integer("serial", low=1000, high=8999) + number
        own = self._line(tx, direction, line, extension, goes_on=origin is not None)
        other = outside if direction is Direction.INTERNAL else international(outside)
        call = Call(f"c{number}", serial, direction, other, own, medium, extension, origin)
        if note is not None:
            note(call)
        run = run.with_call(name, call.id) if run else None
        if medium is Medium.SMS and not affordable(tx, call):
            raise NoCredit(tx.balance)
        return self._happen(tx, call, _first_kind(medium, direction), {}, run)

    def happen(
        self, tx: Transaction, key: str, kind: Kind, *, run: Run | None = None, **facts: Any
    ) -> tuple[Call, Run | None]:
        """Let something happen to a call and tell of it. Raises UnknownCall, UnknownRecord or ImpossibleEvent."""
        call = tx.call(key)
        if call is None:
            raise UnknownCall(key)
        if facts.get("queue") is not None:
            self._expect(tx, QUEUE, facts["queue"])
        if kind in BY_DEVICE and facts.get("extension") is not None:
            self._expect(tx, EXTENSION, facts["extension"])
        if kind in TAKING:
            self._expect_free(tx, call, kind, facts.get("extension"))
        if kind is Kind.PARKED and facts.get("extension") is None:
            facts["extension"] = call.agent
        return self._happen(tx, call, kind, facts, run)

    def transfer(
        self,
        tx: Transaction,
        key: str,
        to: str | None,
        *,
        queue: str | None = None,
        run: Run | None = None,
        name: str = "",
    ) -> tuple[Call, Run | None]:
        """Transfer a call to an extension or a queue: a new one begins for the same outside party, and this is over.

        Returns the new call. Raises UnknownCall, UnknownRecord or ImpossibleEvent.
        """
        old = tx.call(key)
        if old is None:
            raise UnknownCall(key)
        if old.state not in (State.TALKING, State.HELD):
            raise ImpossibleEvent(old, Kind.TRANSFERRED)
        self._expect(tx, *((QUEUE, queue) if to is None and queue is not None else (EXTENSION, to or "")))
        new, run = self.start(tx, old.direction, old.outside, line=old.line, origin=old.id, run=run, name=name)
        _, run = self._happen(
            tx,
            old,
            Kind.TRANSFERRED,
            {"other": new.id, "extension": to, "queue": queue, "by": Party.INSIDE, "cause": Cause.TRANSFERRED},
            run,
        )
        return new, run

    def tell(self, tx: Transaction, message: Message) -> None:
        """Tell something that is no event of a call."""
        self._send(tx, message, None)

    def tell_of_agent(self, tx: Transaction, event: AgentEvent) -> None:
        """Tell what happened to an agent."""
        tx.tell(event)
        for vendor in self.vendors.values():
            render = vendor.agents.get(event.kind)
            if render is not None and (not vendor.channel or self.announcer.listens(tx, vendor.key)):
                for message in render(event, self._scene(tx, vendor)):
                    self._send(tx, message, None)

    def release_held(self, tx: Transaction, run: Run, due: Sequence[holding.Body]) -> Run:
        """Send what was held back and is ``due``."""
        for body in due:
            tx.schedule(tx.now, Task.DELIVER, body, lane=holding.lane_of(body), run=run.id)
        return replace(run, held=tuple(h for h in run.held if h not in due))

    def _happen(
        self, tx: Transaction, call: Call, kind: Kind, facts: Mapping[str, Any], run: Run | None
    ) -> tuple[Call, Run | None]:
        after, event = call.apply(kind, tx.now, **facts)
        if kind in OVER:
            bill = tx.tariffs.bill(after.direction, after.medium, after.line, after.outside, after.talk, tx.balance)
            tx.balance = bill.balance
            after, event = call.apply(kind, tx.now, bill=bill, **facts)
        tx.put_call(after, event)
        run = self._tell(tx, after, event, run)
        follow(tx, call, after, event, run.id if run else "")
        return after, run

    def _tell(self, tx: Transaction, call: Call, event: Event, run: Run | None) -> Run | None:
        for vendor in self.vendors.values():
            if vendor.channel and not self.announcer.listens(tx, vendor.key):
                continue
            render = vendor.renders.get(event.kind)
            for message in render(call, event, self._scene(tx, vendor)) if render else ():
                run = self._send(tx, message, run)
        if run is not None and run.held and event.kind in OVER:
            run = self.release_held(tx, run, holding.behind_end(run, call.id))
        return run

    def _send(self, tx: Transaction, message: Message, run: Run | None) -> Run | None:
        if self.vendors[message.vendor].channel:
            planned, run = (Plan(), None) if run is None else plan(run, message, tx.identity, named=True)
            self.announcer.announce(tx, message, planned)
            return run
        targets = tx.targets(message.vendor)
        if run is None:
            for target in targets:
                self._deliver(tx, message, target, Plan(), None)
            return None
        if not targets:
            return run.with_unsent(message.vendor)
        planned, run = plan(run, message, tx.identity)
        if holding.may_wait(run, planned.hold, message):
            bodies = [_held(message, target, planned, _delivery_id(tx, message)) for target in targets]
            run = replace(run, held=(*run.held, *bodies))
            return self.release_held(tx, run, holding.full_bursts(run))
        for target in targets:
            self._deliver(tx, message, target, planned, run)
        return self.release_held(tx, run, holding.passed(run, message))

    def _deliver(self, tx: Transaction, message: Message, target: Target, planned: Plan, run: Run | None) -> None:
        key = _delivery_id(tx, message)
        lane = f"{target.id}/{message.order}" if target.ordered and message.order else ""
        if planned.copies == 0:
            tx.record(_dropped(tx, message, target, key), None)
        for copy in range(planned.copies):
            delivery = _delivery_id(tx, message) if planned.new_ids and copy else key
            # What is late on purpose leaves its lane, or everything behind it would be late as well.
            late = planned.delay > timedelta()
            tx.schedule(
                tx.now + (planned.delay if copy or planned.copies == 1 else timedelta()),
                Task.DELIVER,
                _body(message, target, planned, delivery),
                lane="" if late else lane,
                run=run.id if run else "",
            )

    def _scene(self, tx: Transaction, vendor: Vendor) -> Scene:
        account = {**vendor.account, **tx.accounts(vendor.key)}
        return Scene(tx.zone, tx.readings_of(vendor.key), account, tx, tx.call)

    def _expect(self, tx: Transaction, kind: str, key: str) -> None:
        if tx.get(kind, key) is None:
            known = [str(r.get("number", r.get("name"))) for r in tx.all(kind)]
            raise UnknownRecord(kind, key, known)

    def _expect_free(self, tx: Transaction, call: Call, kind: Kind, extension: str | None) -> None:
        # Only who serves queues is guarded: by hand, many calls are played with a few extensions.
        taking = call.present if kind is Kind.RESUMED else (extension or call.agent,)
        guarded = [device for device in taking if device is not None and tx.get(AGENT, device) is not None]
        for other in tx.live_calls() if guarded else ():
            if other.id != call.id and other.state is State.TALKING:
                for device in sorted(set(guarded) & set(other.present)):
                    raise Engaged(device, other.id)

    def _line(
        self, tx: Transaction, direction: Direction, line: str | None, extension: str | None, *, goes_on: bool
    ) -> str:
        if direction is Direction.INTERNAL:
            return extension or ""
        if not line:
            return self._first_line(tx)
        own = international(line)
        if not goes_on:  # a call that goes on is on its line, though that may have been removed since
            self._expect(tx, NUMBER, own)
        return own

    def _first_line(self, tx: Transaction) -> str:
        first = next(iter(tx.all(NUMBER)), None)
        if first is None:
            raise UnknownRecord("number", "(any)", [])
        return str(first["number"])


def _first_kind(medium: Medium, direction: Direction) -> Kind:
    if medium is Medium.VOICE:
        return Kind.STARTED
    return Kind.SMS_RECEIVED if direction is Direction.INBOUND else Kind.SMS_SENT


def message_of(job: Job) -> Message:
    """Return the message that a delivery carries."""
    fields = dict(job.body["message"])
    return Message(**{**fields, "body": fields["body"].encode()})


def _delivery_id(tx: Transaction, message: Message) -> str:
    number = tx.next_number("delivery")
    return f"d{number}-{tx.identity.token('delivery', message.vendor, number, length=8)}"


def _body(message: Message, target: Target, planned: Plan, delivery: str) -> dict[str, Any]:
    fields = {name: getattr(message, name) for name in Message.__slots__}
    return {
        "target": target.id,
        "delivery": delivery,
        "attempt": 1,
        "flaw": planned.flaw.value if planned.flaw else None,
        "message": {**fields, "body": message.body.decode()},
    }


def _held(message: Message, target: Target, planned: Plan, delivery: str) -> dict[str, Any]:
    waits = {"hold": planned.hold, "together": planned.together, "fault": planned.fault}
    return _body(message, target, planned, delivery) | waits


def _dropped(tx: Transaction, message: Message, target: Target, delivery: str) -> Exchange:
    return Exchange(
        vendor=message.vendor,
        direction=Way.SENT,
        request=Outgoing(target.method or message.method, target.address(message.path), (), message.body).request,
        error="dropped on purpose",
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
