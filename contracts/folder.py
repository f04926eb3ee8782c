"""Reads the files of a contract folder, with a user's corrected files laid over them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contracts import strict_json, strict_yaml
from contracts.errors import ContractError

NAMES = ("openapi.yaml", "rules.yaml", "discrepancies.yaml")
SCHEMAS = "schemas"
DIALECT = "https://json-schema.org/draft/2020-12/schema"


class BrokenContract(ContractError):
    """A file of a contract that cannot be used."""

    def __init__(self, place: object, wrong: str, remedy: str) -> None:
        super().__init__(f"{place}: {wrong}; {remedy}")


@dataclass(frozen=True, slots=True)
class Folder:
    """The files of a contract by their path in the folder (``schemas/x.json``): parsed, and where each came from."""

    name: str
    path: Path
    files: Mapping[str, Any]
    places: Mapping[str, Path]


def read(path: Path, overlay: Path | None = None) -> Folder:
    """Read a contract folder; each file of ``overlay`` replaces the one of the same name. Raises ContractError."""
    places = _list(path)
    if "openapi.yaml" not in places:
        raise BrokenContract(path, "there is no openapi.yaml", "name a contract folder")
    if overlay is not None:
        places |= _overlaid(overlay, places, path.name)
    files = {name: _parse(name, place) for name, place in places.items()}
    if not isinstance(files["openapi.yaml"], Mapping):
        raise BrokenContract(places["openapi.yaml"], "it is not a mapping", "write an OpenAPI 3.1 document")
    return Folder(path.resolve().name, path, files, places)


def refuse_foreign(overlay: Path, known: Sequence[str]) -> None:
    """Raise BrokenContract when an overlay is no folder, or has something in it that is no vendor's."""
    if not overlay.is_dir():
        raise BrokenContract(overlay, "there is no such folder", "name a folder that has one folder a vendor")
    for entry in sorted(overlay.iterdir()):
        if entry.name not in known and not entry.name.startswith("."):
            remedy = f"name the folders in it after vendors: {', '.join(known)}"
            raise BrokenContract(entry, "it matches no vendor", remedy)
    if not any((overlay / key).is_dir() for key in known):
        raise BrokenContract(overlay, "nothing in it replaces a file", f"make a folder in it: {', '.join(known)}")


def _list(path: Path) -> dict[str, Path]:
    found = {name: path / name for name in NAMES if (path / name).is_file()}
    schemas = sorted((path / SCHEMAS).rglob("*.json"))
    return found | {schema.relative_to(path).as_posix(): schema for schema in schemas}


def _overlaid(overlay: Path, shipped: Mapping[str, Path], vendor: str) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for file in sorted(overlay.rglob("*")):
        name = file.relative_to(overlay).as_posix()
        if file.is_dir() or name.startswith((".", "examples/")) or name == "SOURCES.md":
            continue
        if name not in shipped:
            remedy = f"name it after a file that it corrects: {', '.join(shipped)}"
            raise BrokenContract(file, f"it matches no file of the contract {vendor}", remedy)
        found[name] = file
    return found


def _parse(name: str, place: Path) -> Any:
    try:
        raw = place.read_bytes()
    except OSError as error:
        raise BrokenContract(place, f"it cannot be read ({error.strerror})", "check the file") from None
    if name.endswith(".yaml"):
        return strict_yaml.load(raw, name=str(place)).value
    try:
        schema = strict_json.loads(raw)
    except strict_json.MalformedJson as error:
        raise BrokenContract(place, str(error), "correct the file") from None
    if not isinstance(schema, dict):
        raise BrokenContract(place, "it is not an object", "write a JSON Schema")
    # jsonschema leaves our validator for the dialect's own where a schema names one.
    if schema.pop("$schema", DIALECT) != DIALECT:
        raise BrokenContract(place, "its $schema is another dialect", f"write {DIALECT}")
    return schema
