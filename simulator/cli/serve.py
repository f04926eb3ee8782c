"""``pbxsim serve``: the fakes and the control API, until Ctrl-C; with ``--play`` a scenario first, live."""

from __future__ import annotations

import asyncio
import signal
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import click

from simulator.app import Simulator, build
from simulator.cli.console import Timeline, show_verdict
from simulator.cli.options import common, control_token
from simulator.cli.playing import built_in_targets, settings_from
from simulator.cli.welcome import welcome

_LOOPBACK = ("127.0.0.1", "::1", "localhost")


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
@click.option("--store", type=click.Path(path_type=Path, dir_okay=False), help="Keep everything in this file.")
@click.option("--clock", default="real", show_default=True, help="real, jumping, or a speed such as 20x.")
@common
@click.option("--play", metavar="SCENARIO", help="Play this scenario at the start, live.")
@click.option("--once", is_flag=True, help="With --play: end with the verdict's exit code.")
def command(play: str | None, once: bool, **options: Any) -> int:
    """Run the fakes and the control API on one port, until Ctrl-C."""
    if once and not play:
        raise click.UsageError("--once belongs to --play SCENARIO")
    token = control_token(options["control_token"])
    if options["host"] not in _LOOPBACK and token is None:
        raise click.UsageError(
            f"--host {options['host']} can be reached from other machines: give --control-token TOKEN as well"
        )
    return asyncio.run(_serve(options, token, play, once=once))


async def _serve(options: dict[str, Any], token: str | None, play: str | None, *, once: bool) -> int:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop.set)
    settings = settings_from(
        options,
        clock=options["clock"],
        host=options["host"],
        port=options["port"],
        allow_hosts=options["allow_hosts"],
        control_token=token,
        store=options["store"],
    )
    async with AsyncExitStack() as stack:
        simulator = build(settings)
        stack.push_async_callback(simulator.stop)
        await simulator.start()
        _port_taken(simulator)
        if play is None:
            welcome(simulator)
        elif (code := await _until(stop, _play(simulator, stack, play))) is None:
            return 130
        elif once:
            return code
        else:
            welcome(simulator)
        await stop.wait()
    return 0


async def _until(stop: asyncio.Event, work: Any) -> int | None:
    """Return the work's result, or None when Ctrl-C came first."""
    stopping, working = asyncio.create_task(stop.wait()), asyncio.create_task(work)
    await asyncio.wait((stopping, working), return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if not working.done():
        working.cancel()
        await asyncio.wait([working])
        return None
    result: int = working.result()
    return result


async def _play(simulator: Simulator, stack: AsyncExitStack, name: str) -> int:
    from scenarios.loader import load

    scenario = load(name)
    if not simulator.settings.targets:
        await stack.enter_async_context(built_in_targets(simulator, show=True))
    tenant = simulator.default
    click.secho(f"\n{scenario.name}: {scenario.title}", bold=True)
    timeline = Timeline(tenant)
    tenant.observers.append(timeline)
    run = simulator.engine.play(tenant, scenario)
    verdict = await simulator.engine.verdict(tenant, run.id)
    show_verdict(tenant.runs[run.id], verdict, simulator.policy.text)
    return verdict.exit_code


def _port_taken(simulator: Simulator) -> None:
    wanted = simulator.settings.port
    server = simulator.server
    if server is not None and wanted not in (0, server.port):
        click.echo(f"port {wanted} is taken; listening on {server.port} instead")
