"""What a scenario is, once it is read: steps on a time line, faults and expectations.

It knows no file format.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from scenarios.answers import AnswerFault
from scenarios.expected import Expectation, Match, Reaction, vendor_of
from scenarios.turns import Turn


class Verb(StrEnum):
    """What a step does: `STARTING` begin a call, `BY_AGENT` and `AWAIT` name none, the others act on one that began."""

    INBOUND = "inbound"  # from, to
    OUTBOUND = "outbound"  # extension, to, by_number
    INTERNAL = "internal"  # extension, to
    PREDICTIVE = "predictive"  # to, by_number
    SMS = "sms"  # extension, to, text
    SMS_IN = "sms_in"  # from, to, text
    MENU = "menu"
    CHOOSE = "choose"  # option
    TYPE_DOCUMENT = "type_document"  # digits
    TYPE_ORDER = "type_order"  # digits
    QUEUE = "queue"  # queue, priority
    ROUTE = "route"
    RING = "ring"  # extension or group; none: the far end of an outbound call
    NO_ANSWER = "no_answer"  # extension; none: the one that rings
    ANSWER = "answer"  # extension; none: the one that rings, or the far end
    PICK_UP = "pick_up"  # extension
    HOLD = "hold"  # extension; none: the agent's
    RESUME = "resume"  # extension; none: the agent's
    CHANGE_QUEUE = "change_queue"  # queue
    SWAP = "swap"  # with
    PARK = "park"
    JOIN = "join"  # extension
    BREAK_IN = "break_in"  # extension
    LEAVE = "leave"  # extension
    PRESS = "press"  # digits, by
    ATTACH = "attach"  # data
    PRESET = "preset"  # extension
    RECORD = "record"
    STOP_RECORDING = "stop_recording"
    VOICEMAIL = "voicemail"  # extension
    TRANSFER = "transfer"  # to or queue, as, with
    BUSY = "busy"
    REFUSE = "refuse"
    MACHINE = "machine"
    HANGUP = "hangup"  # by
    LOGIN = "login"  # extension, queue
    LOGOUT = "logout"  # extension, queue
    PAUSE = "pause"  # extension, reason
    UNPAUSE = "unpause"  # extension
    AWAIT = "await"


STARTING = frozenset({Verb.INBOUND, Verb.OUTBOUND, Verb.INTERNAL, Verb.PREDICTIVE, Verb.SMS, Verb.SMS_IN})
ENDING = frozenset({Verb.SMS, Verb.SMS_IN, Verb.TRANSFER, Verb.BUSY, Verb.REFUSE, Verb.MACHINE, Verb.HANGUP})
# What an agent does; these name no call.
BY_AGENT = frozenset({Verb.LOGIN, Verb.LOGOUT, Verb.PAUSE, Verb.UNPAUSE})


class Flaw(StrEnum):
    """What is done wrong on purpose with a message that goes out; also the ``fault`` of its records."""

    DELAY = "delay"  # it leaves later, and what is behind it does not wait for it
    DUPLICATE = "duplicate"  # it goes out several times
    DROP = "drop"  # it never goes out
    SWAP_WITH_NEXT = "swap_with_next"  # it changes places with the next message of its call
    AFTER_END = "after_end"  # it leaves behind the last message of its call
    BURST = "burst"  # it is held back, and leaves together with others
    MALFORMED = "malformed"  # its body is cut, so that it is no JSON
    WRONG_TOKEN = "wrong_token"  # noqa: S105 - its credential is not the target's
    MISSING_TOKEN = "missing_token"  # noqa: S105 - it has no credential
    WRONG_METHOD = "wrong_method"  # PUT for POST, POST for PUT
    SWAPPED_DATE = "swapped_date"  # day and month have changed places
    NUMBER_AS_STRING = "number_as_string"  # a number stands in quotation marks
    NULL_FIELD = "null_field"  # a field is null
    UNKNOWN_FIELD = "unknown_field"  # a field is there that nobody knows
    PRINTED_EXAMPLE = "printed_example"  # its body is the example of the vendor's page, to the letter


# What only the vendor can do to a body of its own (see `simulator.vendor.Vendor.spoils`).
IN_WIRE_WORDS = frozenset(
    {Flaw.SWAPPED_DATE, Flaw.NUMBER_AS_STRING, Flaw.NULL_FIELD, Flaw.UNKNOWN_FIELD, Flaw.PRINTED_EXAMPLE}
)
# What only a message has that is a request of its own, and no event of a channel.
OF_REQUESTS = frozenset({Flaw.WRONG_TOKEN, Flaw.MISSING_TOKEN, Flaw.WRONG_METHOD})


@dataclass(frozen=True, slots=True)
class Wanted:
    """The request of the integration that an `AWAIT` step waits for, and how long, in wall time."""

    vendor: str
    operation: str
    within: timedelta


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happens. ``offset`` counts from the start of the scenario; ``where`` is its place.

    ``call`` is the scenario's own name of the call (empty for `AWAIT` and `BY_AGENT`). ``fields`` holds the other
    words of the step as they are written: ``from``, ``to``, ``as``, ``with``, ``by``, ``extension``, ``group``,
    ``queue``, ``priority``, ``option``, ``digits``, ``data``, ``reason``, ``text``, ``by_number`` (when it is there,
    it is so). ``where`` is ``file:line:column``.
    """

    offset: timedelta
    verb: Verb
    call: str
    fields: Mapping[str, str]
    where: str
    wanted: Wanted | None = None

    @property
    def begins(self) -> str | None:
        """The call that begins with this step, if one does."""
        if self.verb in STARTING:
            return self.call
        return self.fields["as"] if self.verb is Verb.TRANSFER else None

    @property
    def ends(self) -> tuple[str, ...]:
        """The calls that are over after this step; a consultation ends with the transfer that it was for."""
        if self.verb not in ENDING:
            return ()
        consultation = self.fields.get("with") if self.verb is Verb.TRANSFER else None
        return (self.call, consultation) if consultation else (self.call,)

    @property
    def other(self) -> str | None:
        """The other call that a step acts on, if there is one."""
        return self.fields.get("with")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is done wrong with which message.

    Of the messages that ``match`` means, counted from 1 as they arise: the ``nth``, or ``every`` so many, or
    a share of them (``rate``), or (all None) each; ``most`` times at most. ``delay`` is tenant time. ``times`` is how
    often a `Flaw.DUPLICATE` goes out in all, and ``new_id`` gives every copy a delivery id of its own. A `Flaw.BURST`
    goes out when ``times`` of them are there.
    """

    match: Match
    flaw: Flaw
    where: str
    nth: int | None = None
    every: int | None = None
    delay: timedelta = timedelta()
    times: int = 2
    new_id: bool = False
    rate: float | None = None
    most: int | None = None

    def strikes(self, count: int, struck: int = 0, fraction: float = 0.0) -> bool:
        """Say whether the fault is for the ``count``-th (from 1) of those it matches, after ``struck`` were struck.

        ``fraction`` is the lot that a rate is held against.
        """
        return Turn(self.nth, self.every, self.rate, self.most).comes(count, struck, fraction)


@dataclass(frozen=True, slots=True)
class Needs:
    """The records of the world that the steps name, each with the place that names it first; ``groups`` ring."""

    extensions: Mapping[str, str]
    queues: Mapping[str, str]
    lines: Mapping[str, str]
    groups: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scenario:
    """What happens on the phone, what is done wrong on purpose, and what must come of it.

    ``faults`` strike what goes out, ``answers`` are those that strike where the fakes answer. ``source`` is the file
    it was read from, or the name its text was given; ``text`` is the file as it was read, so that a run can be stored
    and read again. There is always exactly one `Clean`.
    """

    name: str
    title: str
    about: str
    steps: tuple[Step, ...]
    faults: tuple[Fault, ...]
    expectations: tuple[Expectation, ...]
    source: str
    text: str = field(default="", repr=False, compare=False)
    answers: tuple[AnswerFault, ...] = ()

    @property
    def calls(self) -> tuple[str, ...]:
        """The names of its calls, in the order in which they begin."""
        return tuple(name for step in self.steps if (name := step.begins))

    @property
    def needs(self) -> Needs:
        """What the world must have before the first step."""
        needs: dict[str, dict[str, str]] = {"extensions": {}, "queues": {}, "lines": {}, "groups": {}}
        for step in self.steps:
            for kind, name in _named(step):
                needs[kind].setdefault(name, step.where)
        return Needs(**needs)

    @property
    def vendors(self) -> Mapping[str, str]:
        """The vendor keys that waits, faults and expectations name, each with the first place."""
        named: dict[str, str] = {}
        for step in self.steps:
            if step.wanted:
                named.setdefault(step.wanted.vendor, step.where)
        for fault in self.faults:
            if fault.match.vendor:
                named.setdefault(fault.match.vendor, fault.where)
        for answer in self.answers:
            named.setdefault(answer.vendor, answer.where)
        for expectation in self.expectations:
            if vendor := vendor_of(expectation):
                named.setdefault(vendor, expectation.where)
            if isinstance(expectation, Reaction) and expectation.by.vendor:
                named.setdefault(expectation.by.vendor, expectation.where)
        return named


def _named(step: Step) -> Iterator[tuple[str, str]]:
    if extension := step.fields.get("extension"):
        yield "extensions", extension
    if step.verb in (Verb.TRANSFER, Verb.INTERNAL) and (to := step.fields.get("to")):
        yield "extensions", to
    if queue := step.fields.get("queue"):
        yield "queues", queue
    if group := step.fields.get("group"):
        yield "groups", group
    if step.verb in (Verb.INBOUND, Verb.SMS_IN) and (line := step.fields.get("to")):
        yield "lines", line
