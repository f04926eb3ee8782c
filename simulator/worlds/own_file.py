"""A YAML file that a user gives, read strictly: all that is wrong with it is told together, each with its place.

It knows no fields: `simulator.worlds.world` and `simulator.switch.numbers` do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from contracts.strict_yaml import MAX_BYTES, MalformedYaml, load
from simulator.errors import SimulatorError
from simulator.worlds.world_shape import Problem

MAX_PROBLEMS = 20

Where = Callable[[str], str]  # a JSON pointer to a place that the user can find


class BadFile(SimulatorError):
    """A file says something that cannot be; ``problems`` has a line for each such thing, with its place."""

    def __init__(self, name: str, problems: list[str]) -> None:
        super().__init__("\n  ".join((f"{name} cannot be used; mend this:", *problems)))
        self.problems = tuple(problems)


def pointer_itself(place: str) -> str:
    """Return a JSON pointer as the place: what came over HTTP has no lines."""
    return place or "the whole"


def content_of(path: Path) -> bytes:
    """Return what a file holds, up to a byte more than may be. Raises BadFile."""
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        wrong = f"it cannot be read ({error.strerror}): name a YAML file, and check its permissions"
        raise BadFile(str(path), [wrong]) from error


def parsed(text: str | bytes, name: str) -> tuple[Any, Where]:
    """Return what YAML text says, and where each part stands; ``name`` is what messages call it. Raises BadFile."""
    size = len(text.encode("utf-8", "replace") if isinstance(text, str) else text)
    if size > MAX_BYTES:
        raise BadFile(name, [f"{name}: it has more than {MAX_BYTES} bytes, which is the most: leave records out"])
    try:
        document = load(text, name=name)
    except MalformedYaml as error:
        raise BadFile(name, [str(error)]) from error
    # An empty file is one without records.
    return {} if document.value is None else document.value, document.where


def refuse(name: str, problems: Iterator[Problem], where: Where) -> None:
    """Raise BadFile when there is a problem."""
    first = list(islice(problems, MAX_PROBLEMS + 1))
    lines = [f"{where(place)}: {what}" for place, what in first[:MAX_PROBLEMS]]
    if len(first) > MAX_PROBLEMS:
        lines.append("and more, once these are mended")
    if lines:
        raise BadFile(name, lines)
