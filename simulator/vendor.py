"""What a vendor is to the rest of the program: tables of pure functions, and nothing that waits, stores or listens.

A vendor lives in ``simulator/vendors/<key>/`` and its package has one name, ``VENDOR``, which is a `Vendor`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from contracts.contract import Contract
from contracts.model import Headers, HttpRequest, HttpResponse, Violation
from simulator.board import Board, Stream
from simulator.identity import Identity
from simulator.message import Login, Message
from simulator.records import Document, Reader
from simulator.spoiling import Spoil
from simulator.telephony.agents import AgentEvent, AgentKind
from simulator.telephony.calls import Call, Event, Kind
from simulator.telephony.routing import Routing


class Work(Reader, Protocol):
    """One unit of work on one tenant: reads see its own writes; all of it is committed together, or nothing."""

    @property
    def tenant(self) -> str:
        """The tenant's name."""

    @property
    def now(self) -> datetime:
        """Tenant time, aware UTC. Where something happens to a call, it is no earlier than the call's last event."""

    @property
    def zone(self) -> ZoneInfo:
        """The tenant's time zone."""

    @property
    def identity(self) -> Identity:
        """The tenant's source of made-up values."""

    @property
    def readings(self) -> Mapping[str, str]:
        """The reading of each of this vendor's discrepancies."""

    @property
    def switches(self) -> Mapping[str, str]:
        """The value of each of this vendor's tenant switches that the tenant has set (see Vendor.switches)."""

    def credentials(self, vendor: str) -> Mapping[str, str]:
        """Return the tenant's credential set for a vendor."""

    def accounts(self, vendor: str) -> Mapping[str, str]:
        """Return the account settings that the tenant has set for a vendor (see Vendor.account)."""

    @property
    def board(self) -> Board:
        """Calls, and what is told of them, in this unit of work."""

    def call(self, key: str) -> Call | None:
        """Return a call by its id."""

    def calls(self) -> Iterable[Call]:
        """Return the tenant's calls, oldest first, live ones too."""

    def live_calls(self) -> Iterable[Call]:
        """Return the calls that are not over, oldest first."""

    def put(self, kind: str, key: str, document: Document) -> None:
        """Write a record."""

    def remove(self, kind: str, key: str) -> None:
        """Remove a record; nothing happens when there is none."""

    def next_number(self, kind: str) -> int:
        """Count up a named sequence of the tenant and return its new value (1 first)."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What a renderer may know beside the call: the tenant's zone, readings, account settings, calls and records.

    ``switches`` are those of the vendor that the tenant has set.
    """

    zone: ZoneInfo
    readings: Mapping[str, str]
    account: Mapping[str, str]
    records: Reader
    call: Callable[[str], Call | None]
    switches: Mapping[str, str] = field(default_factory=dict)


Renderer = Callable[[Call, Event, Scene], tuple[Message, ...]]
AgentRenderer = Callable[[AgentEvent, Scene], tuple[Message, ...]]


class Wait(StrEnum):
    """What the shell does before or while it answers."""

    DELAY = "delay"  # sleep ``seconds``, then answer
    CUT = "cut"  # send part of the body, then close the connection
    DRIP = "drip"  # send the body a byte at a time over ``seconds``
    JOURNAL = "journal"  # ask again when the journal has grown, or after ``seconds``
    HOLD = "hold"  # sleep ``seconds``, and only then ask for the answer: see `simulator.shell.bridge.Slip.later`
    GARBAGE = "garbage"  # send bytes that are no HTTP, then close the connection
    RESET = "reset"  # reset the connection, without an answer
    STREAM = "stream"  # send the body and go on with the stream, which shows life after ``seconds`` of silence


@dataclass(frozen=True, slots=True)
class Instruction:
    """What the sync core asks of the async shell, beside the reply."""

    wait: Wait
    seconds: float = 0.0
    stream: Stream | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """A handler's answer. ``body`` is JSON-able, or bytes as they go out."""

    status: int
    body: object
    headers: Headers = ()
    instruction: Instruction | None = None


@dataclass(frozen=True, slots=True)
class Received:
    """A request that has passed authentication and the contract check.

    ``operation`` is its id; ``body`` the decoded body (None when there is none); ``path`` and ``query`` the decoded
    parameters.
    """

    operation: str
    http: HttpRequest
    body: Any = None
    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)


Handler = Callable[[Work, Received], Reply]


class Problem(StrEnum):
    """Why a request is refused before its handler sees it."""

    UNAUTHENTICATED = "unauthenticated"  # no credential, or one that names no tenant
    FORBIDDEN = "forbidden"  # a known credential that may not do this, or two of different tenants
    NOT_FOUND = "not_found"  # no such path
    METHOD_NOT_ALLOWED = "method_not_allowed"
    MALFORMED = "malformed"  # the body cannot be read
    UNSUPPORTED_MEDIA = "unsupported_media"
    TOO_LARGE = "too_large"
    VIOLATION = "violation"  # the contract check found something
    FAILURE = "failure"  # a fault of ours, or one that was asked for


@dataclass(frozen=True, slots=True)
class Refusal:
    """Everything an envelope needs. ``detail`` is English, for the journal and for envelopes that have room for it.

    ``http`` and the decoded ``body`` are what was asked, for envelopes that repeat it.
    """

    problem: Problem
    detail: str
    operation: str | None = None
    violations: tuple[Violation, ...] = ()
    allow: tuple[str, ...] = ()
    switches: Mapping[str, str] = field(default_factory=dict)
    http: HttpRequest | None = None
    body: Any = None

    @property
    def headers(self) -> Headers:
        """What HTTP wants beside the envelope: the methods that would do, where another was used."""
        return (("allow", ", ".join(self.allow)),) if self.allow else ()


@dataclass(frozen=True, slots=True)
class Claim:
    """What a request's credential says: the tenant it names, or why it names none.

    ``hint`` is the nearest known credential kind, for the journal of ``unclaimed``.
    """

    tenant: str | None = None
    problem: Problem = Problem.UNAUTHENTICATED
    detail: str = ""
    hint: str = ""


class Credentials(Protocol):
    """Who holds which secret: an index over every tenant, by vendor, credential field and value."""

    def holder(self, vendor: str, field: str, value: str) -> str | None:
        """Return the tenant whose credential ``field`` has this value."""

    def token_holder(self, vendor: str, token: str) -> str | None:
        """Return the tenant to which a token was issued at run time, unless it has expired or was revoked."""


@dataclass(frozen=True, slots=True)
class Vendor:
    """One vendor, as tables.

    renders      what each kind of event makes it tell (empty: it pushes nothing)
    agents       what each kind of thing that happens to an agent makes it tell
    messages     the names of the messages that it tells
    authorise    the headers that carry a target's token (or the token got by ``login``)
    accepted     whether an answer to a message is an acceptance (None: every 2xx is)
    handlers     operation id to handler (empty: it serves nothing)
    serves       whether these switches of a tenant leave an operation or message in (it is not there, else)
    channel      its messages go to the event channels that clients hold open, and to no target
    admit        whether a request that is right in itself may be done now (None: nothing more to say)
    claim        which tenant a request speaks for; open operations (a token route) claim by their body
    refuse       a refusal in the vendor's own envelope
    credentials  makes a tenant's credential set: field to value
    secrets      the kind of secret of each of its fields that no body of the contract has
    curls        lines for a newcomer to paste: (what it does, command), from base URL and credentials
    switches     tenant switches with their default (the first) and the other values
    world        the records of its own that a tenant begins with: kind to key to record, from the tenant's identity
                 and the world's records; for the tenant default (samples) those that the documents' samples name
    phones       the phones that the documents' samples name: in the tenant default the first customer's, else nobody's
    kinds        the kinds of record of its own that it keeps, each with its key in front (``hubsoft.popup``)
    account      default account settings that renderers use
    routing      where calls go, as its records say (None: it provisions nothing of the kind)
    lists        whether a list or report that it answers shows a call, under the readings of a tenant
    spoils       what it can do wrong on purpose with a body of its own: a flaw of scenarios to body in, body out
    """

    key: str
    title: str
    renders: Mapping[Kind, Renderer] = field(default_factory=dict)
    agents: Mapping[AgentKind, AgentRenderer] = field(default_factory=dict)
    messages: tuple[str, ...] = ()
    authorise: Callable[[str], Headers] = lambda token: (("authorization", f"Bearer {token}"),)
    login: Login | None = None
    accepted: Callable[[HttpResponse], bool] | None = None
    handlers: Mapping[str, Handler] = field(default_factory=dict)
    serves: Callable[[Mapping[str, str], str], bool] = lambda switches, operation: True
    channel: bool = False
    admit: Callable[[Work, Received], Refusal | None] | None = None
    claim: Callable[[str | None, HttpRequest, Any, Credentials], Claim] | None = None
    refuse: Callable[[Refusal], Reply] | None = None
    credentials: Callable[[Identity], Mapping[str, str]] = lambda identity: {}
    secrets: Mapping[str, str] = field(default_factory=dict)
    curls: Callable[[str, Mapping[str, str]], tuple[tuple[str, str], ...]] = lambda base, credentials: ()
    switches: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    world: Callable[[Identity, Mapping[str, Mapping[str, Document]], bool], Mapping[str, Mapping[str, Document]]] = (
        lambda identity, world, samples: {}
    )
    phones: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    account: Mapping[str, str] = field(default_factory=dict)
    routing: Routing | None = None
    lists: Callable[[Call, Mapping[str, str]], bool] = lambda call, readings: False
    spoils: Mapping[str, Spoil] = field(default_factory=dict)


def secret_kinds(vendor: Vendor, contract: Contract) -> dict[str, str]:
    """Return the kind of each secret by its name: of the contract's bodies and headers, and of the credentials."""
    return {**contract.secrets, **contract.secret_headers, **vendor.secrets}
