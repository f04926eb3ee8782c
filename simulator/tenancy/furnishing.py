"""Puts a tenant's world in place, and brings a stored tenant back into memory.

The baseline is made when a tenant is first used, since it needs the library of made-up people.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any

from contracts import exchanges, strict_json
from scenarios.loader import load_text
from simulator.clock import Clock
from simulator.identity import Identity
from simulator.issued import channel_kind
from simulator.records import Document
from simulator.storage.slices import SLICE
from simulator.storage.store import Change, Put, PutAll, Remove, TenantRows
from simulator.telephony.agents import AGENT, AGENT_EVENT
from simulator.telephony.documents import call_from_document
from simulator.tenancy.gathered import ACCOUNT, CALL, CLOCK, FAULT, FURNISHED, PROFILE, RUN, SEQUENCE, TARGET
from simulator.tenancy.jobs import Job
from simulator.tenancy.runs import Run
from simulator.tenancy.targets import Target
from simulator.tenancy.tenants import DEFAULT, UNCLAIMED, Choices, Profile, Tenant
from simulator.vendor import Vendor
from simulator.worlds.world import OwnWorld, World, baseline, merged

OWN_WORLD = "own_world"
_LARGEST, _DEEPEST = 64 * 2**20, 200


@dataclass(frozen=True, slots=True, eq=False)
class Furniture:
    """A world, the user's own in it, and how it is written down for the tenant of a name and a seed."""

    name: str
    seed: str
    world: World
    written: tuple[PutAll, ...]
    own: OwnWorld | None = None

    def suits(self, profile: Profile) -> bool:
        """Tell whether it was made for this tenant, or for one as this one."""
        return (self.name, self.seed) == (profile.name, profile.seed)


def furniture(profile: Profile, own: OwnWorld, vendors: Collection[Vendor]) -> Furniture:
    """Make a world with the user's own for a tenant. It takes a while, touches no tenant, and so may be done anywhere.

    Raises BadFile.
    """
    _own_world(own)  # it is remembered, and wanted as soon as this is put in place
    world = _world(profile, own, vendors)
    return Furniture(profile.name, profile.seed, world, _written(profile.name, world), own)


def world_of(tenant: Tenant, own: OwnWorld | None, vendors: Collection[Vendor]) -> World:
    """Return the records that a tenant begins with: the baseline, the user's own over it, and those of each vendor."""
    return _world(tenant.profile, own, vendors)


def first_world(tenant: Tenant, vendors: Collection[Vendor], numbers: World | None = None) -> World:
    """Return the world that a tenant is to begin with, or to begin with again after a reset.

    ``numbers`` are the numbers that behave, where a file has some.
    """
    if tenant.furniture is not None:
        world = tenant.furniture.world
        return {**world, **numbers} if numbers else world
    return {**world_of(tenant, tenant.own_world, vendors), **(numbers or {})} if tenant.name != UNCLAIMED else {}


def founded(tenant: Tenant, *, own_world: bool) -> list[Change]:
    """Return the changes that keep how a tenant is set up; its ``own_world`` too, when it was given to it alone."""
    documents = {(PROFILE, "profile"): tenant.profile.to_document(), (CLOCK, "clock"): tenant.clock.to_document()}
    documents |= {(TARGET, key): target.to_document() for key, target in tenant.targets.items()}
    changes = [Put(tenant.name, kind, key, strict_json.dumps(document)) for (kind, key), document in documents.items()]
    if own_world and tenant.own_world is not None:
        changes.append(Put(tenant.name, PROFILE, OWN_WORLD, _own_world(tenant.own_world)))
    return list[Change](changes)


def furnish(tenant: Tenant, world: World) -> list[Change]:
    """Give a tenant its world, in place of any other, and return the changes that keep it.

    They may be written in slices: a tenant that was not furnished to the end is furnished again. How the world is
    written down is remembered with the tenant, since a reset puts the same one in place.
    """
    changes: list[Change] = [Remove(tenant.name, PROFILE, FURNISHED)] if tenant.furnished else []
    if tenant.furniture is None or tenant.furniture.world is not world:
        tenant.furniture = Furniture(tenant.name, tenant.profile.seed, world, _written(tenant.name, world))
    for kind, records in {AGENT: {}, AGENT_EVENT: {}, **world}.items():  # who was logged in is so no more
        # Every one, also those that stay: put again, they stand in the order of the new world.
        changes += [Remove(tenant.name, kind, key) for key in tenant.records.get(kind, {})]
        tenant.records.pop(kind, None)
        if records:
            tenant.records[kind] = dict(records)
    tenant.furnished = True
    return [*changes, *tenant.furniture.written, Put(tenant.name, PROFILE, FURNISHED, b"true")]


def added(tenant: Tenant, vendors: Iterable[Vendor]) -> list[Change]:
    """Give a furnished tenant the records of vendors that came later, and return the changes that keep them."""
    world: dict[str, Mapping[str, Document]] = {}
    for vendor in vendors:
        world.update(vendor.world(tenant.identity, tenant.records, tenant.name == DEFAULT))
    new = {kind: records for kind, records in world.items() if records and not tenant.records.get(kind)}
    tenant.records |= {kind: dict(records) for kind, records in new.items()}
    return [*_written(tenant.name, new)]


def _world(profile: Profile, own: OwnWorld | None, vendors: Collection[Vendor]) -> World:
    samples, identity = profile.name == DEFAULT, Identity(profile.seed)
    base = baseline(profile.seed, [phone for vendor in vendors for phone in vendor.phones], samples=samples)
    shared = merged(base, own) if own is not None else base
    world = dict(shared)
    for vendor in vendors:
        world.update(vendor.world(identity, shared, samples))
    return world


def _written(name: str, world: World) -> tuple[PutAll, ...]:
    documents = (
        (kind, key, strict_json.dumps(record)) for kind, records in world.items() for key, record in records.items()
    )
    return tuple(PutAll(name, part) for part in iter(lambda: tuple(islice(documents, SLICE)), ()))


def restored(rows: TenantRows, readings_of: Callable[[Profile], Choices]) -> Tenant | None:
    """Return the tenant that the log holds, or None when it holds no profile of it."""
    core: dict[str, dict[str, Any]] = {}
    records: dict[str, dict[str, Any]] = {}
    for put in rows.documents:
        place = core if put.kind.startswith("_") else records
        place.setdefault(put.kind, {})[put.key] = _read(put.body)
    if "profile" not in core.get(PROFILE, {}):
        return None
    profile = Profile.from_document(core[PROFILE]["profile"])
    tenant = Tenant(profile, Clock.from_document(core[CLOCK]["clock"]), readings_of(profile))
    tenant.furnished = FURNISHED in core[PROFILE]
    tenant.own_world = OwnWorld(**core[PROFILE][OWN_WORLD]) if OWN_WORLD in core[PROFILE] else None
    tenant.records |= records
    for kind in (k for k in records if k == channel_kind(k.partition(".")[0])):
        # A channel ends with the process that held it.
        tenant.records[kind] = {key: {**record, "open": False} for key, record in records[kind].items()}
    _restore_core(tenant, core)
    for job in sorted((Job.from_document(_read(j.body)) for j in rows.jobs), key=_id):
        tenant.agenda.put(job)
    tenant.journal.restore(_entries(rows), last=rows.last_entry)
    return tenant


@lru_cache(maxsize=4)
def _own_world(own: OwnWorld) -> bytes:
    # A large one takes a while, and is written at each reset.
    return strict_json.dumps({"records": own.records, "over_baseline": own.over_baseline})


def _read(body: bytes) -> Any:
    # What we wrote ourselves: a record or an exchange has what a stranger sent in it, and is larger and deeper.
    return strict_json.loads(body, max_depth=_DEEPEST, max_bytes=_LARGEST)


def _restore_core(tenant: Tenant, core: Mapping[str, Mapping[str, Any]]) -> None:
    tenant.sequences |= core.get(SEQUENCE, {})
    tenant.keep({key: call_from_document(value) for key, value in core.get(CALL, {}).items()})
    tenant.targets |= {key: Target.from_document(value) for key, value in core.get(TARGET, {}).items()}
    if FAULT in core:
        tenant.records[FAULT] = dict(core[FAULT])
    if ACCOUNT in core:
        tenant.balance = type(tenant.balance)(core[ACCOUNT]["balance"])
    for key, value in core.get(RUN, {}).items():
        tenant.runs[key] = Run.from_document(value, load_text(value["text"], value["source"]))


def _entries(rows: TenantRows) -> Iterable[tuple[int, Any, Any]]:
    for row in rows.journal:
        record = _read(row.body)
        yield row.number, exchanges.from_record(record), exchanges.verdict_from_record(record)


def _id(job: Job) -> int:
    return job.id
