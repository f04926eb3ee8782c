"""``pbxsim replay``: send what a running simulator's journal has once more, and show what came of it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

import click

from contracts.model import Direction
from simulator.cli.client import Asked, asked, asks_a_simulator
from simulator.cli.console import show_json
from simulator.cli.entries import MARKS, Told
from simulator.errors import EnvironmentProblem
from simulator.recording.refilling import variables
from simulator.tenancy.journal import REPLAY

# A push has ten seconds, and a login before it as many; a scaled clock changes nothing of that.
PATIENCE = 30
_SLICE = 10


class NothingCame(EnvironmentProblem):
    """What was sent again is not in the journal."""

    def __init__(self, number: int) -> None:
        super().__init__(
            f"exchange {number} was to be sent again, and nothing came of it within {PATIENCE} s: the tenant was "
            "reset, or its target removed, meanwhile; look with pbxsim tail"
        )


@click.command(name="replay")
@click.argument("number", metavar="ID", type=click.IntRange(1, 10**12 - 1))
@asks_a_simulator
@click.option("--curl", "only_curl", is_flag=True, help="Send nothing: only print the curl that repeats it.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(number: int, url: str, tenant: str, control_token: str | None, only_curl: bool, as_json: bool) -> int:
    """Send exchange ID of the journal once more: a push to its target, or a request to its fake.

    The journal has no secrets: what is sent has those that are good now. Ends with 1 when the contract was broken or
    the answer was no success, with 3 when nobody answered.
    """
    simulator = asked(url, tenant, control_token)
    before = simulator.get(f"/journal/{number}", "curl")
    if only_curl:
        _tell_curl(str(before["curl"]), as_json=as_json)
        return 0
    told = _outcome(simulator, simulator.post(f"/journal/{number}/replay", "replayed"))
    code = _code(told)
    if as_json:
        show_json({"replayed": number, "entry": told.record, "curl": before["curl"], "exit_code": code})
        return code
    zone = ZoneInfo(simulator.get("/clock", "zone")["zone"])
    click.secho(Told.of(before["entry"]).line(zone))
    click.secho(told.line(zone), fg=MARKS[told.mark])
    _tell_curl(str(before["curl"]), as_json=False)
    return code


def _outcome(simulator: Asked, begun: Mapping[str, Any]) -> Told:
    """Return the entry that came of it. Raises NothingCame."""
    if begun["number"] is not None:
        return Told.of(simulator.get(f"/journal/{begun['number']}", "entry")["entry"])
    cursor, end = int(begun["after"]), time.monotonic() + PATIENCE
    while begun["job"] is not None and time.monotonic() < end:
        said = simulator.get("/journal", "entries", after=cursor, wait=_SLICE)
        for entry in said["entries"]:
            if entry["job"] == begun["job"] and entry["id"] == f"{REPLAY} {begun['replayed']}":
                return Told.of(entry)
        cursor = int(said["next"])
    raise NothingCame(int(begun["replayed"]))


def _code(told: Told) -> int:
    response = told.exchange.response
    if response is None:
        return 3
    succeeded = 200 <= response.status < 300 or told.exchange.direction is Direction.RECEIVED
    return 1 if told.wrong or not succeeded else 0


def _tell_curl(curl: str, *, as_json: bool) -> None:
    if as_json:
        show_json({"curl": curl, "variables": variables(curl), "exit_code": 0})
        return
    if not curl:
        click.echo("No curl repeats it: an event channel told it.")
        return
    wanted = variables(curl)
    click.echo(f"by hand{', with ' + ', '.join(wanted) + ' set' if wanted else ''}:")
    click.echo(f"  {curl}")
