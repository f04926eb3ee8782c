"""Who rings: a key in a header, and a command with which to use it."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any

from contracts.model import HttpRequest
from simulator.identity import Identity
from simulator.vendor import Claim, Credentials

KEY = "campainha"
HEADER = "x-campainha"


def make(identity: Identity) -> dict[str, str]:
    """Make up a tenant's key."""
    return {HEADER: identity.token(KEY, "key")}


def claim(operation: str | None, request: HttpRequest, body: Any, known: Credentials) -> Claim:
    """Find the tenant by the key in its header."""
    key = request.header(HEADER) or ""
    if not key:
        return Claim(detail=f"no header {HEADER}: send it with the key that pbxsim credentials shows")
    tenant = known.holder(KEY, HEADER, key)
    return Claim(tenant) if tenant else Claim(detail="no tenant has this key: see pbxsim credentials", hint=HEADER)


def curls(base: str, credentials: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return a command that rings the bell, for a POSIX shell with curl."""
    header = shlex.quote(f"{HEADER}: {credentials[HEADER]}")
    body = """-H 'content-type: application/json' -d '{"ramal": "111"}'"""
    return (("ring the bell at extension 111", f"curl -sS {shlex.quote(base + '/v1/toques')} -H {header} {body}"),)
