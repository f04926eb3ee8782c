"""Checks that a scenario speaks of calls that can be there: begun before they are used, not over, of two extensions.

Whether a call can take a step (an answer before a ring) is for the call model, when the step is played.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from contracts.nearness import nearest
from scenarios.errors import ScenarioError
from scenarios.model import STARTING, Scenario, Step, Verb
from scenarios.reading import Where

MOST_CALLS = 100


def check_references(scenario: Scenario, document: Mapping[str, Any], where: Where) -> None:
    """Raise ScenarioError for the first step, fault or expectation that names a call wrongly."""
    begun: dict[str, str] = {}
    ended: dict[str, str] = {}
    for step in scenario.steps:
        _check_step(step, begun, ended)
    for pointer, name in _named(document):
        if name not in begun:
            raise ScenarioError(where(pointer), f'no step begins a call "{name}"; {nearest(name, begun)}')


def _check_step(step: Step, begun: dict[str, str], ended: dict[str, str]) -> None:
    if step.call and step.verb not in STARTING:
        _check_use(step, step.call, begun, ended)
    if step.other:
        _check_use(step, step.other, begun, ended)
    ended.update(dict.fromkeys(step.ends, step.where))
    if step.verb is Verb.INTERNAL and step.fields["extension"] == step.fields["to"]:
        itself = f"extension {step.fields['to']} would call itself"
        raise ScenarioError(step.where, f"{step.verb}: {itself}: name another one to call")
    name = step.begins
    if name is None:
        return
    if name in begun:
        raise ScenarioError(step.where, f'call "{name}" began already at {begun[name]}: give this one another name')
    begun[name] = step.where
    if len(begun) > MOST_CALLS:
        raise ScenarioError(step.where, f"more than {MOST_CALLS} calls: split the scenario")


def _check_use(step: Step, call: str, begun: Mapping[str, str], ended: Mapping[str, str]) -> None:
    subject = f'{step.verb}: call "{call}"'
    if call not in begun:
        hint = nearest(call, begun) if begun else "no call has"
        beginners = f'{", ".join(verb for verb in Verb if verb in STARTING)}, or the "as" of transfer'
        raise ScenarioError(step.where, f"{subject} has not begun; {hint} (a call begins by {beginners})")
    if call in ended:
        over = f"is over since {ended[call]}"
        raise ScenarioError(step.where, f"{subject} {over}: nothing more can happen to it")


def _named(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for i, fault in enumerate(document.get("faults", [])):
        if "call" in fault["on"]:
            yield f"/faults/{i}/on/call", fault["on"]["call"]
    for i, entry in enumerate(document.get("expect", [])):
        word, said = next(iter(entry.items()))
        if word == "clean":
            continue
        if "call" in said:
            yield f"/expect/{i}/{word}/call", said["call"]
        if "call" in said.get("to", {}):
            yield f"/expect/{i}/{word}/to/call", said["to"]["call"]
        for j, item in enumerate(said.get("of", [])):
            if "call" in item:
                yield f"/expect/{i}/order/of/{j}/call", item["call"]
