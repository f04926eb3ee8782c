"""``pbxsim credentials``: the credentials of a running simulator's tenant."""

from __future__ import annotations

import http.client
import json
import os
from typing import Any
from urllib.parse import SplitResult, quote, urlsplit

import click

from simulator.cli.console import show_json
from simulator.cli.options import control_token as token_or_environment
from simulator.errors import EnvironmentProblem, SimulatorError

SECONDS = 10.0


class NoSimulator(EnvironmentProblem):
    """Nothing that answers like a simulator is at the URL."""

    def __init__(self, url: str, why: str) -> None:
        super().__init__(f"no simulator answers at {url}: {why}; start one with pbxsim serve, or name it with --url")


class Refused(SimulatorError):
    """The simulator answered, and did not give the credentials."""


@click.command(name="credentials")
@click.option("--url", default="http://127.0.0.1:8055", show_default=True, help="Where the simulator is.")
@click.option("--tenant", default="default", show_default=True, help="Whose credentials.")
@click.option("--control-token", help="The token of /_sim (or PBXSIM_CONTROL_TOKEN).")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(url: str, tenant: str, control_token: str | None, as_json: bool) -> int:
    """Show the credentials that a tenant's integrations use."""
    sets = _ask(_place(url), tenant, token_or_environment(control_token))
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


def _place(url: str) -> SplitResult:
    try:
        place = urlsplit(url)
        good = place.scheme == "http" and bool(place.hostname) and place.port != 0
    except ValueError:
        good = False
    if not good:
        raise click.UsageError(f"--url {url!r}: write http://HOST:PORT, as pbxsim serve prints it")
    return place


def _ask(place: SplitResult, tenant: str, token: str | None) -> dict[str, dict[str, str]]:
    url = f"{place.scheme}://{place.netloc}"
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    connection = http.client.HTTPConnection(place.hostname or "", place.port or 80, timeout=SECONDS)
    try:
        connection.request("GET", f"/_sim/credentials?tenant={quote(tenant)}", headers=headers)
        answer = connection.getresponse()
        status, body = answer.status, _object(answer.read(1_048_576))
    except (OSError, http.client.HTTPException, UnicodeError) as error:
        raise NoSimulator(url, _in_words(error)) from None
    finally:
        connection.close()
    if status in (401, 403):
        raise Refused(f"the simulator at {url} asks for its token: give --control-token, or set PBXSIM_CONTROL_TOKEN")
    if status != 200 and "error" in body:
        raise Refused(f"{body['error']}; expected {body.get('expected')}")
    if not isinstance(body.get("credentials"), dict):
        raise NoSimulator(url, f"something else answered, with {status}")
    sets: dict[str, dict[str, str]] = body["credentials"]
    return sets


def _object(raw: bytes) -> dict[str, Any]:
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def _in_words(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return f"no answer within {SECONDS:g} s"
    if isinstance(error, OSError) and error.errno:
        return (error.strerror or os.strerror(abs(error.errno))).lower()
    return str(error) or type(error).__name__
