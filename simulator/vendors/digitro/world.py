"""The devices and accounts of a Dígitro PBX, over the extensions and queues that a world has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from contracts.digitro.rules import ACCOUNT, DEVICE
from simulator.directory import EXTENSION, NUMBER, QUEUE
from simulator.identity import Identity
from simulator.vendor import Document
from simulator.vendors.digitro.naming import SAMPLE

# As the pages print them; every device and account begins so, that nobody has to look them up.
FIRST_PASSWORD, FIRST_ACCOUNT_PASSWORD = "4567", "1234"

# Printed devices and the extension that each stands for (where a world lacks it, another one); and the printed queue.
SAMPLE_DEVICES = {"1125000": "125", "1244000": "124", "1112000": "112"}
SAMPLE_QUEUE, SAMPLE_ACCOUNT = "1132000", "1114000"
SAMPLE_CALL, SAMPLE_OUTSIDE, SAMPLE_AT = "08/07/24 10:46:19 010A 0974/00", "4832817000", "1125000"

FIRST_QUEUE = 7001


def make(
    identity: Identity, world: Mapping[str, Mapping[str, Document]], samples: bool
) -> Mapping[str, Mapping[str, Document]]:
    """Return the records that a tenant begins with, those that the pages name among them for ``samples``.

    A device is an extension under its own number, or a queue under 7001 and so on. The printed call is one that is
    under way as soon as a command names it.
    """
    devices = {device["number"]: device for device in _devices(world, samples)}
    accounts = {number: _account(number) for number in ((SAMPLE_ACCOUNT,) if samples else ())}
    accounts |= {number: _account(number) for number in world.get(EXTENSION, {})}
    calls: dict[str, Document] = {}
    if SAMPLE_AT in devices and world.get(NUMBER):
        extension = devices[SAMPLE_AT]["extension"]
        calls[SAMPLE_CALL] = {"id": SAMPLE_CALL, "call": None, "outside": SAMPLE_OUTSIDE, "extension": extension}
    return {DEVICE: devices, ACCOUNT: accounts, SAMPLE: calls}


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
