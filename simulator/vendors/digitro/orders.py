"""A command on a call with all that it names, and what may hold of it. It changes nothing."""

from __future__ import annotations

from dataclasses import dataclass

from contracts.digitro.rules import DEVICE
from simulator.records import Document
from simulator.telephony.agents import AGENT
from simulator.telephony.calls import Call, Direction, Kind, State
from simulator.vendor import Work
from simulator.worlds.directory import EXTENSION, QUEUE

# What `leads_away` asks, for those who are refused.
AWAY = "another extension's or a queue's device, not the other party's"
# And what `is_here` asks, for those who are refused.
HERE = "at the device, which may be that of its queue, or at none of the PBX"


@dataclass(frozen=True, slots=True)
class Order:
    """A command on a call: ``own`` or ``serves`` is what the asking device is, an extension or a queue.

    ``to`` or ``queue`` is what the other device is. They are None for what the world lacks.
    """

    work: Work
    call: Call
    body: Document
    own: str | None
    serves: str | None
    to: str | None
    queue: str | None


def order_of(work: Work, call: Call, body: Document) -> Order:
    """Look up what a command names."""
    own, serves = _device(work, body["DISPOSITIVO"])
    to, queue = _device(work, body.get("DISPOSITIVO_DESTINO", body.get("SERVICO", "")))
    return Order(work, call, body, own, serves, to, queue)


def talks(order: Order) -> bool:
    """Tell whether the call talks at the asking device."""
    return order.call.state is State.TALKING and order.own in order.call.present


def rings(order: Order) -> bool:
    """Tell whether the call rings at the asking device."""
    return order.own in order.call.alerted


def leads_away(order: Order) -> bool:
    """Tell whether the other device is a queue's, or another extension's that is no party of an internal call."""
    itself = order.call.direction is Direction.INTERNAL and order.to in order.call.engaged
    return bool(order.queue or (order.to and order.to != order.own)) and not itself


def is_held(order: Order) -> bool:
    """Tell whether the call is held at the asking device; of two of ours who talked, by that one itself."""
    call, own = order.call, order.own
    held = next((e for e in reversed(call.events) if e.kind is Kind.HELD), None)
    if call.state is not State.HELD or held is None or own not in call.present:
        return False
    return not call.between_ours or own == (held.extension or call.agent)


def is_live(order: Order) -> bool:
    """Tell whether the call is not over."""
    return order.call.state is not State.ENDED


def is_here(order: Order) -> bool:
    """Tell whether the call talks or rings at the asking device, or is of its queue, or at no device of ours at all."""
    call = order.call
    in_queue = order.serves is not None and order.serves == call.queue and bool(call.alerted)
    return not call.engaged or order.own in call.engaged or in_queue


def can_take(order: Order) -> bool:
    """Tell whether the asking device can take the call: it is not in it, and in no other that is not held."""
    here = order.own in order.call.present
    return order.own is not None and not here and not in_another(order.work, (order.own,), order.call)


def in_another(work: Work, extensions: tuple[str, ...], *but: Call) -> bool:
    """Tell whether one of these devices is in a call that is not held, other than these."""
    own, others = set(extensions), {call.id for call in but}
    return any(
        c.id not in others and c.state is not State.HELD and own.intersection(c.present) for c in work.live_calls()
    )


def resumable(work: Work, call: Call, *but: Call) -> bool:
    """Tell whether a held call can go on: who is in it, or took it, is in no other call that is not held."""
    return not in_another(work, (*call.present, call.agent or ""), call, *but)


def held_beside(order: Order) -> Call | None:
    """Return the call that was last held at the asking device, beside the one that is named."""
    calls = (c for c in order.work.live_calls() if c.state is State.HELD and order.own in c.present)
    others = (c for c in calls if c.id != order.call.id and resumable(order.work, c, order.call))
    return max(others, key=lambda c: (c.last.at, c.serial), default=None)


def may_return(order: Order) -> bool:
    """Tell whether the call talks at the asking device, and another one is held there."""
    return talks(order) and held_beside(order) is not None


def destination_pauses(order: Order) -> bool:
    """Tell whether the other device is logged in to a queue, and pauses."""
    agent = order.work.get(AGENT, order.to or "")
    return bool(agent and agent["queues"] and agent["paused_at"])


def _device(work: Work, number: str) -> tuple[str | None, str | None]:
    device = work.get(DEVICE, number) or {}
    extension, queue = device.get("extension"), device.get("queue")
    has_extension = extension is not None and work.get(EXTENSION, extension) is not None
    return extension if has_extension else None, queue if queue and work.get(QUEUE, queue) else None
