"""``pbxsim record``: what a tenant's calls did, as a scenario that lets it happen again, with nothing real in it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from contracts.contract import discover, load
from scenarios.durations import format_duration
from scenarios.loader import load_text
from scenarios.reading import LONGEST
from simulator.cli.client import asked, asks_a_simulator
from simulator.cli.console import show_json
from simulator.cli.sessions import Session, from_simulator, from_snapshot
from simulator.errors import EnvironmentProblem, SimulatorError
from simulator.recording.expecting import MOST, expectations
from simulator.recording.masks import Masks, spelt
from simulator.recording.recorded_world import people, private, staying, world
from simulator.recording.recording import MOST_CALLS, MOST_STEPS, Recorded, record
from simulator.recording.writing_yaml import to_yaml
from simulator.telephony.calls import Call, Direction
from simulator.telephony.phones import national

_SHOWN = 5
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,63}")
_ABOUT = """\
Written by pbxsim record. Every phone, document, order number and name is made up; so many real ones, so many
made-up ones. Extensions and queues are as they were: the world has to have them.
"""


class NothingToRecord(SimulatorError):
    """No call is there that steps could be made of."""


class WouldLeak(SimulatorError):
    """Something real would stand in what is written; nothing is."""

    def __init__(self, values: Sequence[str]) -> None:
        shown = ", ".join(map(repr, values[:_SHOWN])) + (", ..." if len(values) > _SHOWN else "")
        super().__init__(
            f"nothing is written, since real values would stand in it: {shown}; try another --seed, "
            "or leave out with --call the calls that say them"
        )


class NotWritten(EnvironmentProblem):
    """A file cannot be written."""


@click.command(name="record")
@asks_a_simulator
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write the scenario here, and not to the screen.")
@click.option("--world", "world_file", type=click.Path(path_type=Path), help="Write the world that it names here.")
@click.option("--snapshot", type=click.Path(path_type=Path), help="Read this snapshot instead of asking a simulator.")
@click.option("--name", default="recorded", show_default=True, help="The scenario's name.")
@click.option("--call", "wanted", multiple=True, metavar="ID", help="Only this call, such as c1 (repeatable).")
@click.option("--seed", help="The seed of made-up values; without it, the tenant's own.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object: the texts, and what became of each call.")
def command(url: str, tenant: str, control_token: str | None, as_json: bool, **options: Any) -> int:
    """Write what a tenant's calls did as a scenario: steps with their timing, and what was sent and received.

    Without --call it is the newest 100 calls; a call brings those that it was transferred into. Phones, documents
    and names are made up, each real value always the same.
    """
    if not _NAME.fullmatch(options["name"]):
        raise click.UsageError(f"--name {options['name']!r}: small letters, digits, _ and -, a letter first")
    source: Path | None = options["snapshot"]
    session = from_snapshot(source) if source else from_simulator(asked(url, tenant, control_token))
    made = _make(session, options["wanted"], options["name"], options["seed"], with_world=bool(options["world_file"]))
    for path, text in ((options["output"], made.scenario), (options["world_file"], made.world)):
        _write(path, text)
    if as_json:
        calls = {"calls": dict(made.recorded.names), "left_out": dict(made.recorded.left_out)}
        texts = {"scenario": made.scenario, "world": made.world or None}
        show_json({**texts, **calls, "expectations_left_out": made.beyond, "exit_code": 0})
        return 0
    _tell(made, options["output"], options["world_file"])
    return 0


@dataclass(frozen=True, slots=True)
class _Made:
    """The texts, what became of each call, and how many expectations did not fit."""

    scenario: str
    world: str
    recorded: Recorded
    beyond: int


def _make(session: Session, wanted: Sequence[str], name: str, seed: str | None, *, with_world: bool) -> _Made:
    calls = _chosen(session.calls, wanted)
    masks = Masks(session.seed if seed is None else seed, _real(session), staying(session.records))
    _learn_names(masks, session, calls)
    recorded = _recorded(calls, masks, lines=with_world)
    kept = [call for call in calls if call.id in recorded.names]
    expected, beyond = expectations(kept, recorded.names, session.exchanged, _logins())
    count = f"{len(kept)} recorded call{'' if len(kept) == 1 else 's'}"
    scenario = to_yaml(
        {"scenario": name, "title": count, "about": _ABOUT, "steps": list(recorded.steps)}
        | ({"expect": expected} if expected else {})
    )
    records = world(kept, session.records, masks) if with_world else {}
    look_through(masks, recorded.steps, records)
    load_text(scenario, name)
    return _Made(scenario, to_yaml(records).lstrip("\n") if with_world else "", recorded, beyond)


def _real(session: Session) -> Iterator[str]:
    yield from private(session.records)
    yield from people(session.records)
    for call in session.calls:
        if call.direction is not Direction.INTERNAL:  # its ends are extensions, which stay as they are
            yield from (national(call.outside), call.line)


def look_through(masks: Masks, *written: object) -> None:
    """Raise WouldLeak when something real stands in what is to be written, whoever forgot to mask it."""
    leaked = dict.fromkeys(value for text in _texts(written) for value in masks.leaks(text))
    if leaked:
        raise WouldLeak(list(leaked))


def _texts(written: object) -> Iterator[str]:
    match written:
        case str():
            yield written
        case Mapping():
            yield from (text for value in written.values() for text in _texts(value))
        case list() | tuple():
            yield from (text for value in written for text in _texts(value))


def _learn_names(masks: Masks, session: Session, calls: Sequence[Call]) -> None:
    """Let the names of the world be known that were said in what goes with a call, before that is written."""
    said = [f" {spelt(event.data)} " for call in calls for event in call.events if event.data]
    for name in people(session.records) if said else ():
        if any(f" {spelt(name)} " in text for text in said):
            masks.name(name)


def _recorded(calls: Sequence[Call], masks: Masks, *, lines: bool) -> Recorded:
    recorded = record(calls, masks, lines=lines)
    if not recorded.steps:
        reasons = "; ".join(f"{key}: {why}" for key, why in recorded.left_out.items())
        raise NothingToRecord(f"no call can be recorded: {reasons}")
    if len(recorded.steps) > MOST_STEPS:
        raise NothingToRecord(
            f"{len(recorded.steps)} steps, and a scenario has at most {MOST_STEPS}: name calls by --call"
        )
    begun = [event.at for call in calls for event in call.events if call.id in recorded.names]
    if begun and max(begun) - min(begun) > LONGEST:
        raise NothingToRecord(
            f"these calls span {format_duration(max(begun) - min(begun))}, and a scenario lasts at most "
            f"{format_duration(LONGEST)}: name calls of one day by --call"
        )
    return recorded


def _chosen(calls: Sequence[Call], wanted: Sequence[str]) -> list[Call]:
    known = {call.id: call for call in calls}
    if unknown := [key for key in wanted if key not in known]:
        raise NothingToRecord(f"there is no call {unknown[0]!r}; there are: {', '.join(list(known)[-10:]) or 'none'}")
    if not known:
        raise NothingToRecord("the tenant has no calls: let some happen first (POST /_sim/calls, or play a scenario)")
    if len(wanted) > MOST_CALLS:
        raise NothingToRecord(f"{len(wanted)} calls, and a scenario has at most {MOST_CALLS}: name fewer")
    return _with_what_became_of_them(known, wanted) if wanted else list(calls)[-MOST_CALLS:]


def _with_what_became_of_them(known: Mapping[str, Call], wanted: Sequence[str]) -> list[Call]:
    """Return the calls of these ids, and those into which they were transferred."""
    ids = dict.fromkeys(wanted)
    queue = list(ids)
    while queue:
        others = [e.other for e in known[queue.pop()].events if e.other in known and e.other not in ids]
        ids |= dict.fromkeys(key for key in others if key)
        queue += [key for key in others if key]
    return [known[key] for key in ids]


def _logins() -> set[tuple[str, str]]:
    contracts = {key: load(key) for key in discover()}
    return {(key, o.id) for key, contract in contracts.items() for o in contract.operations.values() if o.is_open}


def _write(path: Path | None, text: str) -> None:
    if path is None:
        return
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        raise NotWritten(
            f"{path} cannot be written ({error.strerror}): name a file in a folder that can be written"
        ) from None


def _tell(made: _Made, output: Path | None, world_file: Path | None) -> None:
    if output is None:
        click.echo(made.scenario, nl=False)
    else:
        more = f" --world {world_file}" if world_file else ""
        steps, calls = len(made.recorded.steps), len(made.recorded.names)
        made_of = f"{steps} step{'' if steps == 1 else 's'} of {calls} call{'' if calls == 1 else 's'}"
        click.echo(f"{output}: {made_of}; play it with")
        click.echo(f"  pbxsim run {output}{more}")
    for key, why in made.recorded.left_out.items():
        click.echo(f"call {key} is left out: {why}", err=True)
    if made.beyond:
        are = "expectation is" if made.beyond == 1 else "expectations are"
        why = f"since a scenario has at most {MOST}: name fewer calls by --call"
        click.echo(f"{made.beyond} {are} left out, {why}", err=True)
