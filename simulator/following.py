"""What is due after something happened to a call: people's deeds, and the queues that look again.

It only schedules: `simulator.floor` does it when the time has come.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, cast

from simulator.agents import AGENT, Agent
from simulator.calls import Call, Event, Facts, Kind, State
from simulator.conduct import CONDUCT, Conduct, deeds, past
from simulator.crediting import begin_metering
from simulator.directory import QUEUE
from simulator.events import Cause, Party
from simulator.jobs import Job, Task
from simulator.transactions import Transaction

# A device that let a call ring is offered another one only after these seconds.
RETRY = timedelta(seconds=5)


def follow(tx: Transaction, before: Call, call: Call, event: Event, run: str) -> None:
    """Schedule what follows an event that made ``before`` this ``call``; ``run`` is the id of its run, if any."""
    begin_metering(tx, call, event, run)
    for job in tx.deeds_of(call.id):
        # What can never be due any more would only make a jumping clock stop for nothing.
        if past(call, *deed_of(job)):
            tx.finish(job)
    conduct = tx.get(CONDUCT, call.id)
    if conduct is not None:
        for deed in deeds(Conduct.from_document(conduct), call, event):
            body = {"call": call.id, "since": event.number, "kind": deed.kind.value, "facts": _plain(deed.facts)}
            tx.schedule(tx.now + deed.after, Task.DEED, body, run=run)
        if call.state is State.ENDED:
            tx.remove(CONDUCT, call.id)
    if call.state is State.QUEUED and call.queue and (before.state is not State.QUEUED or event.kind is Kind.QUEUED):
        look_again(tx, call.queue, tx.now, run)
    for extension in before.engaged:
        if extension not in call.engaged:
            _released(tx, before, call, event, extension, run)


def look_again(tx: Transaction, queue: str, at: datetime, run: str) -> None:
    """Let a queue that anybody serves offer what waits in it at a time; one without agents is played by hand."""
    if any(queue in agent["queues"] for agent in tx.all(AGENT)):
        tx.schedule(max(at, tx.now), Task.OFFER, {"queue": queue}, run=run)


def deed_of(job: Job) -> tuple[Kind, Facts, int]:
    """Return what somebody will do, with what facts, and the number of the event that it follows."""
    if job.task is Task.RING_OUT:  # there is nothing to ring out once the device rings no more
        return Kind.ANSWERED, {"extension": job.body["extension"]}, job.body["since"]
    return Kind(job.body["kind"]), facts_of(job.body), job.body["since"]


def facts_of(body: Mapping[str, Any]) -> Facts:
    """Return the facts of a deed that a job carries."""
    facts = cast("Facts", dict(body["facts"]))
    if "by" in facts:
        facts["by"] = Party(body["facts"]["by"])
    if "cause" in facts:
        facts["cause"] = Cause(body["facts"]["cause"])
    return facts


def _plain(facts: Facts) -> dict[str, Any]:
    return {name: getattr(value, "value", value) for name, value in facts.items()}


def _released(tx: Transaction, before: Call, call: Call, event: Event, extension: str, run: str) -> None:
    document = tx.get(AGENT, extension)
    if document is None:
        return
    agent = Agent.from_document(document)
    if extension in before.present:
        agent = agent.served(tx.now, _wrap_up(tx, call))
    elif event.kind is Kind.UNANSWERED:
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
        seconds = (tx.get(QUEUE, waits.queue or "") or {}).get("wrap_up", 0)
    return timedelta(seconds=seconds)
