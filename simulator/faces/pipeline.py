"""What happens to a request at a fake, from top to bottom: claim, check, handle, check, journal.

It knows no Flask and no vendor: the contract says what is right, and the vendor's tables do the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from contracts.bodies import Once
from contracts.contract import Contract
from contracts.model import Exchange, HttpRequest, HttpResponse, Judgement
from contracts.parameters import query_of
from scenarios.answers import AnswerFlaw
from simulator.delivery.errands import Errands
from simulator.faces.failing import why_failed
from simulator.faces.incoming import Incoming
from simulator.faces.noting import Notes
from simulator.faces.replying import lost, response_of
from simulator.faults.answer_faults import AnswerPlan, instead, spoil_answer
from simulator.faults.mishaps import Mishaps
from simulator.shell.bridge import Slip, WsgiAnswer, whole
from simulator.storage.store import Store
from simulator.switch.pbx import Pbx
from simulator.switch.switchboard import Switchboard
from simulator.tenancy.registry import Tenants
from simulator.tenancy.tenants import UNCLAIMED, Tenant
from simulator.tenancy.transactions import Transaction
from simulator.vendor import Instruction, Problem, Received, Refusal, Reply, Vendor, Wait

LEFT = "the client hung up while its request was held on purpose, and nothing was done"

UNREAD = {
    "media-type": Problem.UNSUPPORTED_MEDIA,
    "malformed": Problem.MALFORMED,
    "too-large": Problem.TOO_LARGE,
}


class Pipeline:
    """Answers the requests of one vendor."""

    def __init__(
        self,
        vendor: Vendor,
        contract: Contract,
        tenants: Tenants,
        store: Store,
        pbx: Pbx,
        errands: Errands | None = None,
    ) -> None:
        self.vendor = vendor
        self.contract = contract
        if vendor.claim is None or vendor.refuse is None:
            raise TypeError(f"{vendor.key} serves operations: it needs claim and refuse")
        self._claim = vendor.claim
        self._word = vendor.refuse
        self._tenants = tenants
        self._store = store
        self._pbx = pbx
        self._errands = errands or Errands()
        self._mishaps = Mishaps(contract, self._work)
        self._notes = Notes(vendor, contract, tenants, self._mishaps)

    def answer(self, operation: str, http: HttpRequest, path: Mapping[str, str], slip: Slip) -> HttpResponse:
        """Answer a request for an operation of the contract, or for what stands for those that share a path.

        ``path`` holds the decoded path parameters.
        """
        http, slip.errand = self._errands.taken(http)
        return self._answer(Incoming(operation, http, path, Once(http)), slip, None)

    def _answer(self, asked: Incoming, slip: Slip, plan: AnswerPlan | None) -> HttpResponse:
        """Answer a request; ``plan`` is what was already found to be wrong with the answer, on purpose."""
        operation, http = asked.served, asked.http
        key, body, unread = asked.read(self.contract.strict)
        claim = self._claim(key, http, body, self._tenants)
        tenant = self._tenants.get(claim.tenant or UNCLAIMED)
        tx = self._work(tenant)
        variant = self.contract.under(tx.readings)[1]
        if variant is not self.contract.strict:
            key, body, unread = asked.read(variant)
        if plan is None and claim.tenant:
            plan = self._mishaps.strike(tenant, operation, key)
        if plan and slip.errand:
            slip.errand.other_fault = plan.flaw.value
        if plan and plan.held:
            return self._held(plan, tenant, tx.now, key, asked, slip)
        if plan and plan.twice:
            return self._twice(plan, asked, slip)
        exchange = self._notes.asked(tx, key, http, slip, plan)
        judgement = self.contract.check(exchange, facts=tx if claim.tenant else None, body=asked.body)
        refuse = partial(self._refuse, tx, operation=key, http=http, body=body)
        open_to_all = self.contract.strict.served(operation).is_open
        if plan and plan.instead:
            reply = self._instead(plan, tx, tenant, http, refuse)
        elif claim.tenant is None and not (open_to_all and (unread or judgement.refused)):
            reply = refuse(claim.problem, claim.detail or claim.hint)
        elif key is not None and not self.vendor.serves(tx.switches, key):
            reply = refuse(Problem.NOT_FOUND, "the tenant's switches leave this operation out")
        elif unread:
            reply = refuse(UNREAD[unread.clause], str(unread), judgement=judgement)
        elif judgement.refused or key is None:
            reply = refuse(Problem.VIOLATION, _first(judgement), judgement=judgement)
        else:
            tx, reply = self._handle(tx, tenant, Received(key, http, body, asked.path, query_of(http)))
        return self._finish(tx, tenant, exchange, judgement, reply, slip, plan, asked.body)

    def refuse(
        self,
        problem: Problem,
        detail: str,
        http: HttpRequest,
        slip: Slip,
        *,
        allow: tuple[str, ...] = (),
        status: int | None = None,
    ) -> HttpResponse:
        """Refuse a request that reached no operation, in the journal of whom its credential names or ``unclaimed``.

        ``status`` is that of a refusal of the simulator's own, where the vendor documents none.
        """
        http, slip.errand = self._errands.taken(http)
        tenant = self._tenants.get(self._claim(None, http, None, self._tenants).tenant or UNCLAIMED)
        tx = Transaction(tenant, self._store, self.vendor.key)
        exchange = self._notes.asked(tx, None, http, slip)
        reply = self._refuse(tx, problem, detail, http=http, allow=allow)
        if problem is Problem.FAILURE and status is not None:
            reply = replace(reply, status=status)
        return self._finish(tx, tenant, exchange, Judgement(None), reply, slip)

    def _handle(self, tx: Transaction, tenant: Tenant, received: Received) -> tuple[Transaction, Reply]:
        try:
            refusal = self.vendor.admit(tx, received) if self.vendor.admit else None
            if refusal is not None:
                return tx, self._word(refusal)
            tx.seat = partial(self._seat, operation=received.operation)
            return tx, self.vendor.handlers[received.operation](tx, received)
        except Exception as error:
            clean = self._work(tenant)  # what the handler began is gone
            trouble, detail = why_failed(error, f"{self.vendor.key} {received.operation}")
            return clean, self._refuse(clean, trouble, detail, operation=received.operation)

    def _held(
        self,
        plan: AnswerPlan,
        tenant: Tenant,
        came: datetime,
        operation: str | None,
        asked: Incoming,
        slip: Slip,
    ) -> HttpResponse:
        """Let a request wait before it is done; the answer that is returned goes nowhere."""

        def later() -> WsgiAnswer:
            answer = self._answer(asked, slip, plan.begin())
            return whole(answer.status, answer.headers, answer.body, head=asked.http.method == "HEAD")

        def left() -> None:
            if not tenant.closed:
                tx = Transaction(tenant, self._store, self.vendor.key, now=came)
                exchange = replace(self._notes.asked(tx, operation, asked.http, slip, plan), error=LEFT)
                self._notes.keep(tx, tenant, replace(exchange, other_fault=slip.errand.flaw if slip.errand else None))

        slip.instruction, slip.later, slip.left = Instruction(Wait.HOLD, plan.seconds), later, left
        return HttpResponse(204)

    def _twice(self, plan: AnswerPlan, asked: Incoming, slip: Slip) -> HttpResponse:
        """Have a request done twice, as when something in between sends it again; the first answer is lost."""
        self._answer(asked, Slip(mark=slip.mark, errand=slip.errand), plan.begin())
        return self._answer(asked, slip, plan.begin())

    def _instead(
        self, plan: AnswerPlan, tx: Transaction, tenant: Tenant, http: HttpRequest, refuse: Callable[..., Reply]
    ) -> Reply:
        if plan.flaw is AnswerFlaw.TOKEN_EXPIRED:
            self._mishaps.expire_tokens(tx, tenant, http)
            return refuse(Problem.UNAUTHENTICATED, "the token has expired, on purpose")
        if plan.flaw is AnswerFlaw.REFUSED:
            return refuse(Problem(plan.fault.problem), "refused on purpose")
        return instead(plan)

    def _work(self, tenant: Tenant) -> Transaction:
        tx = Transaction(tenant, self._store, self.vendor.key)
        tx.seat = self._seat
        return tx

    def _seat(self, tx: Transaction, operation: str = "") -> Switchboard:
        return Switchboard(self._pbx, tx, self.vendor.key, operation)

    def _refuse(
        self,
        tx: Transaction,
        problem: Problem,
        detail: str,
        *,
        operation: str | None = None,
        judgement: Judgement | None = None,
        allow: tuple[str, ...] = (),
        http: HttpRequest | None = None,
        body: Any = None,
    ) -> Reply:
        violations = judgement.refused if judgement else ()
        return self._word(Refusal(problem, detail, operation, violations, allow, tx.switches, http, body))

    def _finish(
        self,
        tx: Transaction,
        tenant: Tenant,
        exchange: Exchange,
        judgement: Judgement,
        reply: Reply,
        slip: Slip,
        plan: AnswerPlan | None = None,
        body: Once | None = None,
    ) -> HttpResponse:
        response, instruction = response_of(reply), reply.instruction
        complete = replace(exchange, response=response)
        if judgement.operation is not None:
            judgement = self.contract.check_reply(complete, judgement, body=body)
        if slip.errand and slip.errand.flaw:  # it was refused as anybody's would be, but is held against nobody
            complete = replace(complete, other_fault=slip.errand.flaw)
            judgement = self.contract.check(complete)
        slip.committed = self._notes.keep(tx, tenant, complete, judgement, plan)
        slip.on_failure = self._not_kept
        if plan is not None:
            spoilt = spoil_answer(plan, response)
            response = spoilt.sent
            instruction = self._mishaps.instruction(plan, tenant, instruction, spoilt.instruction)
        slip.instruction = instruction
        return response

    def _not_kept(self) -> WsgiAnswer:
        reply = self._word(Refusal(Problem.FAILURE, "the store could not be written; try again"))
        return lost(replace(reply, status=503))


def _first(judgement: Judgement) -> str:
    violation = judgement.refused[0]
    return f"{violation.pointer}: {violation.found}; expected {violation.expected}"
