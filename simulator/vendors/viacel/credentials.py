"""Who speaks: a user and a token that stand in the body, or in a list's query or headers."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from typing import Any

from contracts.model import HttpRequest
from contracts.parameters import query_of
from contracts.viacel.rules import ADDRESS
from simulator.identity import Identity
from simulator.vendor import Claim, Credentials, Problem

KEY = "viacel"
USER, TOKEN, PLACE = "usuario", "token", "autenticacao"


def make(identity: Identity) -> dict[str, str]:
    """Make up a tenant's credential set."""
    return {
        USER: f"api-{identity.token(KEY, 'user', length=10).lower()}",
        TOKEN: identity.token(KEY, "token", length=32),
    }


def claim(operation: str | None, request: HttpRequest, body: Any, known: Credentials) -> Claim:
    """Find the tenant that both user and token are of."""
    if request.method not in ("GET", "HEAD") and not isinstance(body, Mapping):
        return Claim(problem=Problem.MALFORMED, detail=f"the body is no JSON object, which has {PLACE} in it")
    shown = {name: text for name in (USER, TOKEN) if (text := _shown(name, request, body))}
    missing = [name for name in (USER, TOKEN) if name not in shown]
    if missing:
        return Claim(
            detail=f"{PLACE} has no {' and no '.join(missing)}: see pbxsim credentials", hint=next(iter(shown), "")
        )
    holders = {name: known.holder(KEY, name, text) for name, text in shown.items()}
    wrong = [name for name, holder in holders.items() if holder is None]
    if wrong:
        right = next((name for name, holder in holders.items() if holder), "")
        return Claim(detail=f"no tenant has this {' or '.join(wrong)}: see pbxsim credentials", hint=right)
    if holders[USER] != holders[TOKEN]:
        return Claim(problem=Problem.FORBIDDEN, detail=f"{USER} and {TOKEN} belong to different tenants")
    return Claim(holders[USER])


def curls(base: str, credentials: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return one command that lists the extensions, for a POSIX shell with curl."""
    body = json.dumps({PLACE: dict(credentials), "acao": "listar_ramais", "pos_registro_inicial": 0})
    command = f"curl -sS {shlex.quote(base + ADDRESS)} -H 'content-type: application/json' -d {shlex.quote(body)}"
    return (("list the extensions, twenty at a time", command),)


def _shown(name: str, request: HttpRequest, body: Any) -> str:
    if isinstance(body, Mapping):
        place = body.get(PLACE)
        value = place.get(name) if isinstance(place, Mapping) else None
    else:
        value = query_of(request).get(name) or request.header(name)
    return value if isinstance(value, str) else ""
