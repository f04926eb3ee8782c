"""The devices and accounts of a Dígitro PBX, over the extensions and queues that a world has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from contracts.digitro.rules import ACCOUNT, DEVICE
from simulator.identity import Identity
from simulator.records import Document
from simulator.vendors.digitro.naming import SAMPLE
from simulator.vendors.digitro.samples import FIRST, OUTSIDE, PAUSING, SAMPLES, SECOND
from simulator.vendors.digitro.samples import QUEUE as SAMPLE_QUEUE
from simulator.worlds.directory import EXTENSION, NUMBER, QUEUE

# As the pages print them; every device and account begins so, that nobody has to look them up.
FIRST_PASSWORD, FIRST_ACCOUNT_PASSWORD = "4567", "1234"

# Printed devices and the extension that each stands for (where a world lacks it, another one).
SAMPLE_DEVICES = {FIRST: "125", SECOND: "124", "1112000": "112"}
SAMPLE_ACCOUNT = "1114000"

FIRST_QUEUE = 7001


def make(
    identity: Identity, world: Mapping[str, Mapping[str, Document]], samples: bool
) -> Mapping[str, Mapping[str, Document]]:
    """Return the records that a tenant begins with, those that the pages name among them for ``samples``.

    A device is an extension under its own number, or a queue under 7001 and so on. A sample call is under way as soon
    as a command names it.
    """
    devices = {device["number"]: device for device in _devices(world, samples)}
    accounts = {number: _account(number) for number in ((SAMPLE_ACCOUNT,) if samples else ())}
    accounts |= {number: _account(number) for number in world.get(EXTENSION, {})}
    calls: dict[str, Document] = {}
    if FIRST in devices and world.get(NUMBER):
        calls = {name: {"id": name, "call": None, "outside": OUTSIDE} for name in SAMPLES if _has(devices, name)}
    return {DEVICE: devices, ACCOUNT: accounts, SAMPLE: calls}


def _has(devices: Mapping[str, Document], sample: str) -> bool:
    named = {number for _, number in SAMPLES[sample]} | ({SAMPLE_QUEUE} if sample == PAUSING else set())
    return named <= devices.keys()


def _devices(world: Mapping[str, Mapping[str, Document]], samples: bool) -> Iterator[Document]:
    extensions, queues = list(world.get(EXTENSION, {})), list(world.get(QUEUE, {}))
    if samples and extensions:
        for place, (number, wanted) in enumerate(SAMPLE_DEVICES.items()):
            extension = wanted if wanted in extensions else extensions[place % len(extensions)]
            yield _device(number, extension=extension)
    if samples and queues:
        yield _device(SAMPLE_QUEUE, queue=queues[0])
    for number in extensions:
        yield _device(number, extension=number)
    for place, queue in enumerate(queues):
        yield _device(str(FIRST_QUEUE + place), queue=queue)


def _device(number: str, *, extension: str | None = None, queue: str | None = None) -> Document:
    return {"number": number, "extension": extension, "queue": queue, "password": FIRST_PASSWORD}


def _account(number: str) -> Document:
    return {"number": number, "password": FIRST_ACCOUNT_PASSWORD}
