"""How calls and devices are called on Dígitro's wire. Pure: it reads the records that it is given.

A call keeps its identification as long as anything of it goes on: the calls into which it is transferred have it too.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from contracts.digitro.rules import DEVICE
from simulator.records import Document, Reader
from simulator.telephony.calls import Call
from simulator.telephony.phones import is_abroad, split

# What a command has left with a call, by the call's own id; and calls that the pages name, by their identification.
CALL, SAMPLE = "digitro.call", "digitro.sample"

# Looks like equipment, port and process; the pages say nothing of it.
ORIGIN = "010A"


def identification(start: datetime, zone: ZoneInfo, serial: int) -> str:
    """Return what a call is named by: local time, a constant, its serial number, and its first leg."""
    return f"{start.astimezone(zone):%d/%m/%y %H:%M:%S} {ORIGIN} {serial % 10_000:04d}/00"


def serial_in(name: str) -> int | None:
    """Return the last four digits of the serial number in an identification; None for one of another form."""
    digits = name[-7:-3]
    return int(digits) if len(digits) == 4 and digits.isascii() and digits.isdigit() else None


def root(call: Call, find: Callable[[str], Call | None]) -> Call:
    """Return the call that this one goes on for, through every transfer; itself, when that one is forgotten."""
    while call.origin is not None and (earlier := find(call.origin)) is not None:
        call = earlier
    return call


def newest(call: Call, find: Callable[[str], Call | None]) -> Call:
    """Return the call that goes on for this one, through every transfer."""
    while call.events and call.last.other is not None and (later := find(call.last.other)) is not None:
        call = later
    return call


def kept(records: Reader, first: Call) -> Document:
    """Return what commands have left with a call, by the first call of its chain."""
    return records.get(CALL, first.id) or {}


def name_of(records: Reader, first: Call, zone: ZoneInfo) -> str:
    """Return the identification of a call, by the first call of its chain."""
    known: str | None = kept(records, first).get("id")
    if known is not None or first.started is None:
        return known or ""
    return identification(first.started, zone, first.serial)


def device_of(records: Reader, *, extension: str | None = None, queue: str | None = None) -> str | None:
    """Return the device that stands for an extension or a queue; None when there is none."""
    if extension is None and queue is None:
        return None
    wanted = {"extension": extension} if extension is not None else {"queue": queue}
    device = records.find(DEVICE, **wanted)
    return str(device["number"]) if device else None


def dialled(digits: str) -> str:
    """Return a number as it is dialled from a Brazilian PBX: with a zero in front of the area code."""
    number = split(digits)
    return f"0{number.national}" if len(number.area) == 2 else number.national


def undialled(digits: str) -> str:
    """Return a dialled number without the zero in front of its area code; one abroad keeps its two."""
    return digits if split(digits).area or is_abroad(digits) else digits.lstrip("0") or digits
