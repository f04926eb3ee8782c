"""Takes the secrets out of an exchange before anything keeps it, by what its contract marks as one.

A marker such as ``[redacted:token]`` stands in, satisfies the check, and is left alone by a second pass.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import unquote

from contracts import hiding
from contracts.formats import is_marker, marker
from contracts.model import Exchange, Headers, HttpRequest, HttpResponse, Judgement, Violation

if TYPE_CHECKING:
    from contracts.contract import Contract

_AUTHORIZATION = ("authorization", "proxy-authorization")
_SCHEME = re.compile(r"\s*([A-Za-z][A-Za-z0-9-]*)\s+(.+)", re.DOTALL)
# A secret shorter than this may stand elsewhere by chance, and is hidden only in its own place.
_LONG_ENOUGH = 8


def redact(exchange: Exchange, contract: Contract, known: Mapping[str, str] | None = None) -> Exchange:
    """Return the exchange without its secrets: in headers, path, query, both bodies, and where they are repeated.

    ``known`` are secrets to hide wherever they stand, with the kind of each; short ones are left to their own places.
    """
    names, headers = contract.secrets, contract.hidden_headers
    repeated = _long_secrets(exchange, headers) | _markers(known)
    request = exchange.request
    request = HttpRequest(
        request.method,
        _without(redact_path(request.path, contract), repeated),
        _without(hiding.hide_form(request.query, names) if request.query else "", repeated),
        _headers(request.headers, headers),
        _bytes_without(hiding.hide(request.body, names), repeated),
    )
    response = exchange.response
    if response is not None:
        body = _bytes_without(hiding.hide(response.body, names), repeated)
        response = HttpResponse(response.status, _headers(response.headers, headers), body)
    error = _without(exchange.error, repeated) if exchange.error else exchange.error
    return replace(exchange, request=request, response=response, error=error)


def redact_verdict(
    verdict: Judgement, exchange: Exchange, contract: Contract, known: Mapping[str, str] | None = None
) -> Judgement:
    """Return what was found in an exchange without its secrets: a report shows values, or how they begin."""
    if not verdict.violations:
        return verdict
    secrets = _long_secrets(exchange, contract.hidden_headers) | _markers(known)
    return replace(verdict, violations=tuple(_told_without(v, secrets) for v in verdict.violations))


def _told_without(violation: Violation, secrets: Mapping[str, str]) -> Violation:
    for secret, stand_in in secrets.items():
        begin = secret[:_LONG_ENOUGH]
        violation = replace(
            violation,
            pointer=violation.pointer.replace(secret, stand_in),
            found=stand_in if begin in violation.found else violation.found,
            remedy="" if begin in violation.remedy else violation.remedy,
        )
    return violation


def _markers(known: Mapping[str, str] | None) -> dict[str, str]:
    return {secret: marker(kind) for secret, kind in (known or {}).items() if len(secret) >= _LONG_ENOUGH}


def _headers(headers: Headers, secret: Mapping[str, str]) -> Headers:
    return tuple((name, _header(name.lower(), value, secret)) for name, value in headers)


def _header(name: str, value: str, secret: Mapping[str, str]) -> str:
    kind = secret.get(name)
    if kind is None or not value.strip():
        return value
    scheme = _SCHEME.fullmatch(value) if name in _AUTHORIZATION else None
    if scheme is None:
        return value if is_marker(value) else marker(kind)
    return value if is_marker(scheme[2]) else f"{scheme[1]} {marker(kind)}"


def redact_path(path: str, contract: Contract) -> str:
    """Hide path parameters that are secrets, also in paths that only begin like one that has them.

    What has the shape of such a secret is hidden wherever it stands, since a misspelt path is like no other.
    """
    segments = path.split("/")
    for template, kinds in contract.secret_paths.items():
        for index, wanted in enumerate(template[: len(segments)]):
            segment = segments[index]
            if wanted in kinds and segment and not is_marker(unquote(segment)):
                segments[index] = marker(kinds[wanted])
            elif "{" not in wanted and unquote(segment) != wanted:
                break
    for shape, kind in contract.secret_shapes:
        segments = [marker(kind) if shape.fullmatch(unquote(segment)) else segment for segment in segments]
    return "/".join(segments)


def redact_mounted(path: str, contracts: Mapping[str, Contract]) -> str:
    """Return a path below a vendor's prefix (``/<key>/...``) as a log may have it."""
    key, slash, below = path.removeprefix("/").partition("/")
    contract = contracts.get(key)
    return f"/{key}{redact_path(slash + below, contract)}" if contract else path


def _long_secrets(exchange: Exchange, secret: Mapping[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in exchange.request.headers:
        kind = secret.get(name.lower())
        if kind is None or kind == "cookie":
            continue
        scheme = _SCHEME.fullmatch(value) if name.lower() in _AUTHORIZATION else None
        bare = scheme[2] if scheme else value
        if len(bare) >= _LONG_ENOUGH and not is_marker(bare):
            found[bare] = marker(kind)
    return found


def _without(text: str, secrets: Mapping[str, str]) -> str:
    for secret, stand_in in secrets.items():
        text = text.replace(secret, stand_in)
    return text


def _bytes_without(raw: bytes, secrets: Mapping[str, str]) -> bytes:
    if not raw:
        return raw
    for secret, stand_in in secrets.items():
        raw = raw.replace(secret.encode("utf-8", "surrogatepass"), stand_in.encode())
    return raw
