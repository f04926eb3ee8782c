"""Options that several commands take, and how they become settings."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from contracts.contract import discover, load
from simulator.tenancy.targets import fits_header

_F = TypeVar("_F", bound=Callable[..., Any])

_STRICT = click.option("--strict-inferred", is_flag=True, help="Count broken guesses as errors, not as warnings.")

_OPTIONS = (
    click.option(
        "--target",
        "targets",
        multiple=True,
        metavar="VENDOR=URL",
        help="Send a vendor's messages to this URL (repeatable).",
    ),
    click.option(
        "--method",
        "methods",
        multiple=True,
        metavar="METHOD",
        help="PUT or POST, where the vendor lets choose. Once for all targets, or once for each.",
    ),
    click.option(
        "--token",
        "tokens",
        multiple=True,
        metavar="TOKEN",
        help="The token sent along. Once for all targets, or once for each.",
    ),
    click.option(
        "--credential",
        "credentials",
        multiple=True,
        metavar="VENDOR:NAME=VALUE",
        help="What to log in with at a vendor's targets (repeatable; `pbxsim credentials` has the names); "
        "without it, the simulator's own.",
    ),
    click.option("--seed", default="1", show_default=True, help="The seed of every made-up value."),
    click.option(
        "--world",
        type=click.Path(path_type=Path),
        help="A YAML file with records of your own (docs/world.md).",
    ),
    click.option(
        "--numbers",
        type=click.Path(path_type=Path),
        help="A YAML file that says what dialled numbers do (docs/numbers.md).",
    ),
    click.option(
        "--contracts",
        type=click.Path(path_type=Path, exists=True, file_okay=False),
        help="A folder whose files replace those of the shipped contracts.",
    ),
    click.option(
        "--reading",
        "readings",
        multiple=True,
        metavar="VENDOR:ID=READING",
        help="How to read a discrepancy of a vendor's documents (repeatable; see contracts/VENDOR/discrepancies.yaml).",
    ),
    click.option("--zone", default="America/Sao_Paulo", show_default=True, help="The time zone of wire dates."),
    click.option("--start", metavar="TIME", help="The tenant's first moment, such as 2026-03-02T09:00:00-03:00."),
    _STRICT,
)


def common(command: _F) -> _F:
    """Add the options that serve and run share."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


overlaid = click.option(
    "--contracts",
    "overlay",
    type=click.Path(path_type=Path),
    help="A folder whose files replace those of the shipped contracts.",
)


def weighed(command: _F) -> _F:
    """Add the options by which exchanges that are there already are judged."""
    reading = click.option(
        "--reading", "readings", multiple=True, metavar="VENDOR:ID=READING", help="Read a discrepancy so."
    )
    return reading(_STRICT(command))


def pair(values: Sequence[str], count: int, option: str) -> list[str | None]:
    """Return one value a target: none, one for all, or as many as there are targets."""
    if values and not count:
        raise click.UsageError(f"{option} belongs to a --target VENDOR=URL: give one")
    if len(values) in (0, 1):
        return [values[0] if values else None] * count
    if len(values) != count:
        targets = "1 target" if count == 1 else f"{count} targets"
        raise click.UsageError(f"{option} is given {len(values)} times for {targets}: give it once, or once for each")
    return list(values)


def readings_of(texts: Sequence[str]) -> dict[str, dict[str, str]]:
    """Return the choices that ``VENDOR:ID=READING`` options make; the contract says which of them there are."""
    return _by_vendor("--reading", texts, "VENDOR:ID=READING", _a_reading, discover())


def credentials_of(texts: Sequence[str], logins: Mapping[str, Collection[str]]) -> dict[str, dict[str, str]]:
    """Return what ``VENDOR:NAME=VALUE`` options say; ``logins`` has the names, by vendor at which one logs in."""

    def example() -> Iterator[str]:
        return (f"{vendor}:{name}=123" for vendor, names in logins.items() for name in names)

    return _by_vendor("--credential", texts, "VENDOR:NAME=VALUE", example, logins, secret=True)


def _a_reading() -> Iterator[str]:
    for vendor in discover():
        for key, discrepancy in load(vendor).discrepancies.items():
            yield f"{vendor}:{key}={discrepancy.lenient}"


def _by_vendor(
    option: str,
    texts: Sequence[str],
    form: str,
    examples: Callable[[], Iterator[str]],
    vendors: Collection[str],
    *,
    secret: bool = False,
) -> dict[str, dict[str, str]]:
    chosen: dict[str, dict[str, str]] = {}
    for text in texts:
        place, equals, value = text.partition("=")
        vendor, colon, name = place.partition(":")
        shown = place if secret else text
        if not (equals and colon and vendor and name and value):
            example = next(examples(), "")
            raise click.UsageError(f"{option} {shown!r}: write {form}{example and f', as in {example}'}")
        if vendor not in vendors:
            raise click.UsageError(f"{option} {shown!r}: the vendor is one of: {', '.join(vendors)}")
        if value != chosen.setdefault(vendor, {}).setdefault(name, value):
            raise click.UsageError(f"{option}: {vendor}:{name} is given twice: give it once")
    return chosen


def control_token(given: str | None) -> str | None:
    """Return the control token from the option or the environment. Raises click.UsageError."""
    if given is None:
        given = os.environ.get("PBXSIM_CONTROL_TOKEN") or None
    if given is not None and not fits_header(given):
        raise click.UsageError(
            "the control token (--control-token or PBXSIM_CONTROL_TOKEN) cannot be sent in a header: "
            "use printable ASCII without a space at either end"
        )
    return given
