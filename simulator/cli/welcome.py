"""What ``serve`` prints: where everything is, which credentials to use, and commands to paste."""

from __future__ import annotations

from collections import Counter

import click

from contracts.contract import Contract
from simulator.app import Simulator
from simulator.vendor import Vendor

# A thousand event channels, and what else there is.
ENOUGH_FILES = 1200


def welcome(simulator: Simulator) -> None:
    """Print the base URLs, credentials, curls, targets and seed of the tenant default."""
    base = simulator.server.url if simulator.server else ""
    click.echo()
    click.secho(f"pbxsim is up at {base}", bold=True)
    click.echo(f"control API: {base}/_sim/")
    for key, vendor in simulator.vendors.items():
        _vendor(simulator, base, key, vendor)
    tenant = simulator.default
    click.echo()
    for target in tenant.targets.values():
        click.echo(f"pushes of {target.vendor} go to {target.url}")
    for key in simulator.target_choices():
        if not any(target.vendor == key for target in tenant.targets.values()):
            click.echo(f"pushes of {key} go nowhere yet: serve --target {key}=URL, or POST {base}/_sim/targets")
    click.echo(f"seed {tenant.profile.seed}, clock {tenant.clock.mode.value}, time zone {tenant.profile.zone}")
    click.echo(_kept(simulator))
    files = simulator.server.open_files if simulator.server else None
    if files is not None and files < ENOUGH_FILES:
        click.echo(f"only {files} files may be open here, and each client takes one: raise it with ulimit -n")
    click.echo("Generated numbers can be real people's: point nothing here that dials or texts.")
    click.echo("Ctrl-C ends it.")


def _vendor(simulator: Simulator, base: str, key: str, vendor: Vendor) -> None:
    click.echo()
    click.secho(f"{vendor.title} ({how_known(simulator.contracts[key])})", bold=True)
    credentials = simulator.default.profile.credentials.get(key, {})
    if vendor.handlers:
        click.echo(f"  base URL     {base}/{key}")
    for name, value in credentials.items():
        click.echo(f"  {name:12} {value}")
    curls = vendor.curls(base if not vendor.handlers else f"{base}/{key}", credentials)
    for what, command in curls:
        click.echo(f"  # {what}")
        for line in command.splitlines():
            click.echo(f"  {line}")


def _kept(simulator: Simulator) -> str:
    path = simulator.settings.store
    return f"everything is kept in {path}" if path else "nothing is kept after the end: --store FILE keeps it"


def how_known(contract: Contract) -> str:
    """Say how many operations of a contract are documented, observed and inferred."""
    counts = Counter(operation.provenance.confidence.value for operation in contract.operations.values())
    return ", ".join(
        f"{counts[mark]} of {sum(counts.values())} operations {mark}"
        for mark in ("documented", "observed", "inferred")
        if counts[mark]
    )
