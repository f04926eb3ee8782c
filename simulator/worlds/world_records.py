"""From the lists of a well-shaped world to records, and what a schema cannot say of them.

Pure: duplicates, telephone numbers of the plan, names of records that must exist. Places are JSON pointers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from contracts.nearness import nearest
from contracts.pointers import join
from simulator.records import Document
from simulator.telephony.phones import international, kind, national
from simulator.worlds.directory import (
    COMPANY,
    CUSTOMER,
    EXTENSION,
    KEYS,
    NUMBER,
    QUEUE,
    USER,
    Company,
    Customer,
    Extension,
    Number,
    Queue,
    User,
)
from simulator.worlds.world_shape import Problem

World = Mapping[str, Mapping[str, Document]]  # kind to key to record, in the order given
Places = dict[tuple[str, str], str]  # kind and key to JSON pointer

LISTS = {
    "companies": COMPANY,
    "users": USER,
    "extensions": EXTENSION,
    "customers": CUSTOMER,
    "numbers": NUMBER,
    "queues": QUEUE,
}

# What is looked up by itself: no two records of one list may share it, unless it is empty.
_UNIQUE = {kind_: (key,) for kind_, key in KEYS.items()} | {
    USER: ("id", "internal_id"),
    CUSTOMER: ("id", "code"),
}

# Fields that name records of another kind.
_REFERENCES = {EXTENSION: {"user": USER, "company": COMPANY}, QUEUE: {"extensions": EXTENSION}}

_FIELDS: dict[str, tuple[str, ...]] = {
    COMPANY: tuple(Company.__annotations__),
    USER: tuple(User.__annotations__),
    EXTENSION: tuple(Extension.__annotations__),
    CUSTOMER: tuple(Customer.__annotations__),
    NUMBER: tuple(Number.__annotations__),
    QUEUE: tuple(Queue.__annotations__),
}

# What a field that was left out is taken for.
_DEFAULTS: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    COMPANY: lambda given: {"document": ""},
    USER: lambda given: {"email": "", "internal_id": ""},
    EXTENSION: lambda given: {"name": given["number"]},
    CUSTOMER: lambda given: {"code": given["id"], "document": "", "email": ""},
    NUMBER: lambda given: {"kind": str(kind(given["number"]))},
    QUEUE: lambda given: {},
}


def take_in(value: Mapping[str, Any], records: dict[str, dict[str, Document]], places: Places) -> Iterator[Problem]:
    """Add the records of a well-shaped world to ``records`` and ``places``; yield what is wrong with them."""
    for plural, record_kind in LISTS.items():
        seen: dict[tuple[str, str], str] = {}
        for index, given in enumerate(value.get(plural, ())):
            place = join((plural, index))
            yield from _phone_problems(record_kind, given, place)
            record = _completed(record_kind, given)
            for name in _UNIQUE[record_kind]:
                first = seen.setdefault((name, record[name]), place) if record[name] else place
                if first != place:
                    yield place, f"{name} {record[name]!r} is that of {first} too: give it one of its own"
                    break
            key = record[KEYS[record_kind]]
            records[record_kind][key], places[record_kind, key] = record, place


def dangling(world: World, own: World, places: Mapping[tuple[str, str], str]) -> Iterator[Problem]:
    """Yield where a record of ``own`` names one that ``world`` does not have."""
    for record_kind, fields in _REFERENCES.items():
        for key, record in own.get(record_kind, {}).items():
            for name, target in fields.items():
                for place, wanted in _named(record.get(name), f"{places.get((record_kind, key), '')}/{name}"):
                    if wanted not in world[target]:
                        hint = nearest(wanted, world[target])
                        yield place, f"there is no {target} {wanted!r}: add it, or name another; {hint}"


def _named(given: Any, place: str) -> Iterator[tuple[str, str]]:
    if isinstance(given, list):
        yield from ((f"{place}/{index}", wanted) for index, wanted in enumerate(given))
    elif given is not None:
        yield place, given


def _phone_problems(record_kind: str, given: Mapping[str, Any], place: str) -> Iterator[Problem]:
    if record_kind == CUSTOMER:
        for spot, phone in _named(given["phones"], f"{place}/phones"):
            if kind(phone) is None:
                yield spot, _outside_the_plan(phone)
    if record_kind == NUMBER:
        found = kind(given["number"])
        if found is None:
            yield f"{place}/number", _outside_the_plan(given["number"])
        elif given.get("kind", found) != found:
            yield f"{place}/kind", f"{given['number']!r} is {found}, not {given['kind']}: leave kind out"


def _outside_the_plan(phone: str) -> str:
    return (
        f"{phone!r} is no Brazilian number: expected an area code (such as 11) and 9 digits beginning with 9 "
        "(mobile) or 8 beginning with 2 to 5 (landline), or 0800 and 7 digits; correct it"
    )


def _completed(record_kind: str, given: Mapping[str, Any]) -> Document:
    whole = {**_DEFAULTS[record_kind](given), **given}
    if record_kind == CUSTOMER:
        whole["phones"] = [national(phone) for phone in given["phones"]]
    if record_kind == NUMBER:
        whole["number"] = international(given["number"])
    return {name: whole[name] for name in _FIELDS[record_kind] if name in whole}
