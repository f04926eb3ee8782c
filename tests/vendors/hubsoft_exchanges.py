"""Exchanges with HubSoft, and what its contract finds in them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache

from contracts import strict_json
from contracts.contract import Contract, load
from contracts.model import Direction, Exchange, HttpRequest, HttpResponse, Judgement, Severity
from simulator.vendor import Reply
from simulator.vendors.hubsoft.messages import CANCEL_PATH, NOTIFY_PATH, TOKEN_PATH

PATHS = {"notifyCall": NOTIFY_PATH, "cancelCall": CANCEL_PATH, "issueToken": TOKEN_PATH}
CALL = {"ramal": 111, "telefone": 37999912222}
Found = list[tuple[str, str, Severity]]


@cache
def contract() -> Contract:
    return load("hubsoft")


def exchange(
    operation: str,
    body: object,
    readings: Mapping[str, str] | None = None,
    *,
    reply: Reply | None = None,
    media: str = "application/json",
    direction: Direction = Direction.RECEIVED,
) -> Exchange:
    headers = (("authorization", "Bearer t0k"), ("content-type", media))
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = None
    if reply:
        answer = HttpResponse(reply.status, (("content-type", "application/json"),), strict_json.dumps(reply.body))
    request = HttpRequest("POST", PATHS[operation], "", headers, raw)
    return Exchange("hubsoft", direction, request, answer, readings=readings or {})


def brief(judgement: Judgement) -> Found:
    return [(v.clause, v.pointer, v.severity) for v in judgement.violations]
