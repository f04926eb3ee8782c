"""Contracts of a user's own for tests: the shipped ones with a clause more, which nothing can meet."""

from __future__ import annotations

import json
from pathlib import Path

SHIPPED = Path(__file__).parents[2] / "contracts"


def impossible(folder: Path, confidence: str) -> Path:
    """Write an overlay in which a push of 55PBX may have three fields at most, known by this confidence."""
    (source,) = [file for file in (SHIPPED / "pbx55" / "schemas").glob("call-*.json") if _is_push(file)]
    schema = json.loads(source.read_text("utf-8"))
    clause = {"description": "Hardly anything.", "x-source": "a test", "x-confidence": confidence, "maxProperties": 3}
    schema["allOf"] = [*schema.get("allOf", []), clause]
    file = folder / "pbx55" / "schemas" / source.name
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps(schema))
    return folder


def _is_push(file: Path) -> bool:
    return len(json.loads(file.read_text("utf-8")).get("properties", {})) > 20
