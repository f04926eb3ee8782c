"""Control operations that make calls happen: calls, steps of calls, scenario runs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from contracts import strict_json
from scenarios.errors import ScenarioError
from scenarios.loader import library, load, load_text
from scenarios.model import BY_AGENT, STARTING, Step, Verb
from scenarios.shape import findings
from simulator.control.replies import Failed, Missing
from simulator.control.showing import shown_call, tenant_of, tenant_with_world
from simulator.control.stories import NAME, story_of
from simulator.control.watching import wait_for
from simulator.errors import Engaged
from simulator.runs.fitting import Unfit
from simulator.runs.steps import act_by_id, possible_steps
from simulator.telephony.calls import Call, ImpossibleEvent, Kind
from simulator.telephony.conduct import CONDUCT
from simulator.tenancy.runs import Run
from simulator.tenancy.transactions import Transaction
from simulator.vendor import Received, Reply

if TYPE_CHECKING:
    from simulator.app import Simulator

MOST_CALLS = 1000
_STEPS = sorted(verb.value for verb in set(Verb) - STARTING - BY_AGENT - {Verb.SWAP, Verb.AWAIT})
# Stands for the file in which the scenario of a call would be.
_MADE = "POST /_sim/calls"


def list_calls(simulator: Simulator, received: Received) -> Reply:
    """Return the newest calls, oldest first."""
    tenant = tenant_of(simulator, received)
    return Reply(200, {"calls": [shown_call(c) for c in list(tenant.calls.values())[-MOST_CALLS:]]})


def show_call(simulator: Simulator, received: Received) -> Reply:
    """Return one call."""
    tenant, key = tenant_of(simulator, received), received.path["call"]
    if key not in tenant.calls:
        raise Missing(f"there is no call {key!r}", "one of GET /_sim/calls")
    return Reply(200, shown_call(tenant.calls[key]))


def make_call(simulator: Simulator, received: Received) -> Reply:
    """Play a small scenario made of the body: a call that rings and, unless told otherwise, is answered."""
    tenant = tenant_with_world(simulator, received)
    body = received.body or {}
    story, conduct = story_of(Transaction(tenant, simulator.store), body)
    text = strict_json.dumps(story).decode()
    try:
        run = simulator.engine.play(tenant, load_text(text, _MADE), lenient=True, at_once=True)
    except (ScenarioError, Unfit) as wrong:  # a place in a text that nobody wrote says nothing
        said = re.sub(rf"{_MADE}:[0-9]+:[0-9]+: ", "", str(wrong))
        raise Failed(422, said, "names of this tenant's world, and lengths such as 3s") from None
    if conduct is not None:
        tx = Transaction(tenant, simulator.store)
        tx.put(CONDUCT, run.calls[NAME], conduct.to_document())
        tx.commit()
    return Reply(201, {"run": run.id, "call": run.calls[NAME]})


def step_call(simulator: Simulator, received: Received) -> Reply:
    """Let one thing happen to a call now."""
    tenant, key = tenant_with_world(simulator, received), received.path["call"]
    if key not in tenant.calls:
        raise Missing(f"there is no call {key!r}", "one of GET /_sim/calls")
    verb, fields = _step_of(received.body, key)
    tx = Transaction(tenant, simulator.store)
    tx.by = "a step of the control API"
    run, step = tx.run_of(key), Step(timedelta(), verb, key, fields, received.http.path)
    if run is not None:
        _check_name(run, step)
    try:
        run = act_by_id(simulator.pbx, tx, run, step)
    except ImpossibleEvent as refusal:
        raise Failed(409, str(refusal), _possible(refusal.call)) from None
    except Engaged as refusal:
        raise Failed(409, str(refusal), "an agent that talks in no other call") from None
    if run is not None:
        tx.put_run(run)
    tx.commit()
    call = tenant.calls[key]
    became = [call.last.other] if call.last.kind is Kind.TRANSFERRED and call.last.other else []
    return Reply(200, shown_call(call) | {"became": [shown_call(tenant.calls[new]) for new in became]})


def list_runs(simulator: Simulator, received: Received) -> Reply:
    """Return the tenant's runs, oldest first."""
    tenant = tenant_of(simulator, received)
    return Reply(200, {"runs": [_shown(run) for run in tenant.runs.values()], "library": list(library())})


def play_scenario(simulator: Simulator, received: Received) -> Reply:
    """Begin a scenario on the tenant."""
    tenant = tenant_with_world(simulator, received)
    if "scenario" in received.body:
        name = received.body["scenario"]
        if name not in library():  # a name here is never a path
            raise Missing(f"there is no scenario {name!r}", f"one of: {', '.join(library())}")
        scenario = load(name)
    else:
        scenario = load_text(received.body["text"], "text")
    return Reply(201, _shown(simulator.engine.play(tenant, scenario)))


def show_run(simulator: Simulator, received: Received) -> Reply:
    """Return a run, with its verdict once it is over."""
    tenant, key = tenant_of(simulator, received), received.path["run"]
    if key not in tenant.runs:
        raise Missing(f"there is no run {key!r}", "one of GET /_sim/runs")
    verdict = simulator.engine.verdict_so_far(tenant, key)
    if verdict is None and tenant.runs[key].last is None:  # a broken one, too, has its messages to settle first
        return Reply(200, _shown(tenant.runs[key]), instruction=wait_for(received))
    body = _shown(tenant.runs[key])
    if verdict is not None:
        from simulator.runs.records import verdict_record

        body["verdict"] = verdict_record(verdict)
    return Reply(200, body)


def _shown(run: Run) -> dict[str, Any]:
    document = run.to_document()
    return {key: document[key] for key in ("id", "scenario", "started", "calls", "unsent", "status", "problem")}


def _step_of(body: Mapping[str, str], key: str) -> tuple[Verb, dict[str, str]]:
    """Return the verb and its words, judged by the scenario schema as a step of a file is."""
    word, fields = body["step"], {name: value for name, value in body.items() if name != "step"}
    if word not in _STEPS:
        raise Failed(422, f"there is no step {word!r}", f"one of: {', '.join(_STEPS)}")
    if word == Verb.TRANSFER:
        fields.setdefault("as", f"after_{key}")
    if word == Verb.HANGUP:
        fields.setdefault("by", "outside")
    step = {word: {"call": NAME, **fields}}
    wrong = findings({"scenario": "call", "title": "A step", "steps": [step]})
    if wrong:
        texts = (f"{place[-1]}: {text}" for place, text in wrong)
        raise Failed(
            422, f"step {word}: {'; '.join(texts)}", "the words of that step in a scenario (docs/scenarios.md)"
        )
    return Verb(word), fields


def _check_name(run: Run, step: Step) -> None:
    names = {*run.calls, *(each.begins for each in run.scenario.steps)}
    if step.begins is not None and step.begins in names:
        raise Failed(422, f'there is a call "{step.begins}" of run {run.id}, or will be', 'another name as "as"')


def _possible(call: Call) -> str:
    can = possible_steps(call)
    return f"one of the steps: {', '.join(can)}" if can else "another call: this one takes nothing more"
