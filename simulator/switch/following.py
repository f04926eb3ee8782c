"""What is due after something happened to a call: people's deeds, and the queues that look again.

It only schedules: `simulator.switch.floor` and `simulator.switch.router` do it when the time has come.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, cast

from simulator.records import Document
from simulator.switch.crediting import begin_metering
from simulator.telephony.agents import AGENT, Agent
from simulator.telephony.calls import Call, Event, Facts, Kind, State
from simulator.telephony.conduct import CONDUCT, Conduct, deeds, past
from simulator.telephony.events import Cause, Party
from simulator.telephony.routing import PLAN
from simulator.tenancy.jobs import Job, Task
from simulator.tenancy.transactions import Transaction
from simulator.worlds.directory import QUEUE

# A device that let a call ring is offered another one only after these seconds.
RETRY = timedelta(seconds=5)
# Where the PBX takes a call that it dialled for nobody yet, once the far end has picked up; by the call's id.
ONWARD = "onward"
# When a call has found where it goes, or is over, nothing more is tried for it.
_FOUND = {
    *(Kind.ANSWERED, Kind.PICKED_UP, Kind.QUEUED, Kind.MENU_ENTERED, Kind.MAILBOX_REACHED),
    *(Kind.TRANSFERRED, Kind.ENDED),
}


def follow(tx: Transaction, before: Call, call: Call, event: Event, run: str) -> None:
    """Schedule what follows an event that made ``before`` this ``call``; ``run`` is the id of its run, if any."""
    begin_metering(tx, call, event, run)
    _behave(tx, call, event, run)
    onward = tx.get(ONWARD, call.id)
    if onward is not None:
        _go_on(tx, call, event, onward, run)
    if tx.get(PLAN, call.id) is not None:
        if event.kind in _FOUND:
            tx.remove(PLAN, call.id)
        elif event.kind is Kind.UNANSWERED and not call.alerted:
            tx.schedule(tx.now, Task.ROUTE, {"call": call.id}, run=run)
    if call.state is State.QUEUED and call.queue and (before.state is not State.QUEUED or event.kind is Kind.QUEUED):
        look_again(tx, call.queue, tx.now, run)
    for extension in before.engaged:
        if extension not in call.engaged:
            _released(tx, before, call, event, extension, run)


def _behave(tx: Transaction, call: Call, event: Event, run: str) -> None:
    """Schedule what the call's people will do after an event, and forget what can never be due any more."""
    for job in tx.deeds_of(call.id):
        if past(call, *deed_of(job)):
            tx.finish(job)  # it would only make a jumping clock stop for nothing
    document = tx.get(CONDUCT, call.id)
    if document is None:
        return
    conduct = Conduct.from_document(document)
    _schedule(tx, conduct, call, event, run)
    if call.state is State.ENDED:
        tx.remove(CONDUCT, call.id)
    after = tx.call(event.other) if event.kind is Kind.TRANSFERRED and event.other is not None else None
    if after is not None:
        tx.put(CONDUCT, after.id, conduct.transferred().to_document())
        _schedule(tx, conduct.transferred(), after, after.last, run)


def _schedule(tx: Transaction, conduct: Conduct, call: Call, event: Event, run: str) -> None:
    for deed in deeds(conduct, call, event):
        body = {"call": call.id, "since": event.number, "kind": deed.kind.value, "facts": _plain(deed.facts)}
        tx.schedule(tx.now + deed.after, Task.DEED, body, run=run)


def look_again(tx: Transaction, queue: str, at: datetime, run: str) -> None:
    """Let a queue that anybody serves offer what waits in it at a time; one without agents is played by hand."""
    if any(queue in agent["queues"] for agent in tx.all(AGENT)):
        tx.schedule(max(at, tx.now), Task.OFFER, {"queue": queue}, run=run)


def deed_of(job: Job) -> tuple[Kind, Facts, int]:
    """Return what somebody will do, with what facts, and the number of the event that it follows."""
    if job.task is Task.RING_OUT:  # there is nothing to ring out once the device rings no more
        return Kind.ANSWERED, {"extension": job.body["extension"]}, job.body["since"]
    if job.task in (Task.METER, Task.ROUTE):  # as long as the call goes on
        return Kind.ENDED, {}, 0
    return Kind(job.body["kind"]), facts_of(job.body), job.body["since"]


def facts_of(body: Mapping[str, Any]) -> Facts:
    """Return the facts of a deed that a job carries."""
    facts = cast("Facts", dict(body["facts"]))
    if "by" in facts:
        facts["by"] = Party(body["facts"]["by"])
    if "cause" in facts:
        facts["cause"] = Cause(body["facts"]["cause"])
    return facts


def _go_on(tx: Transaction, call: Call, event: Event, onward: Document, run: str) -> None:
    if event.kind is Kind.ANSWERED and event.extension is None:
        kind = Kind.QUEUED if "queue" in onward["facts"] else Kind.RINGING
        body = {"call": call.id, "since": event.number, "kind": kind.value, "facts": onward["facts"]}
        tx.schedule(tx.now, Task.DEED, body, run=run)
    if call.state is State.ENDED:
        tx.remove(ONWARD, call.id)


def _plain(facts: Facts) -> dict[str, Any]:
    return {name: getattr(value, "value", value) for name, value in facts.items()}


def _released(tx: Transaction, before: Call, call: Call, event: Event, extension: str, run: str) -> None:
    document = tx.get(AGENT, extension)
    if document is None:
        return
    agent = Agent.from_document(document)
    if extension in before.present:
        agent = agent.served(tx.now, _wrap_up(tx, call))
    elif event.kind is Kind.UNANSWERED and event.by is not Party.SYSTEM:  # which takes a call elsewhere
        agent = agent.let_ring(tx.now, RETRY)
    tx.put(AGENT, extension, agent.to_document())
    for queue in agent.queues:
        look_again(tx, queue, agent.free_at, run)


def _wrap_up(tx: Transaction, call: Call) -> timedelta:
    waits = call.waits
    if waits is None:
        return timedelta()
    seconds = waits.wrap_up
    if seconds is None:
        seconds = (tx.get(QUEUE, call.queue or "") or {}).get("wrap_up", 0)
    return timedelta(seconds=seconds)
