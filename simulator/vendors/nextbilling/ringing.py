"""Ring groups and the follow-me of lines, as calls meet them: whose devices ring, in which order, and what then. Pure.

What the documents leave open is listed in ``contracts/nextbilling/SOURCES.md``.
"""

from __future__ import annotations

from collections.abc import Iterator

from contracts.nextbilling.rules import GROUP, LINE
from simulator.records import Document, Reader
from simulator.telephony.distribution import Strategy
from simulator.telephony.routing import Destination, Forwards, Group, Place, Routing
from simulator.worlds.directory import EXTENSION

# The last two are of queues, and taken under one reading (N9): a group's members then ring one after the other.
STRATEGIES = {
    "ringall": Strategy.RING_ALL,
    "linear": Strategy.LINEAR,
    "random": Strategy.RANDOM,
    "rrmemory": Strategy.ROUND_ROBIN,
    "fewestcalls": Strategy.FEWEST_CALLS,
}

# What a line says of its calls; one that says none of it leaves them to other vendors.
SAYS = {f"sigame_{when}_{what}" for when in ("always", "busy", "noanswer", "offline") for what in ("st", "dst")}
SAYS.add("max_ringtime")


def extension_of(records: Reader, line: Document) -> str | None:
    """Return the extension that a line stands for: that which it began with, else the one that its login names."""
    began: str | None = line["extension"]
    if began is not None:
        return began
    login: str = line["username"]
    return login if records.get(EXTENSION, login) is not None else None


def groups(records: Reader) -> Iterator[Group]:
    """Yield every ring group with the extensions of its lines; an inactive one has none."""
    for group in records.all(GROUP):
        members = tuple(_extensions(records, group)) if group["status"] else ()
        yield Group(str(group["id"]), group["name"], members, STRATEGIES[group["strategy"]])


def forwards(records: Reader, extension: str) -> Forwards | None:
    """Return the follow-me of the newest line of an extension; an inactive line cannot be reached."""
    # Only what was created has settings, and no login is given twice: this is the newest, if any line says anything.
    line = records.find(LINE, username=extension)
    settings = line["settings"] if line is not None else {}
    inactive = settings.get("status") == 0
    if not inactive and SAYS.isdisjoint(settings):
        return None
    return Forwards(
        always=_followed(records, settings, "always"),
        busy=_followed(records, settings, "busy"),
        no_answer=_followed(records, settings, "noanswer"),
        offline=_followed(records, settings, "offline"),
        off=inactive,
        seconds=settings.get("max_ringtime") or None,
    )


def _extensions(records: Reader, group: Document) -> Iterator[str]:
    # A line that is gone, or that no device of the PBX stands for, rings nowhere.
    for number in group["devices"]:
        line = records.get(LINE, str(number))
        extension = extension_of(records, line) if line is not None else None
        if extension is not None:
            yield extension


def _followed(records: Reader, settings: Document, when: str) -> tuple[Destination, ...]:
    """Return where calls go in a case, if that is on: an extension, else a number on the public network."""
    to = settings.get(f"sigame_{when}_dst")
    if not to or settings.get(f"sigame_{when}_st") != 1:
        return ()
    return (Destination(Place.EXTENSION if records.get(EXTENSION, to) is not None else Place.OUTSIDE, to),)


ROUTING = Routing(groups=groups, forwards=forwards)
