"""Who rings, who is in a call, and whose it is: read off the call's events. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from simulator.telephony.events import Event, Kind, Leg, Outcome

PICKING_UP = (Kind.ANSWERED, Kind.PICKED_UP)
# What ends the ringing of every device at once.
SILENCING = (*PICKING_UP, Kind.MAILBOX_REACHED, Kind.TRANSFERRED, Kind.ENDED)
# How somebody comes to a call.
COMING = (*PICKING_UP, Kind.JOINED, Kind.BROKE_IN)

_OUT_OF_MENU = (Kind.QUEUED, Kind.RINGING, Kind.MAILBOX_REACHED, Kind.ENDED)
# What takes every device of ours out of the call; of an internal one these leave the other party where it is.
_AWAY = (Kind.PARKED, Kind.MAILBOX_REACHED)
_MOVING = {*COMING, Kind.LEFT, *_AWAY, Kind.TRANSFERRED, Kind.ENDED, Kind.SMS_SENT, Kind.SMS_RECEIVED, Kind.SMS_UNSENT}


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


def present(events: Sequence[Event], dialler: str | None, *, internal: bool = False) -> tuple[str, ...]:
    """Return the extensions that are connected now, in the order in which they came; ``dialler`` began the call.

    In an ``internal`` call one of them is the other party, who stays when the call is parked or a mailbox takes it.
    """
    here: dict[str, None] = {dialler: None} if dialler else {}
    for event in events:
        if event.kind in _MOVING:
            _move(here, event, internal)
    return tuple(here)


def talked(
    events: Sequence[Event], dialler: str | None, since: datetime, upto: datetime, *, internal: bool = False
) -> Iterator[tuple[str, datetime, datetime]]:
    """Yield from when to when each extension was in the talk that went from ``since`` to ``upto``."""
    here: dict[str, None] = {dialler: None} if dialler else {}
    last = events[0].at
    for event in events:
        for extension in here:
            yield extension, min(max(last, since), upto), max(min(event.at, upto), since)
        last = event.at
        if event.kind in _MOVING:
            _move(here, event, internal)


def outsider(events: Sequence[Event]) -> str | None:
    """Return the outside number that has a call which was forwarded there; None when nobody has picked up there."""
    taken = next((event for event in reversed(events) if event.kind in PICKING_UP), None)
    if taken is None or taken.extension is not None:
        return None
    rang = (e.digits for e in reversed(events[: taken.number]) if e.kind is Kind.RINGING and not e.extension)
    return next(rang, None)


def came(events: Sequence[Event]) -> bool:
    """Tell whether an extension ever came to the call."""
    return any(e.extension for e in events if e.kind in COMING)


def took_part(events: Sequence[Event], dialler: str | None) -> tuple[str, ...]:
    """Return each extension that dialled, was alerted, or was in the call, in that order."""
    others = (e.extension for e in events if e.kind in (Kind.RINGING, *COMING))
    return tuple(dict.fromkeys(extension for extension in (dialler, *others) if extension))


def _move(here: dict[str, None], event: Event, internal: bool) -> None:
    if event.kind in COMING:
        if event.extension:
            here[event.extension] = None
    elif event.kind is Kind.LEFT:
        here.pop(event.extension or "", None)
    else:
        stays = internal and event.kind in _AWAY
        other = next((extension for extension in here if extension != event.extension), None) if stays else None
        here.clear()
        if other is not None:
            here[other] = None


def agent(events: Sequence[Event], dialler: str | None) -> str | None:
    """Return the extension that is talking, or talked last; else the one alerted last; else the ``dialler``."""
    rang: str | None = None
    stayed: str | None = None  # who came to a conference first, of those who did not leave it
    left: set[str] = set()
    for event in reversed(events):
        kind, extension = event.kind, event.extension
        if not extension:
            if kind in PICKING_UP and rang is None:
                break  # an outside party has the call: who rang before has not
            continue
        if kind in PICKING_UP:
            return stayed if stayed and extension in left else extension
        if kind is Kind.LEFT:
            left.add(extension)
        elif kind in COMING and extension not in left:
            stayed = extension
        elif kind is Kind.RINGING:
            rang = rang or extension
    return stayed if stayed and dialler in left else rang or dialler


def menus(events: Sequence[Event]) -> Iterator[tuple[datetime, datetime]]:
    """Yield from when to when the IVR had the call, as far as it has let it go."""
    since = None
    for event in events:
        if event.kind is Kind.MENU_ENTERED:
            since = event.at
        elif since and event.kind in _OUT_OF_MENU:
            yield since, event.at
            since = None


def legs(events: Sequence[Event]) -> tuple[Leg, ...]:
    """Return each device that was alerted, in order, with how it came out."""
    return tuple(_leg(events, e) for e in events if e.kind is Kind.RINGING and e.extension)


def _leg(events: Sequence[Event], offered: Event) -> Leg:
    for event in events[offered.number :]:
        same = event.extension == offered.extension
        if event.kind in PICKING_UP:
            outcome = Outcome.ANSWERED if same else Outcome.MISSED
            return Leg(offered.extension or "", offered.at, outcome, event.at if same else None)
        if event.kind in SILENCING or (event.kind is Kind.UNANSWERED and same):
            return Leg(offered.extension or "", offered.at, Outcome.MISSED)
    return Leg(offered.extension or "", offered.at, Outcome.RINGING)
