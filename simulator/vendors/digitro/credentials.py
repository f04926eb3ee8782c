"""Who speaks: Dígitro's access key, and commands with which to use it."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from typing import Any

from contracts.model import HttpRequest
from simulator.identity import Identity
from simulator.vendor import Claim, Credentials
from simulator.vendors.digitro.messages import KEY

HEADER, FIELD = "x-api-key", "api_key"


def make(identity: Identity) -> dict[str, str]:
    """Make up a tenant's access key."""
    return {FIELD: identity.uuid(KEY, FIELD)}


def claim(operation: str | None, request: HttpRequest, body: Any, known: Credentials) -> Claim:
    """Find the tenant by the access key, on every path."""
    key = (request.header(HEADER) or "").strip()
    if not key:
        return Claim(detail=f"no access key: send the header {HEADER} with the key that pbxsim credentials shows")
    tenant = known.holder(KEY, FIELD, key)
    if tenant is None:
        return Claim(detail=f"nobody has this {HEADER}: see pbxsim credentials")
    return Claim(tenant)


def curls(base: str, credentials: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return a command that opens a channel and makes a call by it, for a POSIX shell with curl and tr."""
    key = f"-H {shlex.quote(f'{HEADER}: {credentials[FIELD]}')}"
    call = {"DISPOSITIVO": "1125000", "SENHA_DISPOSITIVO": "4567", "ROTA": "0", "IDENTIDADE_DESTINO": "04832817000"}
    json_body = f"-H 'content-type: application/json' -d {shlex.quote(json.dumps(call))}"
    # The second line of the stream has the channel's id, and no other digits.
    path = f'"{base}/requests/$(printf %s "$id" | tr -dc 0-9)/chamada-preditiva"'
    opened = f"curl -sN -m 3 {shlex.quote(base + '/events')} {key}"
    command = f"{opened} | {{ read -r name; read -r id; curl -sS {path} {key} {json_body}; }}"
    return (("open an event channel for three seconds, and let device 1125000 call 04832817000", command),)
