"""``pbxsim credentials``: the credentials of a running simulator's tenant."""

from __future__ import annotations

import click

from simulator.cli.client import asked, asks_a_simulator
from simulator.cli.console import show_json


@click.command(name="credentials")
@asks_a_simulator
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(url: str, tenant: str, control_token: str | None, as_json: bool) -> int:
    """Show the credentials that a tenant's integrations use."""
    sets = asked(url, tenant, control_token).get("/credentials", "credentials")["credentials"]
    if as_json:
        show_json({"tenant": tenant, "credentials": sets, "exit_code": 0})
        return 0
    for vendor, values in sets.items():
        click.secho(vendor, bold=True)
        for name, value in values.items():
            click.echo(f"  {name:14} {value}")
        if not values:
            click.echo("  none: nothing is asked of it")
    return 0
