"""Reads a push of 55PBX for the rules: which push it is, and what its fields say. Judges nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from contracts.rules import Subject

STARTED, ENDED, TRANSFERRED, SMS = "started", "ended", "transferred", "sms"
FINAL = (ENDED, TRANSFERRED)

TIMES = ("call_time", "call_time_waiting", "call_duration")
AMOUNTS = ("call_tax", "call_cost", "call_balance")
TRANSFER_KEYS = ("call_transfer_id", "CALL_TRANSFER_ID")

_ID = re.compile(r"([0-9]{9,11})[.]([0-9]{1,12})")
_DAY_FIRST = re.compile(r"([0-9]{2})/([0-9]{2})/([0-9]{4})(.*)", re.DOTALL)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST = 10**14  # milliseconds; beyond the year 5000 it is no date of a call
_QUARTER = timedelta(minutes=15)
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Push:
    """One push. What is left out, null or of another type reads as empty text, and as no number."""

    body: Mapping[str, Any]
    message: str | None
    readings: Mapping[str, str]

    @classmethod
    def of(cls, subject: Subject) -> Push:
        """Read the push of an exchange."""
        body = subject.request if isinstance(subject.request, dict) else {}
        return cls(body, subject.message, subject.readings)

    def text(self, key: str) -> str:
        """Return a field's text."""
        value = self.body.get(key)
        return value if isinstance(value, str) else ""

    def number(self, key: str) -> Decimal | None:
        """Return a field's number, exactly as it was written."""
        value = self.body.get(key)
        if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
            return None
        return Decimal(str(value))

    def reads(self, discrepancy: str, reading: str) -> bool:
        """Tell whether the push is read so."""
        return self.readings.get(discrepancy) == reading

    @property
    def whole(self) -> str:
        """The field that has the whole time."""
        return "call_time" if self.reads("P3", "swapped") else "call_duration"

    @property
    def talk(self) -> str:
        """The field that has the time of talk."""
        return "call_duration" if self.reads("P3", "swapped") else "call_time"

    @property
    def is_message(self) -> bool:
        """True for a text message."""
        return self.text("call_type").lower() == "sms"

    @property
    def is_outbound(self) -> bool:
        """True for a call that went out."""
        return self.text("call_type").lower() in ("active", "ativo")

    @property
    def transfer(self) -> tuple[str, str]:
        """The field that names the call it was transferred into, and the name ("" when none)."""
        key = next((k for k in TRANSFER_KEYS if self.text(k)), TRANSFER_KEYS[0])
        return key, self.text(key)

    @property
    def kind(self) -> str:
        """Which push it is: by its name when the simulator sent it, else by its body, as receivers do it."""
        if self.message in (STARTED, ENDED, TRANSFERRED, SMS):
            return str(self.message)
        if self.is_message:
            return SMS
        if self.transfer[1]:
            return TRANSFERRED
        # Talk and recording tell nothing: a call that nobody answered has none at its end either.
        over = self.text("call_disconnection") or "abandon" in self.text("call_status")
        return ENDED if over else STARTED


def calls(subjects: Sequence[Subject]) -> dict[str, list[tuple[int, Push]]]:
    """Return the pushes of each call with their place in the sequence, by call_id, in the order sent."""
    found: dict[str, list[tuple[int, Push]]] = {}
    for index, subject in enumerate(subjects):
        push = Push.of(subject)
        if key := push.text("call_id"):
            found.setdefault(key, []).append((index, push))
    return found


def age(call_id: str) -> tuple[int, int] | None:
    """Return the second (since 1970) and the serial number in a call's identifier."""
    found = _ID.fullmatch(call_id)
    return (int(found[1]), int(found[2])) if found else None


def moment(value: object) -> datetime:
    """Return a date in any of its forms (P1), naive when it tells no offset. Raises ValueError."""
    if isinstance(value, Mapping):
        value = value.get("$date")
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < _LATEST:
        return _EPOCH + timedelta(milliseconds=value)
    if not isinstance(value, str):
        raise ValueError("no date")
    if found := _DAY_FIRST.fullmatch(value):
        value = f"{found[3]}-{found[2]}-{found[1]}{found[4]}"
    return datetime.fromisoformat(value)


def same_moment(said: datetime, second: int) -> bool:
    """Tell whether a date is a second since 1970, give or take one; of a naive date, in some time zone."""
    began = _EPOCH + timedelta(seconds=second)
    if said.tzinfo is not None:
        return abs(said - began) <= _SECOND
    offset = said.replace(tzinfo=UTC) - began
    # The zone is not on the wire: any that exists will do, and all of them are whole quarters of an hour.
    whole = round(offset / _QUARTER) * _QUARTER
    return abs(offset - whole) <= _SECOND and timedelta(hours=-12) <= whole <= timedelta(hours=14)
