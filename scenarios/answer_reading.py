"""From the words of a fault on answers, which have the right shape, to an `AnswerFault`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from scenarios.answers import ANY, LONGEST_SECONDS, OF_CHANNELS, AnswerFault, AnswerFlaw, Latency, Spread
from scenarios.durations import parse_duration
from scenarios.errors import DurationError, ScenarioError
from scenarios.turns import Turn

_LONGEST = timedelta(seconds=LONGEST_SECONDS)
_TIMED = frozenset({AnswerFlaw.DELAY, AnswerFlaw.LATE, AnswerFlaw.DRIP, AnswerFlaw.TOO_MANY})

# Gives the file, line and column of the value at a JSON pointer.
Where = Callable[[str], str]


def turn_of(on: Mapping[str, Any]) -> Turn:
    """Return which of those that match the words of ``on`` mean."""
    return Turn(on.get("nth"), on.get("every"), on.get("rate"), on.get("times"))


def read_answer_fault(entry: Mapping[str, Any], pointer: str, where: Where) -> AnswerFault:
    """Return the fault that ``on`` and ``do`` say. Raises ScenarioError with the place."""
    on, (word, how) = entry["on"], next(iter(entry["do"].items()))
    flaw = AnswerFlaw(word)
    operation = None if on["answer"] == ANY else on["answer"]
    words = {"on": on, "do": entry["do"]}
    fault = AnswerFault(on["vendor"], operation, flaw, where(pointer), turn_of(on), words=words)
    if flaw in _TIMED:
        return replace(fault, latency=_latency(how, f"{pointer}/do/{word}", where))
    if flaw in OF_CHANNELS:
        return replace(fault, events=how)
    match flaw:
        case AnswerFlaw.STATUS:
            return replace(fault, status=how)
        case AnswerFlaw.REFUSED:
            return replace(fault, problem=how)
    return fault


def _latency(how: str | Mapping[str, Any], pointer: str, where: Where) -> Latency:
    if isinstance(how, str):
        return Latency(low=_seconds(how, pointer, where))
    if "uniform" in how:
        low, high = (_seconds(text, f"{pointer}/uniform/{i}", where) for i, text in enumerate(how["uniform"]))
        if low > high:
            raise ScenarioError(where(f"{pointer}/uniform"), "the shorter length comes first: write them the other way")
        return Latency(Spread.UNIFORM, low, high)
    said = how["lognormal"]
    return Latency(Spread.LOGNORMAL, _seconds(said["median"], f"{pointer}/lognormal/median", where), said["sigma"])


def _seconds(text: str, pointer: str, where: Where) -> float:
    try:
        return parse_duration(text, longest=_LONGEST).total_seconds()
    except DurationError as error:
        raise ScenarioError(where(pointer), str(error)) from None
