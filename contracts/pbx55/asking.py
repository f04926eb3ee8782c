"""Reads what a report of 55PBX is asked for, from its path: the period, the filters, the report. Judges nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from urllib.parse import unquote

ROOT = "/api/pbx/reports/metrics/"
LONG = ("date_start", "date_end", "queue", "number", "agent", "report", "quiz_id", "interval", "timezone")
SHORT = tuple(name for name in LONG if name != "interval")

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_LOCAL = re.compile(r"[A-Z][a-z]{2} ([A-Z][a-z]{2}) ([0-9]{1,2}) ([0-9]{4}) ([0-9:]{8}) GMT ?([+-][0-9]{4})")
_UTC = re.compile(r"[A-Z][a-z]{2}, ([0-9]{1,2}) ([A-Z][a-z]{2}) ([0-9]{4}) ([0-9:]{8}) GMT ?([+-][0-9]{4})?")


def asked(path: str) -> Mapping[str, str]:
    """Return the segments of a report's path by their names; nothing for another path."""
    _, root, rest = path.partition(ROOT)
    segments = [unquote(segment) for segment in rest.split("/")] if root else []
    names = {len(LONG): LONG, len(SHORT): SHORT}.get(len(segments), ())
    return dict(zip(names, segments, strict=False))


def moment(text: str) -> datetime:
    """Return the moment that a date names, in any of its forms, with its offset. Raises ValueError."""
    if found := _LOCAL.fullmatch(text):
        month, day, year, clock, offset = found.groups()
    elif found := _UTC.fullmatch(text):
        day, month, year, clock, offset = found.groups()
    else:
        said = datetime.fromisoformat(text)
        return said if said.tzinfo else said.replace(tzinfo=UTC)
    if month not in _MONTHS:
        raise ValueError(f"{month} is no month")
    number = _MONTHS.index(month) + 1
    return datetime.fromisoformat(f"{year}-{number:02}-{int(day):02}T{clock}{offset or '+0000'}")


def zone(text: str) -> timezone | None:
    """Return the zone that whole hours from UTC name; None for ``undefined``."""
    return None if text == "undefined" else timezone(timedelta(hours=int(text)))
