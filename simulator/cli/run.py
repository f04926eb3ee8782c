"""``pbxsim run``: play scenarios against an endpoint, live, and end with the verdict's exit code."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import click

from contracts.exchanges import canonical
from scenarios.loader import library, load, load_directory
from scenarios.model import Scenario
from simulator.app import Simulator, build
from simulator.cli.console import Timeline, show_json, show_verdict
from simulator.cli.logs import show_log
from simulator.cli.looping import run as run_loop
from simulator.cli.options import common
from simulator.cli.playing import built_in_targets, settings_from
from simulator.cli.repeating import repeated
from simulator.cli.stopping import Stop
from simulator.cli.writing import JournalFile, journal_file
from simulator.recording.replaying import curl_of
from simulator.runs.records import verdict_record
from simulator.runs.verdicts import Verdict
from simulator.tenancy.journal import Entry


@click.command(name="run")
@click.argument("scenarios", nargs=-1, metavar="SCENARIO...")
@common
@click.option("--clock", default="jumping", show_default=True, help="real, jumping, or a speed such as 20x.")
@click.option("--journal", type=click.Path(path_type=Path), help="Write the exchanges to this file.")
@click.option("--canonical", is_flag=True, help="With --journal: only what is equal for the same seed and scenario.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of lines.")
@click.option("--list", "list_them", is_flag=True, help="List the scenarios of the library.")
@click.option("--library", "whole_library", is_flag=True, help="Play every scenario of the library.")
def command(scenarios: tuple[str, ...], list_them: bool, whole_library: bool, as_json: bool, **options: Any) -> int:
    """Play scenarios (library names, files or directories) and judge what came of them.

    Without --target the messages go to a receiver of our own.
    """
    show_log()
    if list_them:
        _list(as_json=as_json)
        return 0
    scenarios = (*scenarios, *(library() if whole_library else ()))
    if not scenarios or "" in scenarios:
        raise click.UsageError(
            "name a scenario: a file, a directory, or one of the library, which --list lists and --library plays"
        )
    if options["canonical"] and options["journal"] is None:
        raise click.UsageError("--canonical belongs to --journal FILE")
    stories = [told for name in scenarios for told in _stories(name)]
    settings = settings_from(options, clock=options["clock"], port=0)
    with journal_file(options["journal"]) as file:
        return run_loop(_Player(build(settings), file, options, as_json).play_all(stories))


def _list(*, as_json: bool) -> None:
    titles = {name: load(name).title for name in library()}
    if as_json:
        show_json({"scenarios": titles, "exit_code": 0})
        return
    for name, title in titles.items():
        click.echo(f"{name:24} {title}")


def _nothing(entry: Entry) -> str:
    return ""


def _stories(name: str) -> list[tuple[str, Scenario]]:
    """Return scenarios, each with what names it on a command line."""
    if Path(name).is_dir():
        return [(story.source, story) for story in load_directory(name)]
    return [(name, load(name))]


class _Player:
    """Plays stories on one simulator, one after the other, each from the baseline."""

    def __init__(
        self, simulator: Simulator, file: JournalFile | None, options: Mapping[str, Any], as_json: bool
    ) -> None:
        self._simulator, self._options = simulator, options
        self._file, self._canonical, self._as_json = file, options["canonical"], as_json

    async def play_all(self, stories: list[tuple[str, Scenario]]) -> int:
        """Play the stories and return the worst of their exit codes."""
        stop = Stop()
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self._simulator.stop)
            verdicts = await stop.unless(self._verdicts(stack, stop, stories))
        codes = [verdict.exit_code for verdict in verdicts]
        worst = max(codes, default=0)
        if self._as_json:
            records = [
                {"scenario": story.name, **verdict_record(verdict), "again": self._again(place, verdict) or None}
                for (place, story), verdict in zip(stories, verdicts, strict=True)
            ]
            show_json({"runs": records, "exit_code": worst})
        elif len(stories) > 1:
            click.echo(f"\n{codes.count(0)} of {len(codes)} scenarios pass")
        return worst

    async def _verdicts(self, stack: AsyncExitStack, stop: Stop, stories: list[tuple[str, Scenario]]) -> list[Verdict]:
        simulator = self._simulator
        own = not simulator.settings.targets
        await simulator.start(listen=own)
        if own:
            await stack.enter_async_context(built_in_targets(simulator, show=not self._as_json))
            stack.callback(simulator.default.observers.clear)  # what is broken off by the end is no news
        verdicts = []
        for number, (place, story) in enumerate(stories):
            if number:
                simulator.reset(simulator.default.name)
            try:
                verdicts.append(await self._play(stop, place, story))
            finally:
                self._write(number)
        return verdicts

    def _again(self, place: str, verdict: Verdict) -> str:
        """Return the command that plays a story once more, where it failed."""
        return (
            ""
            if verdict.exit_code == 0 or verdict.problem
            else repeated(place, self._options, self._simulator.contracts)
        )

    async def _play(self, stop: Stop, place: str, scenario: Scenario) -> Verdict:
        simulator, tenant = self._simulator, self._simulator.default
        tenant.observers.clear()
        if not self._as_json:
            click.secho(f"\n{scenario.name}: {scenario.title}", bold=True)
            tenant.observers.append(Timeline(lambda: simulator.default, stop.fail))
        run = simulator.engine.play(tenant, scenario)
        verdict = await simulator.engine.verdict(tenant, run.id)
        if not self._as_json:
            # What stood in for a target is gone when anybody could paste a command for it.
            repeat = partial(curl_of, simulator, tenant) if simulator.settings.targets else _nothing
            show_verdict(tenant, tenant.runs[run.id], verdict, simulator.policy.text, repeat)
            if command := self._again(place, verdict):
                click.echo(f"again: {command}")
        return verdict

    def _write(self, number: int) -> None:
        if self._file is None:
            return
        tenant = self._simulator.default
        # Each story plays on a tenant as good as new: its calls are not those that an earlier one had.
        name = f"{tenant.name}-{number + 1}" if number else tenant.name
        entries = [(replace(e.exchange, tenant=name), e.verdict) for e in tenant.journal.after(0, limit=1_000_000)]
        if self._canonical:
            self._file.add_lines(canonical(exchange for exchange, _ in entries))
            return
        for exchange, verdict in entries:
            self._file.add(exchange, verdict)
