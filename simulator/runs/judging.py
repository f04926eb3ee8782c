"""From what a run left in the journal to its verdict. Pure: it waits for nothing and changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from contracts.contract import Contract
from contracts.faulted import SPOILING
from contracts.model import Direction, Exchange, HttpResponse
from scenarios.expectations import evaluate
from scenarios.expected import Expectation
from scenarios.holding import Left
from scenarios.model import Flaw
from scenarios.sendings import OWN, Record
from simulator.faults.faults import idle
from simulator.runs.verdicts import Verdict, judge, with_expectations
from simulator.telephony.calls import Call
from simulator.tenancy.journal import Entry, Journal, is_own, is_replay
from simulator.tenancy.runs import Run, Status
from simulator.vendor import Vendor

# Vendor key to what tells an acceptance from a refusal; every 2xx is one for a vendor that is not here.
Accepts = Mapping[str, Callable[[HttpResponse], bool]]

# With any other fault a message still has to arrive as it is.
_NOT_WHOLE = {*SPOILING, Flaw.DROP}


@dataclass(frozen=True, slots=True)
class Fates:
    """What became of messages: ``lost`` never arrived, ``refused`` were answered with a no, or broke the receiver.

    ``spared`` are those of both kinds that a fake of ours answered so on purpose.
    """

    lost: tuple[Exchange, ...]
    refused: tuple[Exchange, ...]
    spared: tuple[Exchange, ...]


def own_entries(journal: Journal, run: Run, *, after: int = 0) -> list[Entry]:
    """Return what a run is judged by: what was sent of its own calls, logins, and all that came in since it began.

    Only entries beyond the number ``after`` are looked at.
    """
    own = {*run.calls.values(), None}
    first, upto = max(run.first, after), journal.last if run.last is None else run.last
    since = (e for e in journal.after(first, limit=journal.last) if e.number <= upto and not is_replay(e.exchange))
    return [e for e in since if e.exchange.direction is Direction.RECEIVED or e.exchange.call in own]


def records_of(run: Run, entries: Iterable[Entry]) -> list[Record]:
    """Return entries as expectations read them, with the scenario's names of the calls.

    What was sent to a fake of our own comes in again there, with its target: that is no request of the integration.
    """
    return [record_of(e.exchange, e.number, run.name_of(e.exchange.call), wall=e.began) for e in entries]


def record_of(exchange: Exchange, number: int, call: str | None, *, wall: float | None = None) -> Record:
    """Return an exchange as expectations read it: its number in the journal, the name of its call, when it began."""
    status = exchange.response.status if exchange.response else None
    return Record(
        number=number,
        direction=OWN if is_own(exchange) else exchange.direction.value,
        vendor=exchange.vendor,
        call=call,
        message=exchange.message,
        operation=exchange.operation,
        at=exchange.at,
        status=status,
        delivered=arrived(exchange),
        fault=exchange.fault,
        delivery=exchange.delivery,
        attempt=exchange.attempt,
        target=exchange.target,
        job=exchange.job,
        wall=wall,
        summary=f"{exchange.request.method} {exchange.request.path} -> {status or exchange.error}",
    )


def verdict_of(
    run: Run,
    journal: Journal,
    contracts: Mapping[str, Contract],
    accepts: Accepts,
    *,
    left: Left | None = None,
    unheard: Collection[str] = (),
    strict_inferred: bool = False,
    shared: bool = False,
) -> Verdict:
    """Return what came of a run whose last message is settled. ``left`` is what the tenant has now.

    ``unheard`` names the vendors of whose channels the tenant never opened one. ``shared``: other calls of the tenant
    went on meanwhile, so that what adds up over all calls cannot be judged.
    """
    entries = own_entries(journal, run)
    exchanges = [entry.exchange for entry in entries]
    dropped = max(0, min(journal.first - 1, journal.last if run.last is None else run.last) - run.first)
    pairs = [(e.exchange, e.verdict) for e in entries]
    verdict = judge(pairs, contracts, strict_inferred=strict_inferred, partial=shared or dropped > 0)
    found = records_of(run, entries)
    errors = len(verdict.errors)
    outcomes = evaluate(run.scenario.expectations, found, errors=errors, unsent=run.unsent, unheard=unheard, left=left)
    fates = _fates(exchanges, accepts)
    return replace(
        with_expectations(verdict, outcomes),
        undelivered=fates.lost,
        refused=fates.refused,
        spared=fates.spared,
        answered=frozenset(e.target for e in exchanges if e.target and e.response),
        unsent=run.unsent,
        idle=idle(run),
        dropped=dropped,
        problem=run.problem,
        undone=run.undone,
    )


def met(expectation: Expectation, found: Sequence[Record]) -> bool:
    """Say whether an expectation is met by what was found up to now."""
    (outcome,) = evaluate((expectation,), found)
    return outcome.met and outcome.judged


def others_went_on(calls: dict[str, Call], run: Run) -> bool:
    """Say whether other calls of the tenant (of which these are all, oldest first) were going on while the run did."""
    own = set(run.calls.values())
    newest_first = reversed(calls.items())
    return any(key not in own and (call.ended is None or call.ended >= run.started) for key, call in newest_first)


def status_of(verdict: Verdict) -> Status:
    """Return how a run has ended."""
    if verdict.problem:
        return Status.BROKEN
    return Status.PASSED if verdict.passes else Status.FAILED


def arrived(exchange: Exchange) -> bool:
    """Say whether a message was answered with a 2xx."""
    return exchange.response is not None and 200 <= exchange.response.status < 300


def refused(exchange: Exchange, accepts: Accepts) -> bool:
    """Say whether a message arrived, and was answered with a no: some vendors say so with a 2xx."""
    response, accepted = exchange.response, accepts.get(exchange.vendor)
    return response is not None and accepted is not None and arrived(exchange) and not accepted(response)


def accepts_of(vendors: Mapping[str, Vendor]) -> Accepts:
    """Return what tells an acceptance from a refusal, of each vendor that says so in the body."""
    return {key: vendor.accepted for key, vendor in vendors.items() if vendor.accepted}


def why_lost(exchange: Exchange) -> str:
    """Say why a message did not arrive."""
    return f"answered {exchange.response.status}" if exchange.response else exchange.error or "no answer"


def _fates(exchanges: Sequence[Exchange], accepts: Accepts) -> Fates:
    last = _last_attempts(exchanges)
    broken = [e for e in exchanges if e.delivery and e.fault in SPOILING and _broke(e)]
    lost = [(e, on_purpose) for e, on_purpose in last if not arrived(e)]
    said_no = [(e, e.other_fault is not None) for e in (*(e for e, _ in last if refused(e, accepts)), *broken)]
    return Fates(
        lost=tuple(e for e, on_purpose in lost if not on_purpose),
        refused=tuple(e for e, on_purpose in said_no if not on_purpose),
        spared=tuple(e for e, on_purpose in (*lost, *said_no) if on_purpose),
    )


def _last_attempts(exchanges: Sequence[Exchange]) -> list[tuple[Exchange, bool]]:
    """Return the attempt of each delivery that arrived, else its last, unless it was spoilt on purpose.

    With each goes whether a fake of ours answered every attempt of it wrongly on purpose.
    """
    last: dict[tuple[str, str | None], tuple[Exchange, bool]] = {}
    for exchange in exchanges:
        if exchange.delivery and exchange.fault not in _NOT_WHOLE:
            key = (exchange.delivery, exchange.target)
            before, on_purpose = last.get(key, (exchange, True))
            newest = before if arrived(before) else exchange
            last[key] = newest, on_purpose and exchange.other_fault is not None
    return list(last.values())


def _broke(exchange: Exchange) -> bool:
    # Once is enough, whatever came of a later attempt; and each says so once.
    return exchange.attempt == 1 and exchange.response is not None and exchange.response.status >= 500
