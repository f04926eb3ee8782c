"""A tenant's records as they are given: the made-up baseline, and a user's own world that lies over it.

It knows no tenant and no store. ``docs/world.md`` describes the fields, ``world.schema.json`` holds them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from contracts.strict_yaml import MAX_BYTES, MalformedYaml, load
from simulator.baseline import baseline
from simulator.directory import KINDS
from simulator.errors import SimulatorError
from simulator.vendor import Document
from simulator.world_records import Places, World, dangling, take_in
from simulator.world_shape import Problem, shape_problems

__all__ = ["BadWorld", "OwnWorld", "World", "baseline", "from_mapping", "load_world", "merged", "parse_world"]

MAX_PROBLEMS = 20

Where = Callable[[str], str]  # a JSON pointer to a place that the user can find


def _pointer_itself(place: str) -> str:
    return place or "the whole"


@dataclass(frozen=True, slots=True, eq=False)
class OwnWorld:
    """A user's records, checked but for what they may name in the baseline: `merged` does that.

    ``places`` has the JSON pointer of each record by kind and key.
    """

    records: World
    over_baseline: bool = True
    name: str = "the world"
    where: Where = _pointer_itself
    places: Mapping[tuple[str, str], str] = field(default_factory=dict)


def load_world(path: Path) -> OwnWorld:
    """Read a ``world.yaml``. Raises BadWorld, when the file cannot be read, too."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        wrong = f"it cannot be read ({error.strerror}): name a YAML file, and check its permissions"
        raise BadWorld(str(path), [wrong]) from error
    return parse_world(content, str(path))


def parse_world(text: str | bytes, name: str) -> OwnWorld:
    """Read a world from YAML text; ``name`` is what messages call it. Raises BadWorld."""
    size = len(text.encode("utf-8", "replace") if isinstance(text, str) else text)
    if size > MAX_BYTES:
        raise BadWorld(name, [f"{name}: it has more than {MAX_BYTES} bytes, which is the most: leave records out"])
    try:
        document = load(text, name=name)
    except MalformedYaml as error:
        raise BadWorld(name, [str(error)]) from error
    # An empty file is a world without records of its own.
    return _own({} if document.value is None else document.value, name, document.where)


def from_mapping(value: object) -> OwnWorld:
    """Read a world from a decoded JSON body; messages name JSON pointers. Raises BadWorld."""
    return _own(value, "the world", _pointer_itself)


def merged(base: World, own: OwnWorld) -> World:
    """Return the user's records over the baseline: the same key replaces, a new key is added.

    The user's come first in every kind: the first of their numbers is the default line, and a phone that
    their customer shares with a made-up one is their customer's. Raises BadWorld when a record of theirs
    names one that is not there.
    """
    under: World = base if own.over_baseline else {}
    kinds = dict.fromkeys((*KINDS, *under))
    world = {kind: {**own.records.get(kind, {}), **under.get(kind, {})} for kind in kinds}
    for kind, records in own.records.items():
        world[kind].update(records)
    _refuse(own.name, dangling(world, own.records, own.places), own.where)
    return world


class BadWorld(SimulatorError):
    """A world says something that cannot be; ``problems`` has a line for each such thing, with its place."""

    def __init__(self, name: str, problems: list[str]) -> None:
        super().__init__("\n  ".join((f"{name} cannot be used; mend this:", *problems)))
        self.problems = tuple(problems)


def _own(value: Any, name: str, where: Where) -> OwnWorld:
    _refuse(name, shape_problems(value), where)
    records: dict[str, dict[str, Document]] = {kind: {} for kind in KINDS}
    places: Places = {}
    _refuse(name, take_in(value, records, places), where)
    return OwnWorld(records, value.get("baseline", True), name, where, places)


def _refuse(name: str, problems: Iterator[Problem], where: Where) -> None:
    first = list(islice(problems, MAX_PROBLEMS + 1))
    lines = [f"{where(place)}: {what}" for place, what in first[:MAX_PROBLEMS]]
    if len(first) > MAX_PROBLEMS:
        lines.append("and more, once these are mended")
    if lines:
        raise BadWorld(name, lines)
