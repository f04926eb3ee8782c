"""A unit of work that writes all there is to write."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from contracts.model import Direction as Way
from contracts.model import Exchange, HttpRequest, HttpResponse, Judgement
from scenarios.loader import load
from simulator.telephony.calls import Call, Direction, Kind
from simulator.tenancy.jobs import Task
from simulator.tenancy.runs import Run
from simulator.tenancy.targets import Target
from simulator.tenancy.tenants import FIRST_MORNING


def exchange(path="/p", at=FIRST_MORNING):
    return Exchange("pbx55", Way.SENT, HttpRequest("PUT", path), HttpResponse(200), tenant="t", at=at)


def call(key="c1"):
    return Call(key, 1, Direction.INBOUND, "5537999912222", "551130037293").apply(Kind.STARTED, FIRST_MORNING)


def memory(tenant):
    return {
        "records": {kind: dict(each) for kind, each in tenant.records.items() if each},
        "sequences": dict(tenant.sequences),
        "calls": dict(tenant.calls),
        "targets": dict(tenant.targets),
        "runs": dict(tenant.runs),
        "jobs": dict(tenant.agenda.jobs),
        "balance": tenant.balance,
        "clock": tenant.clock,
        "journal": tenant.journal.last,
    }


def write_everything(tx):
    tx.put("k", "1", {"v": 1})
    tx.remove("extension", "111")
    tx.next_number("thing")
    tx.put_call(*call())
    tx.put_target(Target("t1", "pbx55", "http://127.0.0.1:1/"))
    tx.put_run(Run("r1", load("sms_sent"), FIRST_MORNING, 0, {"A": "c1"}))
    tx.balance = Decimal("12.34")
    tx.set_clock(replace(tx._tenant.clock, tenant_anchor=FIRST_MORNING + timedelta(days=1)))
    tx.schedule(tx.now, Task.STEP, {"step": 0}, run="r1")
    tx.record(exchange(), Judgement("callData"))
