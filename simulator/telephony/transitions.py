"""Which events a call can take in which state, and where each leads: one table. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.errors import SimulatorError
from simulator.telephony.events import Kind, State

if TYPE_CHECKING:
    from simulator.telephony.calls import Call

TRANSITIONS: dict[tuple[State, Kind], State] = {
    (State.NEW, Kind.STARTED): State.ROUTING,
    (State.NEW, Kind.SMS_SENT): State.ENDED,
    (State.NEW, Kind.SMS_RECEIVED): State.ENDED,
    (State.NEW, Kind.SMS_UNSENT): State.ENDED,
    (State.ROUTING, Kind.MENU_ENTERED): State.MENU,
    (State.ROUTING, Kind.QUEUED): State.QUEUED,
    (State.ROUTING, Kind.RINGING): State.RINGING,
    (State.ROUTING, Kind.ANSWERED): State.TALKING,  # connected without ringing, as by an attended transfer
    (State.MENU, Kind.MENU_CHOSEN): State.MENU,
    (State.MENU, Kind.DOCUMENT_TYPED): State.MENU,
    (State.MENU, Kind.ORDER_TYPED): State.MENU,
    (State.MENU, Kind.QUEUED): State.QUEUED,
    (State.MENU, Kind.RINGING): State.RINGING,
    (State.QUEUED, Kind.QUEUED): State.QUEUED,  # it moves to another queue
    (State.QUEUED, Kind.RINGING): State.RINGING,
    (State.QUEUED, Kind.PICKED_UP): State.TALKING,
    (State.RINGING, Kind.RINGING): State.RINGING,
    (State.RINGING, Kind.UNANSWERED): State.RINGING,  # Call.apply falls back when no device rings any more
    (State.RINGING, Kind.ANSWERED): State.TALKING,
    (State.RINGING, Kind.PICKED_UP): State.TALKING,
    (State.TALKING, Kind.QUEUED): State.QUEUED,  # this and the next: only while nobody of ours is in the call
    (State.TALKING, Kind.RINGING): State.RINGING,
    (State.TALKING, Kind.HELD): State.HELD,
    (State.TALKING, Kind.PARKED): State.PARKED,
    (State.TALKING, Kind.JOINED): State.TALKING,
    (State.TALKING, Kind.BROKE_IN): State.TALKING,
    (State.TALKING, Kind.LEFT): State.TALKING,
    (State.TALKING, Kind.QUEUE_CHANGED): State.TALKING,
    (State.TALKING, Kind.DIGITS_PRESSED): State.TALKING,
    (State.HELD, Kind.RESUMED): State.TALKING,
    (State.HELD, Kind.PARKED): State.PARKED,
    (State.HELD, Kind.LEFT): State.HELD,
    (State.PARKED, Kind.PICKED_UP): State.TALKING,
}

LIVE = tuple(state for state in State if state not in (State.NEW, State.ENDED))
ESTABLISHED = (State.TALKING, State.HELD)
# Where a caller is before anybody has picked up, and where both sides are: a mailbox may take over in either.
_REACHING = (State.ROUTING, State.MENU, State.QUEUED, State.RINGING)

TRANSITIONS |= {(state, Kind.ENDED): State.ENDED for state in LIVE}
TRANSITIONS |= {(state, Kind.DATA_ATTACHED): state for state in LIVE}
TRANSITIONS |= {(state, Kind.MAILBOX_REACHED): State.MAILBOX for state in (*_REACHING, *ESTABLISHED)}
TRANSITIONS |= {(state, Kind.TRANSFERRED): State.ENDED for state in ESTABLISHED}
TRANSITIONS |= {
    (state, kind): state for state in ESTABLISHED for kind in (Kind.RECORDING_STARTED, Kind.RECORDING_STOPPED)
}
# Who sends a call to a queue may preset what comes after the agent that will take it.
TRANSITIONS |= {
    (state, Kind.DESTINATION_PRESET): state for state in (State.ROUTING, State.MENU, State.QUEUED, *ESTABLISHED)
}


class ImpossibleEvent(SimulatorError):
    """A call in this state cannot take this event."""

    def __init__(self, call: Call, kind: Kind, why: str = "") -> None:
        can = sorted(kind.value for kind in call.possible)
        possible = f"it can take: {', '.join(can)}" if can else "it has ended and takes nothing more"
        super().__init__(f"call {call.id} is {call.state.value}: {kind.value} cannot happen; {why or possible}")
        self.call, self.kind, self.why = call, kind, why
