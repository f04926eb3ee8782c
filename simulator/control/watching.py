"""Control operations that look: journal, outbox, records, world, clock, metrics."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from contracts.exchanges import to_record
from contracts.hiding import without_secrets
from scenarios.durations import parse_duration
from simulator.clock import parse_clock
from simulator.control.replies import Failed, Missing
from simulator.control.showing import tenant_of
from simulator.runs.remains import secret_names
from simulator.switch.crediting import NO_CREDIT
from simulator.telephony.documents import time_to_text
from simulator.tenancy.jobs import Task
from simulator.tenancy.tenants import Tenant
from simulator.tenancy.transactions import Transaction
from simulator.vendor import Instruction, Received, Reply, Wait
from simulator.worlds.directory import KINDS

if TYPE_CHECKING:
    from simulator.app import Simulator

MOST_ENTRIES = 1000
LONGEST_WAIT = 60


def read_journal(simulator: Simulator, received: Received) -> Reply:
    """Return the entries after a number, the cursor to go on with, and how many were dropped."""
    tenant = tenant_of(simulator, received)
    # A cursor beyond the end comes from before a restore: who follows goes on from the end, at once.
    given = int(received.query.get("after", "0"))
    after = min(given, tenant.journal.last)
    limit = min(max(int(received.query.get("limit", "100")), 1), MOST_ENTRIES)
    entries = tenant.journal.after(after, limit)
    body = {
        "entries": [{"number": e.number, **to_record(e.exchange, e.verdict)} for e in entries],
        "next": entries[-1].number if entries else after,
        "dropped": tenant.journal.dropped,
    }
    return Reply(200, body, instruction=None if entries or after < given else wait_for(received))


def wait_for(received: Received) -> Instruction | None:
    """Return the instruction to ask again when the journal has grown, when the request says wait."""
    seconds = min(int(received.query.get("wait", "0")), LONGEST_WAIT)
    return Instruction(Wait.JOURNAL, seconds) if seconds else None


def read_outbox(simulator: Simulator, received: Received) -> Reply:
    """Return what was told and is not out yet: deliveries, events for channels, and what faults of runs hold back."""
    tenant = tenant_of(simulator, received)
    jobs = sorted(tenant.agenda.jobs.values(), key=lambda job: (job.due, job.id))
    deliveries = [
        {
            "delivery": job.body["delivery"],
            "attempt": job.body["attempt"],
            "due": time_to_text(job.due),
            "under_way": job.id in tenant.agenda.running,
            "target": job.body["target"],
            **_told(job.body),
        }
        for job in jobs
        if job.task is Task.DELIVER
    ]
    events = [{"due": time_to_text(job.due), **_told(job.body)} for job in jobs if job.task is Task.ANNOUNCE]
    held = [
        {"run": run.id, "flaw": body["flaw"], "since": body["since"], "target": body["target"], **_told(body)}
        for run in tenant.runs.values()
        for body in run.held
    ]
    return Reply(200, {"deliveries": deliveries, "events": events, "held": held})


def _told(body: Mapping[str, Any]) -> dict[str, str]:
    message = body["message"]
    return {"vendor": message["vendor"], "message": message["name"], "call": message["call"]}


def list_records(simulator: Simulator, received: Received) -> Reply:
    """Return the records of a kind, without secrets."""
    tenant, kind = tenant_of(simulator, received), received.path["kind"]
    _furnish(simulator, tenant)
    shown = {NO_CREDIT, *(k for k in tenant.records if not k.startswith("_"))}  # the others are the core's own
    if kind not in shown and not _is_vendor_kind(simulator, kind):
        known = ", ".join(sorted({*KINDS, *shown}))
        raise Missing(f"there are no records of the kind {kind!r}", f"one of: {known}")
    names = secret_names(kind, simulator.vendors, simulator.contracts)
    return Reply(200, {"records": [without_secrets(record, names) for record in tenant.records.get(kind, {}).values()]})


def show_world(simulator: Simulator, received: Received) -> Reply:
    """Return the world's records by kind."""
    tenant = tenant_of(simulator, received)
    _furnish(simulator, tenant)
    return Reply(200, {kind: list(tenant.records.get(kind, {}).values()) for kind in KINDS})


def show_clock(simulator: Simulator, received: Received) -> Reply:
    """Return the tenant's time."""
    tenant = tenant_of(simulator, received)
    clock = tenant.clock
    local = tenant.now().astimezone(tenant.zone)
    return Reply(
        200,
        {
            "now": time_to_text(tenant.now()),
            "local": local.isoformat(timespec="seconds"),
            "zone": tenant.profile.zone,
            "mode": clock.mode.value,
            "speed": clock.speed,
        },
    )


def set_clock(simulator: Simulator, received: Received) -> Reply:
    """Change how time passes, or set it forward; never back."""
    tenant, wall = tenant_of(simulator, received), datetime.now(UTC)
    clock = tenant.clock
    if "clock" in received.body:
        mode, speed = parse_clock(received.body["clock"])
        clock = clock.changed(wall, mode=mode, speed=speed)
    if "forward" in received.body:
        step = parse_duration(received.body["forward"])
        clock = clock.jumped(clock.now(wall) + step, wall)
    tx = Transaction(tenant, simulator.store)
    tx.set_clock(clock)
    tx.commit()
    return show_clock(simulator, received)


def metrics(simulator: Simulator, received: Received) -> Reply:
    """Return counters for Prometheus."""
    lines = []
    for name, kind, read in (
        ("pbxsim_journal_entries_total", "counter", lambda t: t.journal.last),
        ("pbxsim_journal_dropped_total", "counter", lambda t: t.journal.dropped),
        ("pbxsim_calls_total", "counter", lambda t: t.sequences.get("call", 0)),
        ("pbxsim_deliveries_total", "counter", lambda t: t.sequences.get("delivery", 0)),
        ("pbxsim_jobs_waiting", "gauge", lambda t: len(t.agenda.jobs)),
    ):
        lines.append(f"# TYPE {name} {kind}")
        lines += [f'{name}{{tenant="{tenant.name}"}} {read(tenant)}' for tenant in simulator.tenants]
    headers = (("content-type", "text/plain; version=0.0.4; charset=utf-8"),)
    return Reply(200, ("\n".join(lines) + "\n").encode(), headers)


def _is_vendor_kind(simulator: Simulator, kind: str) -> bool:
    return kind.partition(".")[0] in simulator.vendors and "." in kind


def _furnish(simulator: Simulator, tenant: Tenant) -> None:
    if tenant.name not in simulator.tenants:
        raise Failed(409, f"tenant {tenant.name} is going", "another tenant")
    Transaction(tenant, simulator.store)  # the first use of a tenant puts its world in place
