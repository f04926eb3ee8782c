"""What becomes of a step that cannot be done since somebody else moved its call on: no mistake of the scenario.

It is told, and the run goes on without it. Who hangs up a call that is over already has got what the step wants.
"""

from __future__ import annotations

from scenarios.model import STARTING, Step, Verb
from simulator.errors import Engaged, SimulatorError
from simulator.runs.steps import PARTIES, why_impossible
from simulator.switch.moves import NotConsulted, NotTogether, hang_up
from simulator.switch.pbx import Pbx
from simulator.telephony.calls import Call, ImpossibleEvent, State
from simulator.tenancy.runs import Run, Undone
from simulator.tenancy.transactions import Transaction

# What sends a call that nobody has taken yet to where it will be.
_SENDING = frozenset({Verb.QUEUE, Verb.RING, Verb.ROUTE})


def do_without(pbx: Pbx, tx: Transaction, run: Run, step: Step, problem: Exception) -> Run | None:
    """Return the run that goes on without a step, with what is told of it; None: the problem is its own.

    A call that somebody else sent on is hung up where it is now.
    """
    missing = next((name for name in _named(step) if name not in run.calls), None)
    if missing is not None and run.undone:
        return run.with_undone(Undone(step.where, f'{step.verb}: call "{missing}" never began'))
    if isinstance(problem, Engaged):
        return _kept_elsewhere(run, step, problem)
    what = _moved_by(run, step, problem)
    if not what:
        return None
    over = tx.call(run.calls[step.call])
    if step.verb is Verb.HANGUP and over is not None and over.state is State.ENDED:
        return _hung_up(pbx, tx, run, step, over, what)
    why = why_impossible(problem, run, step) if isinstance(problem, ImpossibleEvent) else f"{step.verb}: {problem}"
    return run.with_undone(Undone(step.where, f"{why}; {what} had moved it on"))


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


def _hung_up(pbx: Pbx, tx: Transaction, run: Run, step: Step, over: Call, what: str) -> Run:
    named = {other.begins for other in run.scenario.steps}
    now = over
    while now.last.other is not None and (later := tx.call(now.last.other)) is not None:
        now = later
    name = run.name_of(now.id)
    said = f'{step.verb}: call "{step.call}" was over already, by {what}'
    if now.state is not State.ENDED and name not in named:
        said = f'{step.verb}: call "{step.call}" went on as "{name}", by {what}: that one is hung up'
        tx.now = max(tx.now, now.last.at)
        try:
            run = hang_up(pbx, tx, now.id, PARTIES[step.fields.get("by", "outside")], run=run)[1] or run
        except SimulatorError as problem:
            return run.with_undone(Undone(step.where, f"{step.verb}: {problem}; {what} had moved it on"))
    return run.with_undone(Undone(step.where, said, met=True))
