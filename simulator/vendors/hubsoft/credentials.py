"""Who speaks: HubSoft's four secrets and its bearer tokens, and a command with which to use them."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from typing import Any

from contracts.model import HttpRequest
from simulator.identity import Identity
from simulator.vendor import Claim, Credentials, Problem
from simulator.vendors.hubsoft.messages import KEY, NOTIFY_PATH, SECRETS, TOKEN_PATH

# What may be shown of an Authorization header: anything else in the place of the scheme may be a secret.
SCHEMES = ("basic", "bearer", "digest", "token")


def make(identity: Identity) -> dict[str, str]:
    """Make up a tenant's credential set."""
    return {
        "client_id": str(identity.integer(KEY, "client_id", low=10**6, high=10**9 - 1)),
        "client_secret": identity.token(KEY, "client_secret", length=40),
        "username": f"pbx-{identity.token(KEY, 'username', length=10).lower()}@example.com",
        "password": identity.token(KEY, "password", length=20),
    }


def claim(operation: str | None, request: HttpRequest, body: Any, known: Credentials) -> Claim:
    """Find the tenant: by the four secrets in a token request, by the bearer token in everything else."""
    return _claim_by_secrets(body, known) if operation == "issueToken" else _claim_by_token(request, known)


def curls(base: str, credentials: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return one command that gets a token and notifies with it, for a POSIX shell with curl and sed."""
    secrets = json.dumps({"grant_type": "password"} | {name: credentials[name] for name in SECRETS})
    json_type = "-H 'content-type: application/json'"
    token = (
        f"curl -sS {shlex.quote(base + TOKEN_PATH)} {json_type} -d {shlex.quote(secrets)}"
        """ | sed -n 's/.*"access_token": *"\\([^"]*\\)".*/\\1/p'"""
    )
    call = """-d '{"ramal": 111, "telefone": 37999912222}'"""
    command = f'curl -sS {shlex.quote(base + NOTIFY_PATH)} -H "Authorization: Bearer $({token})" {json_type} {call}'
    return (("get a token, and tell the ERP that 37999912222 rings at extension 111", command),)


def _claim_by_token(request: HttpRequest, known: Credentials) -> Claim:
    scheme, _, token = (request.header("authorization") or "").partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token:
        detail = "no bearer token: send the header Authorization: Bearer and a token from POST /oauth/token"
        return Claim(detail=detail, hint=scheme if scheme.lower() in SCHEMES else "")
    tenant = known.token_holder(KEY, token)
    if tenant:
        return Claim(tenant)
    hint = next((name for name in SECRETS if known.holder(KEY, name, token)), "access_token")
    detail = "the bearer token is unknown, expired or revoked: get a new one from POST /oauth/token"
    return Claim(detail=detail, hint=hint)


def _claim_by_secrets(body: Any, known: Credentials) -> Claim:
    """Whoever holds the secrets that are there; the contract check then speaks of those that are not."""
    given = {name: text for name in SECRETS if (text := _text(body, name))}
    if not given:
        return Claim(problem=Problem.VIOLATION, detail=f"the body has none of {', '.join(SECRETS)}")
    holders = {name: known.holder(KEY, name, text) for name, text in given.items()}
    wrong = [name for name, holder in holders.items() if holder is None]
    if wrong:
        right = next((name for name, holder in holders.items() if holder), "")
        return Claim(detail=f"no tenant has this {' or '.join(wrong)}: see pbxsim credentials", hint=right)
    if len(set(holders.values())) > 1:
        return Claim(problem=Problem.FORBIDDEN, detail=f"{', '.join(given)} belong to different tenants")
    return Claim(next(iter(holders.values())))


def _text(body: Any, name: str) -> str:
    value = body.get(name) if isinstance(body, Mapping) else None
    if isinstance(value, int) and not isinstance(value, bool) and name == "client_id":
        return str(value)
    return value if isinstance(value, str) else ""
