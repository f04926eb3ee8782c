"""Ring groups, as calls meet them: whose devices ring, and in which order. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from contracts.nextbilling.rules import GROUP, LINE
from simulator.distribution import Strategy
from simulator.routing import Group, Routing
from simulator.vendor import Document, Reader

# The last two are of queues, and taken under one reading (N9): a group's members then ring one after the other.
STRATEGIES = {
    "ringall": Strategy.RING_ALL,
    "linear": Strategy.LINEAR,
    "random": Strategy.RANDOM,
    "rrmemory": Strategy.ROUND_ROBIN,
    "fewestcalls": Strategy.FEWEST_CALLS,
}


def groups(records: Reader) -> Iterator[Group]:
    """Yield every ring group with the extensions of its lines; an inactive one has none."""
    for group in records.all(GROUP):
        members = tuple(_extensions(records, group)) if group["status"] else ()
        yield Group(str(group["id"]), group["name"], members, STRATEGIES[group["strategy"]])


def _extensions(records: Reader, group: Document) -> Iterator[str]:
    # A line that is gone, or that no device of the PBX stands for, rings nowhere.
    for number in group["devices"]:
        line = records.get(LINE, str(number))
        if line is not None and line["extension"] is not None:
            yield line["extension"]


ROUTING = Routing(groups=groups)
