"""What ``serve`` says when it is up: where everything is, which credentials to use, and commands to paste."""

from __future__ import annotations

import json
import shlex
from collections import Counter
from collections.abc import Iterator
from typing import Any

import click

from contracts.contract import Contract
from contracts.model import Confidence
from simulator.app import Simulator
from simulator.clock import Mode
from simulator.vendor import Vendor
from simulator.version import VERSION

_LISTEN = "http://127.0.0.1:9055/"
_ANY = ("0.0.0.0", "::")  # noqa: S104 - they are compared, not bound

# A thousand event channels, and what else there is.
ENOUGH_FILES = 1200


def welcome(simulator: Simulator) -> None:
    """Print the base URLs, credentials, curls, targets and seed of the tenant default."""
    base = _base(simulator)
    click.echo()
    click.secho(f"pbxsim is up at {base}", bold=True)
    for line in _reach(simulator):
        click.echo(line)
    for key, vendor in simulator.vendors.items():
        click.echo()
        click.secho(f"{vendor.title}  ({how_known(simulator.contracts[key])})", bold=True)
        for line in _vendor(simulator, base, key, vendor):
            click.echo(line)
    click.echo()
    for line in _rest(simulator, base):
        click.echo(line)
    click.secho("Ctrl-C ends it.", bold=True)


def greeting(simulator: Simulator) -> dict[str, Any]:
    """Return what `welcome` prints, but for the commands, as JSON-able values."""
    base, tenant = _base(simulator), simulator.default
    return {
        "version": VERSION,
        "url": base,
        "port": simulator.server.port if simulator.server else None,
        "control": f"{base}/_sim/",
        "vendors": {
            key: {
                "url": f"{base}/{key}" if vendor.handlers else None,
                "credentials": dict(tenant.profile.credentials.get(key, {})),
            }
            for key, vendor in simulator.vendors.items()
        },
        "targets": [target.to_public() for target in tenant.targets.values()],
        "seed": tenant.profile.seed,
        "clock": tenant.clock.mode.value,
        "zone": tenant.profile.zone,
        "speed": tenant.clock.speed,
        "store": str(simulator.settings.store) if simulator.settings.store else None,
    }


def how_known(contract: Contract) -> str:
    """Say how much of a contract is documented, observed and inferred: operations, and the clauses in them."""
    operations = contract.provenance_counts()
    details: Counter[Confidence] = Counter(rule.provenance.confidence for rule in contract.rules.values())
    for ref in contract.strict.refs():
        details.update(contract.strict.clauses(ref))
    named, counted = (
        ", ".join(f"{counts[mark]} {mark.value}" for mark in Confidence if counts[mark])
        for counts in (operations, details)
    )
    return f"operations: {named}; in detail: {counted}"


def _base(simulator: Simulator) -> str:
    return simulator.server.url if simulator.server else ""


def _reach(simulator: Simulator) -> Iterator[str]:
    settings = simulator.settings
    if settings.host in _ANY:
        named = ", ".join(settings.allow_hosts) or "no other name: give --allow-host NAME for that of this machine"
        yield f"from other machines it answers to {named}"
    if settings.control_token is not None:
        yield "/_sim asks for your control token: export PBXSIM_CONTROL_TOKEN=... before you paste a command for it"


def _vendor(simulator: Simulator, base: str, key: str, vendor: Vendor) -> Iterator[str]:
    credentials = simulator.default.profile.credentials.get(key, {})
    width = max(14, *map(len, credentials)) if credentials else 14
    if vendor.handlers:
        yield f"  {'base URL':{width}} {base}/{key}"
    for name, value in credentials.items():
        yield f"  {name:{width}} {value}"
    for what, command in vendor.curls(f"{base}/{key}" if vendor.handlers else base, credentials):
        yield f"  To {what}, paste:"
        yield from _pasted(simulator, command)
    if vendor.renders and not vendor.channel:
        yield from _pushes(simulator, base, key, vendor)


def _pushes(simulator: Simulator, base: str, key: str, vendor: Vendor) -> Iterator[str]:
    targets = [target for target in simulator.default.targets.values() if target.vendor == key]
    for target in targets:
        yield f"  Calls are pushed to {target.url}{f' by {target.method}' if target.method else ''}"
    if targets or vendor.login is not None:
        if not targets:
            yield f"  Calls are told to nobody yet. Name an ERP of your own: serve --target {key}=URL"
        return
    body = {"vendor": key, "url": _LISTEN}
    yield f"  Calls are pushed to nobody yet. Start again with --target {key}=URL; or run pbxsim listen, and add it:"
    command = f"curl -sS {shlex.quote(base + '/_sim/targets')} -H 'content-type: application/json' "
    yield from _pasted(simulator, command + f"-d {shlex.quote(json.dumps(body))}")


def _pasted(simulator: Simulator, command: str) -> Iterator[str]:
    if simulator.settings.control_token is not None and "/_sim/" in command:
        command += ' -H "Authorization: Bearer $PBXSIM_CONTROL_TOKEN"'
    for line in command.splitlines():
        yield f"    {line}"


def _rest(simulator: Simulator, base: str) -> Iterator[str]:
    tenant, settings = simulator.default, simulator.settings
    yield f"Control API    {base}/_sim/  (calls, agents, scenarios, faults, journal, clock, snapshots)"
    yield f"What happened  {base}/_sim/journal"
    yield f"Seed           {tenant.profile.seed}; clock {_clock(tenant.clock.mode, tenant.clock.speed)}; " + (
        f"{tenant.profile.zone} time"
    )
    yield f"Kept           {settings.store or 'nothing, once it ends: --store FILE keeps it'}"
    if asked := _overruled(simulator):
        yield f"               it goes on as it was made: {', '.join(asked)} would be for a new one"
    files = simulator.server.open_files if simulator.server else None
    if files is not None and files < ENOUGH_FILES:
        yield f"Open files     {files} at most, and each client takes one: raise it with ulimit -n"
    yield "Made-up numbers can be real people's: point nothing here that dials or texts."


def _overruled(simulator: Simulator) -> list[str]:
    """Return the options that the store had decided before."""
    settings, tenant = simulator.settings, simulator.default
    profile, clock = tenant.profile, tenant.clock
    begun = profile.beginning.start if profile.beginning else None
    differs = {
        "--seed": settings.seed != profile.seed,
        "--zone": settings.zone != profile.zone,
        "--clock": (settings.clock, settings.speed) != (clock.mode, clock.speed),
        "--start": settings.start not in (None, begun),
        "--world": simulator.own_world is not None and simulator.own_world != tenant.own_world,
        "--reading": settings.readings != profile.readings,
    }
    return [option for option, other in differs.items() if other]


def _clock(mode: Mode, speed: float) -> str:
    return mode.value if mode is not Mode.SCALED else f"{speed:g}x"
