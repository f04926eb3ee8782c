"""One attempt to deliver one message: addressed, sent, judged, journaled, and put off or done.

A delivery is at least once: its job stays in the store until its outcome is, and every attempt carries the same
delivery id and the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial

from contracts.contract import Contract
from contracts.model import Direction, Exchange, Headers
from contracts.redaction import redact
from scenarios.model import Flaw
from simulator.delivery.errands import Errand, Errands
from simulator.delivery.retries import RetryPolicy
from simulator.delivery.sending import Answer, Outgoing, Sender
from simulator.delivery.tokens import Login, Tokens
from simulator.faults.faults import spoil
from simulator.message import Message
from simulator.storage.store import Store
from simulator.tenancy.jobs import Job
from simulator.tenancy.targets import Target
from simulator.tenancy.tenants import Tenant
from simulator.tenancy.transactions import Transaction
from simulator.vendor import Vendor

DELIVERY_HEADER = "x-pbxsim-delivery"


@dataclass(frozen=True, slots=True)
class GaveUp:
    """News: a delivery was given up after its last attempt."""

    exchange: Exchange


class Dispatcher:
    """Delivers jobs of every tenant."""

    def __init__(
        self,
        vendors: Mapping[str, Vendor],
        contracts: Mapping[str, Contract],
        store: Store,
        sender: Sender,
        policy: RetryPolicy,
        errands: Errands,
    ) -> None:
        self._vendors = vendors
        self._contracts = contracts
        self._store = store
        self._sender = sender
        self._policy = policy
        self._errands = errands
        self._tokens: dict[str, Tokens] = {}

    def forget(self, tenant: str) -> None:
        """Drop what is kept for a tenant that was reset or removed."""
        self._tokens.pop(tenant, None)

    def tokens_of(self, tenant: str) -> Tokens:
        """Return the tokens that a tenant's targets have given it."""
        return self._tokens.setdefault(tenant, Tokens())

    def keep(self, tenant: str, tokens: Tokens) -> None:
        """Take the tokens that are still good after a tenant was restored."""
        self._tokens[tenant] = tokens

    async def carry(self, target: Target, outgoing: Outgoing, flaw: str | None = None, *, exchange: str = "") -> Answer:
        """Send a request to a target: whatever goes to one goes this way, so that a fake of our own knows it as ours.

        ``flaw`` is what was done wrong with it, ``exchange`` the id that both halves have in the journal. The answer of
        a fake of our own says what was done wrong with that on purpose.
        """
        if not self._errands.leads_home(target.url):
            return await self._sender.send(outgoing)
        errand = Errand(target.id, flaw, exchange)
        with self._errands.carry(outgoing, errand) as carried:
            answer = await self._sender.send(carried)
        return replace(answer, other_fault=errand.other_fault)

    async def attempt(self, tenant: Tenant, job: Job) -> None:
        """Try a delivery once, and write down what came of it."""
        target = tenant.targets.get(job.body["target"])
        if target is None:  # it was removed meanwhile: nobody is there to hear it
            tx = Transaction(tenant, self._store)
            tx.finish(job)
            tx.commit()
            return
        message = Message.from_document(job.body["message"])
        flaw = Flaw(job.body["flaw"]) if job.body["flaw"] else None
        at = tenant.now()
        exchanges = await self._send(tenant, target, message, job, flaw)
        exchanges = [replace(e, at=at, job=job.id) for e in exchanges]
        tx = Transaction(tenant, self._store, now=at)
        for exchange in exchanges:
            contract = self._contracts[exchange.vendor]
            # What never left, for want of a token, says nothing of anybody's requests.
            judgement = contract.check(exchange) if exchange.took_ms is not None else None
            tx.record(redact(exchange, contract), judgement)
        self._settle(tx, tenant, job, exchanges[-1])
        tx.commit()

    def _settle(self, tx: Transaction, tenant: Tenant, job: Job, exchange: Exchange) -> None:
        if self._policy.succeeded(exchange.response):
            tx.finish(job)
            return
        attempt = job.body["attempt"] + 1
        due = self._policy.due(job.body["delivery"], attempt, tx.now, tenant.identity)
        if due is None:
            tx.finish(job)
            tx.tell(GaveUp(exchange))
            return
        tx.reschedule(replace(job, due=due, body={**job.body, "attempt": attempt}))

    async def _send(
        self, tenant: Tenant, target: Target, message: Message, job: Job, flaw: Flaw | None
    ) -> list[Exchange]:
        """Send a message, after a login where the vendor wants one; return every exchange, the message's last."""
        vendor = self._vendors[message.vendor]
        if vendor.login is None:
            return [await self._push(tenant, target, message, job, flaw, target.token)]
        tokens = self.tokens_of(tenant.name)
        exchanges: list[Exchange] = []
        for again in (False, True):
            login = await tokens.token_for(target, vendor, tenant.now(), partial(self.carry, target))
            if login.outgoing is not None:
                exchanges.append(self._exchange(tenant, target, login.operation, login.outgoing, login.answer))
            if login.token is None:
                exchanges.append(self._not_sent(tenant, target, message, job, login))
                break
            exchanges.append(await self._push(tenant, target, message, job, flaw, login.token))
            response = exchanges[-1].response
            of_token = flaw in (Flaw.WRONG_TOKEN, Flaw.MISSING_TOKEN)
            if response is None or response.status != 401 or target.token or of_token:
                break
            # One that our own fake let expire is tried no more, or the next attempt's 401 would seem to be its own.
            if not again or exchanges[-1].other_fault is not None:
                tokens.forget(target.id, login.token)
            if again:
                break
        return exchanges

    async def _push(
        self,
        tenant: Tenant,
        target: Target,
        message: Message,
        job: Job,
        flaw: Flaw | None,
        token: str | None,
    ) -> Exchange:
        vendor = self._vendors[message.vendor]
        body, method, token = spoil(flaw, message.body, target.method or message.method, token, vendor.spoils)
        headers: Headers = (("content-type", message.content_type),)
        headers += vendor.authorise(token) if token else ()
        if target.delivery_header:
            headers += ((DELIVERY_HEADER, job.body["delivery"]),)
        outgoing = Outgoing(method, target.address(message.path), headers, body)
        answer = await self.carry(target, outgoing, flaw.value if flaw else None)
        return self._of_message(self._exchange(tenant, target, message.operation, outgoing, answer), message, job)

    def _not_sent(self, tenant: Tenant, target: Target, message: Message, job: Job, login: Login) -> Exchange:
        """Return the exchange of a message that could not leave, since there was no token for it."""
        outgoing = Outgoing(target.method or message.method, target.address(message.path), (), message.body)
        answer = Answer(None, login.problem or "no token", 0.0, other_fault=login.other_fault)
        exchange = replace(self._exchange(tenant, target, message.operation, outgoing, answer), took_ms=None)
        return self._of_message(exchange, message, job)

    def _of_message(self, exchange: Exchange, message: Message, job: Job) -> Exchange:
        return replace(
            exchange,
            message=message.name,
            call=message.call,
            delivery=job.body["delivery"],
            attempt=job.body["attempt"],
            fault=job.body["flaw"],
        )

    def _exchange(self, tenant: Tenant, target: Target, operation: str, outgoing: Outgoing, answer: Answer) -> Exchange:
        return Exchange(
            vendor=target.vendor,
            direction=Direction.SENT,
            request=outgoing.request,
            response=answer.response,
            error=answer.error,
            operation=operation,
            readings=tenant.readings.get(target.vendor, {}),
            tenant=tenant.name,
            target=target.id,
            other_fault=answer.other_fault,
            took_ms=answer.took_ms,
        )
