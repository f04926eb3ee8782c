"""Ring groups: list, create, change, remove. Handlers are plain functions of a unit of work and a checked request."""

from __future__ import annotations

from typing import Any

from contracts.nextbilling.rules import GROUP, number_of, record_named
from simulator.records import Document
from simulator.vendor import Received, Reply, Work
from simulator.vendors.nextbilling.reach import owner_of, seen

OK = {"error": 0, "reason": "OK"}

# What is made at run time has ids beyond these, and no id is given twice.
FIRST_GROUP = 100

# A field of the wire, and what the record calls it.
FIELDS = {"id_cliente": "subscriber", "descricao": "name", "strategy": "strategy", "status": "status"}


def list_groups(work: Work, received: Received) -> Reply:
    """List the groups of the subscribers that the token may see, or of one of them."""
    owners = {subscriber["id"] for subscriber in seen(work, received)}
    numbers = work.readings.get("N11") == "numbers"
    found = [_listed(group, numbers) for group in work.all(GROUP) if group["subscriber"] in owners]
    return Reply(200, {**OK, "records": len(found), "data": found})


def create_group(work: Work, received: Received) -> Reply:
    """Create a group; without a status it is active."""
    number = new_id(work, GROUP, FIRST_GROUP)
    blank = {"id": number, "subscriber": owner_of(work, received), "status": 1}
    work.put(GROUP, str(number), {**blank, **_named(received.body)})
    return Reply(200, {**OK, "new_record": number})


def update_group(work: Work, received: Received) -> Reply:
    """Change what is named of a group; under one reading a request that names no group creates one."""
    number = record_named(received.operation, received.body, received.query, work.readings)
    if number is None:
        return create_group(work, received)
    group = work.get(GROUP, str(number)) or {}
    work.put(GROUP, str(number), {**group, **_named(received.body)})
    return Reply(200, OK)


def remove_group(work: Work, received: Received) -> Reply:
    """Remove a group."""
    number = record_named(received.operation, received.body, received.query, work.readings)
    work.remove(GROUP, str(number))
    return Reply(200, OK)


def new_id(work: Work, kind: str, first: int) -> int:
    """Return an id beyond ``first`` that no record of this kind has or had."""
    while True:
        number = first + work.next_number(kind)
        if work.get(kind, str(number)) is None:
            return number


def plain(value: Any) -> Any:
    """Return a value of a body as a record keeps it: a whole number as such, however it was written (1.0)."""
    return value if isinstance(value, str | bool) or number_of(value) is None else number_of(value)


def _named(body: dict[str, Any]) -> dict[str, Any]:
    named = {FIELDS[field]: plain(value) for field, value in body.items() if field in FIELDS}
    if "devices" in body:
        named["devices"] = [number_of(device) for device in body["devices"]]
    return named


def _listed(group: Document, numbers: bool) -> dict[str, Any]:
    number = int if numbers else str
    return {
        "id": number(group["id"]),
        "id_cliente": number(group["subscriber"]),
        "descricao": group["name"],
        "strategy": group["strategy"],
        "devices": list(group["devices"]),
        "status": number(group["status"]),
    }
