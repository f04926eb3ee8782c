"""What one simulated caller makes happen, as the messages that a vendor sends of it, in their order.

Pure: no Locust, no HTTP, no clock (the time of a call's end is an argument), and no wire word.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from simulator.identity import Identity
from simulator.message import Message
from simulator.records import Document
from simulator.telephony import phones
from simulator.telephony.billing import DEFAULT_TARIFFS
from simulator.telephony.calls import Call, Cause, Direction, Event, Kind, Medium, Party
from simulator.vendor import Scene, Vendor
from simulator.worlds.baseline import EXTENSIONS, QUEUES

ZONE = ZoneInfo("America/Sao_Paulo")
OPENING_BALANCE = Decimal("1000000.00")
CALLS_PER_USER = 1_000_000  # serial numbers that a user has to itself
OVER = frozenset({Kind.ENDED, Kind.TRANSFERRED, Kind.SMS_SENT})


class Plot(StrEnum):
    """How a call goes."""

    ANSWERED = "answered"  # queued, answered, hung up by the caller
    TRANSFERRED = "transferred"  # as answered, and goes on as a second call
    ABANDONED = "abandoned"  # the caller leaves the queue
    MISSED = "missed"  # an extension rings until the caller gives up
    SMS = "sms"  # one text message goes out


# How often each is played, of a hundred.
MIX: Mapping[Plot, int] = {Plot.ANSWERED: 60, Plot.TRANSFERRED: 15, Plot.ABANDONED: 15, Plot.SMS: 10}


@dataclass(frozen=True, slots=True)
class Beat:
    """One thing that happens to call A (or B, after a transfer), ``low`` to ``high`` seconds after the one before."""

    call: str
    kind: Kind
    low: int = 0
    high: int = 0
    facts: Mapping[str, Any] = field(default_factory=dict)


_LEAVES = {"by": Party.OUTSIDE, "cause": Cause.NORMAL}
_GIVES_UP = {"by": Party.OUTSIDE, "cause": Cause.ABANDONED}
_HANDS_OVER = {"by": Party.INSIDE, "cause": Cause.TRANSFERRED}
_REACHES_A_DESK = (
    Beat("A", Kind.STARTED),
    Beat("A", Kind.QUEUED, 1, 4),
    Beat("A", Kind.RINGING, 1, 20),
    Beat("A", Kind.ANSWERED, 2, 10),
)
SCRIPTS: Mapping[Plot, Sequence[Beat]] = {
    Plot.ANSWERED: (*_REACHES_A_DESK, Beat("A", Kind.ENDED, 10, 300, _LEAVES)),
    Plot.TRANSFERRED: (
        *_REACHES_A_DESK,
        Beat("B", Kind.STARTED, 10, 120),
        Beat("A", Kind.TRANSFERRED, facts=_HANDS_OVER),
        Beat("B", Kind.RINGING, 1, 2),
        Beat("B", Kind.ANSWERED, 2, 8),
        Beat("B", Kind.ENDED, 10, 200, _LEAVES),
    ),
    Plot.ABANDONED: (
        Beat("A", Kind.STARTED),
        Beat("A", Kind.QUEUED, 1, 4),
        Beat("A", Kind.ENDED, 5, 90, _GIVES_UP),
    ),
    Plot.MISSED: (
        Beat("A", Kind.STARTED),
        Beat("A", Kind.RINGING, 1, 2),
        Beat("A", Kind.ENDED, 5, 40, _GIVES_UP),
    ),
    Plot.SMS: (Beat("A", Kind.SMS_SENT),),
}


class Switchboard:
    """The calls of one simulated user, who has an account and serial numbers of its own.

    What is played depends on ``seed``, the user's ``number`` (from 1) and how many calls it has had.
    """

    def __init__(self, vendor: Vendor, readings: Mapping[str, str], seed: str, number: int) -> None:
        self._vendor = vendor
        self._identity = Identity(seed)
        self._number = number
        self._played = 0
        self._serial = number * CALLS_PER_USER
        self._balance = OPENING_BALANCE
        self._calls: dict[str, Call] = {}
        self._scene = Scene(ZONE, readings, vendor.account, _NoRecords(), self._calls.get)

    def play_any(self, end: datetime) -> tuple[Message, ...]:
        """Return the messages of the next call of the mix, which is over at ``end`` (aware)."""
        return self.play(self._drawn(), end)

    def play(self, plot: Plot, end: datetime) -> tuple[Message, ...]:
        """Return the messages of a call that goes so and is over at ``end`` (aware), in the order they are sent."""
        self._played += 1
        self._calls.clear()
        script = SCRIPTS[plot]
        waits = [self._made(f"beat {n}", beat.low, beat.high) for n, beat in enumerate(script)]
        at = end - timedelta(seconds=sum(waits))
        names = {name: self._new_call(plot, name) for name in dict.fromkeys(beat.call for beat in script)}
        messages: list[Message] = []
        for beat, wait in zip(script, waits, strict=True):
            at += timedelta(seconds=wait)
            messages += self._happen(names[beat.call], beat, at)
        return tuple(messages)

    def _drawn(self) -> Plot:
        point = self._identity.integer("plot", self._number, self._played, low=1, high=sum(MIX.values()))
        for plot, share in MIX.items():
            point -= share
            if point <= 0:
                return plot
        raise AssertionError("the shares add up to the highest point")

    def _new_call(self, plot: Plot, name: str) -> str:
        self._serial += 1
        key = f"c{self._serial}"
        sms = plot is Plot.SMS
        self._calls[key] = Call(
            id=key,
            serial=self._serial,
            direction=Direction.OUTBOUND if sms else Direction.INBOUND,
            outside=phones.international(phones.make_mobile(self._identity, "caller", self._number, self._played)),
            line=phones.international(phones.make_landline(self._identity, "line")),
            medium=Medium.SMS if sms else Medium.VOICE,
            origin=f"c{self._serial - 1}" if name == "B" else None,
        )
        return key

    def _happen(self, key: str, beat: Beat, at: datetime) -> Iterator[Message]:
        facts = {**beat.facts, **self._places(key, beat)}
        call, event = self._calls[key].apply(beat.kind, at, **facts)
        if beat.kind in OVER:
            bill = DEFAULT_TARIFFS.bill(
                call.direction, call.medium, call.line, call.outside, call.charged, self._balance
            )
            self._balance = bill.balance
            call, event = self._calls[key].apply(beat.kind, at, bill=bill, **facts)
        self._calls[key] = call
        yield from self._rendered(call, event)

    def _rendered(self, call: Call, event: Event) -> tuple[Message, ...]:
        render = self._vendor.renders.get(event.kind)
        return render(call, event, self._scene) if render else ()

    def _places(self, key: str, beat: Beat) -> dict[str, str]:
        """Return the queue, the extension or the other call that this needs."""
        last = list(self._calls)[-1]
        if beat.kind is Kind.QUEUED:
            return {"queue": next(iter(QUEUES))}
        if beat.kind in (Kind.RINGING, Kind.ANSWERED):
            return {"extension": self._extension(key)}
        if beat.kind is Kind.TRANSFERRED:
            return {"other": last, "extension": self._extension(last)}
        return {}

    def _extension(self, key: str) -> str:
        return str(EXTENSIONS[self._identity.integer("desk", key, low=0, high=len(EXTENSIONS) - 1)])

    def _made(self, name: str, low: int, high: int) -> int:
        return low if low == high else self._identity.integer(name, self._number, self._played, low=low, high=high)


class _NoRecords:
    """A world of which a renderer sees nothing."""

    def get(self, kind: str, key: str) -> Document | None:
        return None

    def all(self, kind: str) -> Iterable[Document]:
        return ()

    def find(self, kind: str, **where: object) -> Document | None:
        return None

    def having(self, kind: str, name: str, value: str) -> Iterable[Document]:
        return ()
