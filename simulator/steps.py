"""What each word of a scenario does to the PBX: one function a verb, in a literal table."""

from __future__ import annotations

from collections.abc import Callable

from scenarios.model import Step, Verb
from simulator.calls import Call, Cause, Direction, Kind, Medium, Party, State
from simulator.errors import SimulatorError
from simulator.pbx import Pbx
from simulator.runs import Run
from simulator.transactions import Transaction

Act = Callable[[Pbx, Transaction, Run, Step], Run]

_PARTIES = {"outside": Party.OUTSIDE, "inside": Party.INSIDE, "system": Party.SYSTEM}


def act(pbx: Pbx, tx: Transaction, run: Run, step: Step) -> Run:
    """Do one step of a run. Raises a SimulatorError when the call or the world cannot do it."""
    return ACTS[step.verb](pbx, tx, run, step)


def _inbound(pbx: Pbx, tx: Transaction, run: Run, step: Step) -> Run:
    return _kept(
        pbx.start(tx, Direction.INBOUND, step.fields["from"], line=step.fields.get("to"), run=run, name=step.call)
    )


def _outbound(pbx: Pbx, tx: Transaction, run: Run, step: Step) -> Run:
    extension = step.fields["extension"]
    return _kept(pbx.start(tx, Direction.OUTBOUND, step.fields["to"], extension=extension, run=run, name=step.call))


def _sms(pbx: Pbx, tx: Transaction, run: Run, step: Step) -> Run:
    return _kept(
        pbx.start(
            tx,
            Direction.OUTBOUND,
            step.fields["to"],
            extension=step.fields.get("extension"),
            medium=Medium.SMS,
            run=run,
            name=step.call,
        )
    )


def _event(kind: Kind, *names: str, **renamed: str) -> Act:
    """Make the act for a verb that is one event; ``names`` and ``renamed`` say which words become its facts."""

    def do(pbx: Pbx, tx: Transaction, run: Run, step: Step) -> Run:
        words = {**dict.fromkeys(names), **renamed}
        facts = {fact: step.fields.get(word or fact) for fact, word in words.items()}
        return _kept(pbx.happen(tx, run.calls[step.call], kind, run=run, **facts))

    return do


def _with_device(kind: Kind) -> Act:
    """Make the act for a verb whose device may be left out: then it is the one that rings."""

    def do(pbx: Pbx, tx: Transaction, run: Run, step: Step) -> Run:
        call = _call(tx, run, step)
        device = step.fields.get("extension") or next(iter(call.alerted), None)
        return _kept(pbx.happen(tx, call.id, kind, run=run, extension=device))

    return do


def _transfer(pbx: Pbx, tx: Transaction, run: Run, step: Step) -> Run:
    _, after = pbx.transfer(tx, run.calls[step.call], step.fields["to"], run=run, name=step.fields["as"])
    return after or run


def _ended(by: Party, cause: Cause) -> Act:
    def do(pbx: Pbx, tx: Transaction, run: Run, step: Step) -> Run:
        return _kept(pbx.happen(tx, run.calls[step.call], Kind.ENDED, run=run, by=by, cause=cause))

    return do


def _hang_up(pbx: Pbx, tx: Transaction, run: Run, step: Step) -> Run:
    call = _call(tx, run, step)
    by = _PARTIES[step.fields.get("by", "outside")]
    return _kept(pbx.happen(tx, call.id, Kind.ENDED, run=run, by=by, cause=cause_of(call, by)))


def cause_of(call: Call, by: Party) -> Cause:
    """Return why a call ends when this party hangs up now."""
    if call.state in (State.TALKING, State.HELD):
        return Cause.NORMAL
    caller = Party.OUTSIDE if call.direction is Direction.INBOUND else Party.INSIDE
    return Cause.ABANDONED if by is caller else Cause.NO_ANSWER


def _call(tx: Transaction, run: Run, step: Step) -> Call:
    call = tx.call(run.calls[step.call])
    if call is None:
        raise SimulatorError(f"call {step.call} is gone: the tenant was reset while the scenario ran")
    return call


def _kept(result: tuple[Call, Run | None]) -> Run:
    if result[1] is None:
        raise TypeError("a step was done without its run")
    return result[1]


ACTS: dict[Verb, Act] = {
    Verb.INBOUND: _inbound,
    Verb.OUTBOUND: _outbound,
    Verb.SMS: _sms,
    Verb.MENU: _event(Kind.MENU_ENTERED),
    Verb.CHOOSE: _event(Kind.MENU_CHOSEN, digits="option"),
    Verb.TYPE_DOCUMENT: _event(Kind.DOCUMENT_TYPED, "digits"),
    Verb.TYPE_ORDER: _event(Kind.ORDER_TYPED, "digits"),
    Verb.QUEUE: _event(Kind.QUEUED, "queue"),
    Verb.RING: _event(Kind.RINGING, "extension"),
    Verb.NO_ANSWER: _with_device(Kind.UNANSWERED),
    Verb.ANSWER: _with_device(Kind.ANSWERED),
    Verb.HOLD: _event(Kind.HELD),
    Verb.RESUME: _event(Kind.RESUMED),
    Verb.TRANSFER: _transfer,
    Verb.BUSY: _ended(Party.SYSTEM, Cause.BUSY),
    Verb.REFUSE: _ended(Party.OUTSIDE, Cause.REFUSED),
    Verb.HANGUP: _hang_up,
}
