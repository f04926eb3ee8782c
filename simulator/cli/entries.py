"""A journal entry as the control API tells it: what a reader of lines sees of it, and whether something is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from contracts.exchanges import from_record, verdict_from_record
from contracts.model import Direction, Exchange, Judgement, Severity
from scenarios.answers import AnswerFlaw
from scenarios.model import Flaw
from simulator.delivery.announcing import UNHEARD
from simulator.runs.reports import tell_exchange

MARKS = {"ok": "green", "warn": "yellow", "ERR": "red", "flaw": "cyan", "--": None}


# With these a message reached nobody as it is, and nobody owes an answer to it.
_NEVER_WHOLE = (Flaw.DROP, AnswerFlaw.EVENT_CUT)


@dataclass(frozen=True, slots=True)
class Told:
    """One entry of a journal, by its number. ``record`` is what the control API said."""

    number: int
    exchange: Exchange
    verdict: Judgement | None
    record: Mapping[str, Any]

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> Told:
        """Read an entry. Raises MalformedRecord."""
        bare = {name: value for name, value in record.items() if name != "number"}
        return cls(record["number"], from_record(bare), verdict_from_record(bare), record)

    @property
    def wrong(self) -> bool:
        """True when it broke the contract or was not answered; the verdict leaves out what was so on purpose."""
        broke = self.verdict is not None and not self.verdict.clean
        return broke or (self.exchange.response is None and not self.unheard and not self._unanswered_on_purpose)

    @property
    def unheard(self) -> bool:
        """True for an event that was told while nobody had an event channel open: who may miss it misses nothing."""
        return self.exchange.response is None and self.exchange.error == UNHEARD

    @property
    def mark(self) -> str:
        """What the verdict came to, in a word: one of `MARKS`."""
        if self.wrong:
            return "ERR"
        if self.exchange.fault is not None or self.exchange.other_fault is not None:
            return "flaw"
        if self.unheard or self.verdict is None or self.verdict.operation is None:
            return "--"
        return "warn" if self.verdict.violations else "ok"

    def line(self, zone: ZoneInfo) -> str:
        """Return the entry in a line, with the first thing that is wrong with it."""
        exchange = self.exchange
        at = exchange.at.astimezone(zone).strftime("%H:%M:%S") if exchange.at else ""
        arrow = "->" if exchange.direction is Direction.SENT else "<-"
        what = tell_exchange(exchange, exchange.call or "")
        return f"{self.number:>5} {at:8} {self.mark:4} {arrow} {what}{self._trouble()}"

    @property
    def _unanswered_on_purpose(self) -> bool:
        """True where our fake gave no answer, or the message never left; to one that was sent any other owes one."""
        exchange = self.exchange
        ours = exchange.direction is Direction.RECEIVED or exchange.fault in _NEVER_WHOLE
        return exchange.other_fault is not None or (exchange.fault is not None and ours)

    def _trouble(self) -> str:
        found = sorted(self.verdict.violations, key=lambda v: v.severity is not Severity.ERROR) if self.verdict else []
        if not found:
            return ""
        first, more = found[0], len(found) - 1
        rest = f" (and {more} more)" if more else ""
        return f"; {first.part.value} {first.pointer or 'body'}: found {first.found}, expected {first.expected}{rest}"
