"""What is due: one mechanism for the next step of a scenario run, deliveries and their retries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from simulator.telephony.documents import time_from_text, time_to_text


class Task(StrEnum):
    """What a job does when it is due."""

    STEP = "step"  # the next step of a scenario run
    DELIVER = "deliver"  # one attempt to deliver a message to a target
    ANNOUNCE = "announce"  # a message that was put off is told on the channels of its vendor
    DEED = "deed"  # what a person does with a call, as its conduct says
    OFFER = "offer"  # the calls that wait in a queue are offered to the agents that are free
    ARRIVE = "arrive"  # the next call of a plan of traffic comes
    METER = "meter"  # another increment of a call begins that a prepaid account pays for
    RING_OUT = "ring_out"  # a device that was offered a call stops ringing
    REPLAY = "replay"  # send what the journal has once more
    ROUTE = "route"  # a call that nobody answered where it rang goes on to its next destination


@dataclass(frozen=True, slots=True)
class Job:
    """Something to be done at ``due`` (tenant time). ``id`` counts the tenant's jobs and settles ties.

    ``lane`` keeps order: of the jobs that share one, each starts only when the one before it is finished. ``by`` is
    whose doing it is (see `simulator.tenancy.transactions.Transaction`).
    """

    id: int
    due: datetime
    task: Task
    body: Mapping[str, Any]
    lane: str = ""
    run: str = ""
    by: str = ""

    @property
    def deed_of(self) -> str | None:
        """The call with which something will be done then, if it is such a job."""
        return self.body["call"] if self.task in (Task.DEED, Task.RING_OUT, Task.METER, Task.ROUTE) else None

    def to_document(self) -> dict[str, Any]:
        """Return the job as JSON-able values."""
        return {
            "id": self.id,
            "due": time_to_text(self.due),
            "task": self.task.value,
            "body": dict(self.body),
            "lane": self.lane,
            "run": self.run,
            "by": self.by,
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Job:
        """Return the job that `to_document` wrote."""
        return cls(
            document["id"],
            time_from_text(document["due"]),
            Task(document["task"]),
            document["body"],
            document["lane"],
            document["run"],
            document.get("by", ""),
        )
