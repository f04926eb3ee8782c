"""A small world for HubSoft's tests: two users at two extensions, and two customers."""

from __future__ import annotations

from pathlib import Path

import contracts.hubsoft
from simulator.identity import Identity
from simulator.vendors.hubsoft import VENDOR
from tests.work import DictWork

CONTRACT_DIR = Path(contracts.hubsoft.__file__).parent


def work_of(tenant: str = "default", seed: str = "1") -> DictWork:
    """Return a unit of work on a fresh tenant."""
    work = DictWork(tenant=tenant, identity=Identity(seed))
    work.sets = {"hubsoft": VENDOR.credentials(work.identity)}
    for key, extension, internal in (("1", "111", "ABC111"), ("2", "112", "XYZ112")):
        work.put("user", key, {"id": key, "name": "Ana", "email": "a@example.com", "internal_id": internal})
        work.put("extension", extension, {"number": extension, "name": "Ana", "user": key})
    for key, code, phones in (("11201", "421", ["3732221234", "37999912222"]), ("11202", "422", [])):
        work.put(
            "customer",
            key,
            {"id": key, "code": code, "name": "Bia", "document": "", "email": "", "phones": phones},
        )
    return work
