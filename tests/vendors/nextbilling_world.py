"""A small world for NextBilling's tests: the samples' subscribers, lines and group, on two extensions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from contracts.model import HttpRequest
from simulator.identity import Identity
from simulator.telephony.calls import Bill, Call, Cause, Direction, Kind, Medium, Party
from simulator.vendor import Received, Refusal, Reply
from simulator.vendors.nextbilling import VENDOR
from tests.work import MORNING, DictWork

WORLD = {
    "company": {"1": {"id": "1", "name": "Padaria Sol", "document": ""}},
    "extension": {"111": {"number": "111", "name": "Ana"}, "112": {"number": "112", "name": "Bia"}},
    "number": {"551130037293": {"number": "551130037293", "kind": "landline"}},
}
GROUP = {"id_cliente": 9, "descricao": "Vendas", "strategy": "ringall", "devices": [23, 1], "status": 0}


def work_of(tenant: str = "default", seed: str = "1", **more: object) -> DictWork:
    """Return a unit of work on a fresh tenant that has what the samples name."""
    work = DictWork(tenant=tenant, identity=Identity(seed), **more)  # type: ignore[arg-type]
    work.sets = {"nextbilling": VENDOR.credentials(work.identity)}
    for kind, records in {**WORLD, **VENDOR.world(work.identity, WORLD, True)}.items():
        for key, record in records.items():
            work.put(kind, key, record)
    return work


def ask(
    work: DictWork,
    operation: str,
    body: object = None,
    *,
    last: str = "0",
    level: str = "master",
    query: Mapping[str, str] | None = None,
) -> Reply | Refusal:
    """Ask a handler, once admitted, with the token of a level."""
    token, key = (work.credentials("nextbilling")[f"{level}_{kind}"] for kind in ("token", "key"))
    path = {"token": token, "key": key} | ({"id": last} if last else {})
    received = Received(operation, HttpRequest("GET", "/"), body, path, query or {})
    assert VENDOR.admit
    return VENDOR.admit(work, received) or VENDOR.handlers[operation](work, received)


def call_of(
    serial: int,
    start: datetime = MORNING,
    *,
    direction: Direction = Direction.INBOUND,
    extension: str | None = "111",
    talk: int | None = 60,
    cost: str = "0",
    medium: Medium = Medium.VOICE,
    cause: Cause = Cause.NORMAL,
) -> Call:
    """Return a call that is over: ten seconds of ringing, then so many of talk (None: nobody answered)."""
    call = Call(f"c{serial}", serial, direction, "5537999912222", "551130037293", medium)
    call, _ = call.apply(Kind.STARTED, start)
    if extension:
        call, _ = call.apply(Kind.RINGING, start, extension=extension)
    if talk is not None:
        call, _ = call.apply(Kind.ANSWERED, start + timedelta(seconds=10), extension=extension)
    end = start + timedelta(seconds=10 + (talk or 0))
    bill = Bill("x", Decimal("0.49"), Decimal(cost), Decimal(0))
    call, _ = call.apply(Kind.ENDED, end, by=Party.OUTSIDE, cause=cause, bill=bill)
    return call
