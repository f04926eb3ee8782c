"""Calls that the pages and the contract's examples name: each is under way as soon as a command names it.

The pages print one. The others are ours, one for each state that a command can need, so that every example can be done.
"""

from __future__ import annotations

from collections.abc import Mapping

from contracts.digitro.rules import device_at
from simulator.records import Document
from simulator.telephony.agents import AGENT, AgentKind
from simulator.telephony.calls import Call, Direction, Kind, State
from simulator.vendor import Work
from simulator.vendors.digitro.naming import CALL, SAMPLE

OUTSIDE = "4832817000"
# The devices that the pages print: two extensions and a queue.
FIRST, SECOND, QUEUE = "1125000", "1244000", "1132000"

Steps = tuple[tuple[Kind, str], ...]

_TALKS: Steps = ((Kind.RINGING, FIRST), (Kind.ANSWERED, FIRST))
_HELD: Steps = (*_TALKS, (Kind.HELD, FIRST))

# What has happened to each call when it is first named, and at which device.
SAMPLES: Mapping[str, Steps] = {
    "08/07/24 10:46:19 010A 0974/00": _TALKS,  # the one that is printed
    "08/07/24 10:46:19 010A 0981/00": ((Kind.RINGING, FIRST),),
    "08/07/24 10:46:19 010A 0982/00": _HELD,
    "08/07/24 10:46:19 010A 0983/00": _TALKS,  # while another call is held there: see BEFORE
    "08/07/24 10:46:19 010A 0984/00": ((Kind.QUEUED, QUEUE),),
    "08/07/24 10:46:19 010A 0985/00": (*_TALKS, (Kind.PARKED, FIRST)),
    "08/07/24 10:46:19 010A 0986/00": ((Kind.RINGING, SECOND),),
    "08/07/24 10:46:19 010A 0987/00": ((Kind.RINGING, SECOND), (Kind.ANSWERED, SECOND)),
    "08/07/24 10:46:19 010A 0988/00": _TALKS,  # while the second device pauses in the queue: see PAUSING
}
# The call that a sample needs beside it, and the sample for which an agent pauses.
BEFORE = {"08/07/24 10:46:19 010A 0983/00": "08/07/24 10:46:19 010A 0982/00"}
PAUSING = "08/07/24 10:46:19 010A 0988/00"


def begin(work: Work, sample: Document) -> Call | None:
    """Begin a sample call and return it; None while the agent at one of its devices talks to somebody else."""
    steps = SAMPLES[sample["id"]]
    devices = {number: device_at(work, number) or {} for number in (FIRST, SECOND, QUEUE)}
    if any(_talks_elsewhere(work, devices[number].get("extension")) for _, number in steps):
        return None
    before = work.get(SAMPLE, BEFORE.get(sample["id"], ""))
    if before is not None and before["call"] is None:
        begin(work, before)
    if sample["id"] == PAUSING:
        _pause(work, devices[SECOND]["extension"], devices[QUEUE]["queue"])

    def note(call: Call) -> None:
        work.put(SAMPLE, sample["id"], {**sample, "call": call.id})
        work.put(CALL, call.id, {"call": call.id, "id": sample["id"]})

    call = work.board.start(Direction.INBOUND, sample["outside"], note=note)
    for kind, number in steps:
        device = devices[number]
        where = {"queue": device["queue"]} if kind is Kind.QUEUED else {"extension": device["extension"]}
        call = work.board.happen(call.id, kind, **where)
    return call


def _talks_elsewhere(work: Work, extension: str | None) -> bool:
    if extension is None or work.get(AGENT, extension) is None:
        return False
    return any(call.state is State.TALKING and extension in call.present for call in work.live_calls())


def _pause(work: Work, extension: str, queue: str) -> None:
    agent = work.get(AGENT, extension)
    if agent is None or queue not in agent["queues"]:
        work.board.agent(extension, AgentKind.LOGGED_IN, queue=queue)
    if agent is None or agent["paused_at"] is None:
        work.board.agent(extension, AgentKind.PAUSED)
