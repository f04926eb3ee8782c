"""A tenant as one JSON document, and back: all that the log keeps of it, but no secret of a target.

It knows no app: `simulator.restoring` puts what is read here in a tenant's place.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from contracts import strict_json
from contracts.exchanges import to_record
from contracts.formats import is_marker
from simulator.clock import Clock
from simulator.errors import SimulatorError
from simulator.storage.store import AppendJournal, Put, PutJob, TenantRows
from simulator.telephony.documents import time_to_text
from simulator.tenancy.furnishing import founded
from simulator.tenancy.gathered import CLOCK, FURNISHED, PROFILE, TARGET, Gathered
from simulator.tenancy.jobs import Job
from simulator.tenancy.targets import Target
from simulator.tenancy.tenants import Tenant
from simulator.version import VERSION

KIND, FORMAT = "snapshot", 1
MOST_BYTES = 32 * 2**20


class TooLarge(SimulatorError):
    """A tenant has more than a snapshot may hold."""

    def __init__(self, size: int) -> None:
        super().__init__(f"the snapshot would have {size} bytes, and {MOST_BYTES} is the most that is taken back")


class BadSnapshot(SimulatorError):
    """A document is no snapshot that can be restored here; the message says why."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a snapshot holds, as the log would. ``logins`` marks the tokens that targets had given, by target."""

    rows: TenantRows
    dropped: int = 0
    logins: Mapping[str, str] = field(default_factory=dict)


def take(tenant: Tenant, logins: Mapping[str, str], *, own_world: bool) -> bytes:
    """Return a tenant's snapshot as JSON. ``own_world``: its world was given to it alone. Raises TooLarge."""
    tenant.open()
    now = tenant.now()
    state = {
        "documents": list(_documents(tenant, own_world=own_world)),
        "jobs": [job.to_document() for _, job in sorted(tenant.agenda.jobs.items())],
        "journal": {
            "last": tenant.journal.last,
            "dropped": tenant.journal.dropped,
            "entries": [
                {"number": e.number, **to_record(e.exchange, e.verdict)}
                for e in tenant.journal.after(0, limit=tenant.journal.last)
            ],
        },
        "logins": dict(logins),
    }
    head = {"pbxsim": KIND, "format": FORMAT, "version": VERSION, "tenant": tenant.name, "at": time_to_text(now)}
    document = strict_json.dumps({**head, "digest": _digest(state), "state": state})
    if len(document) > MOST_BYTES:
        raise TooLarge(len(document))
    return document


def read(document: Mapping[str, Any], tenant: Tenant) -> Snapshot:
    """Return what a snapshot of this tenant holds; targets' secrets are those that it has now. Raises BadSnapshot."""
    check(document, tenant.name)
    try:
        return _read(document["state"], tenant)
    except BadSnapshot:
        raise
    except (SimulatorError, LookupError, TypeError, ValueError, AttributeError) as error:
        raise BadSnapshot(f"the snapshot is broken ({type(error).__name__}: {error}): take it again") from None


def check(document: Mapping[str, Any], tenant: str) -> None:
    """Raise BadSnapshot unless a document is a whole snapshot of the tenant of this name."""
    if document.get("pbxsim") != KIND or not isinstance(document.get("state"), Mapping):
        raise BadSnapshot('this is no snapshot: give what POST /_sim/snapshot answered, with "pbxsim": "snapshot"')
    if document.get("format") != FORMAT:
        found, version = str(document.get("format"))[:20], str(document.get("version"))[:20]
        raise BadSnapshot(
            f"the snapshot has format {found} (pbxsim {version}), and this pbxsim {VERSION} reads format {FORMAT}: "
            "take it again"
        )
    if document.get("tenant") != tenant:
        whose = str(document.get("tenant"))[:64]
        raise BadSnapshot(f"this is a snapshot of tenant {whose!r}, and not of {tenant!r}: restore it there")
    if document.get("digest") != _digest(document["state"]):
        raise BadSnapshot("the snapshot was changed or cut since it was taken (its digest is another): take it again")


def _documents(tenant: Tenant, *, own_world: bool) -> Iterator[tuple[str, str, Any]]:
    everything = Gathered(
        records={kind: dict(records) for kind, records in tenant.records.items()},
        sequences=tenant.sequences,
        calls=tenant.calls,
        targets=dict(tenant.targets),
        runs=dict(tenant.runs),
        clock=tenant.clock.changed(datetime.now(UTC)),
        balance=tenant.balance,
    )
    changes = (*founded(tenant, own_world=own_world), *everything.written(tenant))
    puts = {(put.kind, put.key): put.body for put in changes if isinstance(put, Put)}
    puts[PROFILE, FURNISHED] = b"true"
    for (kind, key), body in puts.items():
        shown = tenant.targets[key].to_public() if kind == TARGET else strict_json.loads(body, max_bytes=MOST_BYTES)
        yield kind, key, shown


def _read(state: Mapping[str, Any], tenant: Tenant) -> Snapshot:
    name, journal = tenant.name, state["journal"]
    documents = {(str(kind), str(key)): value for kind, key, value in state["documents"]}
    documents |= {place: _with_secrets(value, tenant) for place, value in documents.items() if place[0] == TARGET}
    documents[CLOCK, "clock"] = _from_now(Clock.from_document(documents[CLOCK, "clock"])).to_document()
    if documents[PROFILE, "profile"]["name"] != name:
        raise ValueError("its profile has another name")
    jobs = [Job.from_document(job) for job in state["jobs"]]
    return Snapshot(
        TenantRows(
            tuple(Put(name, kind, key, strict_json.dumps(value)) for (kind, key), value in documents.items()),
            tuple(PutJob(name, j.id, j.due, j.task.value, strict_json.dumps(j.to_document())) for j in jobs),
            tuple(AppendJournal(name, int(e["number"]), strict_json.dumps(_bare(e))) for e in journal["entries"]),
            int(journal["last"]),
        ),
        int(journal["dropped"]),
        {str(key): str(mark) for key, mark in state["logins"].items()},
    )


def _bare(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in entry.items() if name != "number"}


def _from_now(clock: Clock) -> Clock:
    # It shows the time at which it was taken, however long ago that was.
    return Clock(clock.mode, datetime.now(UTC), clock.tenant_anchor, clock.speed)


def _with_secrets(public: Mapping[str, Any], tenant: Tenant) -> dict[str, Any]:
    """Return a target with the secrets that the tenant's own has, if it is still the same one."""
    now = tenant.targets.get(public["id"])
    hidden = is_marker(public["token"]) or any(map(is_marker, public["credentials"].values()))
    if not hidden:
        return dict(public)
    if now is None or (now.vendor, now.url) != (public["vendor"], public["url"]) or not _same_names(public, now):
        raise BadSnapshot(
            f"target {public['id']} had secrets, which no snapshot holds, and it is gone or another one now: "
            f"add it again as it was ({public['vendor']}, {public['url']}), and then restore"
        )
    return {**public, "token": now.token, "credentials": dict(now.credentials)}


def _same_names(public: Mapping[str, Any], now: Target) -> bool:
    return (public["token"] is None) == (now.token is None) and public["credentials"].keys() == now.credentials.keys()


def _digest(state: object) -> str:
    text = json.dumps(_plain(state), sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def _plain(value: Any) -> Any:
    """Return a value as every JSON program writes it: some write 1.0 as 1."""
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
