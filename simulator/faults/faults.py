"""What is done wrong on purpose with a message that goes out: a pure plan, made once a message. Knows no vendor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from scenarios.expected import Match
from scenarios.model import Fault, Flaw
from simulator.faults.holding import Hold
from simulator.identity import Identity
from simulator.message import Message
from simulator.spoiling import Spoil
from simulator.tenancy.runs import Run

# What a fault that struck a message found to be so already, or could not do.
_IN_VAIN = {
    Flaw.SWAP_WITH_NEXT: "had nothing to change places with, and went out when its call was over",
    Flaw.AFTER_END: "had nothing to go out behind",
    Flaw.DELAY: "was to be late by nothing",
}
# What a fault has not done whose message may have been late all the same.
_DONE = {Flaw.SWAP_WITH_NEXT.value: "changed no places"}


@dataclass(frozen=True, slots=True)
class Plan:
    """How a message goes out: ``copies`` times, ``delay`` late.

    ``flaw`` is the label for the journal (None: as it should be). One with a ``hold`` waits, for the ``fault`` at that
    place; of a burst ``together`` go out. ``serial`` is the number of one that others wait for (0: nobody does).
    """

    flaw: Flaw | None = None
    delay: timedelta = timedelta()
    copies: int = 1
    new_ids: bool = False
    hold: Hold | None = None
    together: int = 0
    fault: str = ""
    serial: int = 0


def plan(
    run: Run, message: Message, identity: Identity, spoils: Mapping[str, Spoil], *, named: bool = False
) -> tuple[Plan, Run]:
    """Return what to do with a message, and the run with its faults counted on. The first that strikes acts.

    ``spoils`` are those of the vendor. With ``named`` only faults that name the vendor count: a channel can have few of
    them, and is asked for those alone.
    """
    counts = {
        index: run.counts[index] + 1
        for index, fault in enumerate(run.scenario.faults)
        if _means(fault.match, message, run.name_of(message.call)) and (fault.match.vendor or not named)
    }
    for index, count in counts.items():
        fault, lot = run.scenario.faults[index], identity.fraction("message fault", run.id, index, count)
        if fault.strikes(count, run.struck.get(index, 0), lot):
            struck, planned = run.counted(counts, index), _plan_of(fault)
            nothing = _does_nothing(planned, message, spoils)
            return (Plan(), struck.with_vain(index)) if nothing else (planned, struck)
    return Plan(), run.counted(counts)


def idle(run: Run) -> tuple[str, ...]:
    """Say of each fault that struck nothing how many messages or requests it matched."""
    told = [
        (
            fault.where,
            fault.flaw.value,
            _spared(count, "message", _IN_VAIN.get(fault.flaw, "was so already"), run.vain.get(index, 0)),
        )
        for index, (fault, count) in enumerate(zip(run.scenario.faults, run.counts, strict=True))
        if not run.struck.get(index)
    ]
    told += [
        (fault.where, fault.flaw.value, _spared(matched, "request"))
        for fault, (matched, struck) in zip(run.scenario.answers, run.answers, strict=False)
        if not struck
    ]
    return tuple(f"{where}: {flaw} {_DONE.get(flaw, 'struck nothing')}: {why}" for where, flaw, why in told)


def spoil(
    flaw: Flaw | None, body: bytes, method: str, token: str | None, spoils: Mapping[str, Spoil]
) -> tuple[bytes, str, str | None]:
    """Return body, method and token as a flaw leaves them; ``spoils`` are those of the vendor."""
    if flaw is not None and flaw in spoils:
        return spoils[flaw](body), method, token
    match flaw:
        case Flaw.MALFORMED:
            return body[: len(body) // 2], method, token
        case Flaw.WRONG_METHOD:
            return body, {"PUT": "POST", "POST": "PUT"}.get(method, "POST"), token
        case Flaw.WRONG_TOKEN:
            return body, method, "wrong-on-purpose"
        case Flaw.MISSING_TOKEN:
            return body, method, None
    return body, method, token


def _does_nothing(planned: Plan, message: Message, spoils: Mapping[str, Spoil]) -> bool:
    if planned.flaw is Flaw.DELAY:
        return not planned.delay
    spoilt = spoils.get(planned.flaw or "")
    return spoilt is not None and spoilt(message.body) == message.body


def _plan_of(fault: Fault) -> Plan:
    match fault.flaw:
        case Flaw.DUPLICATE:
            return Plan(Flaw.DUPLICATE, copies=fault.times, new_ids=fault.new_id)
        case Flaw.DROP:
            return Plan(Flaw.DROP, copies=0)
        case Flaw.SWAP_WITH_NEXT:
            return Plan(Flaw.SWAP_WITH_NEXT, hold=Hold.NEXT, fault=fault.where)
        case Flaw.AFTER_END:
            return Plan(Flaw.AFTER_END, hold=Hold.END, fault=fault.where)
        case Flaw.BURST:
            return Plan(Flaw.BURST, hold=Hold.BURST, together=fault.times, fault=fault.where)
    return Plan(fault.flaw, fault.delay)


def _spared(count: int, noun: str, why: str = "", vain: int = 0) -> str:
    if count == 0:
        return f"no {noun} matched it"
    told = f"{count} {noun}{'' if count == 1 else 's'} matched"
    if vain:
        return f"{told}, and {f'{vain} of them' if count > 1 else 'it'} {why}"
    return f"{told}, and nth, every, rate or a fault before it left it none of them"


def _means(match: Match, message: Message, call: str | None) -> bool:
    wanted = (
        (match.vendor, message.vendor),
        (match.message, message.name),
        (match.operation, message.operation),
        (match.call, call),
    )
    return all(want is None or want == have for want, have in wanted)
