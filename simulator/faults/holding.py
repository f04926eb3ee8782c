"""Which of the messages that a run holds back, by a fault, are to go now: pure, on the bodies of their deliveries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Any

from simulator.message import Message
from simulator.tenancy.jobs import Job, Task
from simulator.tenancy.runs import Run

Body = Mapping[str, Any]
Stream = tuple[str, str]  # vendor and call

_MESSAGES = (Task.DELIVER, Task.ANNOUNCE)


class Hold(StrEnum):
    """What a message that is held back waits for."""

    NEXT = "next"  # the next message of its vendor and call, which passes it
    BEHIND = "behind"  # the one that has passed it, which is itself not out yet
    END = "end"  # the last message of its call
    BURST = "burst"  # as many others as its fault says


def may_wait(run: Run, hold: Hold | None, message: Message) -> bool:
    """Say whether a message is held back. One that passes another does not wait to be passed as well."""
    return hold is not None and not (hold is Hold.NEXT and passed(run, message))


def passed(run: Run, message: Message) -> tuple[Body, ...]:
    """Return what this message passes."""
    return tuple(h for h in run.held if h["hold"] == Hold.NEXT and _stream(h) == (message.vendor, message.call))


def overtaken(run: Run, message: Message) -> Run:
    """Return the run after a message went out, or will, before what waits for the last one of its call."""
    stream = (message.vendor, message.call)
    mark = {"passed": True}
    held = tuple({**h, **mark} if h["hold"] == Hold.END and _stream(h) == stream else h for h in run.held)
    return replace(run, held=held) if held != run.held else run


def put_behind(run: Run, bodies: Sequence[Body], serial: int) -> Run:
    """Return the run with these of what it holds waiting for the message of that number to have gone out."""
    behind = {"hold": Hold.BEHIND.value, "behind": serial}
    return replace(run, held=tuple({**h, **behind} if h in bodies else h for h in run.held))


def under_way(jobs: Iterable[Job], run: Run, body: Body) -> list[Job]:
    """Return the messages of the same call for the same address that have yet to go out."""
    own = (job for job in jobs if job.task in _MESSAGES and job.body["target"] == body["target"])
    return [job for job in own if _stream(job.body) == _stream(body)]


def full_bursts(run: Run) -> tuple[Body, ...]:
    """Return what waits for others, where enough of them are there for some target."""
    bursts = [h for h in run.held if h["hold"] == Hold.BURST]
    there = Counter((h["fault"], h["target"]) for h in bursts)
    full = {h["fault"] for h in bursts if there[h["fault"], h["target"]] >= h["together"]}
    return tuple(h for h in bursts if h["fault"] in full)


def let_go(run: Run, jobs: Sequence[Job], is_over: Callable[[str], bool]) -> tuple[Body, ...]:
    """Return what has nothing left to wait for; ``jobs`` are those of the run."""
    return tuple(h for h in run.held if _is_due(h, run, under_way(jobs, run, h), is_over))


def left_over(run: Run) -> tuple[Body, ...]:
    """Return what goes next at the end of the run: what waits for the last of a call goes behind all else."""
    first = tuple(h for h in run.held if h["hold"] in (Hold.BURST, Hold.NEXT))
    return first or run.held


def in_vain(body: Body, now: str) -> bool:
    """True when the fault of what goes ``now`` has done nothing: it waited for another message, and there was none.

    What was to be later than the end of its call is that also where all else of the call was held back with it.
    """
    at_once = body.get("since") == now
    return body["hold"] == Hold.NEXT or (body["hold"] == Hold.END and at_once and not body.get("passed", True))


def lane_of(body: Body) -> str:
    """Return the lane in which one that was held goes out: behind what it waited for, or none beside others."""
    return "" if body["hold"] == Hold.BURST else f"{body['target']}/{body['message']['order']}"


def _is_due(body: Body, run: Run, pending: Sequence[Job], is_over: Callable[[str], bool]) -> bool:
    others = [h for h in run.held if h["target"] == body["target"] and _stream(h) == _stream(body) and h != body]
    match body["hold"]:
        case Hold.NEXT:
            return is_over(body["message"]["call"])
        case Hold.BEHIND:
            going = (*(job.body for job in pending), *others)
            return all(each.get("serial") != body["behind"] for each in going)
        case Hold.END:
            # What goes behind this one is not waited for, or both would wait for each other.
            waits = any(h["hold"] != Hold.END and h.get("behind") != body.get("serial") for h in others)
            return is_over(body["message"]["call"]) and not pending and not waits
    return False


def _stream(body: Body) -> Stream:
    return body["message"]["vendor"], body["message"]["call"]
