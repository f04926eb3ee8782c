"""Sends what the journal has once more: a push to its target, as a job; a received request to its fake, at once.

What was hidden from the journal is put back from what is good now: the tenant's credentials, the tokens that were
issued to it, its targets' own. What is sent again has an ``id`` that says so, and no run is judged by it.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from contracts.contract import Contract
from contracts.egress import split_url
from contracts.formats import marker
from contracts.model import Direction, Exchange, HttpRequest
from contracts.redaction import redact, redact_path
from scenarios.model import Flaw
from simulator.delivery.announcing import EVERYONE
from simulator.delivery.sending import Answer, Outgoing
from simulator.delivery.tokens import Login
from simulator.errors import SimulatorError
from simulator.faces.replying import JSON
from simulator.issued import is_good, token_kind
from simulator.recording.refilling import Find, NotKept, curl, refilled
from simulator.shell.bridge import Slip
from simulator.tenancy.jobs import Job, Task
from simulator.tenancy.journal import REPLAY, Entry
from simulator.tenancy.targets import Target
from simulator.tenancy.tenants import Tenant
from simulator.tenancy.transactions import Transaction
from simulator.vendor import Vendor, secret_kinds

if TYPE_CHECKING:
    from simulator.app import Simulator

_STREAM = "text/event-stream"


class CannotReplay(SimulatorError):
    """An exchange that cannot be sent once more; the message says why."""

    def __init__(self, number: int, why: str) -> None:
        super().__init__(f"exchange {number} cannot be sent again: {why}")


def schedule(simulator: Simulator, tenant: Tenant, entry: Entry) -> Job:
    """Let a push be sent once more to its target, now. Raises CannotReplay."""
    _target_of(tenant, entry)
    tx = Transaction(tenant, simulator.store)
    job = tx.schedule(tx.now, Task.REPLAY, {"entry": entry.number})
    tx.commit()
    return job


def ask_again(simulator: Simulator, tenant: Tenant, entry: Entry) -> int | None:
    """Ask a fake once more what it was asked; return the number of the new entry. Raises CannotReplay or NotKept."""
    from simulator.faces.web import answered  # which loads Flask

    exchange, last = entry.exchange, tenant.journal.last
    pipeline = simulator.fakes.get(exchange.vendor)
    if pipeline is None:
        raise CannotReplay(entry.number, f"{exchange.vendor} serves nothing")
    response = exchange.response
    if response is not None and (response.header("content-type") or "").startswith(_STREAM):
        raise CannotReplay(entry.number, "its answer is a stream that stays open; open one yourself with the curl")
    http = refilled(exchange.request, credentials_of(tenant, pipeline.vendor, pipeline.contract))
    headers = tuple((n, str(len(http.body)) if n.lower() == "content-length" else v) for n, v in http.headers)
    slip = Slip(mark=f"{REPLAY} {entry.number}")
    answered(pipeline.contract, pipeline, replace(http, headers=headers), slip)
    if slip.later is not None:
        slip.later()  # it is held on purpose; who sends it again does not wait
    if slip.instruction is not None and slip.instruction.stream is not None:
        slip.instruction.stream.close()  # it was refused then, and opened now: nobody would listen
    return tenant.journal.last if tenant.journal.last > last else None


def curl_of(simulator: Simulator, tenant: Tenant, entry: Entry) -> str:
    """Return a curl for what was exchanged, with shell variables for secrets.

    "" for what a channel told, and for what came in where nothing is served any more.
    """
    exchange = entry.exchange
    if exchange.direction is Direction.RECEIVED:
        if simulator.server is None:
            return ""
        base = f"{simulator.server.url}/{exchange.vendor}"
    elif exchange.target == EVERYONE:
        return ""
    else:
        target = tenant.targets.get(exchange.target or "")
        base = _origin(target.url) if target else "http://127.0.0.1:9000"
    return curl(base + exchange.request.path, exchange.vendor, exchange.request)


def credentials_of(tenant: Tenant, vendor: Vendor, contract: Contract) -> Find:
    """Return what finds the secrets by which an integration speaks for a tenant."""
    own = tenant.profile.credentials.get(vendor.key, {})
    kinds = secret_kinds(vendor, contract)
    issued = tenant.records.get(token_kind(vendor.key), {})

    def find(name: str, kind: str) -> str | None:
        of_kind = (value for field, value in own.items() if kinds.get(field) == kind)
        value = own.get(name) or next(of_kind, None)
        if value is not None or kind != "token":
            return value
        for token, record in reversed(issued.items()):
            if is_good(record, tenant.now()):
                return str(record.get(name) or token)
        return None

    return find


class Replayer:
    """Performs the jobs that send a push once more."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator

    async def perform(self, tenant: Tenant, job: Job) -> None:
        """Send a push once more, once, and write down what came of it."""
        entry = tenant.journal.get(job.body["entry"])
        target = tenant.targets.get(entry.exchange.target or "") if entry else None
        exchanges = [] if entry is None or target is None else await self._send(tenant, entry, target)
        tx = Transaction(tenant, self._simulator.store)
        for exchange in exchanges:
            contract = self._simulator.contracts[exchange.vendor]
            judgement = contract.check(exchange) if exchange.took_ms is not None else None
            tx.record(redact(replace(exchange, at=tx.now, job=job.id), contract), judgement)
        tx.finish(job)
        tx.commit()

    async def _send(self, tenant: Tenant, entry: Entry, target: Target) -> list[Exchange]:
        simulator, old = self._simulator, entry.exchange
        vendor, tokens = simulator.vendors[old.vendor], simulator.dispatcher.tokens_of(tenant.name)
        login = Login(target.token)
        if vendor.login is not None and old.message is not None:
            login = await tokens.token_for(target, vendor, tenant.now(), partial(simulator.dispatcher.carry, target))
        sent = [_login(old, login)] if login.outgoing is not None else []
        again = _again(entry, login)
        if login.problem:
            return [*sent, again]
        try:
            http = _refilled(_whole(old, vendor), target, vendor, simulator.contracts[old.vendor], login.token)
        except NotKept as problem:
            return [*sent, replace(again, error=str(problem))]
        url = _origin(target.url) + http.path + (f"?{http.query}" if http.query else "")
        outgoing = Outgoing(http.method, url, http.headers, http.body)
        answer = await simulator.dispatcher.carry(target, outgoing, again.fault, exchange=again.id)
        return [*sent, _answered(replace(again, request=http), answer)]


def _again(entry: Entry, login: Login) -> Exchange:
    """Return an exchange as it is before it is sent once more."""
    old = entry.exchange
    return replace(
        old,
        id=f"{REPLAY} {entry.number}",
        response=None,
        error=login.problem,
        took_ms=None,
        fault=None if old.fault == Flaw.DROP else old.fault,  # what was dropped goes out now
        other_fault=login.other_fault,
    )


def _whole(exchange: Exchange, vendor: Vendor) -> HttpRequest:
    """Return a request as it went out; one that never did has no headers yet."""
    if exchange.took_ms is not None:
        return exchange.request
    return replace(exchange.request, headers=(*JSON, *vendor.authorise(marker("token"))))


def _refilled(
    request: HttpRequest, target: Target, vendor: Vendor, contract: Contract, token: str | None
) -> HttpRequest:
    carriers = {name.lower() for name, _ in vendor.authorise("")}
    if token is None:  # it went out without one
        request = replace(request, headers=tuple(pair for pair in request.headers if pair[0].lower() not in carriers))
    own = split_url(target.url)
    if redact_path(own.path, contract) == request.path:  # where the target's address is a secret itself
        request = replace(request, path=own.path)

    def find(name: str, kind: str) -> str | None:
        return token if name in carriers or kind == "token" else target.credentials.get(name)

    return refilled(request, find)


def _answered(exchange: Exchange, answer: Answer) -> Exchange:
    return replace(
        exchange, response=answer.response, error=answer.error, took_ms=answer.took_ms, other_fault=answer.other_fault
    )


def _login(old: Exchange, login: Login) -> Exchange:
    if login.outgoing is None:
        raise TypeError("nothing was sent to log in")
    bare = replace(old, operation=login.operation, message=None, call=None, delivery=None, fault=None, attempt=1)
    return _answered(replace(bare, request=login.outgoing.request), login.answer)


def _target_of(tenant: Tenant, entry: Entry) -> Target:
    key = entry.exchange.target or ""
    if key == EVERYONE:
        raise CannotReplay(entry.number, "it was told on event channels, which tell nothing twice")
    if key not in tenant.targets:
        raise CannotReplay(entry.number, f"its target {key!r} is gone; add it again, or send it with the curl")
    return tenant.targets[key]


def _origin(url: str) -> str:
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.partition('/')[0].partition('?')[0]}"
