"""What serve and run share: settings from options, and the receiver of our own where no target is given."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import click

from contracts.model import HttpRequest, HttpResponse
from simulator.app import Simulator, discover_targets
from simulator.cli.options import pair, readings_of
from simulator.clock import parse_clock
from simulator.receiver import Receiver
from simulator.serving import Server
from simulator.settings import Settings
from simulator.targets import Target, parse_target
from simulator.transactions import Transaction


def settings_from(options: Mapping[str, Any], *, clock: str, **more: Any) -> Settings:
    """Return the settings that the options of serve or run say. Raises click.UsageError or a SimulatorError."""
    mode, speed = parse_clock(clock)
    return Settings(
        targets=tuple(_targets(options)),
        world=options["world"],
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
    if not texts and (options["methods"] or options["tokens"]):
        raise click.UsageError("--method and --token belong to a --target: give one")
    choices = discover_targets()
    made = []
    for number, (text, method, token) in enumerate(zip(texts, methods, tokens, strict=True), 1):
        target = parse_target(text, vendors=choices, id=f"t{number}", token=token)
        fits = method if choices[target.vendor] else None  # one --method for all leaves the others as they are
        made.append(parse_target(text, vendors=choices, id=f"t{number}", method=fits, token=token))
    return made


def _start(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise click.UsageError(f"--start {text!r}: write a time with its zone, as in 2026-03-02T09:00:00-03:00")
    return at.astimezone(UTC)


@asynccontextmanager
async def built_in_targets(simulator: Simulator, *, show: bool) -> AsyncIterator[None]:
    """Give every vendor that sends somewhere to send: a fake of ours where there is one, else a receiver of ours."""

    def ignore(request: HttpRequest, response: HttpResponse | None, took: float) -> None:
        """The sender journals it."""

    receiver = await Server.start(Receiver(ignore), "127.0.0.1", 0)
    try:
        tx = Transaction(simulator.default, simulator.store)
        for number, (key, methods) in enumerate(simulator.target_choices().items(), 1):
            target = _built_in(simulator, receiver, f"t{number}", key, methods)
            tx.put_target(target)
            if show:
                click.echo(f"{key}: no --target given, so messages go to {_whose(simulator, key)} at {target.url}")
        tx.commit()
        yield
    finally:
        await receiver.stop()


def _built_in(simulator: Simulator, receiver: Server, key: str, vendor: str, methods: tuple[str, ...]) -> Target:
    if simulator.vendors[vendor].login is not None and simulator.server is not None:
        credentials = simulator.default.profile.credentials[vendor]
        return Target(key, vendor, f"{simulator.server.url}/{vendor}", credentials=credentials)
    token = simulator.default.identity.token("built-in receiver", vendor, length=24)
    return Target(key, vendor, f"{receiver.url}/{vendor}", method=methods[0] if methods else None, token=token)


def _whose(simulator: Simulator, vendor: str) -> str:
    return "our own fake" if simulator.vendors[vendor].login is not None else "a receiver of our own"
