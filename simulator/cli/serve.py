"""``pbxsim serve``: the fakes and the control API, until Ctrl-C; with ``--play`` a scenario first, live."""

from __future__ import annotations

import asyncio
import gc
import sys
from contextlib import AsyncExitStack
from functools import partial
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import click

from scenarios.model import Scenario
from simulator.app import Simulator, build
from simulator.cli.console import Timeline, show_json, show_verdict
from simulator.cli.logs import show_log
from simulator.cli.looping import run as run_loop
from simulator.cli.options import common, control_token
from simulator.cli.playing import built_in_targets, settings_from
from simulator.cli.stopping import Stop
from simulator.cli.welcome import greeting, welcome
from simulator.recording.replaying import curl_of
from simulator.runs.records import verdict_record

QUIET_SECONDS = 0.3
# Of three generations; the oldest seldom, since all that waits meanwhile waits as long as there are many records, and a
# request leaves nothing there that only the collector would find.
COLLECTED_AFTER = (1000, 10, 100)
# How long a busy loop keeps the interpreter from the store's writer. An answer waits for a commit, and a commit takes
# several turns: with the usual 5 ms they add up to most of what a request waits on a busy server.
SWITCH_SECONDS = 0.001


@click.command(name="serve")
@click.option("--port", default=8055, show_default=True, type=click.IntRange(0, 65535), help="0 takes any free one.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen.")
@click.option(
    "--allow-host",
    "allow_hosts",
    multiple=True,
    metavar="NAME",
    help="A host name to answer to (repeatable).",
)
@click.option("--control-token", help="Ask for this on /_sim (or PBXSIM_CONTROL_TOKEN).")
@click.option("--store", type=click.Path(path_type=Path), help="Keep everything in this file.")
@click.option("--clock", default="real", show_default=True, help="real, jumping, or a speed such as 20x.")
@common
@click.option("--play", metavar="SCENARIO", help="Play this scenario at the start, live.")
@click.option("--once", is_flag=True, help="With --play: end with the verdict's exit code.")
@click.option(
    "--live/--quiet",
    default=None,
    help="Show what happens to the tenant default, line by line. Without either: on a terminal, and with --play.",
)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object a line: the verdict, and what is where.")
def command(play: str | None, once: bool, live: bool | None, as_json: bool, **options: Any) -> int:
    """Run the fakes and the control API on one port, until Ctrl-C."""
    show_log()
    if once and not play:
        raise click.UsageError("--once belongs to --play SCENARIO")
    if play == "":
        raise click.UsageError("--play: name a scenario of pbxsim run --list, or a file")
    token = control_token(options["control_token"])
    _check_host(options["host"], token)
    story = _story(play) if play else None
    settings = settings_from(
        options,
        clock=options["clock"],
        host=options["host"],
        port=options["port"],
        allow_hosts=options["allow_hosts"],
        control_token=token,
        store=options["store"],
    )
    if live is None:
        live = story is not None or sys.stdout.isatty()
    return run_loop(_Host(build(settings), story, once, as_json, live and not as_json).serve())


def _check_host(host: str, token: str | None) -> None:
    if not host:
        raise click.UsageError("--host: give an address of this machine, such as 127.0.0.1")
    try:
        loopback = ip_address(host).is_loopback
    except ValueError:
        loopback = host.lower() == "localhost"
    if not loopback and token is None:
        raise click.UsageError(f"--host {host} can be reached from other machines: give --control-token TOKEN as well")


def _story(name: str) -> Scenario:
    from scenarios.loader import load

    return load(name)


class _Host:
    """Serves one simulator, after a story where there is one."""

    def __init__(self, simulator: Simulator, story: Scenario | None, once: bool, as_json: bool, live: bool) -> None:
        self._simulator = simulator
        self._story, self._once, self._as_json, self._live = story, once, as_json, live

    async def serve(self) -> int:
        """Serve until the end is asked for, and return the exit code."""
        stop = Stop()
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self._simulator.stop)
            await stop.unless(self._simulator.start())
            self._say_port()
            if self._live:
                timeline = Timeline(lambda: self._simulator.default, stop.fail)
                self._simulator.default.observers.append(timeline)
            if self._story is not None:
                code = await stop.unless(self._play(stack, self._story))
                if self._once:
                    return code
            if self._as_json:
                show_json(greeting(self._simulator), one_line=True)
            else:
                welcome(self._simulator)
            quiet = asyncio.get_running_loop().call_later(QUIET_SECONDS, self._settle)
            stack.callback(quiet.cancel)
            await stop.wait()
        return 0

    def _settle(self) -> None:
        # The first request need not wait for its world of made-up people: that comes in the quiet after the start.
        tenant = self._simulator.default
        tenant.open()
        # By then all is loaded, and stays: looking at it again and again costs every request some 20 ms now and then.
        if tenant.pending is not None:
            tenant.pending.add_done_callback(lambda _: gc.freeze())
        gc.set_threshold(*COLLECTED_AFTER)
        sys.setswitchinterval(SWITCH_SECONDS)

    async def _play(self, stack: AsyncExitStack, scenario: Scenario) -> int:
        simulator, tenant = self._simulator, self._simulator.default
        if not simulator.settings.targets:
            await stack.enter_async_context(built_in_targets(simulator, show=not self._as_json))
            stack.callback(tenant.observers.clear)  # what is broken off by the end is no news
        if not self._as_json:
            click.secho(f"\n{scenario.name}: {scenario.title}", bold=True)
        run = simulator.engine.play(tenant, scenario)
        verdict = await simulator.engine.verdict(tenant, run.id)
        if self._as_json:
            show_json({"scenario": scenario.name, **verdict_record(verdict)}, one_line=True)
        else:
            repeat = partial(curl_of, simulator, tenant)
            show_verdict(tenant, tenant.runs[run.id], verdict, simulator.policy.text, repeat)
        return verdict.exit_code

    def _say_port(self) -> None:
        wanted, server = self._simulator.settings.port, self._simulator.server
        if server is not None and wanted not in (0, server.port) and not self._as_json:
            click.echo(f"port {wanted} is taken; listening on {server.port} instead")
