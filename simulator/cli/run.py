"""``pbxsim run``: play scenarios against an endpoint, live, and end with the verdict's exit code."""

from __future__ import annotations

import asyncio
import json
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import click

from scenarios.loader import library, load, load_directory
from scenarios.model import Scenario
from simulator.app import Simulator, build
from simulator.cli.console import Timeline, show_verdict
from simulator.cli.options import common
from simulator.cli.playing import built_in_targets, settings_from
from simulator.reports import verdict_record
from simulator.verdicts import Verdict


@click.command(name="run")
@click.argument("scenarios", nargs=-1, metavar="SCENARIO...")
@common
@click.option("--clock", default="jumping", show_default=True, help="real, jumping, or a speed such as 20x.")
@click.option("--journal", type=click.Path(path_type=Path, dir_okay=False), help="Write the exchanges to this file.")
@click.option("--canonical", is_flag=True, help="With --journal: only what is equal for the same seed and scenario.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of lines.")
@click.option("--list", "list_them", is_flag=True, help="List the scenarios of the library.")
def command(scenarios: tuple[str, ...], list_them: bool, as_json: bool, **options: Any) -> int:
    """Play scenarios (library names, files or directories) and judge what came of them.

    Without --target the messages go to a receiver of our own.
    """
    if list_them:
        for name in library():
            click.echo(f"{name:24} {load(name).title}")
        return 0
    if not scenarios:
        raise click.UsageError(f"name a scenario: a file, a directory, or one of: {', '.join(library())}")
    stories = [story for name in scenarios for story in _stories(name)]
    return asyncio.run(_play_all(stories, options, as_json=as_json))


def _stories(name: str) -> tuple[Scenario, ...]:
    return load_directory(name) if Path(name).is_dir() else (load(name),)


async def _play_all(stories: list[Scenario], options: dict[str, Any], *, as_json: bool) -> int:
    settings = settings_from(options, clock=options["clock"], port=0)
    codes, records = [], []
    async with AsyncExitStack() as stack:
        simulator = build(settings)
        stack.push_async_callback(simulator.stop)
        own = not settings.targets
        await simulator.start(listen=own)
        if own:
            await stack.enter_async_context(built_in_targets(simulator, show=not as_json))
        for number, scenario in enumerate(stories):
            verdict = await _play(simulator, scenario, show=not as_json)
            codes.append(verdict.exit_code)
            records.append({"scenario": scenario.name, **verdict_record(verdict)})
            _write(simulator, options, append=number > 0)
            if number + 1 < len(stories):
                simulator.reset(simulator.default.name)
    if as_json:
        click.echo(json.dumps({"runs": records, "exit_code": _worst(codes)}, ensure_ascii=False, indent=2))
    elif len(stories) > 1:
        click.echo(f"\n{codes.count(0)} of {len(codes)} scenarios pass")
    return _worst(codes)


async def _play(simulator: Simulator, scenario: Scenario, *, show: bool) -> Verdict:
    tenant = simulator.default
    tenant.observers.clear()
    if show:
        click.secho(f"\n{scenario.name}: {scenario.title}", bold=True)
        tenant.observers.append(Timeline(tenant))
    run = simulator.engine.play(tenant, scenario)
    verdict = await simulator.engine.verdict(tenant, run.id)
    if show:
        show_verdict(tenant.runs[run.id], verdict, simulator.policy.text)
    return verdict


def _write(simulator: Simulator, options: dict[str, Any], *, append: bool) -> None:
    path: Path | None = options["journal"]
    if path is None:
        return
    with path.open("ab" if append else "wb") as file:
        file.write(simulator.default.journal.canonical() if options["canonical"] else _lines(simulator))


def _lines(simulator: Simulator) -> bytes:
    from contracts.exchanges import to_record

    from contracts.strict_json import dumps

    entries = simulator.default.journal.after(0, limit=1_000_000)
    return b"".join(dumps(to_record(e.exchange, e.verdict)) + b"\n" for e in entries)


def _worst(codes: list[int]) -> int:
    return max(codes, default=0)
