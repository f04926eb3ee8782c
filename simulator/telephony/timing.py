"""How long the parts of a call lasted, in whole seconds, and from when on it is paid for. Pure.

Every end is cut to whole seconds from the start of the call, so that the parts add up to the whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from simulator.telephony import attending
from simulator.telephony.events import Direction, Event, Kind, Party
from simulator.telephony.reaching import called

if TYPE_CHECKING:
    from simulator.telephony.calls import Call


def second(call: Call, at: datetime) -> int:
    """Return how many whole seconds after the start of a call a time is."""
    return int((at - call.events[0].at).total_seconds())


def conversation(call: Call) -> datetime | None:
    """Return when both parties were there: whom a dialler reached waits for somebody to talk to first."""
    came = [event for event in call.events if event.kind in attending.COMING]
    dialler = call.direction is Direction.OUTBOUND and call.extension is None and call.origin is None
    alone = dialler and came and came[0].extension is None
    return next((event.at for event in came[1 if alone else 0 :]), None)


def connecting(call: Call) -> Event | None:
    """Return the event by which the line to the outside party was put through, from which on it is charged.

    That is the first answer, whoever waits or talks then; a mailbox of ours answers who called us.
    """
    kinds = attending.PICKING_UP if called(call) is Party.OUTSIDE else (*attending.PICKING_UP, Kind.MAILBOX_REACHED)
    return next((event for event in call.events if event.kind in kinds), None)


def charged(call: Call, upto: datetime | None) -> int:
    """Return for how many seconds the line to the outside party has been put through at a time; 0 without one."""
    since = connecting(call)
    return second(call, upto) - second(call, since.at) if since and upto else 0


def talk(call: Call) -> int:
    """Return the seconds from when both were there to the end or the mailbox, holds included; 0 while it goes on."""
    since = conversation(call)
    return second(call, call.ended) - second(call, since) - in_mailbox(call) if since and call.ended else 0


def talked(call: Call) -> Mapping[str, int]:
    """Return the seconds that each extension of ours had of the talk, in the order in which they came to it."""
    since = conversation(call)
    if not (since and call.ended):
        return {}
    upto = _mailbox(call) or call.ended
    spent: dict[str, int] = {}
    own, ours = call.extension, call.between_ours
    for extension, first, last in attending.talked(call.events, own, since, upto, internal=ours):
        spent[extension] = spent.get(extension, 0) + second(call, last) - second(call, first)
    return spent


def in_menu(call: Call) -> int:
    """Return the seconds that went to the IVR, so far."""
    return sum(second(call, upto) - second(call, since) for since, upto in attending.menus(call.events))


def in_mailbox(call: Call) -> int:
    """Return the seconds that a mailbox had of a call; 0 while it goes on."""
    since = _mailbox(call)
    return second(call, call.ended) - second(call, since) if since and call.ended else 0


def waiting(call: Call) -> int:
    """Return the seconds of waiting for somebody to talk to: all but menu and mailbox, up to the talk or the end."""
    since = conversation(call)
    upto = since or call.ended
    return second(call, upto) - in_menu(call) - (0 if since else in_mailbox(call)) if upto else 0


def _mailbox(call: Call) -> datetime | None:
    return next((event.at for event in call.events if event.kind is Kind.MAILBOX_REACHED), None)
