"""Who asks for reports: the key of an account, and commands with which to use it."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any

from contracts.model import HttpRequest
from contracts.pbx55.asking import ROOT
from simulator.identity import Identity
from simulator.vendor import Claim, Credentials
from simulator.vendors.pbx55.messages import KEY

HEADER = "key"

# A period that every simulated call is in.
ALWAYS = "2000-01-01T00:00:00.000-03:00/2099-12-31T23:59:59.999-03:00"


def make(identity: Identity) -> dict[str, str]:
    """Make up a tenant's key: a UUID, a hyphen and digits, as the keys in public code are."""
    return {HEADER: f"{identity.uuid(KEY, HEADER)}-{identity.integer(KEY, HEADER, low=10**11, high=10**12 - 1)}"}


def claim(operation: str | None, request: HttpRequest, body: Any, known: Credentials) -> Claim:
    """Find the tenant by the key in its header."""
    key = (request.header(HEADER) or "").strip()
    if not key:
        return Claim(detail=f"no header {HEADER}: send it with the key that pbxsim credentials shows")
    tenant = known.holder(KEY, HEADER, key)
    return Claim(tenant) if tenant else Claim(detail="no tenant has this key: see pbxsim credentials", hint=HEADER)


def curls(base: str, credentials: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return a command that causes pushes, by the simulator's own API, and one that asks for the calls."""
    root = base.removesuffix(f"/{KEY}")
    call = """-H 'content-type: application/json' -d '{"from": "37999912222"}'"""
    push = f"curl -sS {shlex.quote(root + '/_sim/calls')} {call}"
    path = f"{ROOT}{ALWAYS}/all_queues/all_numbers/all_agent/report_02/undefined/undefined/-3"
    header = shlex.quote(f"{HEADER}: {credentials.get(HEADER, '')}")
    return (
        ("let 37999912222 call in, and push that to every target of 55PBX", push),
        ("list the calls that are over", f"curl -sS {shlex.quote(base + path)} -H {header}"),
    )
