"""Finds scenario files, reads them strictly, and says what is wrong with file, line, column and remedy."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

from contracts.nearness import near
from contracts.strict_yaml import MAX_BYTES, YamlDocument
from contracts.strict_yaml import load as load_yaml
from scenarios.errors import ScenarioError
from scenarios.model import Scenario
from scenarios.reading import read
from scenarios.references import check_references
from scenarios.shape import SHOWN, findings, show
from scenarios.shape import Path as Place

MOST_FILES = 1000
SHOWN_FINDINGS = 5
SUFFIXES = (".yaml", ".yml")


def library() -> tuple[str, ...]:
    """Return the names of the scenarios that come with the program."""
    return tuple(sorted(path.stem for path in _library_folder().glob("*.yaml")))


def load(path_or_name: str | Path) -> Scenario:
    """Return the scenario of a file, or the one of this name in the library; a file comes first.

    Raises ScenarioError, or MalformedYaml for what is no strict YAML.
    """
    path, name = Path(path_or_name), str(path_or_name)
    with _reading(path):
        if path.is_file():
            return load_text(_content(path), name)
        if name in library():
            return load_text(_content(_library_folder() / f"{name}.yaml"), f"{name}.yaml")
        if path.is_dir():
            raise ScenarioError(name, "this is a directory: name a file in it")
        if path.exists():
            raise ScenarioError(name, "this is no regular file: name a .yaml file")
    meant = near(path.stem, library())
    hint = f"did you mean {meant!r}?" if meant else "pbxsim run --list lists the library"
    raise ScenarioError(name, f"there is neither such a file nor a library scenario of this name: {hint}")


def load_directory(path: str | Path) -> tuple[Scenario, ...]:
    """Return the scenarios of the .yaml and .yml files in a directory (not below it), by file name."""
    folder = Path(path)
    with _reading(folder):
        if not folder.is_dir():
            raise ScenarioError(str(folder), "there is no such directory: check the path")
        paths = sorted(p for p in folder.iterdir() if p.suffix in SUFFIXES)
    if not paths:
        raise ScenarioError(str(folder), "no scenario lies here: put .yaml files in it, or name another")
    if len(paths) > MOST_FILES:
        raise ScenarioError(str(folder), f"{len(paths)} files, at most {MOST_FILES} are read: split it")
    named: dict[str, Scenario] = {}
    for scenario in map(load, paths):
        first = named.setdefault(scenario.name, scenario)
        if first is not scenario:
            same = f'"{scenario.name}" is the name of {first.source} too'
            raise ScenarioError(scenario.source, f"{same}: give one of them another")
    return tuple(named.values())


def load_text(text: str | bytes, name: str = "scenario") -> Scenario:
    """Return the scenario that a YAML text says; ``name`` stands for the file in error messages.

    Raises ScenarioError, or MalformedYaml for what is no strict YAML.
    """
    document = load_yaml(text, name=name)
    if document.value is None:
        raise ScenarioError(name, "the file is empty: begin with a line such as 'scenario: my_first'")
    found = findings(document.value)
    if found:
        raise ScenarioError("", _listed(document, found))
    scenario = read(document.value, document.where, name, document.text)
    check_references(scenario, document.value, document.where)
    return scenario


def _listed(document: YamlDocument, found: list[tuple[Place, str]]) -> str:
    lines = [f"{document.where(_pointer(place))}: {_label(place)}{text}" for place, text in found[:SHOWN_FINDINGS]]
    if len(found) > SHOWN_FINDINGS:
        lines.append(f"and {len(found) - SHOWN_FINDINGS} more")
    return "\n".join(lines)


def _label(place: Place) -> str:
    word = next((part for part in reversed(place) if isinstance(part, str)), "")
    return f"{word[:SHOWN]}: " if word else ""


def _pointer(place: Place) -> str:
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in place)


def _content(path: Path) -> bytes:
    with path.open("rb") as file:
        raw = file.read(MAX_BYTES + 1)
    if len(raw) > MAX_BYTES:
        raise ScenarioError(str(path), "larger than 1 MB: split it into several scenarios")
    return raw


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        why = error.strerror or str(error)
        raise ScenarioError(show(str(path)), f"cannot be read ({why}): check path and permissions") from None


def _library_folder() -> Path:
    return Path(str(files("scenarios"))) / "library"
