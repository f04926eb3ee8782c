"""A tenant's clock: real, scaled, or jumping. Pure: wall time is an argument, and nothing here waits.

All times are aware UTC datetimes. A clock survives a restart when its four values are stored.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from simulator.errors import SimulatorError

SLOWEST, FASTEST = 0.01, 1000.0

_MICROSECOND = timedelta(microseconds=1)
_LATEST = datetime.max.replace(tzinfo=UTC)
_SPEED = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,6})?)x")


class Mode(StrEnum):
    """How tenant time passes."""

    REAL = "real"  # as wall time does
    SCALED = "scaled"  # ``speed`` times as fast
    JUMPING = "jumping"  # not at all, until it is told to jump


class ClockRefused(SimulatorError):
    """A clock was asked for that cannot be; the message says what to write."""


@dataclass(frozen=True, slots=True)
class Clock:
    """At wall time ``wall_anchor`` the tenant's time was ``tenant_anchor``; since then it passes by ``mode``.

    Raises ClockRefused for a speed outside SLOWEST to FASTEST, for a speed that the mode has no use for, and
    for a time that is not in UTC.
    """

    mode: Mode
    wall_anchor: datetime
    tenant_anchor: datetime
    speed: float = 1.0

    def __post_init__(self) -> None:
        _check_speed(self.speed)
        if self.mode is not Mode.SCALED and self.speed != 1.0:
            raise ClockRefused(
                f"a {self.mode} clock has no speed (found {self.speed:g}): use the mode 'scaled' with it"
            )
        for anchor in (self.wall_anchor, self.tenant_anchor):
            if anchor.utcoffset() != timedelta():
                raise ClockRefused(f"{anchor.isoformat()} is not in UTC: write it as 2026-01-31T12:00:00+00:00")

    def now(self, wall: datetime) -> datetime:
        """Return the tenant's time; a wall clock that was set back does not take it behind its anchor."""
        if self.mode is Mode.JUMPING or wall <= self.wall_anchor:
            return self.tenant_anchor
        passed = wall - self.wall_anchor
        if self.speed == 1.0:
            return _later(self.tenant_anchor, 1, passed)
        return _later(self.tenant_anchor, math.floor(passed / _MICROSECOND * self.speed))

    def wall_due(self, at: datetime) -> datetime | None:
        """Return the first wall time at which tenant time has reached ``at``.

        None when jumping: the clock does not get there by itself. What the anchor has passed is due at the
        anchor.
        """
        if self.mode is Mode.JUMPING:
            return None
        if at <= self.tenant_anchor:
            return self.wall_anchor
        due = _later(self.wall_anchor, math.ceil((at - self.tenant_anchor) / _MICROSECOND / self.speed))
        # A float may round the product down by one; a timer that is early would spin.
        while self.now(due) < at and due < _LATEST:
            due = _later(due, 1)
        return due

    def jumped(self, to: datetime, wall: datetime) -> Clock:
        """Return the clock set forward to ``to``, in any mode; never back: an earlier ``to`` means now."""
        return Clock(self.mode, wall, max(to, self.now(wall)), self.speed)

    def changed(self, wall: datetime, *, mode: Mode | None = None, speed: float | None = None) -> Clock:
        """Return the clock with another mode or speed, showing the same time at this moment.

        A speed without a mode means a scaled clock; scaled without a speed keeps the speed there was.
        """
        if mode is None:
            mode = self.mode if speed is None else Mode.SCALED
        if speed is None:
            speed = self.speed if mode is Mode.SCALED else 1.0
        return Clock(mode, wall, self.now(wall), speed)

    def to_document(self) -> dict[str, object]:
        """Return the clock as a JSON-able object."""
        return {
            "mode": self.mode.value,
            "wall_anchor": self.wall_anchor.isoformat(),
            "tenant_anchor": self.tenant_anchor.isoformat(),
            "speed": self.speed,
        }

    @classmethod
    def from_document(cls, document: Mapping[str, object]) -> Clock:
        """Return the clock that `to_document` made an object of. Raises ClockRefused."""
        return cls(
            mode=_read_mode(document.get("mode")),
            wall_anchor=_read_time(document, "wall_anchor"),
            tenant_anchor=_read_time(document, "tenant_anchor"),
            speed=_read_speed(document.get("speed", 1.0)),
        )


def parse_clock(text: str) -> tuple[Mode, float]:
    """Return mode and speed of ``real``, ``jumping``, or a speed such as ``20x``. Raises ClockRefused."""
    written = text.strip().lower()
    if written in (Mode.REAL, Mode.JUMPING):
        return Mode(written), 1.0
    found = _SPEED.fullmatch(written)
    if found is None:
        raise ClockRefused(f"{text[:40]!r} is no clock: write real, jumping, or a speed as in 20x or 0.5x")
    speed = float(found[1])
    _check_speed(speed)
    return Mode.SCALED, speed


def _check_speed(speed: float) -> None:
    if not SLOWEST <= speed <= FASTEST:  # also refuses NaN
        raise ClockRefused(f"a clock cannot run at {speed:g}x: write a speed from {SLOWEST:g}x to {FASTEST:g}x")


def _later(at: datetime, count: int, unit: timedelta = _MICROSECOND) -> datetime:
    try:
        return at + count * unit
    except OverflowError:
        return _LATEST


def _read_mode(value: object) -> Mode:
    try:
        return Mode(str(value))
    except ValueError:
        raise ClockRefused(f"{value!r} is no mode of a clock: write one of {', '.join(Mode)}") from None


def _read_speed(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ClockRefused(f"{value!r} is no speed of a clock: write a number from {SLOWEST:g} to {FASTEST:g}")
    return float(value)


def _read_time(document: Mapping[str, object], name: str) -> datetime:
    value = document.get(name)
    try:
        read = datetime.fromisoformat(value if isinstance(value, str) else "")
        if read.tzinfo is None:
            raise ValueError  # astimezone() would take it for the machine's local time
        return read.astimezone(UTC)
    except (ValueError, OverflowError):
        message = f"{name} of a clock is {value!r}: write a time with its zone, as in 2026-01-31T12:00:00+00:00"
        raise ClockRefused(message) from None
