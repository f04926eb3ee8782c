"""Writes down what a fake was asked and what it answered: without secrets, and as the client sees it."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from contracts.contract import Contract
from contracts.model import Direction, Exchange, HttpRequest, Judgement
from contracts.redaction import redact, redact_verdict
from simulator.faults.answer_faults import AnswerPlan, spoil_answer
from simulator.faults.mishaps import WORD, Mishaps
from simulator.issued import token_kind
from simulator.shell.bridge import Slip
from simulator.tenancy.registry import Tenants
from simulator.tenancy.tenants import UNCLAIMED, Tenant
from simulator.tenancy.transactions import Transaction
from simulator.vendor import Vendor, secret_kinds


class Notes:
    """The exchanges of one vendor's fake."""

    def __init__(self, vendor: Vendor, contract: Contract, tenants: Tenants, mishaps: Mishaps) -> None:
        self._vendor = vendor.key
        self._contract = contract
        self._tenants = tenants
        self._mishaps = mishaps
        self._kinds = secret_kinds(vendor, contract)

    def asked(
        self,
        tx: Transaction,
        operation: str | None,
        http: HttpRequest,
        slip: Slip,
        plan: AnswerPlan | None = None,
    ) -> Exchange:
        """Return the exchange of a request that is not answered yet."""
        return Exchange(
            vendor=self._vendor,
            direction=Direction.RECEIVED,
            request=http,
            operation=operation,
            readings=tx.readings,
            tenant=tx.tenant,
            at=tx.now,
            fault=plan.flaw.value if plan else None,
            id=slip.errand.id if slip.errand else slip.mark,
            target=slip.errand.target if slip.errand else None,
        )

    def keep(
        self,
        tx: Transaction,
        tenant: Tenant,
        exchange: Exchange,
        judgement: Judgement | None = None,
        plan: AnswerPlan | None = None,
    ) -> asyncio.Future[None] | None:
        """Commit a unit of work with an exchange in the journal; return what is done when it is on disk."""
        secrets = self._secrets_of(tenant, exchange.request)
        verdict = redact_verdict(judgement, exchange, self._contract, secrets) if judgement else None
        shown = redact(exchange, self._contract, secrets)
        if plan is not None and shown.response is not None:
            spoilt = spoil_answer(plan, shown.response)
            if spoilt.seen is not shown.response:
                shown = replace(shown, response=spoilt.seen, error=spoilt.error)
        tx.record(shown, verdict)
        self._mishaps.keep_counts(tx, tenant)
        return tx.commit()

    def _secrets_of(self, tenant: Tenant, http: HttpRequest) -> dict[str, str]:
        """Return what to hide wherever it stands, a misspelt field included, with the kind of each."""
        kinds, key = self._kinds, self._vendor
        tenants = self._tenants if tenant.name == UNCLAIMED else (tenant,)
        sets = (t.profile.credentials.get(key, {}) for t in tenants)
        found = {value: kinds[field] for values in sets for field, value in values.items() if field in kinds}
        issued = [tokens for t in self._tenants if (tokens := t.records.get(token_kind(key)))]
        words = WORD.findall(f"{http.path} {http.query} ".encode() + http.body) if issued else ()
        return found | {w: "token" for word in words if any((w := word.decode()) in tokens for tokens in issued)}
