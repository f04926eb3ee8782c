"""``pbxsim listen``: a real receiver of pushes. It prints and checks what arrives, and can keep it in a file."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import click

from contracts.contract import Contract, discover, load
from contracts.exchanges import write_line
from contracts.model import Direction, Exchange, HttpRequest, HttpResponse
from contracts.redaction import redact
from simulator.cli.console import show_findings, summary
from simulator.cli.options import readings_of
from simulator.receiver import Behaviour, Receiver
from simulator.reports import tell_exchange
from simulator.serving import Server
from simulator.verdicts import Verdict, judge


@click.command(name="listen")
@click.option("--vendor", default="pbx55", show_default=True, help="Whose pushes arrive.")
@click.option("--port", default=9055, show_default=True, type=click.IntRange(0, 65535), help="0 takes any free one.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen.")
@click.option("--status", default=200, show_default=True, help="What to answer.")
@click.option("--delay", default=0.0, show_default=True, help="Seconds to wait before the answer.")
@click.option("--fail-first", default=0, show_default=True, help="Answer so many requests with 500 first.")
@click.option("--fail-every", default=0, show_default=True, help="Answer every n-th request with 500.")
@click.option("--count", default=0, show_default=True, help="End after so many requests (0: at Ctrl-C).")
@click.option("--journal", type=click.Path(path_type=Path, dir_okay=False), help="Write the exchanges to this file.")
@click.option("--reading", "readings", multiple=True, metavar="VENDOR:ID=READING", help="Read a discrepancy so.")
@click.option("--strict-inferred", is_flag=True, help="Count broken guesses as errors, not as warnings.")
def command(**options: Any) -> int:
    """Receive pushes: print, check and keep what comes, until Ctrl-C."""
    known = [key for key in discover() if _pushes(load(key))]
    if options["vendor"] not in known:
        raise click.UsageError(f"--vendor {options['vendor']!r}: the vendors that push are: {', '.join(known)}")
    behaviour = Behaviour(
        status=options["status"],
        delay=options["delay"],
        fail_first=options["fail_first"],
        fail_every=options["fail_every"],
    )
    contract = load(options["vendor"])
    chosen = contract.choose(readings_of(options["readings"]).get(contract.key, {}))
    return asyncio.run(_listen(_Ear(contract, chosen, options["strict_inferred"]), behaviour, options))


@dataclass(slots=True)
class _Ear:
    """Judges what arrives, one by one and, at the end, together."""

    contract: Contract
    readings: Any
    strict_inferred: bool
    file: IO[bytes] | None = None
    enough: Callable[[int], None] = lambda count: None
    heard: list[Any] = field(default_factory=list)

    def __call__(self, request: HttpRequest, response: HttpResponse | None, took: float) -> None:
        """Take in one exchange."""
        push = next(o for o in self.contract.operations.values() if o.kind == "webhook")
        exchange = Exchange(
            vendor=self.contract.key,
            direction=Direction.SENT,
            request=request,
            response=response,
            error=None if response else "the sender left",
            operation=push.id,
            readings=self.readings,
            at=datetime.now(UTC),
            target="listen",
            delivery=request.header("x-pbxsim-delivery") or f"r{len(self.heard) + 1}",
            took_ms=took,
        )
        judgement = self.contract.check(exchange, strict_inferred=self.strict_inferred)
        exchange = redact(exchange, self.contract)
        self.heard.append((exchange, judgement))
        click.secho(f"{exchange.at:%H:%M:%S}  {tell_exchange(exchange, '')}")
        show_findings(judge([(exchange, judgement)], {}))
        if self.file is not None:
            write_line(self.file, exchange, judgement)
        self.enough(len(self.heard))

    def verdict(self) -> Verdict:
        """Return the verdict on everything heard."""
        return judge(self.heard, {self.contract.key: self.contract}, strict_inferred=self.strict_inferred)


async def _listen(ear: _Ear, behaviour: Behaviour, options: dict[str, Any]) -> int:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop.set)
    if options["count"]:
        ear.enough = lambda count: stop.set() if count >= options["count"] else None
    path: Path | None = options["journal"]
    ear.file = path.open("wb", buffering=0) if path else None
    try:
        server = await Server.start(Receiver(ear, behaviour), options["host"], options["port"])
        if options["port"] not in (0, server.port):
            click.echo(f"port {options['port']} is taken; listening on {server.port} instead")
        click.echo(f"listening for pushes of {ear.contract.title} at {server.url}")
        try:
            await stop.wait()
        finally:
            await server.stop()
    finally:
        if ear.file is not None:
            ear.file.close()
    verdict = ear.verdict()
    one_by_one = {id(v) for _, j in ear.heard for v in j.violations}
    late = [f for f in verdict.findings if id(f.violation) not in one_by_one]
    show_findings(Verdict(findings=tuple(late)))
    click.secho(f"{'NOT CLEAN' if verdict.errors else 'CLEAN'}: {summary(verdict)}", bold=True)
    return 1 if verdict.errors else 0


def _pushes(contract: Contract) -> bool:
    return any(operation.kind == "webhook" for operation in contract.operations.values())
