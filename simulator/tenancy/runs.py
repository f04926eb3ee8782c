"""A scenario run: where it stands, what its faults have counted, and how it ended. A plain value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from scenarios.model import Scenario, Wanted
from simulator.telephony.documents import time_from_text, time_to_text


class Status(StrEnum):
    """Where a run stands."""

    RUNNING = "running"
    PASSED = "passed"
    FAILED = "failed"
    BROKEN = "broken"  # a step was impossible, or the simulator failed: nothing can be said of the integration


@dataclass(frozen=True, slots=True)
class Undone:
    """A step that a run could not do since somebody else had moved its call on; ``where`` is its place.

    ``met`` says that this came to the same.
    """

    where: str
    text: str
    met: bool = False


@dataclass(frozen=True, slots=True)
class Run:
    """One playing of a scenario.

    ``calls`` maps the scenario's names to call ids; ``first`` is the number of the journal entry before the run, and
    ``last`` that of the newest when it was judged.
    ``counts`` holds, for each fault, how many messages it has matched, ``struck`` how many of them it has changed, and
    ``vain`` how many it could not; ``held`` the deliveries that wait for others, to go out behind or together with
    them; ``unsent`` how many messages of a vendor had no target;
    ``awaited``, for a vendor and an operation, the journal entry that was awaited last; ``moved``, for the id of a
    call, what somebody else than the run moved it on by; ``undone`` the steps that were left out for that.
    """

    id: str
    scenario: Scenario
    started: datetime
    first: int
    calls: Mapping[str, str] = field(default_factory=dict)
    counts: tuple[int, ...] = ()
    held: tuple[Mapping[str, Any], ...] = ()
    unsent: Mapping[str, int] = field(default_factory=dict)
    status: Status = Status.RUNNING
    problem: str = ""
    lenient: bool = False
    last: int | None = None
    struck: Mapping[int, int] = field(default_factory=dict)
    answers: tuple[tuple[int, int], ...] = ()
    awaited: Mapping[str, int] = field(default_factory=dict)
    vain: Mapping[int, int] = field(default_factory=dict)
    moved: Mapping[str, str] = field(default_factory=dict)
    undone: tuple[Undone, ...] = ()

    def name_of(self, call: str | None) -> str | None:
        """Return the scenario's name of a call."""
        return next((name for name, key in self.calls.items() if key == call), None)

    def name_after(self, call: str) -> str:
        """Return a name for the call into which one is transferred where no step names it."""
        return f"{self.name_of(call) or call}+"

    def counted(self, strikes: Mapping[int, int], struck: int | None = None) -> Run:
        """Return the run after faults have counted on: fault index to its new count, and the index that struck."""
        counts = tuple(strikes.get(i, count) for i, count in enumerate(self.counts))
        more = {} if struck is None else {struck: self.struck.get(struck, 0) + 1}
        return replace(self, counts=counts, struck={**self.struck, **more})

    def with_vain(self, index: int) -> Run:
        """Return the run after a fault of it struck a message, and could change nothing."""
        struck, vain = self.struck.get(index, 0) - 1, self.vain.get(index, 0) + 1
        return replace(self, struck={**self.struck, index: struck}, vain={**self.vain, index: vain})

    def with_call(self, name: str, key: str) -> Run:
        """Return the run after a call of it began."""
        return replace(self, calls={**self.calls, name: key})

    def with_unsent(self, vendor: str) -> Run:
        """Return the run after a message of a vendor had nowhere to go."""
        return replace(self, unsent={**self.unsent, vendor: self.unsent.get(vendor, 0) + 1})

    def with_awaited(self, wanted: Wanted, entry: int) -> Run:
        """Return the run after a request that it awaited has come."""
        return replace(self, awaited={**self.awaited, f"{wanted.vendor} {wanted.operation}": entry})

    def with_moved(self, call: str, what: str) -> Run:
        """Return the run after somebody else moved a call of it on."""
        return replace(self, moved={**self.moved, call: what})

    def with_undone(self, step: Undone) -> Run:
        """Return the run that goes on without a step."""
        return replace(self, undone=(*self.undone, step))

    def to_document(self) -> dict[str, Any]:
        """Return the run as JSON-able values; the scenario goes as its text."""
        return {
            "id": self.id,
            "scenario": self.scenario.name,
            "source": self.scenario.source,
            "text": self.scenario.text,
            "started": time_to_text(self.started),
            "first": self.first,
            "last": self.last,
            "calls": dict(self.calls),
            "counts": list(self.counts),
            "held": [dict(h) for h in self.held],
            "unsent": dict(self.unsent),
            "status": self.status.value,
            "problem": self.problem,
            "lenient": self.lenient,
            "struck": {str(index): count for index, count in self.struck.items()},
            "answers": [list(pair) for pair in self.answers],
            "awaited": dict(self.awaited),
            "vain": {str(index): count for index, count in self.vain.items()},
            "moved": dict(self.moved),
            "undone": [asdict(step) for step in self.undone],
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any], scenario: Scenario) -> Run:
        """Return the run that `to_document` wrote."""
        return cls(
            id=document["id"],
            scenario=scenario,
            started=time_from_text(document["started"]),
            first=document["first"],
            last=document["last"],
            calls=document["calls"],
            counts=tuple(document["counts"]),
            held=tuple(document["held"]),
            unsent=document["unsent"],
            status=Status(document["status"]),
            problem=document["problem"],
            lenient=document["lenient"],
            struck={int(index): count for index, count in document.get("struck", {}).items()},
            answers=tuple((matched, struck) for matched, struck in document.get("answers", ())),
            awaited=document.get("awaited", {}),
            vain={int(index): count for index, count in document.get("vain", {}).items()},
            moved=document.get("moved", {}),
            undone=tuple(Undone(**step) for step in document.get("undone", ())),
        )
