"""The rules of a contract: what ``rules.yaml`` says of each, and the function that enforces it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import ModuleType
from typing import Any

from contracts.errors import ContractError
from contracts.marks import provenance
from contracts.model import Provenance
from contracts.rules import Finding, RuleFunction, SequenceRuleFunction, Subject

FILE = "rules.yaml"


class Scope(StrEnum):
    """What a rule needs to see."""

    BODY = "body"  # one exchange
    STATE = "state"  # and the records of a fake
    SEQUENCE = "sequence"  # and the other exchanges


class BrokenRule(ContractError):
    """An entry of ``rules.yaml`` that cannot be used."""

    def __init__(self, rule: str, wrong: str, remedy: str) -> None:
        super().__init__(f"{FILE} {rule}: {wrong}; {remedy}")


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. ``only_under`` names the readings under which it stands; ``envelope`` is what a fake's refusal says."""

    id: str
    operations: tuple[str, ...]
    text: str
    scope: Scope
    provenance: Provenance
    only_under: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    envelope: str | None = None

    def stands(self, operation: str, readings: Mapping[str, str]) -> bool:
        """True when the rule is in force for this operation under these readings."""
        return operation in self.operations and self.stands_under(readings)

    def stands_under(self, readings: Mapping[str, str]) -> bool:
        """True when the rule is in force under these readings, for its operations."""
        return not self.only_under or all(readings.get(key) in possible for key, possible in self.only_under.items())


@dataclass(frozen=True, slots=True)
class Rulebook:
    """A contract's rules, in the order of the file, with their functions (none for one that nobody has written)."""

    rules: Mapping[str, Rule]
    functions: Mapping[str, RuleFunction]
    sequences: Mapping[str, SequenceRuleFunction]
    by_operation: Mapping[str, tuple[Rule, ...]]  # those that look at one exchange

    def of(self, operation: str, readings: Mapping[str, str]) -> Iterator[Rule]:
        """Yield the rules in force that look at one exchange of an operation."""
        for rule in self.by_operation.get(operation, ()):
            if rule.stands_under(readings):
                yield rule

    def find(self, rule: Rule, subject: Subject) -> Iterable[Finding] | None:
        """Return what a rule finds, or None when it cannot be judged: no records are at hand, or no function."""
        function = self.functions.get(rule.id)
        if function is None or (rule.scope is Scope.STATE and subject.facts is None):
            return None
        return list(function(subject))

    def find_in_sequence(self, subjects: Sequence[Subject]) -> Iterator[tuple[Rule, int, Finding]]:
        """Yield what the sequence rules find, with the index of the subject that it is about."""
        for rule in self.rules.values():
            function = self.sequences.get(rule.id)
            if rule.scope is not Scope.SEQUENCE or function is None:
                continue
            places = [i for i, s in enumerate(subjects) if rule.stands(s.operation, s.readings)]
            for index, finding in function([subjects[i] for i in places]) if places else ():
                yield rule, places[index], finding


def parse(document: Any, module: ModuleType | None) -> Rulebook:
    """Read ``rules.yaml`` and take the functions from the contract's module. Raises BrokenRule and MissingMark."""
    if document is not None and not isinstance(document, Mapping):
        raise BrokenRule("", "it is not a mapping", "write ids with what each rule says")
    rules = {key: _rule(key, entry) for key, entry in (document or {}).items()}
    functions, sequences = getattr(module, "RULES", {}), getattr(module, "SEQUENCE_RULES", {})
    return Rulebook(rules, functions, sequences, _by_operation(rules.values()))


def _by_operation(rules: Iterable[Rule]) -> dict[str, tuple[Rule, ...]]:
    found: dict[str, tuple[Rule, ...]] = {}
    for rule in rules:
        if rule.scope is not Scope.SEQUENCE:
            for operation in dict.fromkeys(rule.operations):
                found[operation] = (*found.get(operation, ()), rule)
    return found


def _rule(key: str, entry: Any) -> Rule:
    if not isinstance(entry, Mapping):
        raise BrokenRule(key, "it is not a mapping", "write operations, text, scope and the marks under it")
    operations, only_under = entry.get("operations"), entry.get("only-under", {})
    if not isinstance(operations, list) or not operations:
        raise BrokenRule(key, "it has no operations", "list the keys of the operations it is about")
    if entry.get("scope") not in tuple(Scope):
        raise BrokenRule(key, f"its scope is {entry.get('scope')!r}", f"write one of {', '.join(Scope)}")
    if not isinstance(only_under, Mapping) or not all(isinstance(r, list) for r in only_under.values()):
        raise BrokenRule(key, "its only-under is not ids with lists of readings", "write {H1: [seed-2019]}")
    return Rule(
        key,
        tuple(operations),
        str(entry.get("text", "")),
        Scope(entry["scope"]),
        provenance(entry, f"{FILE} {key}"),
        {name: tuple(possible) for name, possible in only_under.items()},
        entry.get("envelope"),
    )
