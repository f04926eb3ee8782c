"""What happened to a tenant, as ``pbxsim record`` reads it: from a running simulator, or from a snapshot of one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contracts import strict_json
from contracts.model import Exchange, Judgement
from simulator.cli.client import Asked
from simulator.cli.entries import Told
from simulator.errors import SimulatorError
from simulator.telephony.calls import Call
from simulator.telephony.documents import call_from_document
from simulator.tenancy.gathered import CALL, PROFILE
from simulator.tenancy.snapshots import MOST_BYTES, check
from simulator.worlds.directory import KINDS

_PAGE = 200


class Unreadable(SimulatorError):
    """A file cannot be read."""


@dataclass(frozen=True, slots=True)
class Session:
    """A tenant's calls, exchanges and records, and the seed of its made-up values."""

    calls: Sequence[Call]
    exchanged: Sequence[tuple[int, Exchange, Judgement | None]]
    records: Mapping[str, Sequence[Mapping[str, Any]]]
    seed: str


def from_simulator(simulator: Asked) -> Session:
    """Return what happened to a running simulator's tenant. Raises NoSimulator or Refused."""
    world = simulator.get("/world", "extension")
    seed = str(simulator.get_tenant()["seed"])
    calls = [call_from_document(call) for call in simulator.get("/calls", "calls")["calls"]]
    entries: list[Told] = []
    cursor = 0
    while page := simulator.get("/journal", "entries", after=cursor, limit=_PAGE):
        entries += map(Told.of, page["entries"])
        if not page["entries"]:
            break
        cursor = int(page["next"])
    return Session(calls, [(t.number, t.exchange, t.verdict) for t in entries], world, seed)


def from_snapshot(path: Path) -> Session:
    """Return what happened to the tenant of a snapshot. Raises Unreadable or BadSnapshot."""
    document = _document(path)
    try:
        check(document, str(document.get("tenant")))
    except SimulatorError as error:
        raise type(error)(f"{path}: {error}. A journal file has exchanges, and no calls to make steps of") from None
    kinds: dict[str, list[Any]] = {}
    for kind, _, value in document["state"]["documents"]:
        kinds.setdefault(kind, []).append(value)
    profile = next(p for p in kinds[PROFILE] if isinstance(p, dict) and "seed" in p)
    told = [Told.of(entry) for entry in document["state"]["journal"]["entries"]]
    return Session(
        [call_from_document(call) for call in kinds.get(CALL, ())],
        [(t.number, t.exchange, t.verdict) for t in told],
        {kind: kinds.get(kind, []) for kind in KINDS},
        str(profile["seed"]),
    )


def _document(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            raw = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise Unreadable(f"{path} cannot be read ({error.strerror}): name a file with a snapshot") from None
    try:
        document = strict_json.loads(raw, max_bytes=MOST_BYTES)
    except strict_json.MalformedJson:
        document = None
    return document if isinstance(document, dict) else {}
