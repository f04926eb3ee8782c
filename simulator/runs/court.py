"""The verdict on a run, from all that its tenant has; and what is said of a run on which none can be given."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace

from contracts.contract import Contract
from scenarios.model import Step
from simulator.errors import SimulatorError
from simulator.runs.judging import accepts_of, own_entries, verdict_of
from simulator.runs.remains import Remains
from simulator.runs.silences import silences
from simulator.runs.steps import why_impossible
from simulator.runs.verdicts import Verdict
from simulator.storage.store import Store
from simulator.switch.pbx import Pbx
from simulator.telephony.calls import ImpossibleEvent
from simulator.tenancy.runs import Run
from simulator.tenancy.tenants import Tenant
from simulator.tenancy.transactions import Transaction

log = logging.getLogger(__name__)


class Court:
    """Judges runs of any tenant. With ``strict_inferred`` a broken guess is an error."""

    def __init__(self, pbx: Pbx, store: Store, contracts: Mapping[str, Contract]) -> None:
        self._pbx = pbx
        self._store = store
        self._contracts = contracts
        self._accepts = accepts_of(pbx.vendors)
        self.strict_inferred = False

    def verdict(self, tenant: Tenant, run: Run, *, shared: bool) -> Verdict:
        """Return the verdict on a run whose last message is settled.

        ``shared`` as `simulator.runs.judging.verdict_of` has it. Where judging itself fails, as a rule of somebody's
        contract may, that is what comes of the run.
        """
        left = Remains(tenant, run, self._pbx.vendors, self._contracts)
        unheard = self._pbx.announcer.unheard(Transaction(tenant, self._store))
        more = {"strict_inferred": self.strict_inferred, "shared": shared}
        heard = (entry.exchange for entry in own_entries(tenant.journal, run))
        try:
            verdict = verdict_of(
                run, tenant.journal, self._contracts, self._accepts, left=left, unheard=unheard, **more
            )
            return replace(verdict, silences=silences(tenant, run, self._pbx.vendors, heard))
        except Exception as trouble:
            told = in_words(trouble)  # in the log, also where the run was broken before
            return Verdict(problem=run.problem or told, unsent=run.unsent)


def in_words(problem: Exception, run: Run | None = None, step: Step | None = None) -> str:
    """Say what has broken a run, at a step of it if one is named; a fault of ours goes to the log."""
    if isinstance(problem, ImpossibleEvent) and run and step:
        return why_impossible(problem, run, step)
    if isinstance(problem, SimulatorError):
        return str(problem)
    log.error("a step, a delivery or a verdict failed", exc_info=problem)
    return "the simulator failed; see its log"
