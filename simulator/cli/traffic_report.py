"""Prints what came of traffic: the figures of the calls, and what every vendor told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta
from typing import Any

import click

from contracts.exchanges import violation_to_record
from contracts.model import Severity
from scenarios.durations import format_duration
from simulator.cli.console import MOST_FINDINGS, show_json
from simulator.cli.traffic_watch import Watch
from simulator.runs.reports import tell_finding
from simulator.traffic.tallying import Figures


def progress(watch: Watch) -> str:
    """Say in a few words how far it is."""
    figures = watch.figures
    over = figures.arrived - figures.waiting
    sent = sum(told.attempts for told in watch.pushes.told.values())
    is_over = "is" if over == 1 else "are"
    return (
        f"{_counted(figures.arrived, 'call')} came, {_count(over)} {is_over} over, {_counted(sent, 'message')} went out"
    )


def show_report(watch: Watch, *, stopped: int = 0) -> None:
    """Print the figures, the messages of each vendor, and what is wrong; up to then where it was ``stopped``."""
    figures = watch.figures
    if stopped:
        click.secho("\nstopped before its end: what follows is what came of it up to then", fg="yellow")
    came, agents = _counted(figures.arrived, "call"), _counted(watch.agents, "agent")
    click.secho(f"\n{came} came to queue {watch.plan.queue}, {agents}", bold=True)
    for name, value in _lines(figures, stopped=bool(stopped)):
        click.echo(f"  {name:16} {value}")
    if (theory := watch.theory) is not None:
        expected = f"{theory.waits:.1%} wait, {theory.abandoned:.1%} give up, mean wait {_length(theory.wait)}"
        click.echo(f"  {'in theory':16} {expected} ({theory.model})")
    click.secho("\nmessages", bold=True)
    for vendor, told in sorted(watch.pushes.told.items()):
        names = ", ".join(f"{name} {count}" for name, count in sorted(told.arrived.items())) or "none"
        bad = f"; {told.refused} refused" if told.refused else ""
        bad += f"; {told.lost} never arrived: {told.why}" if told.lost else ""
        click.secho(f"  {vendor:16} {told.arrived.total()} arrived ({names}){bad}", fg="red" if bad else None)
    _show_findings(watch)
    if watch.problem:
        click.secho(f"FAIL {watch.problem}", fg="red")
    if stopped:
        return
    code = watch.exit_code
    click.secho("PASS" if code == 0 else "FAIL", fg="green" if code == 0 else "red", bold=True)


def show_report_json(watch: Watch, *, stopped: int = 0) -> None:
    """Print all of it as one JSON object."""
    pushes, theory = watch.pushes, watch.theory
    show_json(
        {
            "queue": watch.plan.queue,
            "figures": {name: _rounded(value) for name, value in asdict(watch.figures).items()},
            "theory": {name: _rounded(value) for name, value in asdict(theory).items()} if theory else None,
            "messages": {
                vendor: {
                    "arrived": dict(sorted(told.arrived.items())),
                    "attempts": told.attempts,
                    "refused": told.refused,
                    "never_arrived": told.lost,
                    "why": told.why,
                }
                for vendor, told in sorted(pushes.told.items())
            },
            "findings": [
                {"vendor": finding.exchange.vendor, "times": count, **violation_to_record(finding.violation)}
                for finding, count in pushes.findings.values()
            ],
            "stopped": bool(stopped),
            "problem": watch.problem,
            "exit_code": stopped or watch.exit_code,
        }
    )


def _lines(figures: Figures, *, stopped: bool) -> Iterator[tuple[str, str]]:
    offered = f"{figures.rate * 3_600:.1f} calls/h of {_length(figures.handling)}"
    yield "offered load", f"{figures.load:.2f} erlangs ({offered})"
    whole = "the calls that are over" if figures.waiting else "all calls"
    part = f" of {whole}" if figures.waiting else ""
    yield "service level", f"{figures.service_level:.1%}{part} answered within {_length(figures.within)}"
    yield "answered", f"{figures.answered}, after {_length(figures.answer)} in the mean"
    yield "abandoned", f"{figures.abandoned} ({figures.abandonment:.1%}{part})"
    waits = f"{_length(figures.wait)} in the mean of {whole}, {_length(figures.longest)} at most"
    yield "wait", f"{waits}; {figures.waited:.1%} were not offered at once"
    yield "occupancy", f"{figures.occupancy:.1%} of {_length(figures.lasting)}"
    if figures.waiting:
        yield "not over", f"{figures.waiting}{'' if stopped else ': no agent is left who answers'}"


def _show_findings(watch: Watch) -> None:
    found = sorted(watch.pushes.findings.values(), key=lambda pair: pair[0].violation.severity is not Severity.ERROR)
    for finding, count in found[:MOST_FINDINGS]:
        colour = "red" if finding.violation.severity is Severity.ERROR else "yellow"
        times = "once" if count == 1 else f"{count} times"
        for number, line in enumerate(tell_finding(finding, f"found {times}, first in exchange {finding.number}")):
            click.secho(line, fg=colour if number == 0 else None)


def _length(seconds: float) -> str:
    return format_duration(timedelta(seconds=round(seconds, 1 if seconds < 60 else 0)))


def _count(number: int) -> str:
    return f"{number:,}"


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _rounded(value: Any) -> Any:
    return round(value, 4) if isinstance(value, float) else value
