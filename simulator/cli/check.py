"""``pbxsim check``: judge recorded exchanges (journal files, JSON Lines) by the contracts."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import click

from contracts.contract import Contract, discover, load
from contracts.errors import ContractError
from contracts.exchanges import read_judged
from contracts.model import Direction, Exchange, Judgement
from contracts.readings import ALL
from simulator.cli.console import show_findings, show_json, summary
from simulator.cli.options import overlaid, readings_of, weighed
from simulator.errors import SimulatorError
from simulator.runs.records import verdict_record
from simulator.runs.verdicts import Verdict, judge


class NothingToJudge(SimulatorError):
    """No exchange is in the files: a pass on nothing would say nothing."""

    def __init__(self, files: tuple[Path, ...]) -> None:
        super().__init__(
            f"no exchange is in {', '.join(map(str, files))}, so there is nothing to judge: record some with "
            "pbxsim run ... --journal FILE, or pbxsim listen --journal FILE"
        )


class NotJudged(SimulatorError):
    """A line holds an exchange that no contract here can judge. ``place`` is its file and line."""

    def __init__(self, place: str, why: str) -> None:
        super().__init__(f"{place}: {why}")


@click.command(name="check")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@overlaid
@weighed
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of lines.")
def command(
    files: tuple[Path, ...],
    overlay: Path | None,
    readings: tuple[str, ...],
    strict_inferred: bool,
    as_json: bool,
) -> int:
    """Judge recorded exchanges by the contracts: 0 clean, 1 errors found.

    A file is a journal, one exchange a line, as run and listen write it with --journal.
    """
    court = _Court({key: load(key, overlay) for key in discover()}, readings_of(readings), strict_inferred)
    for path in files:
        court.hear(path)
    if not court.judged:
        raise NothingToJudge(files)
    verdict = judge(court.judged, court.contracts, strict_inferred=strict_inferred)
    code = 1 if verdict.errors else 0
    if as_json:
        show_json(_record(verdict, court.places) | {"passes": code == 0, "exit_code": code})
        return code
    show_findings(verdict, court.places)
    for rule, count in verdict.unjudged.items():
        click.echo(f"not judged: {rule} ({count} times)")
    word, colour = ("CLEAN", "green") if code == 0 else ("NOT CLEAN", "red")
    click.secho(f"{word}: {summary(verdict)}", fg=colour, bold=True)
    return code


@dataclass(slots=True)
class _Court:
    """Judges the exchanges of files, one by one, under the readings of each and those that were chosen."""

    contracts: dict[str, Contract]
    chosen: dict[str, dict[str, str]]
    strict_inferred: bool
    judged: list[tuple[Exchange, Judgement | None]] = field(default_factory=list)
    places: dict[int, str] = field(default_factory=dict)
    files: int = 0

    def __post_init__(self) -> None:
        for vendor, choices in self.chosen.items():
            self.contracts[vendor].choose(choices)

    def hear(self, path: Path) -> None:
        """Judge the exchanges of a file. Raises NotJudged, or MalformedRecord; both name file and line."""
        self.files += 1
        for number, exchange, recorded in read_judged(path):
            # A file is a recording of its own: what its calls and deliveries are called says nothing of another's.
            exchange = replace(exchange, tenant=f"{self.files}:{exchange.tenant}")
            place = f"{path}:{number}"
            if exchange.vendor not in self.contracts:
                known = ", ".join(self.contracts)
                raise NotJudged(place, f"there is no vendor {exchange.vendor!r}; there are: {known}")
            try:
                self.judged.append(self._judged(exchange, recorded))
            except ContractError as error:
                raise NotJudged(place, str(error)) from None
            self.places[len(self.judged)] = place

    def _judged(self, exchange: Exchange, recorded: Judgement | None) -> tuple[Exchange, Judgement | None]:
        contract = self.contracts[exchange.vendor]
        asked = self.chosen.get(exchange.vendor, {})
        chosen = contract.choose(asked if ALL in asked else {**exchange.readings, **asked})
        if chosen != contract.choose(exchange.readings):
            recorded = None  # it was judged under other readings
        exchange = replace(exchange, readings=chosen)
        if _never_left(exchange):
            return exchange, None
        judgement = contract.check(exchange, strict_inferred=self.strict_inferred)
        return exchange, _with_recorded(judgement, recorded)


def _never_left(exchange: Exchange) -> bool:
    """True for a message of ours that there was no token for: it says nothing of anybody's requests."""
    unanswered = exchange.response is None and exchange.took_ms is None and exchange.error is not None
    return exchange.direction is Direction.SENT and unanswered


def _with_recorded(judgement: Judgement, recorded: Judgement | None) -> Judgement:
    """Add what was found when the exchange was recorded by rules that need the records of a fake, which are gone."""
    if recorded is None:
        return judgement
    settled = set(judgement.unjudged) - set(recorded.unjudged)
    known = tuple(v for v in recorded.violations if v.clause in settled)
    left = tuple(rule for rule in judgement.unjudged if rule not in settled)
    return replace(judgement, violations=(*judgement.violations, *known), unjudged=left)


def _record(verdict: Verdict, places: dict[int, str]) -> dict[str, Any]:
    record = verdict_record(verdict)
    for finding in record["findings"]:
        finding["place"] = places[finding["exchange"]]
    return record
