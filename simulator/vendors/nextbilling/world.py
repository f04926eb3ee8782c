"""What a tenant's NextBilling has at first: two subscribers, a line for each extension, and a ring group.

Pure. The first subscriber is the reseller's and has the PBX's extensions; the other is the platform's own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import count, islice

from contracts.nextbilling.rules import GROUP, LINE, SUBSCRIBER
from simulator.identity import Identity
from simulator.records import Document
from simulator.worlds import directory

RESELLER = "1"
NAME = "Ramais Recepção"

# What the documents' samples name: a subscriber with lines and a group of four, and another with one line.
SAMPLE_LINES = (1, 3, 4, 5, 6, 9, 19, 23)
SAMPLE_GROUP, SAMPLE_MEMBERS = 4, (1, 4, 19, 23)
SAMPLE_OWNERS, SAMPLE_OTHER_LINE = (9, 3), 366

Records = Mapping[str, Mapping[str, Document]]


def make(identity: Identity, world: Records, samples: bool) -> Records:
    """Return subscribers, lines and groups by kind and key."""
    first, second = SAMPLE_OWNERS if samples else (1, 2)
    companies = [str(company["name"]) for company in world.get(directory.COMPANY, {}).values()]
    lines = list(_lines(world, first, samples))
    members = SAMPLE_MEMBERS if samples else tuple(line["id"] for line in lines[:4])
    group = {
        "id": SAMPLE_GROUP if samples else 1,
        "subscriber": first,
        "name": NAME,
        "strategy": "linear",
        "devices": list(members),
        "status": 1,
    }
    last = SAMPLE_OTHER_LINE if samples else len(lines) + 1
    lines.append(line(last, second, "fernando9000"))
    subscribers = (
        {"id": first, "name": companies[0] if companies else "ASSINANTE", "reseller": RESELLER},
        {"id": second, "name": "NEXTBILLING", "reseller": ""},
    )
    return {SUBSCRIBER: _keyed(subscribers), LINE: _keyed(lines), GROUP: _keyed([group])}


def line(number: int, owner: int, username: str, extension: str | None = None, area: str = "5521") -> Document:
    """Return the record of a line; ``settings`` holds what was said of it beside that, by the names of the wire."""
    return {
        "id": number,
        "subscriber": owner,
        "username": username,
        "extension": extension,
        "area": area,
        "settings": {},
    }


def _lines(world: Records, owner: int, samples: bool) -> Iterator[Document]:
    extensions = list(world.get(directory.EXTENSION, {}))
    number = next(iter(world.get(directory.NUMBER, {})), "")
    area = number[:4] if number.startswith("55") else "5521"
    wanted = max(len(extensions), len(SAMPLE_LINES)) if samples else len(extensions)
    for place, key in enumerate(islice(_ids(samples), wanted)):
        extension = extensions[place] if place < len(extensions) else None
        yield line(key, owner, f"ramal{extension or key}", extension, area)


def _ids(samples: bool) -> Iterator[int]:
    if not samples:
        yield from count(1)
    yield from SAMPLE_LINES
    yield from (number for number in count(SAMPLE_LINES[-1] + 1) if number != SAMPLE_OTHER_LINE)


def _keyed(records: tuple[Document, ...] | list[Document]) -> dict[str, Document]:
    return {str(record["id"]): record for record in records}
