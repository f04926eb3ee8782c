"""``pbxsim listen``: a real receiver of pushes. It prints and checks what arrives, and can keep it in a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from contracts.contract import Contract, discover, load
from contracts.exchanges import to_record
from contracts.model import Direction, Exchange, HttpRequest, HttpResponse, Judgement
from contracts.redaction import redact
from simulator.cli.console import show_findings, show_json, summary
from simulator.cli.logs import show_log
from simulator.cli.looping import run as run_loop
from simulator.cli.options import overlaid, readings_of, weighed
from simulator.cli.stopping import Stop
from simulator.cli.writing import JournalFile, journal_file
from simulator.runs.records import verdict_record
from simulator.runs.reports import tell_exchange
from simulator.runs.verdicts import Verdict, judge
from simulator.shell.receiver import Behaviour, Receiver
from simulator.shell.serving import Server

_COUNT = click.IntRange(0)


@click.command(name="listen")
@click.option("--vendor", help="Whose pushes arrive; to be left out where one vendor alone pushes.")
@click.option("--port", default=9055, show_default=True, type=click.IntRange(0, 65535), help="0 takes any free one.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen.")
@click.option("--status", default=200, show_default=True, help="What to answer.")
@click.option("--delay", default=0.0, show_default=True, help="Seconds to wait before the answer.")
@click.option("--fail-first", default=0, show_default=True, type=_COUNT, help="Answer so many requests with 500 first.")
@click.option("--fail-every", default=0, show_default=True, type=_COUNT, help="Answer every n-th request with 500.")
@click.option("--count", default=0, show_default=True, type=_COUNT, help="End after so many requests (0: at Ctrl-C).")
@click.option("--journal", type=click.Path(path_type=Path), help="Write the exchanges to this file.")
@overlaid
@weighed
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object a line: the address, exchanges, verdict.")
def command(**options: Any) -> int:
    """Receive pushes: print, check and keep what comes, until Ctrl-C. Ends with 1 when the contract was broken."""
    show_log()
    loaded = {key: load(key, options["overlay"]) for key in discover()}
    known = [key for key, contract in loaded.items() if _pushes(contract)]
    contract = loaded[_vendor(options["vendor"], known)]
    if not options["host"]:
        raise click.UsageError("--host: give an address of this machine, such as 127.0.0.1")
    behaviour = Behaviour(
        status=options["status"],
        delay=options["delay"],
        fail_first=options["fail_first"],
        fail_every=options["fail_every"],
    )
    chosen = _chosen(contract, readings_of(options["readings"]))
    with journal_file(options["journal"]) as file:
        ear = _Ear(contract, chosen, options["strict_inferred"], options["as_json"], file)
        return run_loop(_listen(ear, behaviour, options))


def _vendor(given: str | None, known: Sequence[str]) -> str:
    if given is None and len(known) == 1:
        return known[0]
    if given is None:
        raise click.UsageError(f"--vendor: say whose pushes arrive, one of: {', '.join(known)}")
    if given not in known:
        raise click.UsageError(f"--vendor {given!r}: the vendors that push are: {', '.join(known)}")
    return given


def _chosen(contract: Contract, choices: Mapping[str, Mapping[str, str]]) -> Mapping[str, str]:
    if others := [vendor for vendor in choices if vendor != contract.key]:
        raise click.UsageError(f"--reading {others[0]}:...: what arrives here is judged as {contract.key}'s")
    return contract.choose(choices.get(contract.key, {}))


@dataclass(slots=True)
class _Ear:
    """Judges what arrives, one by one and, at the end, together."""

    contract: Contract
    readings: Mapping[str, str]
    strict_inferred: bool
    as_json: bool
    file: JournalFile | None = None
    enough: Callable[[int], None] = lambda count: None
    on_trouble: Callable[[Exception], None] = lambda error: None
    heard: list[tuple[Exchange, Judgement]] = field(default_factory=list)

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
        try:
            if self.file is not None:
                self.file.add(exchange, judgement)
            self._show(exchange, judgement)
        except Exception as error:  # what cannot be kept or shown is no reason to fail the sender
            self.on_trouble(error)
        self.enough(len(self.heard))

    def verdict(self) -> Verdict:
        """Return the verdict on everything heard."""
        return judge(self.heard, {self.contract.key: self.contract}, strict_inferred=self.strict_inferred)

    def _show(self, exchange: Exchange, judgement: Judgement) -> None:
        if self.as_json:
            show_json({"exchange": to_record(exchange, judgement)}, one_line=True)
            return
        click.secho(f"{datetime.now():%H:%M:%S}  {len(self.heard):>3}  {tell_exchange(exchange, '')}")
        number = len(self.heard)
        show_findings(judge([(exchange, judgement)], {}), {1: f"exchange {number}"})


async def _listen(ear: _Ear, behaviour: Behaviour, options: dict[str, Any]) -> int:
    stop = Stop()
    ear.on_trouble = stop.fail
    if options["count"]:
        ear.enough = lambda count: stop.ask(0) if count >= options["count"] else None
    server = await Server.start(Receiver(ear, behaviour), options["host"], options["port"])
    try:
        _begin(ear, server, options["port"])
        await stop.wait()
    finally:
        await server.stop()
    return _end(ear)


def _begin(ear: _Ear, server: Server, wanted: int) -> None:
    if ear.as_json:
        show_json({"listening": {"vendor": ear.contract.key, "url": server.url, "port": server.port}}, one_line=True)
        return
    if wanted not in (0, server.port):
        click.echo(f"port {wanted} is taken; listening on {server.port} instead")
    click.echo(f"listening for pushes of {ear.contract.title} at {server.url}")
    click.echo("Ctrl-C ends it, with a verdict on all that came.")


def _end(ear: _Ear) -> int:
    verdict = ear.verdict()
    code = 1 if verdict.errors else 0
    if ear.as_json:
        show_json({"verdict": verdict_record(verdict) | {"passes": code == 0}, "exit_code": code}, one_line=True)
        return code
    shown = {id(violation) for _, judgement in ear.heard for violation in judgement.violations}
    late = tuple(finding for finding in verdict.findings if id(finding.violation) not in shown)
    show_findings(Verdict(findings=late))
    word = "NOT CLEAN" if code else "CLEAN" if ear.heard else "NOTHING CAME"
    click.secho(f"{word}: {summary(verdict)}", bold=True)
    return code


def _pushes(contract: Contract) -> bool:
    return not contract.has_channel and any(operation.kind == "webhook" for operation in contract.operations.values())
