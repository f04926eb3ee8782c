"""Whom a call is made to, whether it can come to nothing there, and with whom it goes on after a transfer. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.telephony.attending import outsider
from simulator.telephony.events import Cause, Direction, Facts, Party, State

if TYPE_CHECKING:
    from simulator.telephony.calls import Call

# How a call ends that did not get through to whom it was made to.
UNREACHED = frozenset({Cause.BUSY, Cause.REFUSED, Cause.MACHINE})


def called(call: Call) -> Party:
    """Return whom a call is made to: one that goes on after a transfer has its outside party already."""
    dialled = call.direction is Direction.OUTBOUND and call.origin is None
    return Party.OUTSIDE if dialled else Party.INSIDE


def why_not_unreached(call: Call, facts: Facts) -> str:
    """Return why a call cannot end so (``cause`` and ``by`` of the facts) as it stands, or "".

    The PBX itself may say of any call that it got through to nobody.
    """
    cause = facts.get("cause")
    if cause not in UNREACHED:
        return ""
    if call.answered is not None:
        return "the called party has answered: hang up"
    if call.state is State.MAILBOX:
        return "a mailbox has answered: hang up"
    if cause is Cause.MACHINE and called(call) is not Party.OUTSIDE:
        return "nobody outside was dialled whose machine could answer; a mailbox of ours is voicemail"
    if facts.get("by") is not Party.SYSTEM and not _may_refuse(call, cause):
        return "nobody rings who could refuse: let a device ring first, or hang up"
    return ""


def _may_refuse(call: Call, cause: Cause | None) -> bool:
    """Tell whether there is somebody who is busy or refuses: of ours, one that rings, or a line that is engaged."""
    at_once = cause is Cause.BUSY and call.state is State.ROUTING
    return called(call) is Party.OUTSIDE or call.state is State.RINGING or at_once


def goes_on(call: Call, to: str | None, by: str | None) -> tuple[Direction, str, str | None] | None:
    """Return how a call goes on that ``by`` (None: its agent) transfers: which way, with whom outside, whom of ours.

    Of a call between two of ours the other one goes on; None when nobody does, or ``to`` is that one itself.
    """
    if call.direction is not Direction.INTERNAL:
        return call.direction, call.outside, None
    outside = outsider(call.events)
    if outside is not None:
        return Direction.OUTBOUND, outside, None
    by = by or (call.agent if call.agent in call.present else next(reversed(call.present), None))
    stays = next((extension for extension in call.present if extension != by), None)
    if by is None or stays in (None, to):
        return None
    return call.direction, to or by, stays
