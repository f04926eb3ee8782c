"""The floor: agents come and go, queues offer what waits in them, devices stop ringing, people do what they do.

Works inside a transaction and waits for nothing. What is due here was scheduled by `simulator.switch.following`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any

from simulator.errors import Engaged, TalksTwice, UnknownRecord
from simulator.switch.arriving import arrive
from simulator.switch.entering import enter
from simulator.switch.following import facts_of, look_again
from simulator.switch.metering import meter
from simulator.switch.moves import hang_up
from simulator.switch.others import doing_of
from simulator.switch.pbx import Pbx
from simulator.switch.putting_off import put_off
from simulator.telephony.agents import AGENT, AGENT_EVENT, Agent, AgentEvent, AgentKind, newcomer
from simulator.telephony.calls import Call, Cause, Kind, Party, State
from simulator.telephony.conduct import still_due
from simulator.telephony.distribution import Strategy, offered, place_in_line
from simulator.telephony.documents import time_to_text
from simulator.tenancy.jobs import Job, Task
from simulator.tenancy.runs import Run
from simulator.tenancy.transactions import Transaction
from simulator.worlds.directory import EXTENSION, QUEUE

# How long a device is offered a call of a queue, unless the queue says otherwise.
RING_SECONDS = 20
# An agent that let so many offers ring in a row is paused: nobody is there, and the queue would offer for ever.
MOST_MISSED = 3
# Of what happened to agents so much is remembered.
KEPT_AGENT_EVENTS = 10_000
# The extension that was last offered a call of a queue.
LAST_OFFERED = "offered"


def agent_does(
    pbx: Pbx,
    tx: Transaction,
    extension: str,
    kind: AgentKind,
    *,
    queue: str | None = None,
    reason: str | None = None,
    run: str = "",
) -> Agent:
    """Let something happen to an agent, tell of it, and let the queues look again, as part of a run if one is named.

    Raises UnknownRecord when the world has no such extension or queue, ImpossibleForAgent, and TalksTwice.
    """
    tx.expect(EXTENSION, extension)
    if queue is not None:
        tx.expect(QUEUE, queue)
    if kind is AgentKind.LOGGED_IN:
        _expect_one_talk(tx, extension)
    known = tx.get(AGENT, extension)
    before = Agent.from_document(known) if known else newcomer(extension, tx.now)
    event = AgentEvent(extension, kind, tx.now, queue, reason)
    agent = replace(before.apply(event), by=tx.by)
    tx.put(AGENT, extension, agent.to_document())
    number = tx.next_number(AGENT_EVENT)
    tx.put(AGENT_EVENT, str(number), {**asdict(event), "kind": kind.value, "at": time_to_text(tx.now)})
    tx.remove(AGENT_EVENT, str(number - KEPT_AGENT_EVENTS))
    pbx.tell_of_agent(tx, event, run)
    for served in agent.queues:
        look_again(tx, served, agent.free_at, run)
    return agent


def perform(pbx: Pbx, tx: Transaction, job: Job) -> None:
    """Do what is due, if it still is."""
    _DUE[job.task](pbx, tx, job.body)


def _offer(pbx: Pbx, tx: Transaction, body: Any) -> None:
    """Offer the calls that wait in a queue, in the order of the line, to the agents of it that are free."""
    queue, by = body["queue"], tx.by
    record = tx.get(QUEUE, queue) or {}
    strategy = Strategy(record.get("strategy", Strategy.LONGEST_IDLE))
    waiting = [c for c in tx.live_calls() if c.state is State.QUEUED and c.queue == queue]
    free = _free_agents(tx, queue) if waiting else []
    if not free:
        return
    for call in sorted(waiting, key=place_in_line):
        last = (tx.get(LAST_OFFERED, queue) or {}).get("extension")
        picked = offered(strategy, free, record.get("extensions", ()), last, lambda most: _drawn(tx, queue, most))
        if not picked:
            return
        for agent in (agent for agent in free if agent.extension in picked):
            tx.by = _whose_offer(tx, call, by, agent)
            ring(pbx, tx, call.id, agent.extension, record.get("ring", RING_SECONDS))
        tx.by = by
        free = [agent for agent in free if agent.extension not in picked]
        tx.put(LAST_OFFERED, queue, {"queue": queue, "extension": picked[-1]})


def ring(pbx: Pbx, tx: Transaction, key: str, extension: str, seconds: float) -> Call:
    """Let a device ring for a call, for so many seconds."""
    call, run = alert(pbx, tx, key, extension, seconds, run=tx.run_of(key))
    if run is not None:
        tx.put_run(run)
    return call


def alert(
    pbx: Pbx, tx: Transaction, key: str, extension: str, seconds: float, *, run: Run | None
) -> tuple[Call, Run | None]:
    """Do as `ring`, as part of a run that its caller keeps."""
    call, run = pbx.happen(tx, key, Kind.RINGING, run=run, extension=extension)
    body = {"call": key, "extension": extension, "since": call.last.number}
    tx.schedule(tx.now + timedelta(seconds=seconds), Task.RING_OUT, body, run=run.id if run else "")
    return call, run


def _ring_out(pbx: Pbx, tx: Transaction, body: Any) -> None:
    call = tx.call(body["call"])
    if call is None or not still_due(call, Kind.ANSWERED, {"extension": body["extension"]}, body["since"]):
        return
    extension = body["extension"]
    _happen(pbx, tx, call, Kind.UNANSWERED, extension=extension)
    agent = tx.get(AGENT, extension)
    # Who logged out meanwhile, or paused, needs no pause; whose extension is gone is nobody's agent any more.
    there = agent is not None and tx.get(EXTENSION, extension) is not None
    if agent and there and agent["missed"] >= MOST_MISSED and agent["queues"] and agent["paused_at"] is None:
        agent_does(pbx, tx, extension, AgentKind.PAUSED, reason="no answer")


def _deed(pbx: Pbx, tx: Transaction, body: Any) -> None:
    call, kind, facts = tx.call(body["call"]), Kind(body["kind"]), facts_of(body)
    if call is None or not still_due(call, kind, facts, body["since"]):
        return
    by = facts.get("by")
    if facts.get("cause") is Cause.NORMAL and by is not None:
        run = tx.run_of(call.id)
        _, run = hang_up(pbx, tx, call.id, by, run=run)
        if run is not None:
            tx.put_run(run)
        return
    try:
        if kind is Kind.QUEUED:
            _keep(tx, enter(pbx, tx, call.id, body["facts"]["queue"], run=tx.run_of(call.id)))
        else:
            _happen(pbx, tx, call, kind, **facts)
    except UnknownRecord:
        pass  # who is there no more lets it ring
    except Engaged:
        _wait_to_answer(pbx, tx, call, body)


def _wait_to_answer(pbx: Pbx, tx: Transaction, call: Call, body: Any) -> None:
    """Let a call ring on while somebody who would talk in it talks elsewhere; who is kept from it too long gives up."""
    run = tx.run_of(call.id)
    if put_off(tx, Task.DEED, body, run.id if run else ""):
        return
    extension = body["facts"].get("extension")
    if extension is None:
        _happen(pbx, tx, call, Kind.ENDED, by=Party.SYSTEM, cause=Cause.NO_ANSWER)
    else:
        _happen(pbx, tx, call, Kind.UNANSWERED, extension=extension)


def _happen(pbx: Pbx, tx: Transaction, call: Call, kind: Kind, **facts: Any) -> None:
    _keep(tx, pbx.happen(tx, call.id, kind, run=tx.run_of(call.id), **facts))


def _keep(tx: Transaction, moved: tuple[Call, Run | None]) -> None:
    if moved[1] is not None:
        tx.put_run(moved[1])


def _free_agents(tx: Transaction, queue: str) -> list[Agent]:
    # Of the calls, most may wait, and of the agents, most may talk: neither costs more than a look.
    calls = (call for call in tx.live_calls() if call.extension is not None or call.state is not State.QUEUED)
    busy = {extension for call in calls for extension in call.engaged}
    documents = (d for d in tx.all(AGENT) if queue in d["queues"] and d["extension"] not in busy)
    agents = (Agent.from_document(document) for document in documents)
    # Somebody may have removed an extension while its agent was logged in.
    return [agent for agent in agents if agent.available(tx.now) and tx.get(EXTENSION, agent.extension) is not None]


def _whose_offer(tx: Transaction, call: Call, by: str, agent: Agent) -> str:
    """Return whose doing an offer is: where the call's own run made the queue look, it is who had the agent come."""
    run = tx.run_of(call.id) if agent.by != by else None
    return agent.by if run is not None and by == doing_of(run.id) else by


def _drawn(tx: Transaction, queue: str, most: int) -> int:
    return tx.identity.integer("drawn", queue, tx.next_number(f"drawn {queue}"), low=0, high=most - 1)


def _expect_one_talk(tx: Transaction, extension: str) -> None:
    talks = [call.id for call in tx.live_calls() if call.state is State.TALKING and extension in call.present]
    if len(talks) > 1:
        raise TalksTwice(extension, talks)


_DUE: dict[Task, Callable[[Pbx, Transaction, Any], None]] = {
    Task.ARRIVE: arrive,
    Task.METER: meter,
    Task.OFFER: _offer,
    Task.RING_OUT: _ring_out,
    Task.DEED: _deed,
}
