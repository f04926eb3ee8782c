"""What becomes of a step that cannot be done since somebody else moved its call on: no mistake of the scenario.

It is told, and the run goes on without it. A step that wants what has come already (who hangs up a call that is over,
who answers one in which the same device talks) has got it, and is met.
"""

from __future__ import annotations

from scenarios.model import STARTING, Step, Verb
from simulator.errors import Engaged, SimulatorError
from simulator.runs.steps import PARTIES, why_impossible
from simulator.switch.moves import NotConsulted, NotTogether, hang_up
from simulator.switch.others import doing_of
from simulator.switch.pbx import Pbx
from simulator.telephony.agents import ImpossibleForAgent
from simulator.telephony.calls import Call, ImpossibleEvent, Kind, State
from simulator.tenancy.runs import Run, Undone
from simulator.tenancy.transactions import Transaction

# What sends a call that nobody has taken yet to where it will be.
_SENDING = frozenset({Verb.QUEUE, Verb.RING, Verb.ROUTE})
# How a call stands after a step.
_WANTED = {
    Verb.RING: State.RINGING,
    Verb.ANSWER: State.TALKING,
    Verb.PICK_UP: State.TALKING,
    Verb.HOLD: State.HELD,
    Verb.RESUME: State.TALKING,
    Verb.PARK: State.PARKED,
}


def do_without(pbx: Pbx, tx: Transaction, run: Run, step: Step, problem: Exception) -> Run | None:
    """Return the run that goes on without a step, with what is told of it; None: the problem is its own.

    A call that somebody else sent on is hung up where it is now.
    """
    missing = next((name for name in _named(step) if name not in run.calls), None)
    if missing is not None and run.undone:
        return run.with_undone(Undone(step.where, f'{step.verb}: call "{missing}" never began'))
    if isinstance(problem, Engaged):
        return _kept_elsewhere(run, step, problem)
    if isinstance(problem, ImpossibleForAgent):
        return _done_by_others(run, step, problem)
    what = _moved_by(run, step, problem)
    return _moved_on(pbx, tx, run, step, problem, what) if what else None


def gone_elsewhere(tx: Transaction, run: Run, step: Step) -> bool:
    """Tell whether a step would send a call somewhere that has gone elsewhere since the run sent it anywhere."""
    call = tx.call(run.calls.get(step.call, ""))
    if call is None or step.verb not in _SENDING:
        return False
    return call.id in run.moved or call.state not in (State.ROUTING, State.QUEUED)


def _named(step: Step) -> tuple[str, ...]:
    if step.verb in STARTING:
        return ()
    return tuple(name for name in (step.call, step.fields.get("with", "")) if name)


def _stands(call: Call, step: Step) -> bool:
    """Tell whether a call stands as a step wants it, at the device of the step if that names one."""
    if call.state is not _WANTED.get(step.verb) or "group" in step.fields:
        return False
    device = step.fields.get("extension")
    if step.verb is Verb.RING:
        return device in call.alerted if device is not None else not call.alerted
    held = next((e for e in reversed(call.events) if e.kind is Kind.HELD), None)
    if step.verb is Verb.HOLD and held is not None and held.extension is not None:
        return device in (None, held.extension)
    return device is None or device in call.present


def _done_by_others(run: Run, step: Step, problem: ImpossibleForAgent) -> Run | None:
    by = problem.agent.by
    if by in ("", doing_of(run.id)):  # nobody has made it an agent, or the run itself
        return None
    if problem.agent.stands(problem.event):
        return run.with_undone(Undone(step.where, f"{step.verb}: it is so already; {by} came first", met=True))
    return run.with_undone(Undone(step.where, f"{step.verb}: {problem}; {by} came first"))


def _kept_elsewhere(run: Run, step: Step, problem: Engaged) -> Run | None:
    own = problem.other in run.calls.values()
    what = run.moved.get(problem.other, "")
    if own and not what:
        return None
    by = f"{what} had moved that" if own else f"call {problem.other} is none of the scenario's"
    return run.with_undone(Undone(step.where, f"{step.verb}: {problem}; {by}"))


def _moved_by(run: Run, step: Step, problem: Exception) -> str:
    """Return by what the call that refuses was moved on, or one of those that do not fit together; "" by none."""
    if isinstance(problem, ImpossibleEvent):
        return run.moved.get(problem.call.id, "")
    if isinstance(problem, NotConsulted | NotTogether):
        return next((run.moved[run.calls[name]] for name in _named(step) if run.calls[name] in run.moved), "")
    return ""


def _moved_on(pbx: Pbx, tx: Transaction, run: Run, step: Step, problem: Exception, what: str) -> Run:
    call = tx.known_call(run.calls[step.call])
    if step.verb is Verb.HANGUP and call.state is State.ENDED:
        return _hung_up(pbx, tx, run, step, call, what)
    if _stands(call, step):
        said = f'{step.verb}: call "{step.call}" is {call.state.value} already, by {what}'
        return run.with_undone(Undone(step.where, said, met=True))
    why = why_impossible(problem, run, step) if isinstance(problem, ImpossibleEvent) else f"{step.verb}: {problem}"
    return run.with_undone(Undone(step.where, f"{why}; {what} had moved it on"))


def _hung_up(pbx: Pbx, tx: Transaction, run: Run, step: Step, over: Call, what: str) -> Run:
    named = {other.begins for other in run.scenario.steps}
    now = over
    while now.last.other is not None and (later := tx.call(now.last.other)) is not None:
        now = later
    name = run.name_of(now.id)
    said = f'{step.verb}: call "{step.call}" was over already, by {what}'
    if now.state is not State.ENDED and name not in named:
        said = f'{step.verb}: call "{step.call}" went on as "{name}", by {what}: that one is hung up'
        try:
            run = hang_up(pbx, tx, now.id, PARTIES[step.fields.get("by", "outside")], run=run)[1] or run
        except SimulatorError as problem:
            return run.with_undone(Undone(step.where, f"{step.verb}: {problem}; {what} had moved it on"))
    return run.with_undone(Undone(step.where, said, met=True))
