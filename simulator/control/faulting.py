"""Control operations on faults where the fakes answer: list, add, remove."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from scenarios.answer_reading import read_answer_fault
from scenarios.shape import findings
from simulator.control.replies import Failed, Missing
from simulator.control.showing import tenant_of, tenant_with_world
from simulator.faults.answer_fitting import why_not
from simulator.faults.standing import MOST_FAULTS, put_fault
from simulator.tenancy.gathered import FAULT
from simulator.tenancy.transactions import Transaction
from simulator.vendor import Received, Reply

if TYPE_CHECKING:
    from simulator.app import Simulator

_SHOWN = ("id", "on", "do", "run", "matched", "struck")
_WORDS = "on and do as in a scenario's fault on answers (docs/scenarios.md)"


def list_faults(simulator: Simulator, received: Received) -> Reply:
    """Return the faults that stand, with how often each matched and struck."""
    tenant = tenant_of(simulator, received)
    return Reply(200, {"faults": [_shown(each) for each in tenant.records.get(FAULT, {}).values()]})


def add_fault(simulator: Simulator, received: Received) -> Reply:
    """Let a fault stand until it is removed, or the tenant reset."""
    tenant = tenant_with_world(simulator, received)
    _check(simulator, received.body)
    if len(tenant.records.get(FAULT, {})) >= MOST_FAULTS:
        raise Failed(409, f"{MOST_FAULTS} faults stand already", "DELETE /_sim/faults first, or fewer faults")
    tx = Transaction(tenant, simulator.store)
    document = put_fault(tx, f"f{tx.next_number('fault')}", received.body, received.http.path)
    tx.commit()
    return Reply(201, _shown(document))


def remove_faults(simulator: Simulator, received: Received) -> Reply:
    """Remove every fault that stands, those of running scenarios too."""
    tenant = tenant_of(simulator, received)
    tx = Transaction(tenant, simulator.store)
    keys = list(tenant.records.get(FAULT, {}))
    for key in keys:
        tx.remove(FAULT, key)
    tx.commit()
    return Reply(200, {"removed": len(keys)})


def remove_fault(simulator: Simulator, received: Received) -> Reply:
    """Remove one fault."""
    tenant, key = tenant_of(simulator, received), received.path["fault"]
    if key not in tenant.records.get(FAULT, {}):
        raise Missing(f"there is no fault {key!r}", "one of GET /_sim/faults")
    tx = Transaction(tenant, simulator.store)
    tx.remove(FAULT, key)
    tx.commit()
    return Reply(200, {"removed": key})


def _check(simulator: Simulator, body: Mapping[str, Any]) -> None:
    """Judge the words by the scenario schema, as those of a file are. Raises Failed."""
    if "answer" not in body["on"]:
        text = "on: no answer is named: a fault on messages is a scenario's, and stands in its file"
        raise Failed(422, text, '"answer" in on: an operation of the vendor, or any')
    step = {"sms": {"call": "A", "extension": "1", "to": "3799991222"}}
    wrong = findings({"scenario": "fault", "title": "A fault", "steps": [step], "faults": [dict(body)]})
    if wrong:
        texts = (f"{'.'.join(map(str, place[2:])) or 'fault'}: {text}" for place, text in wrong)
        raise Failed(422, "; ".join(texts), _WORDS)
    problem = why_not(read_answer_fault(body, "", lambda pointer: pointer), simulator.vendors, simulator.contracts)
    if problem:
        raise Failed(422, problem, _WORDS)


def _shown(document: Mapping[str, Any]) -> dict[str, Any]:
    return {name: document[name] for name in _SHOWN}
