"""A verdict as JSON-able values."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from contracts.exchanges import violation_to_record
from contracts.model import Exchange
from scenarios.expectations import Outcome
from simulator.runs.reports import MARKS, answer_of
from simulator.runs.silences import Silence
from simulator.runs.verdicts import Finding, Verdict


def verdict_record(verdict: Verdict) -> dict[str, Any]:
    """Return a verdict as JSON-able values."""
    return {
        "passes": verdict.passes,
        "exit_code": verdict.exit_code,
        "exchanges": verdict.exchanges,
        "errors": len(verdict.errors),
        "warnings": len(verdict.warnings),
        "passed": {mark.value: verdict.passed.get(mark, 0) for mark in MARKS},
        "unjudged": dict(verdict.unjudged),
        "findings": [_finding(finding) for finding in verdict.findings],
        "expectations": [_expectation(outcome) for outcome in verdict.outcomes],
        "undelivered": [_undelivered(exchange) for exchange in verdict.undelivered],
        "refused": [_message(exchange) | {"answer": answer_of(exchange)} for exchange in verdict.refused],
        "spared": [_spared(exchange) for exchange in verdict.spared],
        "unsent": dict(verdict.unsent),
        "silences": {vendor: _silence(silence) for vendor, silence in verdict.silences.items()},
        "idle_faults": list(verdict.idle),
        "dropped": verdict.dropped,
        "undone": [asdict(step) for step in verdict.undone],
        "problem": verdict.problem,
    }


def _finding(finding: Finding) -> dict[str, Any]:
    exchange = finding.exchange
    return {
        "exchange": finding.number,
        "vendor": exchange.vendor,
        "operation": exchange.operation,
        "message": exchange.message,
        "call": exchange.call,
        **violation_to_record(finding.violation),
    }


def _expectation(outcome: Outcome) -> dict[str, Any]:
    near = list(outcome.near_misses)
    return {"met": outcome.met, "judged": outcome.judged, "text": outcome.text, "near_misses": near}


def _message(exchange: Exchange) -> dict[str, Any]:
    """Say which message to which target it was."""
    return {
        "vendor": exchange.vendor,
        "message": exchange.message,
        "call": exchange.call,
        "target": exchange.target,
    }


def _undelivered(exchange: Exchange) -> dict[str, Any]:
    status = exchange.response.status if exchange.response else None
    return _message(exchange) | {"attempts": exchange.attempt, "error": exchange.error, "status": status}


def _spared(exchange: Exchange) -> dict[str, Any]:
    return _message(exchange) | {"attempts": exchange.attempt, "fault": exchange.other_fault}


def _silence(silence: Silence) -> dict[str, Any]:
    return {key: list(value) if isinstance(value, tuple) else value for key, value in asdict(silence).items()}
