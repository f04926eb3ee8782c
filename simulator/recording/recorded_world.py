"""Writes the records that recorded calls name as a world of their own, masked. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from simulator.recording.masks import Masks
from simulator.telephony.calls import Call, Direction
from simulator.telephony.events import Party
from simulator.telephony.phones import national
from simulator.worlds.baseline import EXTENSIONS, QUEUES
from simulator.worlds.directory import CUSTOMER, EXTENSION, KINDS, NUMBER, QUEUE, USER
from simulator.worlds.people import MAIL_DOMAINS

Records = Mapping[str, Sequence[Mapping[str, Any]]]
Written = dict[str, list[dict[str, Any]]]

# What is made up has ids and codes of its own, from here.
_FIRST_CUSTOMER, _FIRST_CODE = 70001, 7001
_BASELINE = frozenset(map(str, EXTENSIONS))


def world(calls: Sequence[Call], records: Records, masks: Masks) -> Written:
    """Return a world over the baseline in which these calls can happen, as a world file has it.

    Extension numbers and the names of queues stay, since steps name them; those of the baseline are not repeated.
    """
    queues = [q for q in records.get(QUEUE, ()) if q["name"] in set(_queues(calls)) and not _in_baseline(q)]
    wanted = {*_devices(calls), *(str(number) for queue in queues for number in queue["extensions"])}
    devices = [e for e in records.get(EXTENSION, ()) if e["number"] in wanted and e["number"] not in _BASELINE]
    users = {user["id"]: user for user in records.get(USER, ())}
    people = dict.fromkeys(device["user"] for device in devices if device.get("user") in users)
    ids = {key: f"user{number}" for number, key in enumerate(people, 1)}
    # An internal call is on no line of ours: it has the extension's number there.
    lines = {call.line for call in calls if call.direction is not Direction.INTERNAL}
    # In the world's own order: the first is the one by which calls come that name none.
    ordered = dict.fromkeys([*(n["number"] for n in records.get(NUMBER, ()) if n["number"] in lines), *sorted(lines)])
    written: Written = {
        "users": [{"id": ids[key], **_person(users[key], masks)} for key in people],
        "extensions": [_extension(device, ids, masks) for device in devices],
        "customers": list(_customers(calls, records, masks)),
        "numbers": [{"number": masks.line(line)} for line in ordered],
        "queues": [{"name": queue["name"], "extensions": list(queue["extensions"])} for queue in queues],
    }
    return {kind: entries for kind, entries in written.items() if entries}


def private(records: Records) -> Iterator[str]:
    """Yield every phone, document and address of a world: no made-up value may equal one."""
    yield from (str(record["number"]) for record in records.get(NUMBER, ()))
    for record in (record for kind in KINDS for record in records.get(kind, ())):
        yield from (str(record[name]) for name in ("document", "email") if record.get(name))
        yield from record.get("phones", ())


def staying(records: Records) -> Iterator[str]:
    """Yield what is written as it is, since steps and the world name it: extensions, queues, who hung up, and mail."""
    yield from (str(record["number"]) for record in records.get(EXTENSION, ()))
    yield from (str(record["name"]) for record in records.get(QUEUE, ()))
    yield from (side.value for side in Party)
    yield from (word for domain in MAIL_DOMAINS for word in domain.split("."))


def people(records: Records) -> Iterator[str]:
    """Yield the name of everybody in a world."""
    for record in (record for kind in (CUSTOMER, USER, EXTENSION) for record in records.get(kind, ())):
        if record.get("name"):
            yield record["name"]


def _in_baseline(queue: Mapping[str, Any]) -> bool:
    return list(map(str, QUEUES.get(queue["name"], ()))) == list(queue["extensions"])


def _devices(calls: Sequence[Call]) -> Iterator[str]:
    for call in calls:
        yield from (device for device in (call.extension, *(e.extension for e in call.events)) if device)


def _queues(calls: Sequence[Call]) -> Iterator[str]:
    yield from (event.queue for call in calls for event in call.events if event.queue)


def _person(record: Mapping[str, Any], masks: Masks) -> dict[str, Any]:
    person = {"name": masks.name(record["name"])}
    return person | ({"email": masks.email(record["email"])} if record.get("email") else {})


def _extension(record: Mapping[str, Any], ids: Mapping[str, str], masks: Masks) -> dict[str, Any]:
    named = {"name": masks.name(record["name"])} if record.get("name") else {}
    user = {"user": ids[record["user"]]} if record.get("user") in ids else {}
    return {"number": record["number"], **named, **user}


def _customers(calls: Sequence[Call], records: Records, masks: Masks) -> Iterator[dict[str, Any]]:
    phones = {national(call.outside) for call in calls}
    called = (c for c in records.get(CUSTOMER, ()) if phones & {national(phone) for phone in c["phones"]})
    for number, customer in enumerate(called):
        document = {"document": masks.number(customer["document"])} if customer.get("document") else {}
        yield {
            "id": str(_FIRST_CUSTOMER + number),
            "code": str(_FIRST_CODE + number),
            **_person(customer, masks),
            **document,
            "phones": [masks.phone(phone) for phone in customer["phones"]],
        }
