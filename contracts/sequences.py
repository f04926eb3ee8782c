"""Judges what only several exchanges together show, such as the order of a call's pushes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from contracts.checking import reweigh
from contracts.inspecting import inspect, of_rule
from contracts.model import Exchange, Violation
from contracts.rules import Subject

if TYPE_CHECKING:
    from contracts.contract import Contract

Group = list[tuple[int, Subject]]


def check(
    contract: Contract, exchanges: Sequence[Exchange], *, strict_inferred: bool = False
) -> list[tuple[int, Violation]]:
    """Return what the sequence rules find, with the index of the exchange that it is about, in that order.

    Exchanges that were faulted on purpose, or that no rule could read, are left out; of a delivery that was tried
    more than once, the first attempt stands for all.
    """
    if not contract.rulebook.sequences:
        return []
    found: list[tuple[int, Violation]] = []
    for group in _groups(contract, exchanges):
        subjects = [subject for _, subject in group]
        for rule, index, finding in contract.rulebook.find_in_sequence(subjects):
            violation = reweigh(of_rule(rule, finding), strict_inferred=strict_inferred)
            found.append((group[index][0], violation))
    return sorted(found, key=lambda pair: pair[0])


def _groups(contract: Contract, exchanges: Sequence[Exchange]) -> Iterator[Group]:
    groups: dict[tuple[str, str, str | None], Group] = {}
    seen: set[tuple[str, str, str | None, str]] = set()
    for index, exchange in enumerate(exchanges):
        if exchange.vendor != contract.key or exchange.fault is not None:
            continue
        stream = (exchange.tenant, exchange.direction, exchange.target)
        if exchange.delivery is not None:
            if (*stream, exchange.delivery) in seen:
                continue
            seen.add((*stream, exchange.delivery))
        subject = _subject(contract, exchange)
        if subject is not None:
            groups.setdefault(stream, []).append((index, subject))
    yield from groups.values()


def _subject(contract: Contract, exchange: Exchange) -> Subject | None:
    result = inspect(contract, exchange, exchange.readings, None)
    if result.operation is None or not result.fit:
        return None
    readings = contract.choose(exchange.readings)
    return Subject(result.operation.id, exchange.message, result.request, result.response, exchange, readings)
