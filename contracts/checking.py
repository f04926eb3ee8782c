"""The one check: judges an exchange, whoever made it, and says what each broken clause weighs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from contracts.bodies import Once
from contracts.inspecting import inspect, inspect_reply
from contracts.marks import weigh
from contracts.model import Confidence, Exchange, Judgement, Severity, Violation
from contracts.rules import Facts

if TYPE_CHECKING:
    from contracts.contract import Contract


def check(
    contract: Contract,
    exchange: Exchange,
    facts: Facts | None = None,
    *,
    strict_inferred: bool = False,
    body: Once | None = None,
) -> Judgement:
    """Judge one exchange under its own readings; what only an older page forbids is a warning that names both."""
    result = inspect(contract, exchange, exchange.readings, facts, body)
    violations = [reweigh(v, strict_inferred=strict_inferred) for v in result.violations]
    if any(v.discrepancy for v in violations):
        allowed = _Later(contract, exchange, facts)
        violations = [allowed.soften(v) for v in violations]
    operation = result.operation.id if result.operation else None
    return Judgement(operation, tuple(violations), tuple(result.unjudged), result.passed())


def check_reply(contract: Contract, exchange: Exchange, request: Judgement, *, body: Once | None = None) -> Judgement:
    """Judge the answer of an exchange whose request was judged before, and return what was found in both."""
    result = inspect_reply(contract, exchange, exchange.readings, fit=not request.refused, body=body)
    violations = result.violations
    if any(v.discrepancy for v in violations):
        allowed = _Later(contract, exchange, None)
        violations = [allowed.soften(v) for v in violations]
    passed = dict(request.passed)
    for confidence, held in result.passed().items():
        passed[confidence] = passed.get(confidence, 0) + held
    return Judgement(request.operation, (*request.violations, *violations), request.unjudged, passed)


def reweigh(violation: Violation, *, strict_inferred: bool) -> Violation:
    """Return the violation with the severity that it has for a check that takes inferred clauses as errors, or not."""
    if not strict_inferred or violation.confidence is not Confidence.INFERRED:
        return violation
    severity, drift = weigh(violation.confidence, violation.clause, strict_inferred=True)
    return replace(violation, severity=severity, drift=drift)


class _Later:
    """What a later page of the vendor allows, of what the chosen reading forbids."""

    def __init__(self, contract: Contract, exchange: Exchange, facts: Facts | None) -> None:
        self._contract, self._exchange, self._facts = contract, exchange, facts
        self._chosen: Mapping[str, str] = contract.choose(exchange.readings)
        self._seen: dict[tuple[str, str], set[tuple[str, str, str]]] = {}

    def soften(self, violation: Violation) -> Violation:
        discrepancy = self._contract.discrepancies.get(violation.discrepancy or "")
        if discrepancy is None or violation.drift:
            return violation
        chosen = discrepancy.readings[self._chosen[discrepancy.id]]
        for reading in discrepancy.readings.values():
            if reading.later and reading is not chosen and not self._found(violation, discrepancy.id, reading.id):
                note = (
                    f"{discrepancy.id}: reading {chosen.id} ({chosen.provenance.source}) forbids it, "
                    f"the later reading {reading.id} ({reading.provenance.source}) allows it"
                )
                return replace(violation, severity=Severity.WARNING, note=note)
        return violation

    def _found(self, violation: Violation, discrepancy: str, reading: str) -> bool:
        key = (discrepancy, reading)
        if key not in self._seen:
            choices = {**self._chosen, discrepancy: reading}
            found = inspect(self._contract, self._exchange, choices, self._facts).violations
            self._seen[key] = {_identity(v) for v in found}
        return _identity(violation) in self._seen[key]


def _identity(violation: Violation) -> tuple[str, str, str]:
    return violation.clause, violation.part, violation.pointer
