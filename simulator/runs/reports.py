"""What happened and what came of it, in words. Prints nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from contracts.model import Confidence, Exchange
from simulator.runs.silences import Silence
from simulator.runs.verdicts import Finding, Verdict
from simulator.telephony.agents import AgentEvent, AgentKind
from simulator.telephony.calls import Call, Cause, Direction, Event, Kind, Party

_WHO = {Party.OUTSIDE: "the outside party", Party.INSIDE: "the agent", Party.SYSTEM: "the PBX"}
MARKS = (Confidence.DOCUMENTED, Confidence.OBSERVED, Confidence.INFERRED)


def tell(call: Call, event: Event, name: str) -> str:
    """Say in a few words what happened to a call."""
    device = f"extension {event.extension}" if event.extension else "the far end"
    by = f" by {device}" if event.extension else ""
    words = {
        Kind.STARTED: lambda: _start(call),
        Kind.SMS_SENT: lambda: f"a text message goes to {call.outside}",
        Kind.SMS_RECEIVED: lambda: f"a text message comes from {call.outside}",
        Kind.SMS_UNSENT: lambda: f"a text message to {call.outside} is not sent: the account cannot pay for it",
        Kind.RINGING: lambda: f"{device} rings{f' at {event.digits}' if event.digits else ''}",
        Kind.ANSWERED: lambda: f"{device} answers",
        Kind.UNANSWERED: lambda: f"{device} does not answer",
        Kind.QUEUED: lambda: f"waits in queue {event.queue}",
        Kind.MENU_CHOSEN: lambda: f"presses {event.digits}",
        Kind.PICKED_UP: lambda: f"{device} picks it up",
        Kind.QUEUE_CHANGED: lambda: f"counts for queue {event.queue} from now on",
        Kind.HELD: lambda: f"is put on hold{by}",
        Kind.RESUMED: lambda: f"is taken off hold{by}",
        Kind.PARKED: lambda: f"{device} parks it",
        Kind.JOINED: lambda: f"{device} joins the talk",
        Kind.BROKE_IN: lambda: f"{device} breaks in on the talk",
        Kind.LEFT: lambda: f"{device} leaves the talk",
        Kind.DIGITS_PRESSED: lambda: f"{_WHO[event.by or Party.OUTSIDE]} presses {event.digits}",
        Kind.DATA_ATTACHED: lambda: f"goes with {event.data!r} from now on",
        Kind.DESTINATION_PRESET: lambda: f"goes on to {_target(event)} when the agent hangs up",
        Kind.MAILBOX_REACHED: lambda: f"reaches the mailbox{f' of {device}' if event.extension else ''}",
        Kind.TRANSFERRED: lambda: f"is transferred to {_target(event)}, after {call.talk} s of talk",
        Kind.ENDED: lambda: _end(call, event),
    }
    word = words.get(event.kind)
    return f"call {name}: {word() if word else _PLAIN[event.kind]}"


def tell_agent(event: AgentEvent) -> str:
    """Say in a few words what happened to an agent."""
    words = {
        AgentKind.LOGGED_IN: f"logs in to queue {event.queue}",
        AgentKind.LOGGED_OUT: f"logs out of {f'queue {event.queue}' if event.queue else 'every queue'}",
        AgentKind.PAUSED: f"is paused{f': {event.reason}' if event.reason else ''}",
        AgentKind.UNPAUSED: "is back from the pause",
    }
    return f"agent {event.extension}: {words[event.kind]}"


_PLAIN = {
    Kind.MENU_ENTERED: "hears the menu",
    Kind.DOCUMENT_TYPED: "types a document number",
    Kind.ORDER_TYPED: "types an order number",
    Kind.RECORDING_STARTED: "is recorded",
    Kind.RECORDING_STOPPED: "is recorded no longer",
}


_CAUSES = {
    Cause.BUSY: "is busy",
    Cause.REFUSED: "is refused",
    Cause.MACHINE: "an answering machine picks up; the PBX ends it",
    Cause.NO_CREDIT: "the account has no credit left; the PBX ends it",
    Cause.UNKNOWN_NUMBER: "nobody has that number; the PBX ends it",
    Cause.CLOSED: "the line is out of its hours; the PBX ends it",
    Cause.TRANSFERRED: "the agent leaves, and who was asked goes on with the call that is transferred",
    Cause.NOT_ALLOWED: "the extension may not dial that number; the PBX ends it",
}


def _target(event: Event) -> str:
    return f"extension {event.extension}" if event.extension else f"queue {event.queue}"


def _start(call: Call) -> str:
    if call.origin and call.direction is Direction.INTERNAL:
        return f"begins by transfer, extension {call.extension} and {call.outside}"
    if call.origin:
        return f"begins by transfer, {call.outside} on line {call.line}"
    if call.direction is Direction.INBOUND:
        return f"{call.outside} calls {call.line}"
    who = f"extension {call.extension}" if call.extension else "the PBX"
    return f"{who} dials {call.outside}"


def _end(call: Call, event: Event) -> str:
    who = _WHO[event.by] if event.by else "somebody"
    if event.cause is Cause.ABANDONED:
        return f"{who} gives up after {call.waiting} s"
    if event.cause in _CAUSES:
        return _CAUSES[event.cause]
    if event.cause is Cause.NO_ANSWER:
        return f"nobody answers; {who} ends it after {call.waiting} s"
    return f"{who} hangs up after {call.talk} s of talk"


def tell_exchange(exchange: Exchange, name: str) -> str:
    """Say in a line what was sent or received, and what was answered, in how many milliseconds."""
    request, response = exchange.request, exchange.response
    what = f"{exchange.message or exchange.operation or 'no operation'}{f' of call {name}' if name else ''}"
    answer = f"{response.status}" if response else f"no answer: {exchange.error}"
    took = f" in {exchange.took_ms:.1f} ms" if exchange.took_ms is not None and response else ""
    cut = f", {exchange.error}" if exchange.cut else ""
    again = f" (attempt {exchange.attempt})" if exchange.attempt > 1 else ""
    faults = [each for each in (exchange.fault, exchange.other_fault) if each]
    fault = f" [fault: {', '.join(faults)}]" if faults else ""
    return f"{exchange.vendor} {what}{again}: {request.method} {request.path} -> {answer}{took}{cut}{fault}"


def tell_finding(finding: Finding, place: str) -> Iterator[str]:
    """Say what a violation is, what was expected, where that is known from, and what to do.

    ``place`` is what the reader knows the exchange by: its number, or a file and a line.
    """
    violation, exchange = finding.violation, finding.exchange
    subject = exchange.message or exchange.operation or exchange.request.path
    kind = "drift" if violation.drift else violation.severity.value
    about = f", {violation.discrepancy}" if violation.discrepancy else ""
    yield (
        f"{kind}: {place}, {exchange.vendor} {subject}, {violation.part.value} "
        f"{violation.pointer or 'body'} [{violation.clause}]"
    )
    yield f"  found {violation.found}; expected {violation.expected}"
    yield f"  {violation.confidence.value}{about}: {violation.source}"
    if violation.remedy:
        yield f"  {violation.remedy}"
    if violation.note:
        yield f"  {violation.note}"


def tell_refused(exchange: Exchange, where: str) -> str:
    """Say that a message was answered with a no, ``where`` it was sent to."""
    what, answer = f"{exchange.vendor} {exchange.message}", answer_of(exchange)
    if exchange.response is not None and exchange.response.status >= 500:
        said = f"it answered {exchange.response.status}{f', {answer}' if answer else ''}"
        return f"what listens at {where} broke by {what}, which had {exchange.fault} on purpose: {said}"
    if exchange.cut:
        unknown = "nothing says that it was accepted; answer with a smaller body"
        return f"{what} was answered at {where} with {exchange.error}: {unknown}: {answer}"
    return f"{what} was refused at {where}: {answer}"


def tell_spared(exchange: Exchange, name: str) -> str:
    """Say that a message came to nothing since its answers were wrong on purpose."""
    what = f"{exchange.vendor} {exchange.message}{f' of call {name}' if name else ''}"
    came = "was refused" if exchange.response and 200 <= exchange.response.status < 300 else "never arrived"
    return f"{what} {came}: our own fake answered so on purpose (fault: {exchange.other_fault})"


def tell_silence(vendor: str, silence: Silence) -> Iterator[str]:
    """Say what a vendor cannot say."""
    unlisted = [name for name in silence.calls if name not in silence.listed]
    if unlisted:
        does = "told" if silence.sends else "sends no messages, and lists"
        yield f"{vendor} {does} nothing of {_calls(unlisted)}"
    if silence.listed:
        does = "told nothing of" if silence.sends else "sends no messages; its list has"
        yield f"{vendor} {does} {_calls(silence.listed)}{', but lists it' if silence.sends else ''}"
    if silence.kinds:
        yield f"not told by {vendor}, which has no message for it: {', '.join(silence.kinds)}"


def _calls(names: Sequence[str]) -> str:
    return f"call{'' if len(names) == 1 else 's'} {', '.join(names)}"


def tell_dropped(verdict: Verdict) -> str:
    """Say that a run cannot be judged as a whole."""
    return (
        f"{verdict.dropped} exchanges had left the bounded journal before they could be judged: "
        "play a shorter scenario, or fewer at a time"
    )


def answer_of(exchange: Exchange) -> str:
    """Return the beginning of what was answered."""
    body = exchange.response.body[:200] if exchange.response else b""
    return body.decode("utf-8", "replace")


def tell_passed(passed: Mapping[Confidence, int]) -> str:
    """Say how many clauses held, by how they are known: a pass on a guess is no vendor conformance."""
    counts = ", ".join(f"{passed.get(mark, 0)} {mark.value}" for mark in MARKS)
    return f"{sum(passed.values())} clauses held: {counts}"
