"""The nouns of a contract check: what was exchanged, what was found, and how sure anyone may be of it.

This module knows no vendor and no file format.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

Headers = tuple[tuple[str, str], ...]

# The statuses of answers that have no body, and of those that say no length of it either: a 205 says 0.
BODILESS = frozenset({204, 205, 304})
LENGTHLESS = BODILESS - {205}


class Confidence(StrEnum):
    """How a clause is known."""

    DOCUMENTED = "documented"  # the vendor's own document says so
    OBSERVED = "observed"  # seen on the wire or in public client code
    INFERRED = "inferred"  # a conclusion of ours; a pass on it is no vendor conformance


class Severity(StrEnum):
    """What breaking a clause means for the verdict."""

    ERROR = "error"
    WARNING = "warning"


class Direction(StrEnum):
    """Who asked: the integration asked a fake (received), or the simulator pushed (sent)."""

    RECEIVED = "received"
    SENT = "sent"


class Part(StrEnum):
    """The half of an exchange that a violation is about."""

    REQUEST = "request"
    RESPONSE = "response"


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a clause comes from. ``discrepancy`` is an id of the vendor's ``discrepancies.yaml``."""

    source: str
    confidence: Confidence
    discrepancy: str | None = None


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A request as it was on the wire; ``path`` is percent-encoded and without the query."""

    method: str
    path: str
    query: str = ""
    headers: Headers = ()
    body: bytes = b""

    def header(self, name: str) -> str | None:
        """Return the first value of a header, whatever its case, or None."""
        return _header(self.headers, name)


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """An answer as it was on the wire."""

    status: int
    headers: Headers = ()
    body: bytes = b""

    def header(self, name: str) -> str | None:
        """Return the first value of a header, whatever its case, or None."""
        return _header(self.headers, name)


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and what came back. ``response`` is None when nothing did, and ``error`` says why.

    Beside a response, ``error`` says that its body was cut: it went on past what whoever asked reads.
    ``operation`` is an operation id or webhook name of the vendor's contract when it is known; ``readings`` are
    the tenant's choices among the vendor's discrepancies (id to reading); ``fault`` names what was done wrong on
    purpose with the half that is ours (the request of one that was sent, else the answer), so that it is never counted
    as a violation of ours. Where the other half was ours too, since the simulator told its own fake, ``other_fault``
    names what was done wrong with that. ``at`` is tenant time, ``job`` the sequence number of the job that sent it,
    ``took_ms`` wall time.
    """

    vendor: str
    direction: Direction
    request: HttpRequest
    response: HttpResponse | None = None
    error: str | None = None
    operation: str | None = None
    message: str | None = None
    readings: Mapping[str, str] = field(default_factory=dict)
    tenant: str = ""
    id: str = ""
    at: datetime | None = None
    call: str | None = None
    target: str | None = None
    delivery: str | None = None
    job: int = 0
    attempt: int = 1
    fault: str | None = None
    other_fault: str | None = None
    took_ms: float | None = None

    @property
    def cut(self) -> bool:
        """True when the body of the response is not whole, so that nothing can be said of it."""
        return self.response is not None and bool(self.error)


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken clause. ``pointer`` is a JSON pointer into the body of ``part`` (or ``header:name``, ``status``)."""

    clause: str
    part: Part
    pointer: str
    found: str
    expected: str
    remedy: str
    source: str
    confidence: Confidence
    severity: Severity
    discrepancy: str | None = None
    drift: bool = False
    keyword: str = ""
    note: str = ""

    @property
    def field(self) -> str:
        """The name of what is wrong: the pointer's last word, without the place that it stands in (``query:``)."""
        return self.pointer.rpartition("/")[2].rpartition(":")[2]


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a check found.

    ``passed`` counts the clauses that held, by confidence; ``unjudged`` names rules it could not judge.
    """

    operation: str | None
    violations: tuple[Violation, ...] = ()
    unjudged: tuple[str, ...] = ()
    passed: Mapping[Confidence, int] = field(default_factory=dict)

    @property
    def clean(self) -> bool:
        """True when nothing found is an error (warnings do not fail a run)."""
        return not any(v.severity is Severity.ERROR for v in self.violations)

    @property
    def refused(self) -> tuple[Violation, ...]:
        """The violations of the request for which a fake refuses it: all but drift."""
        return tuple(v for v in self.violations if v.part is Part.REQUEST and not v.drift)


def _header(headers: Headers, name: str) -> str | None:
    wanted = name.lower()
    for key, value in headers:
        if key.lower() == wanted:
            return value
    return None
