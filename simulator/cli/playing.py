"""What serve and run share: settings from options, and the receiver of our own where no target is given."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import click

from contracts.model import HttpRequest, HttpResponse
from simulator.app import Simulator
from simulator.cli.options import credentials_of, pair, readings_of
from simulator.clock import parse_clock
from simulator.discovery import discover_targets, discover_vendors
from simulator.identity import Identity
from simulator.settings import Settings
from simulator.shell.receiver import Receiver
from simulator.shell.serving import Server
from simulator.tenancy.targets import Target, own_id, parse_target
from simulator.tenancy.transactions import Transaction

# An epoch in an id has nine digits or more; and what is due or expires long after must have a date, too.
_YEARS = range(1974, 2500)


def settings_from(options: Mapping[str, Any], *, clock: str, **more: Any) -> Settings:
    """Return the settings that the options of serve or run say. Raises click.UsageError or a SimulatorError."""
    mode, speed = parse_clock(clock)
    return Settings(
        targets=tuple(_targets(options)),
        world=options["world"],
        numbers=options["numbers"],
        contracts=options["contracts"],
        seed=options["seed"],
        zone=options["zone"],
        clock=mode,
        speed=speed,
        start=_start(options["start"]),
        readings=readings_of(options["readings"]),
        strict_inferred=options["strict_inferred"],
        **more,
    )


def _targets(options: Mapping[str, Any]) -> list[Target]:
    texts = options["targets"]
    methods = pair(options["methods"], len(texts), "--method")
    tokens = pair(options["tokens"], len(texts), "--token")
    choices = discover_targets() if texts else {}
    made = []
    for number, (text, method, token) in enumerate(zip(texts, methods, tokens, strict=True), 1):
        target = parse_target(text, vendors=choices, id=f"t{number}", token=token)
        # One --method for all is for those of them that take one.
        meant = method if choices[target.vendor] or len(options["methods"]) > 1 else None
        made.append(parse_target(text, vendors=choices, id=f"t{number}", method=meant, token=token))
    if options["methods"] and not any(choices[target.vendor] for target in made):
        raise click.UsageError(f"--method: {' and '.join(t.vendor for t in made)} fixes its methods; leave it out")
    return _with_credentials(made, options["credentials"])


def _with_credentials(targets: list[Target], texts: Sequence[str]) -> list[Target]:
    logins = {key: v.credentials(Identity("")) for key, v in discover_vendors().items() if v.login is not None}
    given = credentials_of(texts, logins)
    for vendor, values in given.items():
        if unknown := [name for name in values if name not in logins[vendor]]:
            names = ", ".join(logins[vendor])
            raise click.UsageError(f"--credential {vendor}:{unknown[0]}: the credentials of {vendor} are {names}")
        if not any(target.vendor == vendor for target in targets):
            raise click.UsageError(f"--credential {vendor}:... belongs to a --target {vendor}=URL: give one")
    return [replace(target, credentials=given.get(target.vendor, {})) for target in targets]


def _start(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise click.UsageError(f"--start {text!r}: write a time with its zone, as in 2026-03-02T09:00:00-03:00")
    if at.year not in _YEARS:
        raise click.UsageError(f"--start {text!r}: the year is {at.year}, and can be {_YEARS[0]} to {_YEARS[-1]}")
    return at.astimezone(UTC)


@asynccontextmanager
async def built_in_targets(simulator: Simulator, *, show: bool) -> AsyncIterator[None]:
    """Give every vendor without a target somewhere to send: a fake of ours where there is one, else a receiver of ours.

    They are taken away at the end: a store must not remember the address of what is gone.
    """

    def ignore(request: HttpRequest, response: HttpResponse | None, took: float) -> None:
        """The sender journals it."""

    tenant = simulator.default
    receiver = await Server.start(Receiver(ignore), "127.0.0.1", 0)
    pointed = {target.vendor for target in tenant.targets.values()}
    made = [
        _built_in(simulator, receiver, vendor, methods)
        for vendor, methods in simulator.target_choices().items()
        if vendor not in pointed
    ]
    try:
        tx = Transaction(tenant, simulator.store)
        for target in made:
            tx.put_target(target)
            if show:
                whose, note = _whose(simulator, target.vendor)
                click.echo(f"{target.vendor}: no --target given, so messages go to {whose} at {target.url}{note}")
        tx.commit()
        yield
    finally:
        tx = Transaction(simulator.default, simulator.store)
        for target in made:
            tx.remove_target(target.id)
        tx.commit()
        await receiver.stop()


def _built_in(simulator: Simulator, receiver: Server, vendor: str, methods: tuple[str, ...]) -> Target:
    key = own_id(vendor)
    if simulator.vendors[vendor].login is not None and simulator.server is not None:
        credentials = simulator.default.profile.credentials[vendor]
        return Target(key, vendor, f"{simulator.server.url}/{vendor}", credentials=credentials)
    token = simulator.default.identity.token("built-in receiver", vendor, length=24)
    return Target(key, vendor, f"{receiver.url}/{vendor}", method=methods[0] if methods else None, token=token)


def _whose(simulator: Simulator, vendor: str) -> tuple[str, str]:
    if simulator.vendors[vendor].login is None:
        return "a receiver of our own", ""
    return "our own fake", ", which shows each as <- before the ->"
