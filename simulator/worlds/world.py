"""A tenant's records as they are given: the made-up baseline, and a user's own world that lies over it.

It knows no tenant and no store. ``docs/world.md`` describes the fields, ``world.schema.json`` holds them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from simulator.records import Document
from simulator.worlds.baseline import baseline
from simulator.worlds.directory import KINDS
from simulator.worlds.own_file import Where, content_of, parsed, pointer_itself, refuse
from simulator.worlds.world_records import Places, World, dangling, take_in
from simulator.worlds.world_shape import shape_problems

__all__ = ["OwnWorld", "World", "baseline", "from_mapping", "load_world", "merged", "parse_world"]


@dataclass(frozen=True, slots=True, eq=False)
class OwnWorld:
    """A user's records, checked but for what they may name in the baseline: `merged` does that.

    ``places`` has the JSON pointer of each record by kind and key.
    """

    records: World
    over_baseline: bool = True
    name: str = "the world"
    where: Where = pointer_itself
    places: Mapping[tuple[str, str], str] = field(default_factory=dict)


def load_world(path: Path) -> OwnWorld:
    """Read a ``world.yaml``. Raises BadFile, when the file cannot be read, too."""
    return parse_world(content_of(path), str(path))


def parse_world(text: str | bytes, name: str) -> OwnWorld:
    """Read a world from YAML text; ``name`` is what messages call it. Raises BadFile."""
    value, where = parsed(text, name)
    return _own(value, name, where)


def from_mapping(value: object) -> OwnWorld:
    """Read a world from a decoded JSON body; messages name JSON pointers. Raises BadFile."""
    return _own(value, "the world", pointer_itself)


def merged(base: World, own: OwnWorld) -> World:
    """Return the user's records over the baseline: the same key replaces, a new key is added.

    The user's come first in every kind: the first of their numbers is the default line, and a phone that
    their customer shares with a made-up one is their customer's. Raises BadFile when a record of theirs
    names one that is not there.
    """
    under: World = base if own.over_baseline else {}
    kinds = dict.fromkeys((*KINDS, *under))
    world = {kind: {**own.records.get(kind, {}), **under.get(kind, {})} for kind in kinds}
    for kind, records in own.records.items():
        world[kind].update(records)
    refuse(own.name, dangling(world, own.records, own.places), own.where)
    return world


def _own(value: Any, name: str, where: Where) -> OwnWorld:
    refuse(name, shape_problems(value), where)
    records: dict[str, dict[str, Document]] = {kind: {} for kind in KINDS}
    places: Places = {}
    refuse(name, take_in(value, records, places), where)
    return OwnWorld(records, value.get("baseline", True), name, where, places)
