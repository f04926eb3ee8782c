"""What came of the messages of traffic, vendor by vendor: counted as they go, so that a day of calls costs no memory.

It watches a tenant, and changes nothing.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from contracts.checking import reweigh
from contracts.contract import Contract
from contracts.model import Direction, Exchange, Severity, Violation
from simulator.delivery.dispatch import GaveUp
from simulator.runs.judging import Accepts, arrived, refused, why_lost
from simulator.runs.verdicts import Finding
from simulator.telephony.calls import Call, Event, State
from simulator.tenancy.journal import Entry

# Of each kind of violation the first one is kept as a sample. A call's pushes are judged together when so many others
# are over: by then the last of them has gone out, unless it waits for a retry.
LATER = 500


@dataclass(slots=True)
class Told:
    """What a vendor told: messages that arrived by name, attempts, refusals, and messages that never arrived."""

    arrived: Counter[str] = field(default_factory=Counter)
    attempts: int = 0
    refused: int = 0
    lost: int = 0
    why: str = ""


class Pushes:
    """Counts what goes out, and keeps a finding of each kind. ``findings`` has how often each was found, too."""

    def __init__(
        self,
        contracts: Mapping[str, Contract],
        accepts: Accepts,
        *,
        strict_inferred: bool = False,
    ) -> None:
        self._contracts, self._accepts, self._strict = contracts, accepts, strict_inferred
        self._open: dict[str, list[Exchange]] = {}
        self._over: deque[str] = deque()
        self._targets: set[str] = set()
        self._lost_at: set[str] = set()
        self._exchanges = 0
        self.told: dict[str, Told] = {}
        self.findings: dict[tuple[str, str, Severity], tuple[Finding, int]] = {}

    def __call__(self, news: object) -> None:
        """Take note of a piece of news of the tenant."""
        match news:
            case Entry():
                self._entry(news)
            case GaveUp():
                told = self.told.setdefault(news.exchange.vendor, Told())
                told.lost, told.why = told.lost + 1, why_lost(news.exchange)
                self._lost_at.add(news.exchange.target or "")
            case (Call() as call, Event()):
                self._open.setdefault(call.id, [])
                if call.state is State.ENDED:
                    self._over.append(call.id)
                    if len(self._over) > LATER:
                        self._judge(self._over.popleft())

    def finish(self) -> None:
        """Judge what is left, once everything has gone out."""
        for call in tuple(self._open):
            self._judge(call)

    @property
    def errors(self) -> int:
        """How many errors the contract check found."""
        return sum(count for (_, _, severity), (_, count) in self.findings.items() if severity is Severity.ERROR)

    @property
    def exit_code(self) -> int:
        """0 all is well, 1 violations, refusals or messages that never arrived, 3 nobody ever answered."""
        lost = any(told.lost for told in self.told.values())
        if lost and not self._lost_at & self._targets:
            return 3
        return int(lost or self.errors > 0 or any(told.refused for told in self.told.values()))

    def _entry(self, entry: Entry) -> None:
        exchange = entry.exchange
        self._exchanges += 1
        for violation in entry.verdict.violations if entry.verdict else ():
            self._found(exchange, violation)
        if exchange.direction is Direction.SENT and exchange.message:
            told = self.told.setdefault(exchange.vendor, Told())
            told.attempts += 1
            if exchange.response is not None:
                self._targets.add(exchange.target or "")
                if arrived(exchange):
                    told.arrived[exchange.message] += 1
                told.refused += refused(exchange, self._accepts)
            if exchange.call in self._open:
                self._open[exchange.call].append(exchange)

    def _judge(self, call: str) -> None:
        exchanges = self._open.pop(call, [])
        for vendor in {e.vendor for e in exchanges}:
            own = [e for e in exchanges if e.vendor == vendor]
            found = self._contracts[vendor].check_sequence(own, strict_inferred=self._strict, partial=True)
            for index, violation in found:
                self._found(own[index], violation)

    def _found(self, exchange: Exchange, violation: Violation) -> None:
        if not violation.note and violation.severity is not Severity.ERROR:
            violation = reweigh(violation, strict_inferred=self._strict)
        key = (exchange.vendor, violation.clause, violation.severity)
        first, count = self.findings.get(key, (Finding(self._exchanges, exchange, violation), 0))
        self.findings[key] = (first, count + 1)
