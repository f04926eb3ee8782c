"""``pbxsim check``: judge recorded exchanges (journal files, JSON Lines) by the contracts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from contracts.contract import discover, load
from contracts.exchanges import read_file
from contracts.model import Exchange, Judgement
from simulator.cli.console import show_findings, summary
from simulator.cli.options import readings_of
from simulator.reports import verdict_record
from simulator.verdicts import judge


@click.command(name="check")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--contracts",
    "overlay",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="A folder whose files replace those of the shipped contracts.",
)
@click.option("--reading", "readings", multiple=True, metavar="VENDOR:ID=READING", help="Read a discrepancy so.")
@click.option("--strict-inferred", is_flag=True, help="Count broken guesses as errors, not as warnings.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of lines.")
def command(
    files: tuple[Path, ...],
    overlay: Path | None,
    readings: tuple[str, ...],
    strict_inferred: bool,
    as_json: bool,
) -> int:
    """Judge recorded exchanges by the contracts: 0 clean, 1 errors found."""
    loaded = {key: load(key, overlay) for key in discover()}
    chosen = readings_of(readings)
    for vendor, choices in chosen.items():
        if vendor not in loaded:
            raise click.UsageError(f"--reading: there is no vendor {vendor!r}; there are: {', '.join(loaded)}")
        loaded[vendor].choose(choices)
    judged: list[tuple[Exchange, Judgement]] = []
    for path in files:
        for number, exchange in read_file(path):
            judged.append(_judged(loaded, exchange, chosen, strict_inferred, f"{path}:{number}"))
    verdict = judge(judged, loaded, strict_inferred=strict_inferred)
    code = 1 if verdict.errors else 0
    if as_json:
        click.echo(json.dumps(verdict_record(verdict) | {"exit_code": code}, ensure_ascii=False, indent=2))
        return code
    show_findings(verdict)
    word, colour = ("CLEAN", "green") if code == 0 else ("NOT CLEAN", "red")
    click.secho(f"{word}: {summary(verdict)}", fg=colour, bold=True)
    for rule, count in verdict.unjudged.items():
        click.echo(f"  not judged: {rule} ({count} times)")
    return code


def _judged(
    loaded: dict[str, Any], exchange: Exchange, chosen: dict[str, dict[str, str]], strict: bool, place: str
) -> tuple[Exchange, Judgement]:
    from dataclasses import replace

    if exchange.vendor not in loaded:
        raise click.UsageError(f"{place}: there is no vendor {exchange.vendor!r}; there are: {', '.join(loaded)}")
    contract = loaded[exchange.vendor]
    choices = {**exchange.readings, **chosen.get(exchange.vendor, {})}
    exchange = replace(exchange, readings=contract.choose(choices))
    return exchange, contract.check(exchange, strict_inferred=strict)
