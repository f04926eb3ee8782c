"""What the commands on a call do that are known by their titles alone: which call each needs, and what becomes of it.

All of it is inferred. One table; a command whose call is another one changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from simulator.telephony.calls import Kind, Party, State
from simulator.telephony.transitions import ESTABLISHED
from simulator.vendor import Received, Reply, Work
from simulator.vendors.digitro.diverting import (
    Luggage,
    detectors_of,
    divert,
    engaged,
    find_call,
    leave_with,
)
from simulator.vendors.digitro.messages import waited_at
from simulator.vendors.digitro.orders import (
    AWAY,
    HERE,
    Order,
    can_take,
    destination_pauses,
    held_beside,
    is_held,
    is_here,
    is_live,
    leads_away,
    may_return,
    order_of,
    resumable,
    rings,
    talks,
)
from simulator.vendors.digitro.refusals import not_done, why


@dataclass(frozen=True, slots=True)
class Effect:
    """``wanted`` says which calls ``fits`` lets pass, and ``act`` does it."""

    wanted: str
    fits: Callable[[Order], bool]
    act: Callable[[Order], object]


def command(work: Work, received: Received) -> Reply:
    """Do a command on a call, if the call is one that it needs."""
    effect, body = EFFECTS[received.operation], received.body
    call = find_call(work, body["ID_CHAMADA"])
    if call is None:
        return not_done(work, received, why(call, effect.wanted))
    order = order_of(work, call, body)
    if not effect.fits(order):
        return not_done(work, received, why(call, effect.wanted))
    effect.act(order)
    return Reply(200, {})


def _by_own(kind: Kind) -> Callable[[Order], object]:
    return lambda order: order.work.board.happen(order.call.id, kind, extension=order.own)


def _swap(order: Order) -> None:
    if (held := held_beside(order)) is not None:
        order.work.board.swap(order.call.id, held.id, extension=order.own)


def _reconnect(order: Order) -> None:
    if (held := held_beside(order)) is not None:
        order.work.board.end_and_reconnect(order.call.id, held.id, extension=order.own)


def _end(order: Order) -> None:
    order.work.board.hang_up(order.call.id, Party.INSIDE, extension=order.own)


def _to_mailbox(order: Order) -> None:
    order.work.board.happen(order.call.id, Kind.MAILBOX_REACHED, extension=order.to, actor=order.own)


def _preset(order: Order) -> None:
    facts = {"extension": order.to, "queue": order.queue, "actor": order.own}
    order.work.board.happen(order.call.id, Kind.DESTINATION_PRESET, **facts)


def _transfer(order: Order) -> None:
    divert(order, Luggage(order.body.get("DADOS")))


def _change_service(order: Order) -> None:
    work, call, waits = order.work, order.call, order.call.waits
    if call.state is State.QUEUED and waits is not None and order.queue is not None:
        place = {"priority": waits.priority, "waited": waited_at(work.now, waits), "wrap_up": waits.wrap_up}
        work.board.enter_queue(call.id, order.queue, **place)
    else:
        work.board.happen(call.id, Kind.QUEUE_CHANGED, queue=order.queue)


def _choose_music(order: Order) -> None:
    leave_with(order.work, order.call, {"music": str(order.body["FONTE_MUSICA"])})


def _attach(order: Order) -> None:
    order.work.board.happen(order.call.id, Kind.DATA_ATTACHED, data=order.body["DADOS"], by=Party.INSIDE)


def _stop_detection(order: Order) -> None:
    detectors = [d for d in detectors_of(order.work, order.call) if d != order.body["DISPOSITIVO"]]
    leave_with(order.work, order.call, {"detectors": detectors})


def _send_digits(order: Order) -> None:
    pressed = {"digits": order.body["CIFRAS"], "by": Party.INSIDE, "extension": order.own}
    order.work.board.happen(order.call.id, Kind.DIGITS_PRESSED, **pressed)


EFFECTS: Mapping[str, Effect] = {
    "divertToMailbox": Effect(
        "one that talks or rings at the device, and an extension's device as DISPOSITIVO_DESTINO",
        lambda o: o.to is not None and (talks(o) or rings(o)),
        _to_mailbox,
    ),
    "presetNextDestination": Effect(
        f"one that talks at the device, and as DISPOSITIVO_DESTINO {AWAY}",
        lambda o: talks(o) and leads_away(o),
        _preset,
    ),
    "holdCall": Effect("one that talks at the device", talks, _by_own(Kind.HELD)),
    "resumeCall": Effect(
        "one that is held at the device, which talks in no other",
        lambda o: is_held(o) and resumable(o.work, o.call),
        _by_own(Kind.RESUMED),
    ),
    "breakIn": Effect(
        "one that talks at DISPOSITIVO_DESTINO, and a free device that is not in it",
        lambda o: (
            o.call.state is State.TALKING
            and o.to in o.call.present
            and o.own is not None
            and o.own not in o.call.present
            and not engaged(o.work, o.own)
        ),
        _by_own(Kind.BROKE_IN),
    ),
    "transferToPausedDevice": Effect(
        "one that talks at the device, and a DISPOSITIVO_DESTINO that is logged in to a queue and pauses",
        lambda o: talks(o) and destination_pauses(o) and leads_away(o),
        _transfer,
    ),
    "transferNow": Effect(
        f"one that talks or rings at the device, and as DISPOSITIVO_DESTINO {AWAY}",
        lambda o: (talks(o) or rings(o)) and leads_away(o),
        _transfer,
    ),
    "endCall": Effect(f"one that is not over, and is {HERE}", lambda o: is_live(o) and is_here(o), _end),
    "endAndReconnect": Effect(
        "one that talks at the device, where another is held",
        may_return,
        _reconnect,
    ),
    "answerCall": Effect(
        "one that rings at the device, which talks in no other",
        lambda o: rings(o) and can_take(o),
        _by_own(Kind.ANSWERED),
    ),
    "pickUpParkedCall": Effect(
        "a parked one, and an extension's device that talks in no other",
        lambda o: o.call.state is State.PARKED and can_take(o),
        _by_own(Kind.PICKED_UP),
    ),
    "pickUpQueuedCall": Effect(
        "one that waits or rings in the queue of DISPOSITIVO_DESTINO, and an extension's device that talks in no other",
        lambda o: (
            o.queue is not None
            and o.call.queue == o.queue
            and (o.call.state is State.QUEUED or bool(o.call.alerted))
            and can_take(o)
        ),
        _by_own(Kind.PICKED_UP),
    ),
    "pickUpCall": Effect(
        "one that rings at DISPOSITIVO_DESTINO, another device than the one that picks up, which talks in no other",
        lambda o: o.to in o.call.alerted and o.to != o.own and can_take(o),
        _by_own(Kind.PICKED_UP),
    ),
    "parkCall": Effect(
        "one that talks at the device, and is no conference",
        lambda o: talks(o) and not o.call.conference,
        _by_own(Kind.PARKED),
    ),
    "swapCalls": Effect("one that talks at the device, where another is held", may_return, _swap),
    "changeService": Effect(
        "one that waits in a queue, or talks at the device and came from one, and another queue's device as SERVICO",
        lambda o: (
            (o.call.state is State.QUEUED or talks(o)) and o.queue is not None and o.call.queue not in (None, o.queue)
        ),
        _change_service,
    ),
    "chooseMusic": Effect(
        "one that is held or waits in a queue", lambda o: o.call.state in (State.HELD, State.QUEUED), _choose_music
    ),
    "attachData": Effect("one that is not over", is_live, _attach),
    "stopDigitDetection": Effect("an established one", lambda o: o.call.state in ESTABLISHED, _stop_detection),
    "sendDigits": Effect("one that talks at the device", talks, _send_digits),
}
