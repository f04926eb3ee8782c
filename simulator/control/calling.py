"""Control operations that make calls happen: calls, steps of calls, scenario runs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from contracts import strict_json
from scenarios.loader import library, load, load_text
from scenarios.model import STARTING, Scenario, Step, Verb
from simulator.calls import ImpossibleEvent
from simulator.control.common import shown_call, tenant_of
from simulator.control.replies import Failed, Missing
from simulator.control.watching import wait_for
from simulator.directory import CUSTOMER, EXTENSION
from simulator.runs import Run
from simulator.steps import act
from simulator.tenants import Tenant
from simulator.transactions import Transaction
from simulator.vendor import Received, Reply

if TYPE_CHECKING:
    from simulator.app import Simulator

MOST_CALLS = 1000
_STEPS = sorted(verb.value for verb in set(Verb) - STARTING - {Verb.AWAIT})


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
    tenant = tenant_of(simulator, received)
    text = strict_json.dumps(_story(tenant, simulator, received.body or {})).decode()
    run = simulator.engine.play(tenant, load_text(text, "POST /_sim/calls"), lenient=True)
    return Reply(201, {"run": run.id, "call": f"c{tenant.sequences.get('call', 0) + 1}"})


def step_call(simulator: Simulator, received: Received) -> Reply:
    """Let one thing happen to a call now."""
    tenant, key = tenant_of(simulator, received), received.path["call"]
    if key not in tenant.calls:
        raise Missing(f"there is no call {key!r}", "one of GET /_sim/calls")
    fields = {name: value for name, value in received.body.items() if name != "step"}
    if received.body["step"] not in _STEPS:
        raise Failed(422, f"there is no step {received.body['step']!r}", f"one of: {', '.join(_STEPS)}")
    verb = Verb(received.body["step"])
    if verb is Verb.TRANSFER:
        fields.setdefault("as", "transferred")
    tx = Transaction(tenant, simulator.store)
    step = Step(timedelta(), verb, key, fields, received.http.path)
    run = Run("", _nothing(), tx.now, 0, {key: key})
    try:
        run = act(simulator.pbx, tx, run, step)
    except ImpossibleEvent as refusal:
        raise Failed(409, str(refusal), "a step that a call in this state can take") from None
    except KeyError as missing:
        raise Failed(422, f"the step {verb.value} needs {missing}", "the words of a scenario step") from None
    tx.commit()
    others = [shown_call(tenant.calls[new]) for name, new in run.calls.items() if name != key]
    return Reply(200, shown_call(tenant.calls[key]) | {"became": others})


def list_runs(simulator: Simulator, received: Received) -> Reply:
    """Return the tenant's runs, oldest first."""
    tenant = tenant_of(simulator, received)
    return Reply(200, {"runs": [_shown(run) for run in tenant.runs.values()], "library": list(library())})


def play_scenario(simulator: Simulator, received: Received) -> Reply:
    """Begin a scenario on the tenant."""
    tenant = tenant_of(simulator, received)
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
    verdict = simulator.engine.verdict_so_far(tenant.name, key)
    if verdict is None and tenant.runs[key].status == "running":
        return Reply(200, _shown(tenant.runs[key]), instruction=wait_for(received))
    body = _shown(tenant.runs[key])
    if verdict is not None:
        from simulator.reports import verdict_record

        body["verdict"] = verdict_record(verdict)
    return Reply(200, body)


def _shown(run: Run) -> dict[str, Any]:
    document = run.to_document()
    return {key: document[key] for key in ("id", "scenario", "started", "calls", "unsent", "status", "problem")}


def _nothing() -> Scenario:
    return Scenario("", "", "", (), (), (), "")


def _story(tenant: Tenant, simulator: Simulator, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the scenario document for a call as the body wants it."""
    tx = Transaction(tenant, simulator.store)
    extension = body.get("extension") or str(next(iter(tx.all(EXTENSION)))["number"])
    outbound = body.get("direction") == "outbound"
    ring, talk = body.get("ring", "3s"), body.get("talk", "5s")
    someone = str(next(iter(tx.all(CUSTOMER)))["phones"][0])
    if outbound:
        start: dict[str, Any] = {"outbound": {"call": "A", "extension": extension, "to": body.get("to", someone)}}
    else:
        line = {"to": body["to"]} if "to" in body else {}
        start = {"inbound": {"call": "A", "from": body.get("from", someone), **line}}
    steps = [start]
    if "queue" in body and not outbound:
        steps.append({"after": "1s", "queue": {"call": "A", "queue": body["queue"]}})
    rings = {"call": "A"} if outbound else {"call": "A", "extension": extension}
    steps.append({"after": "1s", "ring": rings})
    outcome = body.get("outcome", "answered")
    if outcome == "answered":
        steps.append({"after": ring, "answer": {"call": "A"}})
        steps.append({"after": talk, "hangup": {"call": "A", "by": "outside"}})
    elif outcome == "missed":
        steps.append({"after": ring, "hangup": {"call": "A", "by": "inside" if outbound else "outside"}})
    return {"scenario": "call", "title": "A call made by the control API", "steps": steps}
