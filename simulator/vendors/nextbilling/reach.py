"""What a token may see and change: everything, a reseller's subscribers, or one subscriber.

It reads records and answers no request; a refusal goes back as one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from contracts.model import Confidence, Part, Severity, Violation
from contracts.nextbilling.rules import GROUP, SUBSCRIBER, number_of, record_named
from simulator.records import Document
from simulator.vendor import Problem, Received, Refusal, Work
from simulator.vendors.nextbilling.credentials import KEY, Level, level_of
from simulator.vendors.nextbilling.world import RESELLER

OWNER_FIELD = {"createRingGroup": "id_cliente", "updateRingGroup": "id_cliente", "createDevice": "customer_id"}
LISTS = ("listRingGroups", "listDevices", "listCallsOfSubscriber")


@dataclass(frozen=True, slots=True)
class Reach:
    """A token's level, and the subscriber whose it is at the lowest of them."""

    level: Level
    own: int | None

    def covers(self, subscriber: Document | None) -> bool:
        """Tell whether the token may see this subscriber (None: one that does not exist)."""
        if self.level is Level.MASTER:
            return True
        if subscriber is None:
            return False
        if self.level is Level.RESELLER:
            return bool(subscriber["reseller"] == RESELLER)
        return bool(subscriber["id"] == self.own)


def reach_of(work: Work, received: Received) -> Reach:
    """Return what the token of a request may see."""
    level = level_of(work.credentials(KEY), received.path["token"]) or Level.SUBSCRIBER
    return Reach(level, first_subscriber(work))


def first_subscriber(work: Work) -> int | None:
    """Return the subscriber who has the PBX's numbers, and the token of the lowest level."""
    return next((record["id"] for record in work.all(SUBSCRIBER)), None)


def seen(work: Work, received: Received) -> list[Document]:
    """Return the subscribers that a token may see, all of them or the one that the address names."""
    reach, wanted = reach_of(work, received), number_of(received.path.get("id"))
    found = (record for record in work.all(SUBSCRIBER) if not wanted or record["id"] == wanted)
    return [record for record in found if reach.covers(record)]


def owner_of(work: Work, received: Received) -> int | None:
    """Return the owner of what is to be created: the one named, else the subscriber whose token it is."""
    named = number_of(received.body.get(OWNER_FIELD[received.operation]))
    if named is None and reach_of(work, received).level is Level.SUBSCRIBER:
        return first_subscriber(work)
    return named


def admit(work: Work, received: Received) -> Refusal | None:
    """Refuse what the token may not see, and what only the lowest level may leave out."""
    reach = reach_of(work, received)
    for number in _named(work, received):
        if not reach.covers(work.get(SUBSCRIBER, str(number))):
            detail = f"this {reach.level} token may not see or change what is subscriber {number}'s"
            return Refusal(Problem.FORBIDDEN, detail, received.operation, switches=work.switches)
    if reach.level is Level.SUBSCRIBER:
        return None
    if received.operation == "listOwnDevices":
        return _missing(work, received, "path:id", "listDevices (informar o ID do Cliente é obrigatório)")
    if received.operation == "createDevice" and owner_of(work, received) is None:
        return _missing(work, received, "/customer_id", "manageDevices (esse campo deverá ser obrigatório)")
    return None


def _named(work: Work, received: Received) -> Iterator[int]:
    """Yield the subscribers whose things a request touches."""
    number = number_of(received.path.get("id")) if received.operation in LISTS else None
    if number:
        yield number
    body = received.body if isinstance(received.body, dict) else {}
    owner = number_of(body.get(OWNER_FIELD.get(received.operation, "")))
    if owner is not None:
        yield owner
    if received.operation in ("updateRingGroup", "removeRingGroup"):
        record = record_named(received.operation, received.body, received.query, work.readings)
        group = work.get(GROUP, str(record)) if record is not None else None
        if group is not None:
            yield group["subscriber"]


def _missing(work: Work, received: Received, pointer: str, source: str) -> Refusal:
    expected = "the id of a subscriber, which only an Assinante token may leave out"
    broken = Violation(
        clause="required",
        part=Part.REQUEST,
        pointer=pointer,
        found="nothing",
        expected=expected,
        remedy=f"send {expected}",
        source=source,
        confidence=Confidence.DOCUMENTED,
        severity=Severity.ERROR,
        keyword="required",
    )
    detail = f"{pointer}: found nothing, expected {expected}"
    return Refusal(Problem.VIOLATION, detail, received.operation, (broken,), switches=work.switches)
