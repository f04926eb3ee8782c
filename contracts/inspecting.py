"""Looks at one exchange under one set of readings and lists every clause that it breaks.

Which of them a later page allows, and what the inferred ones weigh, is said in ``checking``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from contracts import bodies, credentials, parameters
from contracts.clauses import unreadable, violation
from contracts.explaining import explain
from contracts.faulted import judged
from contracts.identifying import identify
from contracts.model import BODILESS, Confidence, Exchange, HttpResponse, Part, Provenance, Violation
from contracts.operation import Body, Operation
from contracts.rulebook import Rule
from contracts.rules import Facts, Finding, Subject
from contracts.variant import Variant

if TYPE_CHECKING:
    from contracts.contract import Contract

# What breaks without the message being unfit for a rule to read.
_HARMLESS = frozenset({"additionalProperties", "enum"})
_CONFIDENCES = tuple(Confidence)
# No vendor says how long an answer may be: that one is not judged is known, that it is wrong is a guess.
_OUR_LIMIT = Provenance("a limit of the simulator's own", Confidence.INFERRED)


@dataclass(slots=True)
class Inspection:
    """What was found so far. ``clauses`` counts those that were looked at."""

    operation: Operation | None = None
    violations: list[Violation] = field(default_factory=list)
    unjudged: list[str] = field(default_factory=list)
    clauses: dict[Confidence, int] = field(default_factory=dict)
    request: Any = None
    response: Any = None
    fit: bool = True  # the request is of a shape that rules can read

    def passed(self) -> dict[Confidence, int]:
        """Return how many clauses held, by confidence."""
        held = dict(self.clauses)
        for each in self.violations:
            held[each.confidence] = held.get(each.confidence, 0) - 1
        return {c: count for c in _CONFIDENCES if (count := held.get(c, 0)) > 0}

    def count(self, *marks: Provenance) -> None:
        """Count clauses that were looked at."""
        for mark in marks:
            self.clauses[mark.confidence] = self.clauses.get(mark.confidence, 0) + 1


def inspect(
    contract: Contract,
    exchange: Exchange,
    choices: Mapping[str, str],
    facts: Facts | None,
    body: bodies.Once | None = None,
) -> Inspection:
    """Look at every clause in force: operation, credential, parameters, bodies, status and rules.

    ``body`` is that of the request, for whoever has decoded it before.
    """
    readings, variant = contract.under(choices)
    result = Inspection()
    found = identify(contract, variant, exchange)
    if isinstance(found, Violation):
        if judged(exchange, Part.REQUEST):
            result.violations.append(found)
            return result
        # What was spoilt on purpose is known by its name at best, and its answer is judged all the same.
        meant = variant.operations.get(exchange.operation or "")
        if meant is None:
            return result
        found = meant, {}
    operation, path = found
    result.operation = operation
    if judged(exchange, Part.REQUEST):
        _request(result, operation, variant, exchange, path, body or bodies.Once(exchange.request))
    if exchange.response is not None and judged(exchange, Part.RESPONSE):
        _response(result, operation, variant, exchange, exchange.response)
    if judged(exchange, Part.REQUEST):
        _rules(result, contract, operation, exchange, readings, facts)
    return result


def inspect_reply(
    contract: Contract,
    exchange: Exchange,
    choices: Mapping[str, str],
    *,
    fit: bool,
    body: bodies.Once | None = None,
) -> Inspection:
    """Look at the answer alone, and at the rules' word on it when the request, judged before, is ``fit`` for them."""
    readings, variant = contract.under(choices)
    result = Inspection(fit=fit)
    found = identify(contract, variant, exchange)
    if isinstance(found, Violation) or exchange.response is None or not judged(exchange, Part.RESPONSE):
        return result
    operation, _ = found
    _response(result, operation, variant, exchange, exchange.response)
    if fit and (rules := tuple(contract.rulebook.of(operation.id, readings))):
        result.request, _ = (body or bodies.Once(exchange.request)).decode(operation.body)
        subject = _subject(result, operation, exchange, readings, None)
        told = (of_rule(rule, f) for rule in rules for f in contract.rulebook.find(rule, subject) or ())
        result.violations += [v for v in told if v.part is Part.RESPONSE]
    return result


def _request(
    result: Inspection,
    operation: Operation,
    variant: Variant,
    exchange: Exchange,
    path: Mapping[str, str],
    body: bodies.Once,
) -> None:
    request = exchange.request
    result.count(operation.provenance)
    shown, wrong = credentials.judge(operation, variant.security_schemes, request)
    judged, more = parameters.judge(operation, variant.schemas, request, path)
    result.count(*[scheme.provenance for scheme in shown], *[parameter.provenance for parameter in judged])
    result.violations += wrong + more
    found, result.request = _body(result, variant, operation.body, body, Part.REQUEST, operation.provenance)
    result.fit = all(v.keyword in _HARMLESS for v in found)


def _response(
    result: Inspection, operation: Operation, variant: Variant, exchange: Exchange, response: HttpResponse
) -> None:
    answer = operation.answer(response.status)
    if answer is None:
        result.violations.append(_undocumented(operation, response.status))
        return
    if answer.ours:  # never counted as the vendor's
        return
    mark = answer.provenance
    result.count(mark)
    if response.status in BODILESS or exchange.request.method == "HEAD":
        return
    if exchange.cut:
        if answer.body is not None:
            result.count(_OUR_LIMIT)
            result.violations.append(_cut_off(exchange))
        return
    found, value = _body(result, variant, answer.body, bodies.Once(response), Part.RESPONSE, mark)
    result.response = value if all(v.keyword in _HARMLESS for v in found) else None


def _body(
    result: Inspection,
    variant: Variant,
    written: Body | None,
    body: bodies.Once,
    part: Part,
    mark: Provenance,
) -> tuple[list[Violation], Any]:
    try:
        value, ref = body.decode(written)
    except bodies.UnreadableBody as error:
        found = [unreadable(error, part, mark)]
        result.violations += found
        return found, None
    if ref is None:
        return [], value
    for confidence, count in variant.clauses(ref).items():
        result.clauses[confidence] = result.clauses.get(confidence, 0) + count
    found = explain(variant.schemas, ref, value, part, mark)
    result.violations += found
    return found, value


def _undocumented(operation: Operation, status: int) -> Violation:
    known = ", ".join(answer.status for answer in operation.answers)
    return violation(
        "status",
        Part.RESPONSE,
        "status",
        str(status),
        f"one of the documented answers: {known or 'none is documented'}",
        f"answer {operation.id} with one of these",
        _surest(operation),
    )


def _cut_off(exchange: Exchange) -> Violation:
    found, remedy = exchange.error or "", "answer with a smaller body"
    return violation("cut", Part.RESPONSE, "", found, "a body that can be read to its end", remedy, _OUR_LIMIT)


def _surest(operation: Operation) -> Provenance:
    # That other answers are wrong is known no better than the answers themselves.
    marks = [answer.provenance for answer in operation.answers if not answer.ours]
    return min(marks, key=lambda mark: tuple(Confidence).index(mark.confidence), default=operation.provenance)


def _rules(
    result: Inspection,
    contract: Contract,
    operation: Operation,
    exchange: Exchange,
    readings: Mapping[str, str],
    facts: Facts | None,
) -> None:
    subject = _subject(result, operation, exchange, readings, facts)
    for rule in contract.rulebook.of(operation.id, readings):
        findings = contract.rulebook.find(rule, subject) if result.fit else None
        if findings is None:
            result.unjudged.append(rule.id)
            continue
        result.count(rule.provenance)
        result.violations += [of_rule(rule, f) for f in findings if judged(exchange, f.part)]


def _subject(
    result: Inspection, operation: Operation, exchange: Exchange, readings: Mapping[str, str], facts: Facts | None
) -> Subject:
    return Subject(operation.id, exchange.message, result.request, result.response, exchange, readings, facts)


def of_rule(rule: Rule, finding: Finding) -> Violation:
    """Return the violation that a rule's finding is."""
    remedy = f"send {finding.expected}" if finding.expected else rule.text
    return violation(
        rule.id, finding.part, finding.pointer, finding.found, finding.expected or rule.text, remedy, rule.provenance
    )
