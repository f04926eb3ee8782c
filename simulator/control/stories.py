"""The small scenario that ``POST /_sim/calls`` plays: who calls whom, and how it comes out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scenarios.durations import parse_duration
from scenarios.reading import LONGEST
from simulator.control.replies import Failed
from simulator.switch.entering import first_free
from simulator.telephony.agents import AGENT
from simulator.telephony.conduct import Conduct
from simulator.tenancy.transactions import Transaction
from simulator.worlds.directory import CUSTOMER, EXTENSION

NAME = "A"  # what the call is called in the scenario that is made of it
_USUAL = {"ring": "3s", "talk": "5s"}

Body = Mapping[str, Any]
Steps = list[dict[str, Any]]


def story_of(tx: Transaction, body: Body) -> tuple[dict[str, Any], Conduct | None]:
    """Return the scenario document for a call as the body wants it, and how people behave where no step says it.

    Raises Failed when nobody is there to call.
    """
    _check_sense(body)
    steps = _outbound(tx, body) if body.get("direction") == "outbound" else _inbound(tx, body)
    conduct = _conduct(body) if _goes_by_itself(tx, body) and _outcome(body) == "answered" else None
    return {"scenario": "call", "title": "A call made by the control API", "steps": steps}, conduct


def _outbound(tx: Transaction, body: Body) -> Steps:
    by_number = {"by_number": True} if _outcome(body) == "by_number" else {}
    extension = body.get("extension") or _first(tx, EXTENSION, "extension")
    to = body.get("to") or _first(tx, CUSTOMER, "to")
    word = "route" if body.get("route") else "ring"
    start = {"outbound": {"call": NAME, "extension": extension, "to": to, **by_number}}
    return [start, {"after": _delay(body), word: {"call": NAME}}, *_end(body, "inside")]


def _inbound(tx: Transaction, body: Body) -> Steps:
    by_itself = _goes_by_itself(tx, body)
    extension = None if by_itself else body.get("extension") or _who_rings(tx, body)
    line = {"to": body["to"]} if "to" in body else {}
    steps: Steps = [{"inbound": {"call": NAME, "from": body.get("from") or _first(tx, CUSTOMER, "from"), **line}}]
    if body.get("route"):
        return [
            *steps,
            {"after": _delay(body), "route": {"call": NAME}},
        ]  # it is answered, or rings out, where it comes out
    if "queue" in body:
        steps.append({"after": "1s", "queue": {"call": NAME, "queue": body["queue"]}})
    if extension is not None:
        steps.append({"after": _delay(body), "ring": {"call": NAME, "extension": extension}})
    elif _outcome(body) == "answered":
        return steps  # the agent that is offered it picks up
    return [*steps, *_end(body, "outside")]


def _who_rings(tx: Transaction, body: Body) -> str:
    return first_free(tx, body.get("queue", "")) or _first(tx, EXTENSION, "extension")


def _delay(body: Body) -> str:
    """Return after how long it rings, or goes where provisioning says: of an open call, ``ring`` says so."""
    return str(body.get("ring", "1s")) if _outcome(body) == "open" else "1s"


def _end(body: Body, caller: str) -> Steps:
    ring, talk = (body.get(word, usual) for word, usual in _USUAL.items())
    match _outcome(body):
        case "answered":
            answer = {"after": ring, "answer": {"call": NAME}}
            return [answer, {"after": talk, "hangup": {"call": NAME, "by": "outside"}}]
        case "missed":
            return [{"after": ring, "hangup": {"call": NAME, "by": caller}}]
    return []


def _goes_by_itself(tx: Transaction, body: Body) -> bool:
    """Say whether provisioning, or a queue with agents, decides where an inbound call rings."""
    if body.get("direction") == "outbound":
        return False
    queue = body.get("queue")
    return bool(body.get("route")) or any(queue in agent["queues"] for agent in tx.all(AGENT))


def _outcome(body: Body) -> str:
    return str(body.get("outcome", "answered"))


def _conduct(body: Body) -> Conduct:
    ring, talk = (
        parse_duration(body.get(word, usual), longest=LONGEST).total_seconds() for word, usual in _USUAL.items()
    )
    return Conduct(answer=ring, talk=talk)


def _check_sense(body: Body) -> None:
    if body.get("outcome") == "by_number" and body.get("direction") != "outbound":
        raise Failed(422, "outcome by_number: nobody is dialled by an inbound call", '"direction": "outbound"')
    outward = [word for word in ("from", "queue") if word in body and body.get("direction") == "outbound"]
    if outward:
        raise Failed(422, f"{outward[0]} with an outbound call: an extension dials", 'who is dialled, as "to"')
    spare = next((word for word in ("extension", "queue") if word in body), None)
    if body.get("route") and body.get("direction") != "outbound" and spare is not None:
        raise Failed(422, f"{spare} beside route: provisioning says where the call goes", "one of the two")


def _first(tx: Transaction, kind: str, word: str) -> str:
    """Return the number of the first extension, or the first phone of a customer."""
    for record in tx.all(kind):
        if kind == EXTENSION:
            return str(record["number"])
        if record["phones"]:
            return str(record["phones"][0])
    raise Failed(422, f"this world has no {kind} to take: none was named", f'"{word}" in the body')
