"""What is done wrong on purpose with a message that goes out: a pure plan, made once a message. Knows no vendor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from scenarios.expected import Match
from scenarios.model import Fault, Flaw
from simulator.holding import Hold
from simulator.identity import Identity
from simulator.message import Message
from simulator.runs import Run
from simulator.spoiling import Spoil


@dataclass(frozen=True, slots=True)
class Plan:
    """How a message goes out: ``copies`` times, ``delay`` late.

    ``flaw`` is the label for the journal (None: as it should be). One with a ``hold`` waits; of a burst ``together``
    go out, and ``fault`` says of which.
    """

    flaw: Flaw | None = None
    delay: timedelta = timedelta()
    copies: int = 1
    new_ids: bool = False
    hold: Hold | None = None
    together: int = 0
    fault: str = ""


def plan(run: Run, message: Message, identity: Identity, *, named: bool = False) -> tuple[Plan, Run]:
    """Return what to do with a message, and the run with its faults counted on. The first that strikes acts.

    With ``named`` only faults that name the vendor count: a channel can have few of them, and is asked for those alone.
    """
    counts = {
        index: run.counts[index] + 1
        for index, fault in enumerate(run.scenario.faults)
        if _means(fault.match, message, run.name_of(message.call)) and (fault.match.vendor or not named)
    }
    for index, count in counts.items():
        fault, lot = run.scenario.faults[index], identity.fraction("message fault", run.id, index, count)
        if fault.strikes(count, run.struck.get(index, 0), lot):
            return _plan_of(fault), run.counted(counts, index)
    return Plan(), run.counted(counts)


def idle(run: Run) -> tuple[str, ...]:
    """Say of each fault that struck nothing how many messages or requests it matched."""
    told = [
        (fault.where, fault.flaw.value, count, "message")
        for index, (fault, count) in enumerate(zip(run.scenario.faults, run.counts, strict=True))
        if not run.struck.get(index)
    ]
    told += [
        (fault.where, fault.flaw.value, matched, "request")
        for fault, (matched, struck) in zip(run.scenario.answers, run.answers, strict=False)
        if not struck
    ]
    return tuple(f"{where}: {flaw} struck nothing: {_spared(count, noun)}" for where, flaw, count, noun in told)


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


def _plan_of(fault: Fault) -> Plan:
    match fault.flaw:
        case Flaw.DUPLICATE:
            return Plan(Flaw.DUPLICATE, copies=fault.times, new_ids=fault.new_id)
        case Flaw.DROP:
            return Plan(Flaw.DROP, copies=0)
        case Flaw.SWAP_WITH_NEXT:
            return Plan(Flaw.SWAP_WITH_NEXT, hold=Hold.NEXT)
        case Flaw.AFTER_END:
            return Plan(Flaw.AFTER_END, hold=Hold.END)
        case Flaw.BURST:
            return Plan(Flaw.BURST, hold=Hold.BURST, together=fault.times, fault=fault.where)
    return Plan(fault.flaw, fault.delay)


def _spared(count: int, noun: str) -> str:
    if count == 0:
        return f"no {noun} matched it"
    told = f"{count} {noun}{'' if count == 1 else 's'} matched"
    return f"{told}, and nth, every, rate or a fault before it left it none of them"


def _means(match: Match, message: Message, call: str | None) -> bool:
    wanted = (
        (match.vendor, message.vendor),
        (match.message, message.name),
        (match.operation, message.operation),
        (match.call, call),
    )
    return all(want is None or want == have for want, have in wanted)
