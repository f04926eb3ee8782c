"""What dialled outside numbers do by themselves, like test cards: the shipped table, a file's, or a tenant's own.

``docs/numbers.md`` describes the fields, ``numbers.schema.json`` holds them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulator.telephony.calls import Party
from simulator.telephony.conduct import CONDUCT, Conduct, Ending
from simulator.telephony.phones import is_abroad, split
from simulator.worlds.own_file import Where, content_of, parsed, pointer_itself, refuse
from simulator.worlds.world_shape import Problem, shape_problems

if TYPE_CHECKING:
    from simulator.records import Document, Reader
    from simulator.vendor import Work

# A tenant's own table: one record of this kind, under this key. Without it the shipped one counts.
KIND, KEY = "dialled", "numbers"
SCHEMA = "numbers.schema.json"


@cache
def shipped() -> Document:
    """Return the table that comes with the program."""
    return parse_numbers(files("simulator").joinpath("numbers.yaml").read_bytes(), "numbers.yaml")


def load_numbers(path: Path) -> Document:
    """Read a table from a file. Raises BadFile, when it cannot be read, too."""
    return parse_numbers(content_of(path), str(path))


def parse_numbers(text: str | bytes, name: str) -> Document:
    """Read a table from YAML text; ``name`` is what messages call it. Raises BadFile."""
    value, where = parsed(text, name)
    return _table(value, name, where)


def from_mapping(value: object) -> Document:
    """Read a table from a decoded JSON body; messages name JSON pointers. Raises BadFile."""
    return _table(value, "the table of numbers", pointer_itself)


def table_of(records: Reader) -> Document:
    """Return the table that counts for a tenant."""
    return records.get(KIND, KEY) or shipped()


def own_numbers(path: Path | None) -> Mapping[str, Mapping[str, Document]]:
    """Return the records that a tenant begins with: the table of a file, if there is one. Raises BadFile."""
    return {} if path is None else {KIND: {KEY: load_numbers(path)}}


def conduct_of(records: Reader, digits: str) -> Conduct | None:
    """Return what a dialled number does: the whole number comes first, then the longest ending; None: nothing."""
    wanted = plain(digits)
    best: tuple[int, Mapping[str, Any]] | None = None
    for entry in table_of(records)["numbers"]:
        if "number" in entry and plain(entry["number"]) == wanted:
            return _conduct(entry)
        ending = entry.get("ending", "")
        if ending and wanted.endswith(ending) and (best is None or len(ending) > best[0]):
            best = len(ending), entry
    return _conduct(best[1]) if best else None


def play_far_end(work: Work, call: str, digits: str, *, undetected: bool = False) -> None:
    """Let the far end of a call behave as the table says, unless that is decided already or the table says nothing.

    With ``undetected`` an answering machine is taken for a person who answers.
    """
    found = conduct_of(work, digits)
    if found is not None and work.get(CONDUCT, call) is None:
        if undetected and found.outcome is Ending.MACHINE:
            found = replace(found, outcome=Ending.ANSWERS)
        work.put(CONDUCT, call, found.to_document())


def plain(digits: str) -> str:
    """Return a number as numbers are compared: without country code, and without the zero that is dialled first."""
    if not split(digits).area and not is_abroad(digits):
        digits = digits.lstrip("0") or digits
    return split(digits).national


def _conduct(entry: Mapping[str, Any]) -> Conduct:
    return Conduct(
        Ending(entry["outcome"]),
        ring=entry.get("ring", 0),
        talk=entry.get("talk"),
        by=Party(entry.get("by", Party.OUTSIDE)),
        patience=entry.get("patience"),
    )


def _table(value: Any, name: str, where: Where) -> Document:
    refuse(name, shape_problems(value, SCHEMA), where)
    refuse(name, _senseless(value["numbers"]), where)
    return {"numbers": [dict(entry) for entry in value["numbers"]]}


def _senseless(entries: list[Mapping[str, Any]]) -> Iterator[Problem]:
    seen: dict[tuple[str, str], str] = {}
    for index, entry in enumerate(entries):
        place = f"/numbers/{index}"
        named = [word for word in ("number", "ending") if word in entry]
        if len(named) != 1:
            yield place, f"found {' and '.join(named) or 'neither'}, expected a number or an ending: write one of them"
            continue
        spoken = [word for word in ("talk", "by", "patience") if word in entry]
        if spoken and entry["outcome"] != Ending.ANSWERS:
            yield f"{place}/{spoken[0]}", f"nobody talks where the outcome is {entry['outcome']}: leave it out"
        word = named[0]
        text = plain(entry[word]) if word == "number" else entry[word]
        first = seen.setdefault((word, text), place)
        if first != place:
            yield place, f"{word} {entry[word]!r} is that of {first} too: leave one of them out"
