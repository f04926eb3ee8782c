"""Sends calls where their destinations say: it rings groups, follows forwards, and goes on when nobody answers.

Works inside a transaction and waits for nothing. What is still to be tried of a call is kept as a record; when the
devices that ring have let it, `simulator.switch.following` makes a job of going on.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from simulator.errors import SimulatorError, UnknownRecord
from simulator.switch.entering import enter
from simulator.switch.floor import RING_SECONDS, alert
from simulator.switch.numbers import conduct_of, play_far_end
from simulator.switch.pbx import Pbx
from simulator.switch.putting_off import put_off
from simulator.telephony.calls import Call, Cause, Direction, Event, ImpossibleEvent, Kind, Party, State
from simulator.telephony.conduct import Ending
from simulator.telephony.routing import PLAN, TAKEN, Destination, Group, Incoming, Place, Plan, Provisioned, Trunk
from simulator.tenancy.jobs import Job, Task
from simulator.tenancy.runs import Run
from simulator.tenancy.transactions import Transaction
from simulator.worlds.directory import EXTENSION, QUEUE


class LeadsNowhere(SimulatorError):
    """No vendor's records say where the calls of a line go."""

    def __init__(self, line: str) -> None:
        super().__init__(
            f"line {line} leads nowhere: no vendor's records say where its calls go; "
            "provision that first, or play the call by hand (queue, ring)"
        )


def route(pbx: Pbx, tx: Transaction, key: str, *, run: Run | None = None) -> tuple[Call, Run | None]:
    """Send a call where provisioning says: an inbound one by its line, an outbound one over a trunk, or to its callee.

    Raises UnknownCall, ImpossibleEvent, or LeadsNowhere.
    """
    call = _ready(tx, key)
    router = _Router(pbx, tx, run)
    if call.direction is Direction.OUTBOUND:
        if call.state is not State.ROUTING:
            raise ImpossibleEvent(call, Kind.RINGING, "an outbound call is sent out once, before it rings")
        router.dial(call)
    elif call.direction is Direction.INTERNAL:
        router.follow(Plan(key, (Destination(Place.EXTENSION, call.outside),)))
    else:
        incoming = router.provisioned.incoming(call.line, tx.now.astimezone(tx.zone))
        if incoming is None:
            raise LeadsNowhere(call.line)
        router.admit(call, incoming)
    return tx.known_call(key), router.run


def ring_group(pbx: Pbx, tx: Transaction, key: str, group: str, *, run: Run | None = None) -> tuple[Call, Run | None]:
    """Let a ring group ring for a call. Raises UnknownCall, UnknownRecord or ImpossibleEvent."""
    _ready(tx, key)
    router = _Router(pbx, tx, run)
    if router.provisioned.group(group) is None:
        raise UnknownRecord("ring group", group, [known.key for known in router.provisioned.groups()])
    router.follow(Plan(key, (Destination(Place.GROUP, group),)))
    return tx.known_call(key), router.run


def perform(pbx: Pbx, tx: Transaction, job: Job) -> None:
    """Go on with a call that nobody has answered where it rang, if that is still so."""
    key = job.body["call"]
    document, call, outside = tx.get(PLAN, key), tx.call(key), job.body.get("since")
    if document is None or call is None:
        return
    router = _Router(pbx, tx, tx.run_of(key))
    if outside is None:
        if not call.alerted and call.state is not State.RINGING:
            router.go_on(Plan.from_document(document))
    elif (rings := _rings_outside(call)) is not None and rings.number == outside:
        router.come_out(call, rings.digits or "", job)
    if router.run is not None:
        tx.put_run(router.run)


@dataclass(slots=True)
class _Router:
    """One piece of routing: ``run`` is kept up to date with what was told."""

    pbx: Pbx
    tx: Transaction
    run: Run | None

    @property
    def provisioned(self) -> Provisioned:
        vendors = self.pbx.vendors.values()
        return Provisioned(self.tx, tuple(v.routing for v in vendors if v.routing is not None))

    def tell(self, key: str, kind: Kind, **facts: Any) -> Call:
        call, self.run = self.pbx.happen(self.tx, key, kind, run=self.run, **facts)
        return call

    def admit(self, call: Call, incoming: Incoming) -> None:
        others = [c for c in self.tx.live_calls() if c.line == call.line and c.direction is call.direction]
        if incoming.closed:
            self._end(call.id, Cause.CLOSED)
        elif incoming.most is not None and len(others) > incoming.most:
            self._end(call.id, Cause.BUSY)
        else:
            self.follow(Plan(call.id, incoming.destinations))

    def dial(self, call: Call) -> None:
        may = self.provisioned.outgoing(call.extension, call.outside) if call.extension else None
        if may is None:
            self.tell(call.id, Kind.RINGING)
        elif not may.trunks:
            self._end(call.id, Cause.NOT_ALLOWED)
        else:
            self._keep_trunk(call, may.trunks[0])
            self.tell(call.id, Kind.RINGING, digits=may.trunks[0].dialled)

    def go_on(self, plan: Plan) -> None:
        if plan.ringing is not None:
            plan = plan.diverted(self.provisioned.forwards(plan.ringing).no_answer)
        self.follow(plan)

    def come_out(self, call: Call, digits: str, job: Job) -> None:
        """Let an outside number that has rung long enough answer, or not; later, while its caller talks elsewhere."""
        found = conduct_of(self.tx, digits)
        answers = found is not None and found.outcome is Ending.ANSWERS
        kept_waiting = answers and self.pbx.elsewhere(self.tx, call) is not None
        if kept_waiting and put_off(self.tx, job.task, job.body, job.run):
            return
        if kept_waiting or not answers:
            self.tell(call.id, Kind.UNANSWERED)  # which makes a job of going on
            return
        play_far_end(self.tx, call.id, digits)  # for how long they talk
        self.tell(call.id, Kind.ANSWERED)

    def follow(self, plan: Plan) -> None:
        """Try one destination after the other, until one has the call or rings; else the call ends."""
        while True:
            while plan.waves:
                wave, plan = plan.waves[0], replace(plan, waves=plan.waves[1:])
                there, busy = [e for e in wave if self._reachable(e)], self._busy()
                free = [e for e in there if e not in busy]
                plan = replace(plan, busy=plan.busy or len(free) < len(there))
                if free:
                    self._ring(plan, free)
                    return
            plan, destination = plan.taken()
            if destination is None:
                self._exhausted(plan)
                return
            after = self._try(plan, destination)
            if after is None:
                return
            plan = after

    def _try(self, plan: Plan, to: Destination) -> Plan | None:
        """Send a call to a destination; return how to go on at once where that came to nothing, else None."""
        match to.place:
            case Place.EXTENSION:
                return self._at_extension(plan, to.key)
            case Place.GROUP:
                group = self.provisioned.group(to.key)
                return self._at_group(plan, group) if group is not None else plan
            case Place.QUEUE if self.tx.get(QUEUE, to.key) is not None:
                _, self.run = enter(self.pbx, self.tx, plan.call, to.key, run=self.run)
            case Place.MAILBOX:
                owner = to.key if self.tx.get(EXTENSION, to.key) is not None else None
                self.tell(plan.call, Kind.MAILBOX_REACHED, extension=owner)
            case Place.MENU if Kind.MENU_ENTERED in self.tx.known_call(plan.call).possible:
                self.tell(plan.call, Kind.MENU_ENTERED)
            case Place.OUTSIDE if to.key.isascii() and to.key.isdigit():
                self._ring_outside(plan, to.key)
            case _:
                return plan
        return None

    def _at_extension(self, plan: Plan, extension: str) -> Plan | None:
        forwards = self.provisioned.forwards(extension)
        if forwards.always:
            return plan.diverted(forwards.always)
        if not self._reachable(extension):
            return plan.diverted(forwards.offline)
        if extension in self._busy():
            return replace(plan.diverted(forwards.busy), busy=True)
        self._ring(replace(plan, ringing=extension, seconds=forwards.seconds), [extension])
        return None

    def _at_group(self, plan: Plan, group: Group) -> Plan:
        def draw(most: int) -> int:
            number = self.tx.next_number(f"drawn group {group.key}")
            return self.tx.identity.integer("drawn", "group", group.key, number, low=0, high=most - 1)

        return replace(plan, waves=group.waves(draw), seconds=group.seconds, ringing=None)

    def _ring(self, plan: Plan, extensions: list[str]) -> None:
        self._keep(replace(plan, rang=True))
        for extension in extensions:
            seconds = RING_SECONDS if plan.seconds is None else plan.seconds
            _, self.run = alert(self.pbx, self.tx, plan.call, extension, seconds, run=self.run)

    def _ring_outside(self, plan: Plan, digits: str) -> None:
        """Ring at a number on the public network, which does as the table of numbers says."""
        found = conduct_of(self.tx, digits)
        engaged = found is not None and found.outcome is Ending.BUSY
        self._keep(replace(plan, busy=True) if engaged else replace(plan, rang=True))
        call = self.tell(plan.call, Kind.RINGING, digits=digits)
        after = timedelta(seconds=RING_SECONDS if found is None or found.ring is None else found.ring)
        body = {"call": call.id, "since": call.last.number}
        self.tx.schedule(self.tx.now + after, Task.ROUTE, body, run=self.run.id if self.run else "")

    def _exhausted(self, plan: Plan) -> None:
        self.tx.remove(PLAN, plan.call)
        if self.tx.known_call(plan.call).state is not State.QUEUED:  # there it goes on waiting
            # Whom a dialler has reached finds nobody; engaged is only what was called.
            engaged = plan.busy and not plan.rang and self.tx.known_call(plan.call).answered is None
            self._end(plan.call, Cause.BUSY if engaged else Cause.NO_ANSWER)

    def _end(self, key: str, cause: Cause) -> None:
        self.tell(key, Kind.ENDED, by=Party.SYSTEM, cause=cause)

    def _keep(self, plan: Plan) -> None:
        self.tx.put(PLAN, plan.call, plan.to_document())

    def _keep_trunk(self, call: Call, trunk: Trunk) -> None:
        self.tx.put(TAKEN, call.id, {"call": call.id, "trunk": trunk.key, "name": trunk.name})

    def _reachable(self, extension: str) -> bool:
        return self.tx.get(EXTENSION, extension) is not None and not self.provisioned.forwards(extension).off

    def _busy(self) -> set[str]:
        return {extension for call in self.tx.live_calls() for extension in call.present}


def _ready(tx: Transaction, key: str) -> Call:
    """Return a call that can be sent somewhere. Raises UnknownCall or ImpossibleEvent."""
    call = tx.take_up(key)
    if Kind.RINGING not in call.possible or call.state is State.RINGING:
        raise ImpossibleEvent(call, Kind.RINGING, "only a call that waits for somebody can be sent on")
    return call


def _rings_outside(call: Call) -> Event | None:
    """Return since when an outside number rings for a call, unless it does no more."""
    kinds = (Kind.RINGING, Kind.UNANSWERED)
    newest = next((e for e in reversed(call.events) if e.kind in kinds and e.extension is None), None)
    return newest if newest and newest.kind is Kind.RINGING and call.state is State.RINGING else None
