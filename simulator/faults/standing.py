"""The faults that stand on a tenant where its fakes answer: kept as its documents, counted, and lifted again.

Those of a scenario stand while its run goes on; those of the control API until they are removed, or the tenant reset.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from scenarios.answers import AnswerFault
from simulator.faults.answer_faults import AnswerPlan, Asked, fault_of, plan_answer
from simulator.records import Document
from simulator.tenancy.gathered import FAULT
from simulator.tenancy.runs import Run
from simulator.tenancy.tenants import Tenant
from simulator.tenancy.transactions import Transaction

# Each of them looks at every request.
MOST_FAULTS = 200

Words = Mapping[str, Any]


def put_fault(tx: Transaction, key: str, words: Words, where: str, run: str = "") -> dict[str, Any]:
    """Let a fault stand, in the words of a scenario file (``on`` and ``do``), and return its document."""
    document = {
        "id": key,
        "run": run,
        "on": dict(words["on"]),
        "do": dict(words["do"]),
        "where": where,
        "matched": 0,
        "struck": 0,
    }
    tx.put(FAULT, key, document)
    return document


def put_faults_of(tx: Transaction, run: Run) -> None:
    """Let the faults of a run's scenario stand."""
    for number, fault in enumerate(run.scenario.answers, 1):
        put_fault(tx, f"{run.id}.{number}", fault.words, fault.where, run.id)


def lift_faults_of(tx: Transaction, run: Run) -> None:
    """Remove the faults of a run that is over."""
    for document in tuple(tx.all(FAULT)):
        if document["run"] == run.id:
            tx.remove(FAULT, document["id"])


def strikes_of(tenant: Tenant, run: Run) -> tuple[tuple[int, int], ...]:
    """Return how many requests each of a run's faults has matched and struck, while they stand."""
    documents = tenant.records.get(FAULT, {})
    found = (documents.get(f"{run.id}.{number}") for number, _ in enumerate(run.scenario.answers, 1))
    return tuple((each["matched"], each["struck"]) if each else (0, 0) for each in found)


def strike(
    tenant: Tenant, asked: Asked, read: Callable[[Document], AnswerFault] = fault_of
) -> tuple[AnswerPlan | None, tuple[str, ...]]:
    """Count a request for the faults that stand on a tenant; return what is to be done wrong, and which counted it.

    Counted in memory at once, so that of many that wait together each has a number of its own; `keep_counts` writes.
    ``read`` makes a fault of its document.
    """
    standing = tenant.records.get(FAULT)
    if not standing:
        return None, ()
    plan, counted = plan_answer(standing.values(), asked, tenant.identity, read)
    for document in counted:
        standing[document["id"]] = document
    return plan, tuple(document["id"] for document in counted)


def keep_counts(tx: Transaction, tenant: Tenant, keys: Iterable[str]) -> None:
    """Write the counts of those of these faults that still stand."""
    standing = tenant.records.get(FAULT, {})
    for key in keys:
        if key in standing:
            tx.put(FAULT, key, standing[key])
