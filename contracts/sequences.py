"""Judges what only several exchanges together show, such as the order of a call's pushes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from contracts.checking import reweigh
from contracts.faulted import faulted
from contracts.inspecting import inspect, of_rule
from contracts.model import Direction, Exchange, Violation
from contracts.rules import Subject

if TYPE_CHECKING:
    from contracts.contract import Contract

Group = list[tuple[int, Subject]]
Stream = tuple[str, Direction, str | None]  # tenant, direction, target


def check(
    contract: Contract, exchanges: Sequence[Exchange], *, strict_inferred: bool = False, partial: bool = False
) -> list[tuple[int, Violation]]:
    """Return what the sequence rules find, with the index of the exchange that it is about, in that order.

    Left out are the exchanges of a call of which one was faulted on purpose or cannot be read: the others would look
    wrong without it. Of a delivery that was tried more than once, the first attempt stands for all. ``partial``: calls
    of the same stream are missing as a whole.
    """
    if not contract.rulebook.sequences:
        return []
    found: list[tuple[int, Violation]] = []
    for group in _groups(contract, exchanges):
        subjects = [replace(subject, incomplete=subject.incomplete or partial) for _, subject in group]
        for rule, index, finding in contract.rulebook.find_in_sequence(subjects):
            violation = reweigh(of_rule(rule, finding), strict_inferred=strict_inferred)
            found.append((group[index][0], violation))
    return sorted(found, key=lambda pair: pair[0])


def _groups(contract: Contract, exchanges: Sequence[Exchange]) -> Iterator[Group]:
    groups: dict[Stream, Group] = {}
    spoilt: dict[Stream, set[str | None]] = {}
    seen: set[tuple[Stream, str]] = set()
    for index, exchange in enumerate(exchanges):
        stream = (exchange.tenant, exchange.direction, exchange.target)
        key = (stream, exchange.delivery or "")
        if exchange.vendor != contract.key or (exchange.delivery and key in seen):
            continue
        seen.add(key)
        subject = _subject(contract, exchange) if not faulted(exchange) else None
        if subject is None:
            spoilt.setdefault(stream, set()).add(exchange.call)
        else:
            groups.setdefault(stream, []).append((index, subject))
    for stream, group in groups.items():
        yield _without(group, spoilt.get(stream, set()))


def _without(group: Group, spoilt: set[str | None]) -> Group:
    """Return a group without the calls that were spoilt; what is left knows that something is missing."""
    if not spoilt:
        return group
    kept = [(i, s) for i, s in group if s.exchange.call is None or s.exchange.call not in spoilt]
    return [(i, replace(s, incomplete=True)) for i, s in kept]


def _subject(contract: Contract, exchange: Exchange) -> Subject | None:
    result = inspect(contract, exchange, exchange.readings, None)
    if result.operation is None or not result.fit:
        return None
    readings = contract.choose(exchange.readings)
    return Subject(result.operation.id, exchange.message, result.request, result.response, exchange, readings)
