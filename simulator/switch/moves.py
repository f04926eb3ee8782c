"""Moves that are more than one event: a hang-up that passes the caller on, transfers, a swap of two calls.

Each works inside a transaction and returns the call that matters then, with the run.
"""

from __future__ import annotations

from simulator.errors import SimulatorError
from simulator.switch.entering import enter
from simulator.switch.pbx import Pbx
from simulator.telephony.calls import Call, Cause, Direction, Event, ImpossibleEvent, Kind, Party, State
from simulator.telephony.reaching import goes_on
from simulator.telephony.transitions import ESTABLISHED
from simulator.tenancy.runs import Run
from simulator.tenancy.transactions import Transaction
from simulator.worlds.directory import EXTENSION, QUEUE

Moved = tuple[Call, Run | None]


def hang_up(
    pbx: Pbx, tx: Transaction, key: str, by: Party, *, extension: str | None = None, run: Run | None = None
) -> Moved:
    """End a call for this party. When the agent leaves a call with a preset destination, the other party goes on there.

    ``extension`` is who of ours hangs up (none: the agent, and all of ours with it); while others of ours talk or ring
    on, it only leaves, and a call of a queue waits there for the next. Returns the call that is over, or was left.
    Raises UnknownCall or ImpossibleEvent.
    """
    call = tx.take_up(key)
    own = extension if by is Party.INSIDE else None
    if own is not None and _goes_on_without(call, own):
        return pbx.happen(tx, key, Kind.LEFT, run=run, extension=own)
    if own in call.alerted and (len(call.alerted) > 1 or call.queue is not None):
        return pbx.happen(tx, key, Kind.UNANSWERED, run=run, extension=own)
    preset = call.afterwards
    if by is Party.INSIDE and preset is not None and _is_there(tx, preset) and _acts(call, preset, own):
        name = run.name_after(key) if run else ""
        new, run = pbx.transfer(tx, key, preset.extension, queue=preset.queue, by=extension, run=run, name=name)
        if preset.queue is not None:
            _, run = enter(pbx, tx, new.id, preset.queue, run=run)
        else:
            _, run = pbx.happen(tx, new.id, Kind.RINGING, run=run, extension=preset.extension)
        return tx.known_call(key), run
    refused = own in call.alerted and call.answered is None
    return pbx.happen(tx, key, Kind.ENDED, run=run, by=by, cause=Cause.REFUSED if refused else cause_of(call, by))


def cause_of(call: Call, by: Party) -> Cause:
    """Return why a call ends when this party hangs up now."""
    if call.state in (*ESTABLISHED, State.PARKED, State.MAILBOX):
        return Cause.NORMAL
    # Who was called by a dialler, and waits for an agent, is the one that is kept waiting.
    waits_outside = call.direction is Direction.INBOUND or call.answered is not None
    return Cause.ABANDONED if by is (Party.OUTSIDE if waits_outside else Party.INSIDE) else Cause.NO_ANSWER


def attended_transfer(
    pbx: Pbx, tx: Transaction, key: str, to: str, consultation: str, *, run: Run | None = None, name: str = ""
) -> Moved:
    """Transfer a call to who was consulted about it: the consultation is over, and a new call is connected at once.

    ``consultation`` is the call in which the agent talks to extension ``to``. Returns the new call. Raises UnknownCall,
    UnknownRecord, ImpossibleEvent, or NotConsulted.
    """
    old, other = tx.take_up(key), tx.take_up(consultation)
    by = next((extension for extension in old.present if extension in other.present and extension != to), None)
    if other.state not in ESTABLISHED or to not in other.present or by is None:
        raise NotConsulted(old, other, to)
    new, run = pbx.transfer(tx, key, to, by=by, run=run, name=name)
    _, run = pbx.happen(tx, other.id, Kind.ENDED, run=run, by=Party.INSIDE, cause=Cause.TRANSFERRED, other=new.id)
    return pbx.happen(tx, new.id, Kind.ANSWERED, run=run, extension=to)


def swap(
    pbx: Pbx, tx: Transaction, active: str, held: str, *, extension: str | None = None, run: Run | None = None
) -> Moved:
    """Put the active call of a device (none: of one that both are at) on hold, and go on with the held one.

    Returns that. Raises UnknownCall, ImpossibleEvent, or NotTogether when they are not at one device.
    """
    device = _at_both(tx, active, held, extension)
    _, run = pbx.happen(tx, active, Kind.HELD, run=run, extension=device)
    return pbx.happen(tx, held, Kind.RESUMED, run=run, extension=device)


def end_and_reconnect(
    pbx: Pbx, tx: Transaction, active: str, held: str, *, extension: str | None = None, run: Run | None = None
) -> Moved:
    """End the active call of a device as `hang_up`, and go on with the held one. Returns that. Raises as `swap`."""
    device = _at_both(tx, active, held, extension)
    _, run = hang_up(pbx, tx, active, Party.INSIDE, extension=device, run=run)
    return pbx.happen(tx, held, Kind.RESUMED, run=run, extension=device)


class NotConsulted(SimulatorError):
    """A consultation is not between the agent of a call and the extension that is to get it."""

    def __init__(self, call: Call, other: Call, to: str) -> None:
        super().__init__(
            f"call {other.id} ({other.state.value}, with {', '.join(other.present) or 'nobody'}) is no consultation of "
            f"{call.agent or 'anybody'} and {to}: let {call.agent or 'the agent'} call {to}, and {to} answer, first"
        )


class NotTogether(SimulatorError):
    """Two calls are not at one device."""

    def __init__(self, one: Call, other: Call) -> None:
        super().__init__(
            f"call {one.id} ({', '.join(one.present) or 'nobody'}) and call {other.id} "
            f"({', '.join(other.present) or 'nobody'}) are at no common device: name two calls of one extension"
        )


def _goes_on_without(call: Call, extension: str) -> bool:
    return call.state in ESTABLISHED and extension in call.present and call.conference


def _at_both(tx: Transaction, active: str, held: str, extension: str | None) -> str:
    one, other = tx.take_up(active), tx.take_up(held)
    both = [device for device in one.present if device in other.present and extension in (None, device)]
    if not both:
        raise NotTogether(one, other)
    if other.state is not State.HELD:
        raise ImpossibleEvent(other, Kind.RESUMED)
    return both[0]


def _is_there(tx: Transaction, preset: Event) -> bool:
    # It may have been removed since: who hangs up is rid of the call all the same.
    kind, key = (QUEUE, preset.queue) if preset.extension is None else (EXTENSION, preset.extension)
    return tx.get(kind, key or "") is not None


def _acts(call: Call, preset: Event, by: str | None) -> bool:
    # Of a call between two of ours it is for the one who preset it, and leads nobody to himself.
    if call.state not in ESTABLISHED or goes_on(call, preset.extension, by) is None:
        return False
    return not call.between_ours or (preset.actor or call.agent) == (by or call.agent)
