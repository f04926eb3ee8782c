"""Who rings, who is in a call, and whose it is: read off the call's events. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from simulator.events import Event, Kind

PICKING_UP = (Kind.ANSWERED, Kind.PICKED_UP)
# What ends the ringing of every device at once.
SILENCING = (*PICKING_UP, Kind.MAILBOX_REACHED, Kind.TRANSFERRED, Kind.ENDED)

_COMING = (*PICKING_UP, Kind.JOINED, Kind.BROKE_IN)
# What takes every device of ours out of the call.
_LEAVING = (Kind.PARKED, Kind.MAILBOX_REACHED, Kind.TRANSFERRED, Kind.ENDED, Kind.SMS_SENT, Kind.SMS_RECEIVED)


def alerted(events: Sequence[Event]) -> tuple[str, ...]:
    """Return the extensions that ring now, oldest first."""
    ringing: dict[str, None] = {}
    for event in events:
        kind = event.kind
        if kind is Kind.RINGING and event.extension:
            ringing[event.extension] = None
        elif not ringing:
            continue
        elif kind is Kind.UNANSWERED and event.extension:
            ringing.pop(event.extension, None)
        elif kind in SILENCING:
            ringing.clear()
    return tuple(ringing)


def present(events: Sequence[Event], dialler: str | None) -> tuple[str, ...]:
    """Return the extensions that are connected now, in the order in which they came; ``dialler`` began the call."""
    here: dict[str, None] = {dialler: None} if dialler else {}
    for event in events:
        kind = event.kind
        if event.extension and kind in _COMING:
            here[event.extension] = None
        elif not here:
            continue
        elif kind is Kind.LEFT:
            here.pop(event.extension or "", None)
        elif kind in _LEAVING:
            here.clear()
    return tuple(here)


def agent(events: Sequence[Event], dialler: str | None) -> str | None:
    """Return the extension that is talking, or talked last; else the one alerted last; else the ``dialler``."""
    rang: str | None = None
    stayed: str | None = None  # who came to a conference first, of those who did not leave it
    left: set[str] = set()
    for event in reversed(events):
        kind, extension = event.kind, event.extension
        if not extension:
            continue
        if kind in PICKING_UP:
            return stayed if stayed and extension in left else extension
        if kind is Kind.LEFT:
            left.add(extension)
        elif kind in _COMING and extension not in left:
            stayed = extension
        elif kind is Kind.RINGING:
            rang = rang or extension
    return stayed if stayed and dialler in left else rang or dialler
