"""Exchanges with NextBilling, and what its contract finds in them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache

from contracts import strict_json
from contracts.contract import Contract, load
from contracts.model import Direction, Exchange, HttpRequest, HttpResponse, Severity
from simulator.vendor import Reply
from tests.vendors.nextbilling_world import work_of

T, K = "7cb40d54-4ebf-55a6-875a-5f57234e97cc-9990", "b12c87a7-6dd6-5f99-9b47-c7c3be66fe73-8629"
FORM = "application/x-www-form-urlencoded"
ERROR, WARNING = Severity.ERROR, Severity.WARNING
Found = list[tuple[str, str, Severity]]
OPERATIONS = {
    "listRingGroups": ("GET", "manageRingGroups", "0"),
    "createRingGroup": ("PUT", "manageRingGroups", "0"),
    "updateRingGroup": ("POST", "manageRingGroups", "0"),
    "removeRingGroup": ("DELETE", "manageRingGroups", "0"),
    "listOwnDevices": ("GET", "listDevices", ""),
    "listDevices": ("GET", "listDevices", "9"),
    "createDevice": ("PUT", "manageDevices", "1"),
    "listCalls": ("GET", "cdr", ""),
    "listCallsOfSubscriber": ("GET", "cdr", "9"),
}


@cache
def contract() -> Contract:
    return load("nextbilling")


def exchange(
    operation: str,
    body: object = None,
    readings: Mapping[str, str] | None = None,
    *,
    query: str = "",
    last: str | None = None,
    media: str = FORM,
    reply: Reply | None = None,
    direction: Direction = Direction.RECEIVED,
) -> Exchange:
    method, resource, end = OPERATIONS[operation]
    tail = end if last is None else last
    path = f"/api/{resource}/{T}/{K}" + (f"/{tail}" if tail else "")
    raw = b"" if body is None else json.dumps(body).encode()
    headers = (("content-type", media),) if raw and media else ()
    answer = None
    if reply:
        answer = HttpResponse(reply.status, (("content-type", "application/json"),), strict_json.dumps(reply.body))
    request = HttpRequest(method, path, query, headers, raw)
    return Exchange("nextbilling", direction, request, answer, operation=operation, readings=readings or {})


def judge(operation: str, body: object = None, *, query: str = "", last: str | None = None, **readings: str) -> Found:
    """Return what is found in a request (clause, pointer, severity) by who knows the small world."""
    asked = exchange(operation, body, readings, query=query, last=last)
    return [(v.clause, v.pointer, v.severity) for v in contract().check(asked, facts=work_of()).violations]
