"""Prints what happens, line by line: plain lines to a pipe, colours on a terminal."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import click

from contracts.faulted import SPOILING
from contracts.model import Direction, Exchange
from scenarios.sendings import number_in
from simulator.delivery.announcing import UNHEARD
from simulator.delivery.dispatch import GaveUp
from simulator.runs.judging import why_lost
from simulator.runs.reports import (
    tell,
    tell_agent,
    tell_dropped,
    tell_exchange,
    tell_finding,
    tell_passed,
    tell_refused,
    tell_silence,
    tell_spared,
)
from simulator.runs.verdicts import Verdict
from simulator.telephony.agents import AgentEvent
from simulator.telephony.calls import Call, Event
from simulator.tenancy.journal import Entry
from simulator.tenancy.runs import Run
from simulator.tenancy.tenants import Tenant

MOST_FINDINGS = 20


class Timeline:
    """Shows a tenant's life: what happened on the phone, what went where, and what was answered.

    ``tenant`` gives it as it stands, since a reset puts another in its place. ``on_trouble`` is told when the
    output can go nowhere any more (a closed pipe, a full disk): the simulator that is watched must not suffer.
    """

    def __init__(self, tenant: Callable[[], Tenant], on_trouble: Callable[[OSError], None]) -> None:
        self._tenant = tenant
        self._on_trouble = on_trouble

    def __call__(self, news: object) -> None:
        """Print one piece of news."""
        try:
            self._show(news)
        except OSError as error:
            self._on_trouble(error)

    def _show(self, news: object) -> None:
        match news:
            case (Call() as call, Event() as event):
                click.echo(f"{self._clock(event.at)}  {tell(call, event, self._name(call.id))}")
            case AgentEvent():
                click.echo(f"{self._clock(news.at)}  {tell_agent(news)}")
            case Entry():
                self._entry(news)
            case GaveUp():
                exchange = news.exchange
                text = f"{exchange.vendor} {exchange.message}: given up after {exchange.attempt} attempts"
                on_purpose = exchange.fault in SPOILING or exchange.other_fault is not None
                click.secho(f"{'':8}  {text}", fg=None if on_purpose else "red")

    def _entry(self, entry: Entry) -> None:
        exchange = entry.exchange
        name = self._name(exchange.call) if exchange.call else ""
        arrow = "->" if exchange.direction is Direction.SENT else "<-"
        status = exchange.response.status if exchange.response else 0
        # Nobody misses an event that was told while no channel was open, nor what went wrong on purpose.
        harmless = exchange.error == UNHEARD or exchange.fault is not None or exchange.other_fault is not None
        colour = "green" if 200 <= status < 300 else None if harmless else "red"
        click.secho(f"{'':8}    {arrow} {tell_exchange(exchange, name)}", fg=colour)

    def _name(self, call: str) -> str:
        # A scenario's own name for it; calls that the control API made would all have the same.
        named = (run.name_of(call) for run in self._tenant().runs.values() if not run.lenient)
        return next((name for name in named if name), call)

    def _clock(self, at: datetime) -> str:
        return at.astimezone(self._tenant().zone).strftime("%H:%M:%S")


def show_verdict(tenant: Tenant, run: Run, verdict: Verdict, policy: str, repeat: Callable[[Entry], str]) -> None:
    """Print what came of a run on a tenant.

    ``policy`` says how often a message is tried, and ``repeat`` gives a command that makes an exchange again, or "".
    """
    click.echo()
    if verdict.problem:
        click.secho(f"{run.scenario.name}: could not be played", fg="red", bold=True)
        click.echo(f"  {verdict.problem}")
        return
    show_findings(verdict)
    for outcome in verdict.outcomes:
        mark, colour = ("ok  ", "green") if outcome.met else ("MISS", "red")
        click.secho(f"{mark if outcome.judged else '--  '} {outcome.text}", fg=colour if outcome.judged else None)
        for line in outcome.near_misses:
            click.echo(f"       near miss: {line}")
        _show_repeat(tenant, outcome.near_misses, repeat)
    for exchange in verdict.refused:
        click.secho(f"MISS {tell_refused(exchange, _where(tenant, exchange))}", fg="red")
    if verdict.dropped:
        click.secho(f"MISS {tell_dropped(verdict)}", fg="red")
    for step in verdict.undone:
        click.secho(f"{'--  ' if step.met else 'MISS'} {step.where}: {step.text}", fg="yellow" if step.met else "red")
    for exchange in verdict.spared:
        click.secho(f"--   {tell_spared(exchange, run.name_of(exchange.call) or '')}", fg="yellow")
    for line in verdict.idle:
        click.secho(f"--   fault at {line}", fg="yellow")
    for vendor, silence in verdict.silences.items():
        for line in tell_silence(vendor, silence):
            click.secho(f"--   {line}", dim=True)
    for vendor, count in verdict.unsent.items():
        click.echo(f"--   {_count(count, f'{vendor} message')} had no target: give one with --target {vendor}=URL")
    _show_undelivered(tenant, verdict, policy)
    word, colour = ("PASS", "green") if verdict.passes else ("FAIL", "red")
    click.secho(f"{word} {run.scenario.name}: {summary(verdict)}", fg=colour, bold=True)


def _show_repeat(tenant: Tenant, near_misses: Sequence[str], repeat: Callable[[Entry], str]) -> None:
    """Print how to make the nearest exchange once more."""
    number = next((n for line in near_misses if (n := number_in(line)) is not None), None)
    entry = tenant.journal.get(number) if number is not None else None
    command = repeat(entry) if entry is not None else ""
    if command:
        click.echo(f"       #{number} again: {command}")


def _show_undelivered(tenant: Tenant, verdict: Verdict, policy: str) -> None:
    reasons: dict[tuple[str, str, str], list[str]] = {}
    for exchange in verdict.undelivered:
        key = (exchange.vendor, _where(tenant, exchange), why_lost(exchange))
        reasons.setdefault(key, []).append(str(exchange.message))
    for (vendor, where, why), messages in reasons.items():
        what = f"{_count(len(messages), f'{vendor} message')} ({', '.join(dict.fromkeys(messages))})"
        click.secho(f"MISS {what} never arrived at {where}: {why}", fg="red")
    if reasons:
        click.echo(f"     each was given {policy}")
    if verdict.exit_code == 3:
        places = ", ".join(dict.fromkeys(where for _, where, _ in reasons))
        click.echo(f"     nobody answered at {places}: start what should answer there, or correct --target")


def _where(tenant: Tenant, exchange: Exchange) -> str:
    target = tenant.targets.get(exchange.target or "")
    return target.url if target else str(exchange.target)


def show_findings(verdict: Verdict, places: Mapping[int, str] | None = None) -> None:
    """Print the violations, errors first, and say when there are too many to print.

    ``places`` has where an exchange stands, by its number, when it comes from a file.
    """
    findings = (*verdict.errors, *verdict.warnings)
    for finding in findings[:MOST_FINDINGS]:
        colour = "red" if finding in verdict.errors else "yellow"
        place = (places or {}).get(finding.number, f"exchange {finding.number}")
        for number, line in enumerate(tell_finding(finding, place)):
            click.secho(line, fg=colour if number == 0 else None)
    if len(findings) > MOST_FINDINGS:
        click.echo(f"... and {len(findings) - MOST_FINDINGS} more; --json shows all")


def show_json(value: Mapping[str, Any], *, one_line: bool = False) -> None:
    """Print a JSON object in ASCII, which every terminal and pipe takes."""
    click.echo(json.dumps(value, indent=None if one_line else 2))


def summary(verdict: Verdict) -> str:
    """Say in a line what the contract check came to."""
    counted = (
        f"{_count(verdict.exchanges, 'exchange')}, {_count(len(verdict.errors), 'error')}, "
        f"{_count(len(verdict.warnings), 'warning')}; {tell_passed(verdict.passed)}"
    )
    unjudged = sum(verdict.unjudged.values())
    return counted + (f"; {unjudged} rule checks need the records of a fake and were not made" if unjudged else "")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
