"""What is done wrong on purpose where a fake answers: a pure plan, made once a request. Knows no vendor and no wait."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any

from contracts.model import BODILESS, Headers, HttpResponse
from scenarios.answer_reading import read_answer_fault
from scenarios.answers import ANY, INSTEAD, OF_CHANNELS, OF_WHOLE_ANSWERS, AnswerFault, AnswerFlaw, Spread
from simulator.identity import Identity
from simulator.vendor import Instruction, Reply, Wait

Document = Mapping[str, Any]

_PLAIN: Headers = (("content-type", "text/plain; charset=utf-8"),)

# What the shell is asked to do with an answer, and why a client sees nothing of it that is HTTP.
_WAITS = {
    AnswerFlaw.TRUNCATED: Wait.CUT,
    AnswerFlaw.GARBAGE: Wait.GARBAGE,
    AnswerFlaw.RESET: Wait.RESET,
    AnswerFlaw.DRIP: Wait.DRIP,
    AnswerFlaw.LATE: Wait.DELAY,
}
_UNSEEN = {
    AnswerFlaw.GARBAGE: "answered with garbage on purpose",
    AnswerFlaw.RESET: "the connection was reset on purpose",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """The request that a plan is made for: ``opens_channel`` and ``without_credential`` are facts of its operation."""

    vendor: str
    operation: str | None
    opens_channel: bool = False
    without_credential: bool = False


@dataclass(frozen=True, slots=True)
class AnswerPlan:
    """What becomes of one answer; ``seconds`` is what its fault's latency drew, in wall time."""

    fault: AnswerFault
    seconds: float = 0.0
    begun: bool = False

    @property
    def flaw(self) -> AnswerFlaw:
        """The label for the journal."""
        return self.fault.flaw

    @property
    def instead(self) -> bool:
        """True when the request is not done, and something else is answered."""
        return self.flaw in INSTEAD

    @property
    def held(self) -> bool:
        """True while the request is to wait before it is done."""
        return self.flaw is AnswerFlaw.DELAY and not self.begun

    @property
    def twice(self) -> bool:
        """True while the request is to be done once more than it was."""
        return self.flaw is AnswerFlaw.TWICE and not self.begun

    def begin(self) -> AnswerPlan:
        """Return the plan for what is left to do."""
        return replace(self, begun=True)


@dataclass(frozen=True, slots=True)
class Spoilt:
    """An answer as a plan leaves it.

    ``sent`` is for the shell, which carries out the ``instruction``; ``seen`` is what the client gets (None: nothing
    that is HTTP, and ``error`` says why).
    """

    sent: HttpResponse
    seen: HttpResponse | None
    error: str | None = None
    instruction: Instruction | None = None


def fault_of(document: Document) -> AnswerFault:
    """Return the fault that a document of a tenant holds, which was read without a mistake before."""
    return read_answer_fault(document, "", lambda pointer: document["where"])


def plan_answer(
    standing: Iterable[Document],
    asked: Asked,
    identity: Identity,
    read: Callable[[Document], AnswerFault] = fault_of,
) -> tuple[AnswerPlan | None, tuple[Document, ...]]:
    """Return what to do with the answer to a request, and the faults that counted it, counted on.

    The first that strikes acts. ``read`` makes a fault of its document.
    """
    plan: AnswerPlan | None = None
    counted = []
    for document in standing:
        if not _means(document, asked):
            continue
        fault, count, struck = read(document), document["matched"] + 1, document["struck"]
        # A lot is drawn where one is needed: a digest for every request would be felt under load.
        lot = 0.0 if fault.turn.rate is None else identity.fraction("answer fault", document["id"], count)
        if plan is None and fault.turn.comes(count, struck, lot):
            fixed = fault.latency.spread is Spread.FIXED
            drawn = 0.0 if fixed else identity.fraction("latency", document["id"], count)
            plan, struck = AnswerPlan(fault, fault.latency.seconds(drawn)), struck + 1
        counted.append({**document, "matched": count, "struck": struck})
    return plan, tuple(counted)


def suits(flaw: AnswerFlaw, asked: Asked) -> bool:
    """Say whether a flaw can be of the answer to a request at all; ``answer: any`` means those alone."""
    if asked.opens_channel:
        return flaw not in OF_WHOLE_ANSWERS
    return flaw not in OF_CHANNELS and not (flaw is AnswerFlaw.TOKEN_EXPIRED and asked.without_credential)


def instead(plan: AnswerPlan) -> Reply:
    """Return the answer of a gateway that stands in front of the vendor, for what is not in the vendor's words."""
    if plan.flaw is AnswerFlaw.TOO_MANY:
        after = (("retry-after", str(max(math.ceil(plan.seconds), 1))),)
        return Reply(429, b"429 Too Many Requests\n", (*_PLAIN, *after))
    status = plan.fault.status
    if status in BODILESS:
        return Reply(status, b"")
    known = {each.value: each.phrase for each in HTTPStatus}
    return Reply(status, f"{status} {known.get(status, 'Unknown')}\n".encode(), _PLAIN)


def spoil_answer(plan: AnswerPlan, answer: HttpResponse) -> Spoilt:
    """Return an answer as the plan's flaw leaves it, on its way out and for the journal."""
    sent = replace(answer, body=b"") if plan.flaw is AnswerFlaw.EMPTY else answer
    error, wait = _UNSEEN.get(plan.flaw), _WAITS.get(plan.flaw)
    seen = None if error else sent
    if plan.flaw is AnswerFlaw.TRUNCATED:
        seen = replace(answer, body=answer.body[: len(answer.body) // 2])
    return Spoilt(sent, seen, error, Instruction(wait, plan.seconds) if wait else None)


def _means(document: Document, asked: Asked) -> bool:
    on = document["on"]
    if on["vendor"] != asked.vendor or on["answer"] not in (ANY, asked.operation):
        return False
    return suits(AnswerFlaw(next(iter(document["do"]))), asked)
