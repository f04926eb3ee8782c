"""``pbxsim vendors``: what each contract holds, and how it is known."""

from __future__ import annotations

from pathlib import Path

import click

from contracts.contract import Contract, discover, load
from contracts.listing import listing
from simulator.cli.console import show_json
from simulator.cli.options import overlaid
from simulator.cli.welcome import how_known


@click.command(name="vendors")
@click.option(
    "--discrepancies", is_flag=True, help="List instead where the documents contradict themselves, with the readings."
)
@overlaid
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, discrepancies included.")
def command(discrepancies: bool, overlay: Path | None, as_json: bool) -> int:
    """List what each vendor's contract holds, and how it is known."""
    loaded = [load(key, overlay) for key in discover()]
    if as_json:
        show_json({"vendors": {contract.key: listing(contract) for contract in loaded}, "exit_code": 0})
        return 0
    for number, contract in enumerate(loaded):
        title = f"{contract.title} ({contract.key}): {how_known(contract)}"
        click.secho(f"{chr(10) if number else ''}{title}", bold=True)
        (_show_discrepancies if discrepancies else _show_operations)(contract)
    return 0


def _show_operations(contract: Contract) -> None:
    wide = max((len(operation.where) for operation in contract.operations.values()), default=0)
    for operation in contract.operations.values():
        mark = operation.provenance
        way = f"{'/'.join(operation.methods):9} {operation.where:{wide}}"
        click.echo(f"  {way}  {mark.confidence.value:10}  {mark.source}")


def _show_discrepancies(contract: Contract) -> None:
    for found in contract.discrepancies.values():
        click.echo(f"  {found.id}: {found.title}")
        for name, reading in found.readings.items():
            names = [word for word, alias in (("strict", found.strict), ("lenient", found.lenient)) if alias == name]
            click.echo(f"      {name}{f' ({chr(44).join(names)})' if names else ''}: {reading.text}")
