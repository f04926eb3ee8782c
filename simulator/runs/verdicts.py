"""What came of a run, or of any set of exchanges: a plain value, and how it is counted. Prints nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from contracts.checking import reweigh
from contracts.contract import Contract
from contracts.model import Confidence, Exchange, Judgement, Severity, Violation
from scenarios.expectations import Outcome
from simulator.runs.silences import Silence
from simulator.tenancy.runs import Undone


@dataclass(frozen=True, slots=True)
class Finding:
    """A violation and the exchange it was found in (``number`` counts from 1 in what was judged)."""

    number: int
    exchange: Exchange
    violation: Violation


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of a run. ``passed`` counts the clauses that held, by how they are known.

    ``undelivered`` messages never got a 2xx, ``refused`` ones got one that says no; ``spared`` are those of both kinds
    that a fake of our own answered so on purpose, which count for nothing. ``answered`` names the targets that
    answered anything; ``silences`` says what each vendor had no words for; ``idle`` which faults struck nothing;
    ``dropped`` counts the exchanges that the journal had to give up before they could be judged; ``undone`` are the
    steps that were left out since somebody else had moved their call on.
    """

    exchanges: int = 0
    findings: tuple[Finding, ...] = ()
    passed: Mapping[Confidence, int] = field(default_factory=dict)
    unjudged: Mapping[str, int] = field(default_factory=dict)
    outcomes: tuple[Outcome, ...] = ()
    undelivered: tuple[Exchange, ...] = ()
    refused: tuple[Exchange, ...] = ()
    spared: tuple[Exchange, ...] = ()
    answered: frozenset[str] = frozenset()
    unsent: Mapping[str, int] = field(default_factory=dict)
    silences: Mapping[str, Silence] = field(default_factory=dict)
    idle: tuple[str, ...] = ()
    dropped: int = 0
    problem: str = ""
    undone: tuple[Undone, ...] = ()

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that are errors."""
        return tuple(f for f in self.findings if f.violation.severity is Severity.ERROR)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """The findings that are warnings: drift, guesses, and what a later page of the vendor allows."""
        return tuple(f for f in self.findings if f.violation.severity is Severity.WARNING)

    @property
    def missed(self) -> tuple[Outcome, ...]:
        """The expectations that were not met."""
        return tuple(o for o in self.outcomes if not o.met)

    @property
    def passes(self) -> bool:
        """True when no expectation was missed, every message arrived, every step was done, and nothing was lost.

        The contract is an expectation like any other (``clean``): a scenario may expect violations.
        """
        lost = any(not step.met for step in self.undone)
        return not (self.missed or self.undelivered or self.refused or self.dropped or self.problem or lost)

    @property
    def exit_code(self) -> int:
        """0 pass, 1 violation or missed expectation, 2 the scenario could not be played, 3 nobody answered.

        3 is for targets that never answered anything: one that answered some messages and not others has failed.
        """
        if self.problem:
            return 2
        if self.undelivered and all(e.target not in self.answered for e in self.undelivered):
            return 3
        return 0 if self.passes else 1


def judge(
    exchanges: Sequence[tuple[Exchange, Judgement | None]],
    contracts: Mapping[str, Contract],
    *,
    strict_inferred: bool = False,
    partial: bool = False,
) -> Verdict:
    """Return the verdict on exchanges that were judged one by one: adds the rules that need several.

    With ``strict_inferred`` a broken guess is an error here, whatever it was when the exchange was judged. What was
    never sent has no judgement, but those rules see that it is missing. ``partial``: there were other calls as well.
    """
    judged = [(number, e, judgement) for number, (e, judgement) in enumerate(exchanges, 1) if judgement is not None]
    findings = [
        Finding(number, exchange, _weighed(violation, strict_inferred=strict_inferred))
        for number, exchange, judgement in judged
        for violation in judgement.violations
    ]
    findings += _sequences([e for e, _ in exchanges], contracts, strict_inferred=strict_inferred, partial=partial)
    passed: Counter[Confidence] = Counter()
    unjudged: Counter[str] = Counter()
    for _, _, judgement in judged:
        passed.update(judgement.passed)
        unjudged.update(judgement.unjudged)
    findings.sort(key=lambda f: f.number)
    return Verdict(len(judged), tuple(findings), dict(passed), dict(unjudged))


def with_expectations(verdict: Verdict, outcomes: Iterable[Outcome]) -> Verdict:
    """Return the verdict with what became of the expectations."""
    return replace(verdict, outcomes=tuple(outcomes))


def _weighed(violation: Violation, *, strict_inferred: bool) -> Violation:
    # One with a note is a warning because a later page of the vendor allows it, and stays one.
    if violation.note or violation.severity is Severity.ERROR:
        return violation
    return reweigh(violation, strict_inferred=strict_inferred)


def _sequences(
    exchanges: Sequence[Exchange], contracts: Mapping[str, Contract], *, strict_inferred: bool, partial: bool
) -> list[Finding]:
    found = []
    for key in {e.vendor: None for e in exchanges}:
        if key not in contracts:
            continue
        numbers = [n for n, e in enumerate(exchanges) if e.vendor == key]
        own = [exchanges[n] for n in numbers]
        for index, violation in contracts[key].check_sequence(own, strict_inferred=strict_inferred, partial=partial):
            found.append(Finding(numbers[index] + 1, own[index], violation))
    return found
