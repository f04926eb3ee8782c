"""``pbxsim tail``: follow the journal of a running simulator's tenant, a line an exchange, until Ctrl-C."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import click

from simulator.cli.client import Asked, asked, asks_a_simulator
from simulator.cli.console import show_json
from simulator.cli.entries import MARKS, Told
from simulator.cli.stopping import until_stopped

WAIT = 20
PAGE = 200
_BEYOND = 10**12 - 1


@click.command(name="tail")
@asks_a_simulator
@click.option("--vendor", help="Only the exchanges of this vendor.")
@click.option("--call", help="Only those of this call, such as c1.")
@click.option("--errors", is_flag=True, help="Only what broke the contract or was not answered.")
@click.option("--after", type=click.IntRange(0, _BEYOND), help="Begin behind this number of the journal.")
@click.option("-n", "--lines", default=10, show_default=True, type=click.IntRange(0), help="Begin with so many.")
@click.option("--once", is_flag=True, help="Show what is there, and end.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object a line: the exchange as the journal has it.")
def command(url: str, tenant: str, control_token: str | None, once: bool, as_json: bool, **options: Any) -> int:
    """Follow the journal of a tenant, live: one line an exchange, with its verdict. Ctrl-C ends it."""
    simulator = asked(url, tenant, control_token)
    wanted = _Wanted(options["vendor"], options["call"], options["errors"])
    _check_vendor(simulator, wanted.vendor)
    with until_stopped():
        show = _Printer(ZoneInfo(simulator.get("/clock", "zone")["zone"]), as_json)
        if not once:
            click.echo(f"following the journal of tenant {tenant} at {simulator.url}; Ctrl-C ends it", err=True)
        cursor, old = _beginning(simulator, wanted, options["after"], options["lines"])
        found = False
        for told in old:
            show(told)
            found = True
        if once and not found and not wanted.all:
            click.echo("nothing in the journal is what was asked for", err=True)
        while not once:
            cursor, entries = _page(simulator, cursor, WAIT)
            for told in filter(wanted, entries):
                show(told)
    return 0


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Which exchanges are asked for."""

    vendor: str | None
    call: str | None
    errors: bool

    def __call__(self, told: Told) -> bool:
        return (
            (self.vendor is None or told.exchange.vendor == self.vendor)
            and (self.call is None or told.exchange.call == self.call)
            and (told.wrong or not self.errors)
        )

    @property
    def all(self) -> bool:
        """True when nothing is left out."""
        return self.vendor is None and self.call is None and not self.errors


@dataclass(frozen=True, slots=True)
class _Printer:
    """Prints entries, in the tenant's time zone."""

    zone: ZoneInfo
    as_json: bool

    def __call__(self, told: Told) -> None:
        if self.as_json:
            show_json(told.record, one_line=True)
        else:
            click.secho(told.line(self.zone), fg=MARKS[told.mark])


def _check_vendor(simulator: Asked, vendor: str | None) -> None:
    if vendor is not None and vendor not in (known := simulator.vendors()):
        raise click.UsageError(f"--vendor {vendor}: the simulator has {', '.join(known)}")


def _beginning(simulator: Asked, wanted: _Wanted, after: int | None, lines: int) -> tuple[int, Iterator[Told]]:
    """Return where to go on, and the entries to begin with: all behind ``after``, else the newest ``lines``."""
    end = int(simulator.get("/journal", "next", after=_BEYOND, limit=1)["next"])
    # Among many there may be few that are wanted: then all have to be looked at.
    first = max(0, end - lines) if wanted.all and after is None else after or 0
    found = filter(wanted, _upto(simulator, first, end))
    return max(end, after or 0), iter(deque(found, maxlen=lines) if after is None else found)


def _upto(simulator: Asked, first: int, end: int) -> Iterator[Told]:
    cursor = first
    while cursor < end:
        cursor, entries = _page(simulator, cursor)
        yield from (told for told in entries if told.number <= end)
        if not entries:
            return


def _page(simulator: Asked, cursor: int, wait: int = 0) -> tuple[int, list[Told]]:
    said = simulator.get("/journal", "entries", after=cursor, limit=PAGE, wait=wait)
    return int(said["next"]), [Told.of(entry) for entry in said["entries"]]
