"""Durations as a person writes them (``5s``, ``2min``, ``1h30m``, ``250ms``), read strictly.

It knows no clock and no scenario.
"""

from __future__ import annotations

import functools
import re
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

from scenarios.errors import DurationError

LONGEST = timedelta(days=366)

_UNITS = {
    "d": timedelta(days=1),
    "h": timedelta(hours=1),
    "min": timedelta(minutes=1),
    "m": timedelta(minutes=1),
    "s": timedelta(seconds=1),
    "ms": timedelta(milliseconds=1),
}
_PART = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,6})?)(d|h|min|ms|m|s)")
_LONG_NUMBER = re.compile(r"[0-9.]{10,}(?:d|h|min|ms|m|s)")
_BARE_NUMBER = re.compile(r"[0-9.]+")
_MICROSECOND = timedelta(microseconds=1)
_REMEDY = "write a number and a unit, as in 5s, 250ms, 2min, 1h30m or 1d"


@functools.lru_cache(maxsize=256)
def parse_duration(text: str, *, longest: timedelta = LONGEST) -> timedelta:
    """Return the duration that a text says: numbers with units, the larger unit first, each once.

    Units are d, h, min (or m), s and ms; exact to the microsecond.
    Raises DurationError, also above ``longest``.
    """
    written = text.strip()
    if _BARE_NUMBER.fullmatch(written):
        raise _error(text, "it has no unit", f"write {written[:9]}s, {written[:9]}min or {written[:9]}ms")
    if written.startswith("-"):
        raise _error(text, "it is negative")
    parts = _parts(text, written)
    units = [unit for _, unit in parts]
    if any(later >= earlier for earlier, later in pairwise(units)):
        raise _error(text, "the larger unit comes first, and each unit once", "write it as in 1h30m")
    # Decimal, since a float would lose the microseconds of long durations.
    total = sum((Decimal(number) * (unit // _MICROSECOND) for number, unit in parts), Decimal())
    if total > longest // _MICROSECOND:
        raise _error(text, f"it is longer than {format_duration(longest)}", "write a shorter one")
    return timedelta(microseconds=int(total))


def format_duration(length: timedelta) -> str:
    """Write a duration as `parse_duration` reads it (``1min30s``, ``0s``); a negative one gets a minus."""
    if length < timedelta():
        return f"-{format_duration(-length)}"
    rest, parts = length, []
    for unit in ("d", "h", "min"):
        count, rest = divmod(rest, _UNITS[unit])
        if count:
            parts.append(f"{count}{unit}")
    small = "ms" if timedelta() < rest < _UNITS["s"] and not parts else "s"
    if rest or not parts:
        amount = Decimal(rest // _MICROSECOND) / (_UNITS[small] // _MICROSECOND)
        parts.append(f"{amount.normalize():f}{small}")
    return "".join(parts)


def _parts(text: str, written: str) -> list[tuple[str, timedelta]]:
    parts, position = [], 0
    while position < len(written):
        found = _PART.match(written, position)
        if found is None:
            long = _LONG_NUMBER.match(written, position) is not None
            why = "has more digits than a duration can have" if long else "cannot be read"
            raise _error(text, f"{written[position : position + 20]!r} {why}")
        parts.append((found[1], _UNITS[found[2]]))
        position = found.end()
        while written[position : position + 1] == " ":
            position += 1
    if not parts:
        raise _error(text, "it is empty")
    return parts


def _error(text: str, why: str, remedy: str = _REMEDY) -> DurationError:
    shown = text if len(text) <= 40 else text[:40] + "..."
    return DurationError(f"{shown!r} is no duration: {why}; {remedy}")
