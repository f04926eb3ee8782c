"""Judges whether a request shows a credential in the way the contract says. Whose it is, a fake finds out."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl

from contracts.clauses import violation
from contracts.model import HttpRequest, Part, Violation
from contracts.operation import Operation, SecurityScheme


def judge(
    operation: Operation, schemes: Mapping[str, SecurityScheme], request: HttpRequest
) -> tuple[list[SecurityScheme], list[Violation]]:
    """Return the schemes that were looked at, and a violation for each that is not satisfied where one set must be."""
    options = [[schemes[name] for name in option if name in schemes] for option in operation.security]
    if not options:
        return [], []
    for option in options:
        if all(_problem(scheme, request) is None for scheme in option):
            return option, []
    first = options[0]
    problems = [(scheme, _problem(scheme, request)) for scheme in first]
    return first, [_violation(scheme, problem) for scheme, problem in problems if problem]


def _problem(scheme: SecurityScheme, request: HttpRequest) -> str | None:
    if scheme.kind == "apiKey":
        return None if _key(scheme, request) else f"no {scheme.place} {scheme.name}"
    value = request.header("authorization")
    if value is None:
        return "no Authorization header"
    kind, _, credential = value.strip().partition(" ")
    if kind.lower() != scheme.scheme:
        return f"an Authorization header that does not begin with {scheme.scheme.title()}"
    return None if credential.strip() else "an Authorization header without a credential"


def _key(scheme: SecurityScheme, request: HttpRequest) -> str | None:
    if scheme.place == "query":
        return dict(parse_qsl(request.query, keep_blank_values=True)).get(scheme.name)
    if scheme.place == "header":
        return request.header(scheme.name)
    crumbs = (crumb.strip().partition("=") for crumb in (request.header("cookie") or "").split(";"))
    return {name: value for name, _, value in crumbs}.get(scheme.name)


def _violation(scheme: SecurityScheme, problem: str) -> Violation:
    wanted = (
        f"{scheme.place} {scheme.name}" if scheme.kind == "apiKey" else f"Authorization: {scheme.scheme.title()} ..."
    )
    place = scheme.place if scheme.kind == "apiKey" else "header"
    pointer = f"{place}:{scheme.name.lower() if scheme.kind == 'apiKey' else 'authorization'}"
    remedy = f'send "{wanted}" with the credential that you were given'
    return violation("security", Part.REQUEST, pointer, problem, wanted, remedy, scheme.provenance)
