"""From a document that has the right shape to a `Scenario`; what only sense can tell is checked here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from scenarios.answer_reading import read_answer_fault, turn_of
from scenarios.durations import format_duration, parse_duration
from scenarios.errors import DurationError, ScenarioError
from scenarios.expected import Clean, Expectation, Holds, Match, Order, Reaction, Received, Sent
from scenarios.model import Fault, Flaw, Scenario, Step, Verb, Wanted

LONGEST = timedelta(hours=24)

# Gives the file, line and column of the value at a JSON pointer.
Where = Callable[[str], str]

_NOWHERE_IN_FIELDS = frozenset({"call", "request", "within"})


def read(document: Mapping[str, Any], where: Where, source: str, text: str) -> Scenario:
    """Return the scenario that a document of the right shape says. Raises ScenarioError with the place."""
    faults = [(entry, f"/faults/{i}") for i, entry in enumerate(document.get("faults", []))]
    expectations = [_expectation(entry, f"/expect/{i}", where) for i, entry in enumerate(document.get("expect", []))]
    cleans = [e for e in expectations if isinstance(e, Clean)]
    if len(cleans) > 1:
        raise ScenarioError(cleans[1].where, f"clean is said already at {cleans[0].where}: keep one of them")
    if not cleans:
        expectations.append(Clean(where("")))
    return Scenario(
        name=document["scenario"],
        title=document["title"],
        about=document.get("about", "").strip(),
        steps=_steps(document["steps"], where),
        faults=tuple(_fault(*fault, where) for fault in faults if "answer" not in fault[0]["on"]),
        expectations=tuple(expectations),
        source=source,
        text=text,
        answers=tuple(read_answer_fault(*fault, where) for fault in faults if "answer" in fault[0]["on"]),
    )


def _steps(entries: Sequence[Mapping[str, Any]], where: Where) -> tuple[Step, ...]:
    steps: list[Step] = []
    now = timedelta()
    for i, entry in enumerate(entries):
        pointer = f"/steps/{i}"
        if "at" in entry:
            at = _duration(entry["at"], f"{pointer}/at", where)
            if at < now:
                before = f"the step before it, at {format_duration(now)}"
                raise ScenarioError(
                    where(f"{pointer}/at"),
                    f"{entry['at']} lies before {before}: put the steps in order of time",
                )
            now = at
        else:
            now += _duration(entry.get("after", "0s"), f"{pointer}/after", where)
        if now > LONGEST:
            raise ScenarioError(
                where(pointer), f"this step comes {format_duration(now)} after the start: 24h is the most"
            )
        steps.append(_step(entry, now, pointer, where))
    return tuple(steps)


def _step(entry: Mapping[str, Any], offset: timedelta, pointer: str, where: Where) -> Step:
    verb = next(Verb(word) for word in entry if word in set(Verb))
    said = entry[verb]
    wanted = None
    if verb is Verb.AWAIT:
        within = _duration(said["within"], f"{pointer}/await/within", where)
        wanted = Wanted(said["request"]["vendor"], said["request"]["operation"], within)
    fields = {word: str(value) for word, value in said.items() if word not in _NOWHERE_IN_FIELDS}
    return Step(offset, verb, said.get("call", ""), fields, where(pointer), wanted)


def _fault(entry: Mapping[str, Any], pointer: str, where: Where) -> Fault:
    on, (word, how) = entry["on"], next(iter(entry["do"].items()))
    flaw, turn = Flaw(word), turn_of(on)
    fault = Fault(_match(on), flaw, where(pointer), nth=turn.nth, every=turn.every, rate=turn.rate, most=turn.most)
    match flaw, how:
        case Flaw.DELAY, str():
            return replace(fault, delay=_duration(how, f"{pointer}/do/delay", where))
        case Flaw.DUPLICATE, dict():
            return replace(fault, times=how.get("times", 2), new_id=how.get("new_id", False))
        case Flaw.BURST, int():
            return replace(fault, times=how)
    return fault


def _expectation(entry: Mapping[str, Any], pointer: str, where: Where) -> Expectation:
    word, said = next(iter(entry.items()))
    if word == "clean":
        return Clean(where(pointer), said)
    return replace(_worded(word, said, pointer, where), symptom=said.get("symptom", ""))


def _worded(
    word: str, said: Mapping[str, Any], pointer: str, where: Where
) -> Sent | Received | Order | Reaction | Holds:
    place = where(pointer)
    if word == "order":
        return Order(said["vendor"], tuple(_match(item | {"vendor": said["vendor"]}) for item in said["of"]), place)
    if word == "reaction":
        within = _duration(said["within"], f"{pointer}/{word}/within", where)
        return Reaction(_match(said["to"]), _match(said["by"]), place, within)
    if word in ("state", "not_state"):
        least, most = (0, 0) if word == "not_state" else _counts(said, place)
        return Holds(place, said.get("record"), said.get("call"), said["where"], least, most)
    least, most = (0, 0) if word.startswith("not_") else _counts(said, place)
    if word in ("sent", "not_sent"):
        return Sent(_match(said), place, least, most, said.get("deliveries"))
    within = _duration(said.get("within", "0s"), f"{pointer}/{word}/within", where)
    return Received(_match(said), place, least, most, within, said.get("optional", False))


def _counts(said: Mapping[str, Any], place: str) -> tuple[int, int | None]:
    if "times" in said:
        return said["times"], said["times"]
    most = said.get("at_most")
    least = said.get("at_least", 1 if most is None else 0)
    if most is not None and least > most:
        raise ScenarioError(place, f"at_least {least} is more than at_most {most}: no count is both")
    return least, most


def _match(said: Mapping[str, Any]) -> Match:
    return Match(**{name: said[name] for name in Match.__dataclass_fields__ if name in said})


def _duration(text: str, pointer: str, where: Where) -> timedelta:
    try:
        return parse_duration(text, longest=LONGEST)
    except DurationError as error:
        raise ScenarioError(where(pointer), str(error)) from None
