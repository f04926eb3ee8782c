"""What must come of a scenario, once it is read: which messages, requests and records. It knows no file format.

``symptom`` says in words what it means when an expectation is missed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any


@dataclass(frozen=True, slots=True)
class Match:
    """Which messages or requests are meant; None matches everything.

    ``status`` is the last answer's; ``delivered`` whether a 2xx came; ``attempts`` how many it took.
    """

    vendor: str | None = None
    call: str | None = None
    message: str | None = None
    operation: str | None = None
    status: int | None = None
    delivered: bool | None = None
    attempts: int | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """So many messages went out: at least ``least``, at most ``most`` (None: no limit), for every target.

    ``deliveries`` is how many distinct delivery ids they carry.
    """

    match: Match
    where: str
    least: int = 1
    most: int | None = None
    deliveries: int | None = None
    symptom: str = ""


@dataclass(frozen=True, slots=True)
class Received:
    """The integration made so many requests. The run waits for them ``within`` (wall) after its last step.

    An ``optional`` one is judged only where the integration asked the vendor for anything at all.
    """

    match: Match
    where: str
    least: int = 1
    most: int | None = None
    within: timedelta = timedelta()
    optional: bool = False
    symptom: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """These messages of a vendor first went out in this order; one named again stands for its next time."""

    vendor: str
    of: tuple[Match, ...]
    where: str
    symptom: str = ""


@dataclass(frozen=True, slots=True)
class Reaction:
    """Each message that ``to`` means was followed by a request that ``by`` means, ``within`` so long (wall time).

    The time counts from when the message first left to when the request came, so that a screen-pop can be timed.
    """

    to: Match
    by: Match
    where: str
    within: timedelta
    symptom: str = ""


@dataclass(frozen=True, slots=True)
class Holds:
    """After the run, so many records of a kind (or the one call) have these fields."""

    where: str
    record: str | None = None
    call: str | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    least: int = 1
    most: int | None = None
    symptom: str = ""


@dataclass(frozen=True, slots=True)
class Clean:
    """The contract check found no error (``wanted``), or may have found some."""

    where: str
    wanted: bool = True


Expectation = Sent | Received | Order | Reaction | Holds | Clean


def vendor_of(expectation: Expectation) -> str | None:
    """Return the vendor that an expectation is about; `Holds` and `Clean` are about none."""
    match expectation:
        case Sent() | Received():
            return expectation.match.vendor
        case Order():
            return expectation.vendor
        case Reaction():
            return expectation.to.vendor
        case Holds() | Clean():
            return None
