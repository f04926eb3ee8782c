"""Reads a file of call detail records (CSV), so that calls which were recorded can come again. Strict: no guesses.

The columns are on docs/traffic.md. It knows no clock: moments are seconds from the first record.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterator
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from simulator.errors import SimulatorError
from simulator.telephony.phones import international

MOST_BYTES = 32 * 2**20
MOST_ROWS = 200_000
MOST_SECONDS = 86_400.0
_SHOWN = 8
REQUIRED = ("start", "from", "talk")
OPTIONAL = ("to", "wait")

_NUMBER = re.compile(r"[0-9]{8,15}|(?:00|\+)[1-9][0-9]{6,14}")
_SECONDS = re.compile(r"[0-9]{1,6}(?:\.[0-9]{1,6})?")


class Row(NamedTuple):
    """One call: when it came (seconds from the first), its two numbers, and how long was waited and talked.

    ``line`` is "" for the first number of the world; a ``talk`` of 0 is a call that was given up after ``wait``.
    """

    at: float
    outside: str
    line: str
    wait: float
    talk: float


class BadRecords(SimulatorError):
    """A file of call detail records cannot be used."""

    def __init__(self, name: str, line: int | None, wrong: str) -> None:
        place = f"{name}:{line}" if line else name
        super().__init__(f"{place}: {wrong}; docs/traffic.md describes the file")


def read_records(path: Path) -> tuple[Row, ...]:
    """Read a file. Raises BadRecords, when it cannot be read, too."""
    return tuple(row for _, row in _rows(str(path), _text(path)))


def check_lines(path: Path, ours: Collection[str]) -> None:
    """Raise BadRecords at the first call of a file that came by none of these numbers, with country code."""
    for number, row in _rows(str(path), _text(path)):
        if row.line and international(row.line) not in ours:
            shown = ", ".join(list(ours)[:_SHOWN]) + (", ..." if len(ours) > _SHOWN else "")
            wrong = f"to is {row.line!r}, which is no number of this world: expected one of {shown}, or nothing"
            raise BadRecords(str(path), number, wrong)


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise BadRecords(str(path), None, f"it cannot be read ({error.strerror}): name a CSV file") from None
    if len(content) > MOST_BYTES:
        raise BadRecords(str(path), None, f"it has more than {MOST_BYTES} bytes, which is the most: cut it in parts")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise BadRecords(str(path), line, "it is no UTF-8: save the file as UTF-8") from None


def _rows(name: str, text: str) -> Iterator[tuple[int, Row]]:
    """Yield each call with the number of its line."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        columns = _columns(name, next(reader, []))
        first: datetime | None = None
        last, count = 0.0, 0
        for values in reader:
            if not values:
                continue
            if len(values) != len(columns):
                found = f"it has {len(values)} values where the header has {len(columns)} columns"
                raise BadRecords(name, reader.line_num, f"{found}: write as many, with a comma between")
            fields = dict(zip(columns, (value.strip() for value in values), strict=True))
            start = _moment(name, reader.line_num, fields["start"])
            first = first or start
            row = _row(name, reader.line_num, fields, (start - first).total_seconds())
            if row.at < last:
                raise BadRecords(name, reader.line_num, "it starts before the line above it: sort the file by start")
            last, count = row.at, count + 1
            if count > MOST_ROWS:
                raise BadRecords(name, reader.line_num, f"{MOST_ROWS} calls are the most: cut the file in parts")
            yield reader.line_num, row
    except csv.Error as error:
        raise BadRecords(name, reader.line_num, f"it is no CSV ({error}): write values with a comma between") from None
    if not count:
        raise BadRecords(name, None, "it has no calls: write a line for each under the header")


def _columns(name: str, header: list[str]) -> list[str]:
    columns = [column.strip() for column in header]
    known = (*REQUIRED, *OPTIONAL)
    for column in columns:
        if column not in known or columns.count(column) > 1:
            wrong = "is there twice" if column in known else "is unknown"
            raise BadRecords(name, 1, f"the column {column[:40]!r} {wrong}: the columns are {', '.join(known)}")
    missing = [column for column in REQUIRED if column not in columns]
    if missing:
        raise BadRecords(name, 1, f"the column {missing[0]!r} is missing: the first line names {', '.join(REQUIRED)}")
    return columns


def _row(name: str, line: int, fields: dict[str, str], at: float) -> Row:
    outside, own = fields["from"], fields.get("to", "")
    for column, number in (("from", outside), ("to", own)):
        if (number or column == "from") and not _NUMBER.fullmatch(number):
            wrong = f"{column} is {number[:40]!r}: expected 8 to 15 digits, such as 37999912222 or 0012025550123"
            raise BadRecords(name, line, wrong)
    wait = _length(name, line, "wait", fields.get("wait") or "0")
    talk = _length(name, line, "talk", fields["talk"])
    return Row(at, outside, own, wait, talk)


def _length(name: str, line: int, column: str, text: str) -> float:
    if not _SECONDS.fullmatch(text) or float(text) > MOST_SECONDS:
        wrong = f"{column} is {text[:40]!r}: expected seconds, such as 95, 12.5 or 0, {MOST_SECONDS:g} at most"
        raise BadRecords(name, line, wrong)
    return float(text)


def _moment(name: str, line: int, text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        wrong = f"start is {text[:40]!r}: expected a time with its zone, such as 2026-03-02T09:00:00-03:00"
        raise BadRecords(name, line, wrong)
    return at
