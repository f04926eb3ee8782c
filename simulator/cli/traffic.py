"""``pbxsim traffic``: let calls come to a queue as they do in life, and say what came of them and of the pushes."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import click

from scenarios.durations import parse_duration
from scenarios.errors import DurationError
from simulator.app import Simulator, build
from simulator.cli.logs import show_log
from simulator.cli.looping import run as run_loop
from simulator.cli.options import common
from simulator.cli.playing import built_in_targets, settings_from
from simulator.cli.stopping import Stop, Stopped
from simulator.cli.traffic_report import progress, show_report, show_report_json
from simulator.cli.traffic_watch import Watch
from simulator.cli.writing import CannotWrite, JournalFile, journal_file
from simulator.switch.arriving import agents_for, begin
from simulator.switch.floor import agent_does
from simulator.telephony.agents import AgentKind
from simulator.tenancy.journal import Entry
from simulator.tenancy.transactions import Transaction
from simulator.traffic.arrivals import parse_curve
from simulator.traffic.cdr import check_lines, read_records
from simulator.traffic.traffic import MOST_CALLS, Plan, plan_of
from simulator.worlds.directory import NUMBER, QUEUE

DEFAULT_ARRIVALS, DEFAULT_CALLS = "poisson:80/h", 100
MOST_AGENTS = 1_000


@click.command(name="traffic")
@common
@click.option(
    "--arrivals",
    help="When calls come: poisson, even, day or burst, a colon, and how many in what time."
    f"  [default: {DEFAULT_ARRIVALS}]",
)
@click.option("--curve", metavar="24 NUMBERS", help="How busy the hours of day:... are, from midnight on.")
@click.option("--replay", type=click.Path(path_type=Path), help="Let the calls of this CSV file come again.")
@click.option("--queue", default="suporte", show_default=True, help="The queue that the calls come to.")
@click.option("--agents", default=5, show_default=True, type=click.IntRange(1, MOST_AGENTS), help="How many serve it.")
@click.option(
    "--calls", type=click.IntRange(1, MOST_CALLS), help="Stop after so many calls.  [default: 100, without --for]"
)
@click.option("--for", "lasting", metavar="LENGTH", help="Stop after so long, such as 8h.")
@click.option("--talk", default="exponential:3min", show_default=True, help="How long an answered call lasts.")
@click.option(
    "--patience", default="exponential:2min", show_default=True, help="When callers give up; never if they do not."
)
@click.option("--wrap-up", default="10s", show_default=True, help="How long agents rest after a call.")
@click.option("--answer", default="2s", show_default=True, help="How long a call rings at a free agent.")
@click.option("--within", default="20s", show_default=True, help="The wait that the service level allows.")
@click.option("--clock", default="jumping", show_default=True, help="real, jumping, or a speed such as 20x.")
@click.option("--journal", type=click.Path(path_type=Path), help="Write the exchanges to this file, as they come.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of lines.")
def command(as_json: bool, **options: Any) -> int:
    """Let calls come to a queue with agents, by chance or as recorded, and say what came of them.

    Without --target the messages go to a receiver of our own. Ctrl-C ends it, and says what came of it up to then.
    """
    show_log()
    texts = _texts(options)
    within = _seconds("--within", options["within"])
    settings = settings_from(options, clock=options["clock"], port=0)
    with journal_file(options["journal"]) as file:
        asked = _Asked(texts, options["replay"], options["agents"], within, as_json)
        return run_loop(_play(build(settings), asked, file))


@dataclass(frozen=True, slots=True)
class _Asked:
    """The words of the plan, the file with its calls if there is one, and how it is answered, judged and told."""

    texts: Mapping[str, Any]
    replay: Path | None
    agents: int
    within: float
    as_json: bool


def _texts(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the words of the plan. Raises click.UsageError, or what a word of it has wrong."""
    words = {name: options[name] for name in ("queue", "talk", "answer", "wrap_up", "calls")}
    words["arrivals"] = options["arrivals"] or DEFAULT_ARRIVALS
    words["patience"] = None if options["patience"] == "never" else options["patience"]
    words["seconds"] = _seconds("--for", options["lasting"]) if options["lasting"] else None
    if options["curve"] is not None:
        if not words["arrivals"].startswith("day:"):
            raise click.UsageError("--curve belongs to --arrivals day:...: name how many calls a day brings")
        words["curve"] = list(parse_curve(options["curve"]))
    if options["replay"] is not None:
        if options["arrivals"] is not None:
            raise click.UsageError("--arrivals beside --replay: the file says when calls come; leave one of them out")
        words["rows"] = read_records(options["replay"])
    elif words["calls"] is None and words["seconds"] is None:
        words["calls"] = DEFAULT_CALLS
    plan_of({**words, "key": ""})  # so that what is wrong is told before anything is served
    return words


def _seconds(option: str, text: str) -> float:
    try:
        return parse_duration(text).total_seconds()
    except DurationError as error:
        raise click.UsageError(f"{option}: {error}") from None


async def _play(simulator: Simulator, asked: _Asked, file: JournalFile | None) -> int:
    stop, stopped = Stop(), 0
    async with AsyncExitStack() as stack:
        stack.push_async_callback(simulator.stop)
        own = not simulator.settings.targets
        await simulator.start(listen=own)
        if asked.replay is not None:
            numbers = Transaction(simulator.default, simulator.store).all(NUMBER)
            check_lines(asked.replay, [str(number["number"]) for number in numbers])
        if own:
            await stack.enter_async_context(built_in_targets(simulator, show=not asked.as_json))
        stack.callback(simulator.default.observers.clear)  # what is broken off by the end is no news
        watch = _begin(simulator, asked)
        if file is not None:
            simulator.default.observers.append(partial(_keep, file, stop))
        try:
            await stop.unless(_quiet(watch))
        except Stopped as end:
            stopped = end.code
    watch.pushes.finish()
    (show_report_json if asked.as_json else show_report)(watch, stopped=stopped)
    return stopped or watch.exit_code


async def _quiet(watch: Watch) -> None:
    """Wait until nothing is left to do; on a terminal, tell each second how far it is."""
    if not sys.stderr.isatty():
        await watch.quiet()
        return
    done = asyncio.create_task(watch.quiet())
    try:
        while not (await asyncio.wait((done,), timeout=1))[0]:
            click.echo(f"\r{progress(watch)}", nl=False, err=True)
    finally:
        done.cancel()
        click.echo("\r\x1b[K", nl=False, err=True)


def _keep(file: JournalFile, stop: Stop, news: object) -> None:
    if isinstance(news, Entry):
        try:
            file.add(news.exchange, news.verdict)
        except CannotWrite as error:
            stop.fail(error)


def _begin(simulator: Simulator, asked: _Asked) -> Watch:
    tenant, texts = simulator.default, asked.texts
    tx = Transaction(tenant, simulator.store)
    tx.expect(QUEUE, texts["queue"])
    for extension in agents_for(tx, texts["queue"], asked.agents):
        agent_does(simulator.pbx, tx, extension, AgentKind.LOGGED_IN, queue=texts["queue"])
    local = tx.now.astimezone(tx.zone)
    second = (local - local.replace(hour=0, minute=0, second=0, microsecond=0)).total_seconds()
    plan: Plan = begin(tx, {**texts, "begin": second})
    watch = Watch(simulator, plan, tx.now, asked.agents, asked.within)
    tenant.observers.append(watch)
    tx.commit()
    return watch
