"""Which of the messages that a run holds back, by a fault, are to go now: pure, on the bodies of their deliveries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from simulator.message import Message
from simulator.runs import Run

Body = Mapping[str, Any]


class Hold(StrEnum):
    """What a message that is held back waits for."""

    NEXT = "next"  # the next message of its vendor and call, which passes it
    END = "end"  # the last message of its call
    BURST = "burst"  # as many others as its fault says


def may_wait(run: Run, hold: Hold | None, message: Message) -> bool:
    """Say whether a message is held back. One that passes another does not wait to be passed as well."""
    return hold is not None and not (hold is Hold.NEXT and passed(run, message))


def passed(run: Run, message: Message) -> tuple[Body, ...]:
    """Return what this message passes."""
    stream = (message.vendor, message.call)
    return tuple(h for h in run.held if h["hold"] == Hold.NEXT and _stream(h) == stream)


def behind_end(run: Run, call: str) -> tuple[Body, ...]:
    """Return what waits for the end of a call."""
    return tuple(h for h in run.held if h["hold"] == Hold.END and h["message"]["call"] == call)


def full_bursts(run: Run) -> tuple[Body, ...]:
    """Return what waits for others, where enough of them are there for some target."""
    bursts = [h for h in run.held if h["hold"] == Hold.BURST]
    there = Counter((h["fault"], h["target"]) for h in bursts)
    full = {h["fault"] for h in bursts if there[h["fault"], h["target"]] >= h["together"]}
    return tuple(h for h in bursts if h["fault"] in full)


def lane_of(body: Body) -> str:
    """Return the lane in which one that was held goes out: behind what it waited for, or none beside others."""
    return "" if body["hold"] == Hold.BURST else f"{body['target']}/{body['message']['order']}"


def _stream(body: Body) -> tuple[str, str]:
    return body["message"]["vendor"], body["message"]["call"]
