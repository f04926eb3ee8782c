"""The ways in which a vendor's contradictory documents can be read, and what each changes in the contract's files."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from contracts.errors import ContractError
from contracts.marks import provenance
from contracts.model import Provenance

FILE = "discrepancies.yaml"
STRICT, LENIENT, ALL = "strict", "lenient", "*"
Patch = tuple[Mapping[str, Any], ...]


class BrokenReading(ContractError):
    """An entry of ``discrepancies.yaml`` that cannot be used."""

    def __init__(self, place: str, wrong: str, remedy: str) -> None:
        super().__init__(f"{FILE} {place}: {wrong}; {remedy}")


class UnknownReading(ContractError):
    """A choice that the contract does not offer."""

    def __init__(self, what: str, wanted: str, possible: list[str]) -> None:
        super().__init__(f"{what} {wanted!r} is not known; choose one of: {', '.join(possible) or 'none'}")
        self.possible = tuple(possible)


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a discrepancy. ``later`` marks a later page of the vendor; ``patch`` is JSON Patch by file."""

    id: str
    text: str
    provenance: Provenance
    later: bool = False
    patch: Mapping[str, Patch] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """One contradiction in a vendor's documents. ``strict`` and ``lenient`` are ids of its readings."""

    id: str
    title: str
    strict: str
    lenient: str
    readings: Mapping[str, Reading]

    def resolve(self, choice: str) -> str:
        """Return the id of a reading, given as itself or as ``strict`` or ``lenient``. Raises UnknownReading."""
        named = {STRICT: self.strict, LENIENT: self.lenient}.get(choice, choice)
        if choice in self.readings:
            return choice
        if named not in self.readings:
            raise UnknownReading(f"{self.id} ({self.title}): the reading", choice, [*self.readings, STRICT, LENIENT])
        return named


def parse(document: Any) -> dict[str, Discrepancy]:
    """Read ``discrepancies.yaml``. Raises BrokenReading and MissingMark."""
    if document is None:
        return {}
    if not isinstance(document, Mapping):
        raise BrokenReading("", "it is not a mapping", "write ids with their title and readings")
    return {key: _discrepancy(key, entry) for key, entry in document.items()}


def choose(discrepancies: Mapping[str, Discrepancy], choices: Mapping[str, str]) -> dict[str, str]:
    """Return the reading of every discrepancy: as chosen, else as chosen for ``*``, else strict.

    Raises UnknownReading.
    """
    for key in choices:
        if key != ALL and key not in discrepancies:
            raise UnknownReading("the discrepancy", key, [*discrepancies, ALL])
    general = choices.get(ALL, STRICT)
    if general not in (STRICT, LENIENT):
        raise UnknownReading("for all discrepancies, the reading", general, [STRICT, LENIENT])
    return {key: entry.resolve(choices.get(key, general)) for key, entry in discrepancies.items()}


def patched(
    files: Mapping[str, Any], discrepancies: Mapping[str, Discrepancy], chosen: Mapping[str, str]
) -> Mapping[str, Any]:
    """Return the contract's files under these readings; those that none changes are shared. Raises BrokenReading."""
    changed: dict[str, Any] = {}
    for key, choice in chosen.items():
        for file, patch in discrepancies[key].readings[choice].patch.items():
            place = f"{key}/{choice}"
            if file not in files:
                raise BrokenReading(place, f"it patches {file}, which is not there", "name a file of this contract")
            changed[file] = _apply(changed.get(file, files[file]), patch, f"{place}, patch of {file}")
    return {**files, **changed} if changed else files


def changes(discrepancies: Mapping[str, Discrepancy], chosen: Mapping[str, str]) -> frozenset[tuple[str, str]]:
    """Return the choices that change a file: two sets of readings with equal ones share their validators."""
    return frozenset((k, r) for k, r in chosen.items() if discrepancies[k].readings[r].patch)


def _apply(content: Any, patch: Patch, place: str) -> Any:
    import jsonpatch

    try:
        return jsonpatch.JsonPatch(copy.deepcopy(list(patch))).apply(copy.deepcopy(content))
    except (jsonpatch.JsonPatchException, jsonpatch.JsonPointerException) as error:
        raise BrokenReading(place, f"it does not apply: {error}", "correct the paths of the patch") from None


def _discrepancy(key: str, entry: Any) -> Discrepancy:
    if not isinstance(entry, Mapping) or not isinstance(entry.get("readings"), Mapping):
        raise BrokenReading(key, "it has no readings", "write readings: with at least one id under it")
    readings = {name: _reading(f"{key}/{name}", name, reading) for name, reading in entry["readings"].items()}
    for alias in (STRICT, LENIENT):
        if entry.get(alias) not in readings:
            raise BrokenReading(
                key, f"{alias} is {entry.get(alias)!r}", f"name one of its readings: {', '.join(readings)}"
            )
    return Discrepancy(key, str(entry.get("title", key)), entry[STRICT], entry[LENIENT], readings)


def _reading(place: str, name: str, entry: Any) -> Reading:
    if not isinstance(entry, Mapping):
        raise BrokenReading(place, "it is not a mapping", "write text, x-source and x-confidence under it")
    patch = entry.get("patch", {})
    if not isinstance(patch, Mapping) or not all(isinstance(ops, list) for ops in patch.values()):
        raise BrokenReading(place, "its patch is not a list of operations by file", "write file names with lists")
    return Reading(
        name,
        str(entry.get("text", "")),
        provenance(entry, f"{FILE} {place}"),
        bool(entry.get("later", False)),
        {file: tuple(operations) for file, operations in patch.items()},
    )
