"""Which calls a report is of, and how it tells times: by what stands in its path. It forms no answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo

from contracts.pbx55.asking import moment, zone
from simulator.identity import Identity
from simulator.records import Document
from simulator.telephony import phones
from simulator.telephony.calls import Call, Direction, Medium
from simulator.vendor import Scene, Work
from simulator.vendors.pbx55.messages import KEY
from simulator.worlds import directory

QUEUE = "pbx55.queue"
ALL_QUEUES, ALL_NUMBERS, ALL_AGENTS = "all_queues", "all_numbers", "all_agent"


@dataclass(frozen=True, slots=True)
class Selection:
    """The calls of a report, oldest first, and what is needed to tell of them. ``zone`` is that of the answer.

    ``first`` and ``last`` bound the period, up to now; ``extensions`` are those of the agent that is asked for (None:
    all).
    """

    calls: tuple[Call, ...]
    zone: tzinfo
    scene: Scene
    first: datetime
    last: datetime
    extensions: frozenset[str] | None = None

    def asks_for(self, extension: str) -> bool:
        """Tell whether an extension is of the agent that is asked for."""
        return self.extensions is None or extension in self.extensions

    def user(self, extension: str) -> Document:
        """Return who has an extension; nothing where nobody does."""
        desk = self.scene.records.get(directory.EXTENSION, extension) or {}
        return self.scene.records.get(directory.USER, desk.get("user") or "") or {}

    def agent(self, extension: str) -> str:
        """Return the name of who has an extension; the number where nobody has it."""
        desk = self.scene.records.get(directory.EXTENSION, extension)
        user = self.scene.records.get(directory.USER, desk.get("user") or "") if desk else None
        return str((user or desk or {"name": extension})["name"])


def world(
    identity: Identity, records: Mapping[str, Mapping[str, Document]], samples: bool
) -> dict[str, dict[str, Document]]:
    """Give every queue the id by which reports name it: 24 hexadecimal digits."""
    names = records.get(directory.QUEUE, {})
    ids = {name: identity.uuid(KEY, QUEUE, name).replace("-", "")[:24] for name in names}
    return {QUEUE: {key: {"id": key, "name": name} for name, key in ids.items()}}


def select(work: Work, asked: Mapping[str, str], defaults: Mapping[str, str]) -> Selection:
    """Return the calls that the path asks for: to and from outside, begun in the period, and over."""
    first, last = moment(asked["date_start"]), moment(asked["date_end"])
    known = {call.id: call for call in work.calls()}
    scene = Scene(work.zone, work.readings, {**defaults, **work.accounts(KEY)}, work, known.get, work.switches)
    queue, extensions = _queue(work, asked["queue"]), _extensions(work, asked["agent"])
    calls = (
        call
        for call in known.values()
        if shows(call, work.readings)
        and first <= call.events[0].at <= last
        and (queue is None or call.queue == queue)
        and (extensions is None or not extensions.isdisjoint(call.parties))
        and _on_line(call, asked["number"])
    )
    period = first, min(last, work.now)
    return Selection(tuple(calls), zone(asked["timezone"]) or work.zone, scene, *period, extensions)


def shows(call: Call, readings: Mapping[str, str]) -> bool:
    """Say whether the reports have a call: one that is over, to or from outside, and no text message."""
    return call.ended is not None and call.medium is Medium.VOICE and call.direction is not Direction.INTERNAL


def _queue(work: Work, asked: str) -> str | None:
    """Return the name of the queue that is asked for, by its id or its name; None for any."""
    if asked == ALL_QUEUES:
        return None
    record = work.get(QUEUE, asked)
    return record["name"] if record else asked


def _extensions(work: Work, asked: str) -> frozenset[str] | None:
    """Return the extensions that an agent has, who is asked for by one of them or by e-mail; None for any."""
    if asked == ALL_AGENTS:
        return None
    user = work.find(directory.USER, email=asked) if "@" in asked else None
    desks = work.all(directory.EXTENSION) if user else ()
    return frozenset((asked, *(d["number"] for d in desks if user and d.get("user") == user["id"])))


def _on_line(call: Call, asked: str) -> bool:
    if asked == ALL_NUMBERS:
        return True
    digits = asked.isascii() and asked.isdigit()
    return digits and bool(call.line) and phones.national(asked) == phones.national(call.line)
