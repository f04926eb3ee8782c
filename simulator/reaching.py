"""Whom a call is made to, and whether it can still come to nothing there. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.events import Cause, Direction, Party, State

if TYPE_CHECKING:
    from simulator.calls import Call

# How a call ends that did not get through to whom it was made to.
UNREACHED = frozenset({Cause.BUSY, Cause.REFUSED, Cause.MACHINE})


def called(call: Call) -> Party:
    """Return whom a call is made to: one that goes on after a transfer has its outside party already."""
    dialled = call.direction is Direction.OUTBOUND and call.origin is None
    return Party.OUTSIDE if dialled else Party.INSIDE


def why_not_unreached(call: Call, cause: Cause | None) -> str:
    """Return why a call cannot end for this cause as it stands, or ""."""
    if cause not in UNREACHED:
        return ""
    if call.answered is not None:
        return "the called party has answered: hang up"
    if call.state is State.MAILBOX:
        return "a mailbox has answered: hang up"
    if cause is Cause.MACHINE and called(call) is not Party.OUTSIDE:
        return "nobody outside was dialled whose machine could answer; a mailbox of ours is voicemail"
    return ""
