"""The devices and accounts of a Dígitro PBX, over the extensions and queues that a world has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from itertools import count, cycle

from contracts.digitro.rules import ACCOUNT, ALIAS, DEVICE
from simulator.identity import Identity
from simulator.records import Document
from simulator.vendors.digitro.naming import SAMPLE
from simulator.vendors.digitro.samples import FIRST, OUTSIDE, PAUSING, SAMPLES, SECOND
from simulator.vendors.digitro.samples import QUEUE as SAMPLE_QUEUE
from simulator.worlds.directory import EXTENSION, NUMBER, QUEUE

# As the pages print them; every device and account begins so, that nobody has to look them up.
FIRST_PASSWORD, FIRST_ACCOUNT_PASSWORD = "4567", "1234"

# Printed devices and the extension that each stands for (where a world lacks it, another one). A client that follows
# the pages knows the device by that number, so it is told of by no other.
SAMPLE_DEVICES = {FIRST: "125", SECOND: "124", "1112000": "112"}
SAMPLE_ACCOUNT = "1114000"

FIRST_QUEUE = 7001


def make(
    identity: Identity, world: Mapping[str, Mapping[str, Document]], samples: bool
) -> Mapping[str, Mapping[str, Document]]:
    """Return the records that a tenant begins with, those that the pages name among them for ``samples``.

    An extension is one device, under its own number, and a queue is one, under 7001 and so on; for ``samples`` some
    are under the number that the pages print, and those of their own are further names. A sample call is under way as
    soon as a command names it.
    """
    devices, aliases = _named(_devices(world, samples))
    accounts = {number: _account(number) for number in ((SAMPLE_ACCOUNT,) if samples else ())}
    accounts |= {number: _account(number) for number in world.get(EXTENSION, {})}
    calls: dict[str, Document] = {}
    known = {*devices, *aliases}
    if FIRST in known and world.get(NUMBER):
        calls = {name: {"id": name, "call": None, "outside": OUTSIDE} for name in SAMPLES if _has(known, name)}
    return {DEVICE: devices, ALIAS: aliases, ACCOUNT: accounts, SAMPLE: calls}


def _has(known: Set[str], sample: str) -> bool:
    named = {number for _, number in SAMPLES[sample]} | ({SAMPLE_QUEUE} if sample == PAUSING else set())
    return named <= known


def _named(numbered: Iterable[Document]) -> tuple[dict[str, Document], dict[str, Document]]:
    """Return the devices, each under the first of its numbers, and which device each further number names."""
    devices: dict[str, Document] = {}
    aliases: dict[str, Document] = {}
    firsts: dict[tuple[str, str], str] = {}
    for device in numbered:
        number = device["number"]
        first = firsts.setdefault((device["extension"], device["queue"]), number)
        if first == number:
            devices[number] = device
        else:
            aliases[number] = {"number": number, "device": first}
    return devices, aliases


def _devices(world: Mapping[str, Mapping[str, Document]], samples: bool) -> Iterator[Document]:
    """Yield every number under which there is a device, those first by which it is told of."""
    extensions, queues = list(world.get(EXTENSION, {})), list(world.get(QUEUE, {}))
    if samples and extensions:
        for number, extension in _printed(extensions):
            yield _device(number, extension=extension)
    if samples and queues and SAMPLE_QUEUE not in extensions:
        yield _device(SAMPLE_QUEUE, queue=queues[0])
    for number in extensions:
        yield _device(number, extension=number)
    free = (number for number in map(str, count(FIRST_QUEUE)) if number not in extensions)
    for queue, number in zip(queues, free, strict=False):
        yield _device(number, queue=queue)


def _printed(extensions: Sequence[str]) -> Iterator[tuple[str, str]]:
    others = cycle([e for e in extensions if e not in SAMPLE_DEVICES.values()] or extensions)
    for number, wanted in SAMPLE_DEVICES.items():
        extension = wanted if wanted in extensions else next(others)
        if number not in extensions:
            yield number, extension


def _device(number: str, *, extension: str | None = None, queue: str | None = None) -> Document:
    return {"number": number, "extension": extension, "queue": queue, "password": FIRST_PASSWORD}


def _account(number: str) -> Document:
    return {"number": number, "password": FIRST_ACCOUNT_PASSWORD}
