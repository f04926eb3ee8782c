"""The PBX of one tenant: what happens to a call is applied, billed, and told by every vendor to every target.

Works inside a transaction and waits for nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from simulator.board import Note
from simulator.delivery.announcing import Announcer
from simulator.errors import Engaged, ToItself, UnknownRecord
from simulator.message import Message
from simulator.switch.crediting import affordable, at_most, tell_once
from simulator.switch.following import follow
from simulator.switch.others import moved
from simulator.switch.posting import Post
from simulator.telephony.agents import AGENT, AgentEvent
from simulator.telephony.calls import Call, Cause, Direction, Event, ImpossibleEvent, Kind, Medium, Party, State
from simulator.telephony.phones import international
from simulator.telephony.reaching import goes_on
from simulator.tenancy.runs import Run
from simulator.tenancy.transactions import Transaction
from simulator.vendor import Scene, Vendor
from simulator.worlds.directory import EXTENSION, NUMBER, QUEUE

BILLED = {Kind.ENDED, Kind.TRANSFERRED, Kind.SMS_SENT, Kind.SMS_RECEIVED}
OVER = BILLED | {Kind.SMS_UNSENT}
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
        self.post = Post(vendors, announcer)

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
        and ToItself. A text message that a prepaid account cannot pay for is over, and not sent.
        """
        if direction is Direction.INTERNAL and extension == outside:
            raise ToItself(outside)
        if extension is not None and origin is None:  # who is in a call that goes on stays in it, though removed since
            tx.expect(EXTENSION, extension)
        number = tx.next_number("call")
        serial = tx.identity.integer("serial", low=1000, high=8999) + number
        own = self._line(tx, direction, line, extension, goes_on=origin is not None)
        other = outside if direction is Direction.INTERNAL else international(outside)
        call = Call(f"c{number}", serial, direction, other, own, medium, extension, origin)
        if note is not None:
            note(call)
        run = run.with_call(name, call.id) if run else None
        if medium is Medium.SMS and not affordable(tx, call):
            facts = {"by": Party.SYSTEM, "cause": Cause.NO_CREDIT}
            call, run = self._happen(tx, call, Kind.SMS_UNSENT, facts, run)
            tell_once(tx, call)
            return call, run
        return self._happen(tx, call, _first_kind(medium, direction), {}, run)

    def happen(
        self, tx: Transaction, key: str, kind: Kind, *, run: Run | None = None, **facts: Any
    ) -> tuple[Call, Run | None]:
        """Let something happen to a call and tell of it.

        Raises UnknownCall, UnknownRecord, ImpossibleEvent, or Engaged when an agent would talk in a second call.
        """
        call = tx.take_up(key)
        if facts.get("queue") is not None:
            tx.expect(QUEUE, facts["queue"])
        if kind in BY_DEVICE and facts.get("extension") is not None:
            tx.expect(EXTENSION, facts["extension"])
        engaged = self.elsewhere(tx, call, facts.get("extension")) if kind in TAKING else None
        if engaged is not None:
            raise Engaged(*engaged)
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
        by: str | None = None,
        run: Run | None = None,
        name: str = "",
    ) -> tuple[Call, Run | None]:
        """Transfer a call to an extension or a queue: a new one begins for the other party, and this is over.

        ``by`` transfers it, which tells the two parties of an internal call apart (not given: its agent). Returns the
        new call. Raises UnknownCall, UnknownRecord or ImpossibleEvent.
        """
        old = tx.take_up(key)
        if old.state not in (State.TALKING, State.HELD):
            raise ImpossibleEvent(old, Kind.TRANSFERRED)
        tx.expect(*((QUEUE, queue) if to is None and queue is not None else (EXTENSION, to or "")))
        after = goes_on(old, to, by)
        if after is None:
            raise ImpossibleEvent(old, Kind.TRANSFERRED, f"nobody is in the call who could go on with {to or queue}")
        direction, outside, other = after
        line = old.line if direction is old.direction else None
        new, run = self.start(tx, direction, outside, line=line, extension=other, origin=old.id, run=run, name=name)
        _, run = self._happen(
            tx,
            old,
            Kind.TRANSFERRED,
            {
                "other": new.id,
                "extension": to,
                "queue": queue,
                "actor": by,
                "by": Party.INSIDE,
                "cause": Cause.TRANSFERRED,
            },
            run,
        )
        return new, run

    def elsewhere(self, tx: Transaction, call: Call, extension: str | None = None) -> tuple[str, str] | None:
        """Return who would talk in a call that ``extension`` takes and talks in another, and in which; None: nobody.

        That is the extension itself, or who is there already, as the dialler is. Only who serves queues is looked at:
        by hand, many calls are played with a few extensions.
        """
        talkers = (*call.present, extension)
        agents = {device for device in talkers if device is not None and tx.get(AGENT, device) is not None}
        for other in tx.live_calls() if agents else ():
            if other.id != call.id and other.state is State.TALKING:
                for device in sorted(agents.intersection(other.present)):
                    return device, other.id
        return None

    def tell(self, tx: Transaction, message: Message) -> None:
        """Tell something that is no event of a call."""
        self.post.send(tx, message, None)

    def tell_of_agent(self, tx: Transaction, event: AgentEvent, run: str = "") -> None:
        """Tell what happened to an agent, as part of a run if one is named."""
        tx.tell(event)
        after = tx.run(run)
        for vendor in self.vendors.values():
            render = vendor.agents.get(event.kind)
            if render is not None and (not vendor.channel or self.announcer.listens(tx, vendor.key)):
                for message in render(event, self._scene(tx, vendor)):
                    after = self.post.send(tx, message, after)
        if after is not None:
            tx.put_run(after)

    def _happen(
        self, tx: Transaction, call: Call, kind: Kind, facts: Mapping[str, Any], run: Run | None
    ) -> tuple[Call, Run | None]:
        after, event = call.apply(kind, tx.now, **facts)
        if kind in BILLED:
            what = after.direction, after.medium, after.line, after.outside, after.charged
            bill = tx.tariffs.bill(*what, tx.balance, at_most(tx, after))
            tx.balance, event = bill.balance, replace(event, bill=bill)
            after = replace(after, events=(*call.events, event))
        tx.put_call(after, event)
        run = self._tell(tx, after, event, moved(tx, run, call, after))
        follow(tx, call, after, event, run.id if run else "")
        return after, run

    def _tell(self, tx: Transaction, call: Call, event: Event, run: Run | None) -> Run | None:
        for vendor in self.vendors.values():
            if vendor.channel and not self.announcer.listens(tx, vendor.key):
                continue
            render = vendor.renders.get(event.kind)
            for message in render(call, event, self._scene(tx, vendor)) if render else ():
                run = self.post.send(tx, message, run)
        if run is not None and event.kind in OVER:
            run = self.post.settle(tx, run)
        return run

    def _scene(self, tx: Transaction, vendor: Vendor) -> Scene:
        account = {**vendor.account, **tx.accounts(vendor.key)}
        return Scene(tx.zone, tx.readings_of(vendor.key), account, tx, tx.call, tx.switches_of(vendor.key))

    def _line(
        self, tx: Transaction, direction: Direction, line: str | None, extension: str | None, *, goes_on: bool
    ) -> str:
        if direction is Direction.INTERNAL:
            return extension or ""
        if not line:
            return self._first_line(tx)
        own = international(line)
        if not goes_on:  # a call that goes on is on its line, though that may have been removed since
            tx.expect(NUMBER, own)
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
