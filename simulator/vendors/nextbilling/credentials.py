"""Who speaks: NextBilling's tokens and keys, of three levels, which stand in the address, and commands with them."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from enum import StrEnum
from typing import Any
from urllib.parse import unquote

from contracts.model import HttpRequest
from simulator.identity import Identity
from simulator.vendor import Claim, Credentials, Problem

KEY = "nextbilling"
GROUPS = "/api/manageRingGroups"

# Where token and key stand in /api/<resource>/<token>/<key>.
TOKEN_PLACE, KEY_PLACE = 3, 4


class Level(StrEnum):
    """Whose a token is."""

    MASTER = "master"  # the whole platform
    RESELLER = "reseller"  # a reseller, with its subscribers
    SUBSCRIBER = "subscriber"  # one subscriber


# The kind of secret that each field of a credential set is.
SECRETS = {f"{level}_{kind}": kind for level in Level for kind in ("token", "key")}


def make(identity: Identity) -> dict[str, str]:
    """Make up a tenant's credential set: a token and a key for each level, of the shape that the vendor prints."""
    return {name: f"{identity.uuid(KEY, name)}-{identity.integer(KEY, name, low=1000, high=9999)}" for name in SECRETS}


def claim(operation: str | None, request: HttpRequest, body: Any, known: Credentials) -> Claim:
    """Find the tenant by token and key, which have to be of one user."""
    token, key = shown(request.path)
    if not token or not key:
        return Claim(detail="the address has no token and key: write /api/<resource>/<API_TOKEN>/<API_KEY>")
    of_token, of_key = _holder(known, "token", token), _holder(known, "key", key)
    if of_token and of_token == of_key:
        return Claim(of_token[0])
    if of_token and of_key:
        detail = "token and key belong to two users: take both from one line of pbxsim credentials"
        return Claim(problem=Problem.FORBIDDEN, detail=detail)
    wrong = "key" if of_token else "token" if of_key else "token and key"
    swapped = _holder(known, "key", token) and _holder(known, "token", key)
    hint = "token and key are swapped" if swapped else "token" if of_token else "key" if of_key else ""
    return Claim(detail=f"no tenant has this {wrong}: see pbxsim credentials", hint=hint)


def level_of(credentials: Mapping[str, str], token: str) -> Level | None:
    """Return whose token of a tenant's credential set this is."""
    return next((level for level in Level if credentials.get(f"{level}_token") == token), None)


def shown(path: str) -> tuple[str, str]:
    """Return the token and the key that an address shows, "" for one that is not there."""
    segments = [unquote(segment) for segment in path.split("/")]
    at = dict(enumerate(segments))
    return at.get(TOKEN_PLACE, ""), at.get(KEY_PLACE, "")


def curls(base: str, credentials: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return commands that list and create ring groups, for a POSIX shell with curl."""
    address = shlex.quote(f"{base}{GROUPS}/{credentials['master_token']}/{credentials['master_key']}/0")
    new = """{"id_cliente": 9, "descricao": "Vendas", "strategy": "linear", "devices": [1,4,19,23], "status": 1}"""
    return (
        ("list the ring groups", f"curl -sS {address}"),
        ("create a ring group of lines 1, 4, 19 and 23", f"curl -sS -X PUT -d {shlex.quote(new)} {address}"),
    )


def _holder(known: Credentials, kind: str, value: str) -> tuple[str, Level] | None:
    for level in Level:
        tenant = known.holder(KEY, f"{level}_{kind}", value)
        if tenant:
            return tenant, level
    return None
