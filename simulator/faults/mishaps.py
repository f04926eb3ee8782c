"""What goes wrong on purpose with the answers of one vendor's fake, as far as it takes tenants and units of work."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from contracts.contract import Contract
from contracts.model import HttpRequest
from scenarios.answers import OF_CHANNELS, AnswerFault, AnswerFlaw
from simulator.board import Opening
from simulator.faults.answer_faults import AnswerPlan, Asked, fault_of
from simulator.faults.failing_stream import FailingStream
from simulator.faults.standing import MOST_FAULTS, keep_counts, strike
from simulator.issued import token_kind
from simulator.records import Document
from simulator.tenancy.tenants import Tenant
from simulator.tenancy.transactions import Transaction
from simulator.vendor import Instruction

WORD = re.compile(rb"[A-Za-z0-9._~-]{20,}")  # what a token that was issued may be


class Mishaps:
    """The faults of one vendor's answers. ``work`` begins a unit of work that has a board."""

    def __init__(self, contract: Contract, work: Callable[[Tenant], Transaction]) -> None:
        self._contract = contract
        self._work = work
        self._counted: dict[str, set[str]] = {}  # by tenant, what the log does not have yet
        self._faults: dict[str, AnswerFault] = {}  # as they were read last
        self._opener = opener_of(contract)
        self._tokens = token_kind(contract.key)

    def strike(self, tenant: Tenant, served: str, operation: str | None) -> AnswerPlan | None:
        """Count a request for the faults of its tenant; ``served`` is the path's operation, or what stands for it."""
        opens = operation is not None and operation == self._opener
        without_credential = self._contract.strict.served(served).is_open
        asked = Asked(self._contract.key, operation, opens, without_credential)
        plan, counted = strike(tenant, asked, self._fault_of)
        if counted:
            self._counted.setdefault(tenant.name, set()).update(counted)
        return plan

    def keep_counts(self, tx: Transaction, tenant: Tenant) -> None:
        """Write, with a unit of work, how often the faults of its tenant have matched and struck."""
        keep_counts(tx, tenant, sorted(self._counted.pop(tenant.name, ())))

    def expire_tokens(self, tx: Transaction, tenant: Tenant, http: HttpRequest) -> None:
        """Let the issued tokens that a request shows be good no more."""
        shown = " ".join((http.path, http.query, *(value for _, value in http.headers))).encode() + b" " + http.body
        known = tenant.records.get(self._tokens, {})
        for word in WORD.findall(shown):
            record = known.get(word.decode())
            if record is not None:
                tx.put(self._tokens, word.decode(), {**record, "revoked": True})

    def instruction(
        self, plan: AnswerPlan, tenant: Tenant, own: Instruction | None, wanted: Instruction | None
    ) -> Instruction | None:
        """Return what the shell is to do, from what the handler asked of it and what the plan wants.

        A stream that will not be sent is closed, and one that is to fail does so by itself.
        """
        if own is None or own.stream is None:
            return wanted or own
        if wanted is not None:
            own.stream.close()
            return wanted
        if plan.flaw not in OF_CHANNELS:
            return own
        if plan.flaw is not AnswerFlaw.CHANNEL_RENEWED:
            own.stream.will_break(plan.fault.events, inside=plan.flaw is AnswerFlaw.EVENT_CUT)
        failing = FailingStream(own.stream, plan.flaw, plan.fault.events, partial(self._renew, tenant))
        return replace(own, stream=failing)

    def _fault_of(self, document: Document) -> AnswerFault:
        # A document is written anew whenever it counts, and its words stay the same objects.
        known = self._faults.get(document["id"])
        if known is None or any(known.words[part] is not document[part] for part in ("on", "do")):
            if len(self._faults) >= MOST_FAULTS:
                self._faults.clear()
            known = self._faults[document["id"]] = fault_of(document)
        return known

    def _renew(self, tenant: Tenant) -> Opening | None:
        if tenant.closed:
            return None
        tx = self._work(tenant)
        opening = tx.board.open_channel()
        tx.commit()
        return opening


def opener_of(contract: Contract) -> str | None:
    """Return the operation that opens an event channel, if the contract has one."""
    block = contract.strict.channel
    return str(block["open"]) if block else None
