"""Calls for 55PBX's reports, and how a report of them is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any
from urllib.parse import quote

from contracts import strict_json
from contracts.contract import Contract, load
from contracts.model import Direction as Way
from contracts.model import Exchange, HttpRequest, HttpResponse
from simulator.telephony.calls import Call, Cause, Kind, Party
from simulator.vendor import Problem, Received, Refusal, Reply
from simulator.vendors.pbx55 import VENDOR
from tests.vendors.pbx55_phone import ANSWERED, Phone, inbound, outbound
from tests.work import DictWork

ALL = ("all_queues", "all_numbers", "all_agent")
DAY = ("2016-11-18T00:00:00.000-02:00", "2016-11-18T23:59:59.999-02:00")


@cache
def contract() -> Contract:
    return load("pbx55")


def work_of(*calls: Call, **readings: str) -> DictWork:
    """Return a unit of work that knows these calls, two agents and two queues."""
    work = DictWork(told=calls, readings=contract().choose(readings))
    work.sets = {"pbx55": VENDOR.credentials(work.identity)}
    for number, user in (("5000", "1"), ("5001", "2")):
        name = "Ana Souza" if user == "1" else "Rui Prado"
        email = f"agent{user}@example.com"
        work.put("user", user, {"id": user, "name": name, "email": email, "internal_id": f"A{user}"})
        work.put("extension", number, {"number": number, "name": name, "user": user})
    queues = {"queue": {name: {"name": name, "extensions": ["5000"]} for name in ("Suporte", "Vendas")}}
    work.records |= {kind: dict(found) for kind, found in VENDOR.world(work.identity, queues, False).items()}
    return work


def path_of(report: str, *, dates: tuple[str, str] = DAY, filters: tuple[str, ...] = ALL, zone: str = "-2") -> str:
    segments = (*dates, *filters, report, "undefined", "undefined", zone)
    return "/api/pbx/reports/metrics/" + "/".join(quote(segment, safe="") for segment in segments)


def ask(work: DictWork, path: str, headers: Mapping[str, str] | None = None) -> Reply:
    """Ask for a report as the pipeline does, and hold request and answer against the contract."""
    http = HttpRequest("GET", path, "", tuple({"key": "k", **(headers or {})}.items()))
    found = contract().routes.match("GET", path)
    assert found
    exchange = Exchange("pbx55", Way.RECEIVED, http, operation=found[0].id, readings=work.readings)
    judgement = contract().check(exchange, facts=work)
    if judgement.refused:
        assert VENDOR.refuse
        reply = VENDOR.refuse(Refusal(Problem.VIOLATION, "", found[0].id, judgement.refused))
    else:
        reply = VENDOR.handlers[found[0].id](work, Received(found[0].id, http, None, found[1]))
    answer = HttpResponse(reply.status, (("content-type", "application/json"),), strict_json.dumps(reply.body))
    assert contract().check_reply(replace(exchange, response=answer), judgement).violations == judgement.violations
    return reply


def body_of(work: DictWork, report: str, **more: Any) -> Any:
    reply = ask(work, path_of(report, **more))
    assert reply.status == 200, reply
    return reply.body


def rows_of(work: DictWork, **more: Any) -> list[dict[str, Any]]:
    return list(body_of(work, "report_02", **more)["data_report02"])


def day() -> tuple[Call, ...]:
    """An answered call, one that is given up in a queue, one kept in the menu, an unanswered and a refused one."""
    phone = Phone()
    phone.play(inbound(), *ANSWERED)
    phone.play(
        inbound("b", 5200),
        (Kind.STARTED, 100, {}),
        (Kind.QUEUED, 101, {"queue": "Vendas"}),
        (Kind.RINGING, 105, {"extension": "5001"}),
        (Kind.UNANSWERED, 125, {"extension": "5001"}),
        (Kind.ENDED, 160, {"by": Party.OUTSIDE, "cause": Cause.ABANDONED}),
    )
    phone.play(
        inbound("c", 5201),
        (Kind.STARTED, 200, {}),
        (Kind.MENU_ENTERED, 201, {}),
        (Kind.ENDED, 221, {"by": Party.OUTSIDE, "cause": Cause.ABANDONED}),
    )
    phone.play(
        replace(outbound(), id="d", serial=5202),
        (Kind.STARTED, 300, {}),
        (Kind.RINGING, 301, {}),
        (Kind.ENDED, 330, {"by": Party.INSIDE, "cause": Cause.NO_ANSWER}),
    )
    phone.play(
        inbound("e", 5203),
        (Kind.STARTED, 400, {}),
        (Kind.RINGING, 401, {"extension": "5000"}),
        (Kind.ENDED, 405, {"by": Party.INSIDE, "cause": Cause.REFUSED}),
    )
    return tuple(phone.calls.values())
