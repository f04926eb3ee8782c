"""``pbxsim credentials``: the credentials of a running simulator's tenant."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote, urlsplit

import click

from simulator.cli.options import control_token as token_or_environment
from simulator.errors import EnvironmentProblem, SimulatorError


@click.command(name="credentials")
@click.option("--url", default="http://127.0.0.1:8055", show_default=True, help="Where the simulator is.")
@click.option("--tenant", default="default", show_default=True, help="Whose credentials.")
@click.option("--control-token", help="The token of /_sim (or PBXSIM_CONTROL_TOKEN).")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(url: str, tenant: str, control_token: str | None, as_json: bool) -> None:
    """Show the credentials that a tenant's integrations use."""
    sets = _ask(url, tenant, control_token)
    if as_json:
        click.echo(json.dumps(sets, ensure_ascii=False, indent=2))
        return
    for vendor, values in sets.items():
        click.secho(vendor, bold=True)
        for name, value in values.items():
            click.echo(f"  {name:14} {value}")


def _ask(url: str, tenant: str, token: str | None) -> dict[str, dict[str, str]]:
    import http.client

    place = urlsplit(url)
    if place.scheme != "http" or not place.hostname:
        raise click.UsageError(f"--url {url!r}: write http://HOST:PORT")
    headers = {"Authorization": f"Bearer {given}"} if (given := token_or_environment(token)) else {}
    connection = http.client.HTTPConnection(place.hostname, place.port or 80, timeout=10)
    try:
        connection.request("GET", f"/_sim/credentials?tenant={quote(tenant)}", headers=headers)
        answer = connection.getresponse()
        body: dict[str, Any] = json.loads(answer.read())
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise EnvironmentProblem(f"no simulator answers at {url}: {error}; start it with pbxsim serve") from None
    finally:
        connection.close()
    if answer.status != 200:
        raise SimulatorError(f"{body.get('error')}; expected {body.get('expected')}")
    sets: dict[str, dict[str, str]] = body["credentials"]
    return sets
