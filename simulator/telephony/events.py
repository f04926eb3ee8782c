"""The words of the call model: what can happen to a call, who did it, and how it came out. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import TypedDict


class Direction(StrEnum):
    """Which way a call goes, seen from the PBX."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"
    INTERNAL = "internal"


class Medium(StrEnum):
    """What is carried: speech, or one text message."""

    VOICE = "voice"
    SMS = "sms"


class Kind(StrEnum):
    """What can happen to a call."""

    STARTED = "started"  # the call reached the PBX, or left it
    MENU_ENTERED = "menu_entered"  # the IVR speaks to the caller
    MENU_CHOSEN = "menu_chosen"  # an option was pressed (digits)
    DOCUMENT_TYPED = "document_typed"  # CPF or CNPJ typed in the IVR (digits)
    ORDER_TYPED = "order_typed"  # an order number typed in the IVR (digits)
    QUEUED = "queued"  # the call waits in a queue (queue; priority, waited, wrap_up)
    RINGING = "ringing"  # a device is alerted (extension; none: the far end, or an outside number: digits)
    UNANSWERED = "unanswered"  # a device stopped ringing without an answer (extension)
    ANSWERED = "answered"  # somebody picked up (extension; none: the far end)
    PICKED_UP = "picked_up"  # a device took a call that was parked, waited, or rang elsewhere (extension)
    HELD = "held"  # this and the next: by which device (extension; none: the agent's)
    RESUMED = "resumed"
    QUEUE_CHANGED = "queue_changed"  # a talk that came from a queue counts for another one (queue)
    PARKED = "parked"  # the call waits for any device to pick it up (extension: who parked it)
    JOINED = "joined"  # a device joined the talk, which is a conference now (extension)
    BROKE_IN = "broke_in"  # a device joined without being asked (extension)
    LEFT = "left"  # a device left the conference (extension)
    DIGITS_PRESSED = "digits_pressed"  # DTMF in an established call (digits, by; extension: which of ours)
    DATA_ATTACHED = "data_attached"  # what goes with the call was replaced (data)
    DESTINATION_PRESET = "destination_preset"  # where the other party goes when the agent hangs up (extension, queue)
    RECORDING_STARTED = "recording_started"
    RECORDING_STOPPED = "recording_stopped"
    MAILBOX_REACHED = "mailbox_reached"  # a mailbox took the call (extension: its owner)
    TRANSFERRED = "transferred"  # the call is over here and goes on as another call (other)
    ENDED = "ended"  # somebody hung up (by, cause)
    SMS_SENT = "sms_sent"
    SMS_RECEIVED = "sms_received"
    SMS_UNSENT = "sms_unsent"  # a text message that could not be sent (by, cause)


class State(StrEnum):
    """Where a call stands."""

    NEW = "new"
    ROUTING = "routing"
    MENU = "menu"
    QUEUED = "queued"
    RINGING = "ringing"
    TALKING = "talking"
    HELD = "held"
    PARKED = "parked"
    MAILBOX = "mailbox"
    ENDED = "ended"


class Party(StrEnum):
    """Who did it: the outside party, the inside one, or the PBX itself."""

    OUTSIDE = "outside"
    INSIDE = "inside"
    SYSTEM = "system"


class Cause(StrEnum):
    """Why a call ended."""

    NORMAL = "normal"
    ABANDONED = "abandoned"  # the caller left before an answer
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    REFUSED = "refused"
    TRANSFERRED = "transferred"
    UNKNOWN_NUMBER = "unknown_number"  # nobody has the number that was dialled
    NO_CREDIT = "no_credit"  # a prepaid account could not pay for it, or no longer
    MACHINE = "machine"  # an answering machine picked up where a person was wanted
    CLOSED = "closed"  # a line was called out of its hours
    NOT_ALLOWED = "not_allowed"  # the extension may not dial that number


class Outcome(StrEnum):
    """How a device's part in a call came out."""

    RINGING = "ringing"
    ANSWERED = "answered"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class Bill:
    """What a call cost: tariff class, price per minute, cost, and the account's balance after it (in reais)."""

    tariff: str
    per_minute: Decimal
    cost: Decimal
    balance: Decimal


class Facts(TypedDict, total=False):
    """What an event says beside its kind and its time (see `Event`)."""

    extension: str | None
    queue: str | None
    actor: str | None
    digits: str | None
    data: str | None
    other: str | None
    priority: int | None
    waited: int | None
    wrap_up: int | None
    by: Party | None
    cause: Cause | None
    bill: Bill | None


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to a call. ``number`` counts from 1 within the call; ``at`` is an aware UTC time.

    ``actor`` is which of ours sends the call on, or says where it will go, where that may be another than the agent.
    Of a call that waits in a queue: ``priority`` is 0 (first) to 19, ``waited`` the seconds that it counts as having
    waited before, ``wrap_up`` the seconds of peace for the agent after it.
    """

    call: str
    number: int
    kind: Kind
    at: datetime
    extension: str | None = None
    queue: str | None = None
    actor: str | None = None
    digits: str | None = None
    data: str | None = None
    other: str | None = None
    priority: int | None = None
    waited: int | None = None
    wrap_up: int | None = None
    by: Party | None = None
    cause: Cause | None = None
    bill: Bill | None = None


@dataclass(frozen=True, slots=True)
class Leg:
    """A device's part in a call."""

    extension: str
    offered: datetime
    outcome: Outcome
    answered: datetime | None = None
