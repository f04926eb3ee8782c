"""Writes what was sent and received in a session as the expectations of a scenario. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from contracts.model import Direction, Exchange, Judgement
from scenarios.sendings import Record, Sending, sendings
from simulator.runs.judging import record_of
from simulator.telephony.calls import Call
from simulator.tenancy.journal import is_own, is_replay

MOST = 200
_MOST_OF_AN_ORDER = 100
# How long after the last event of a call what comes in may still be about it, in tenant time.
_AFTERWARDS = timedelta(minutes=1)
# How long a run waits for a request, in wall time: under a jumping clock there is no other.
_WITHIN = "5s"
_EARLIEST = datetime.min.replace(tzinfo=UTC)

Exchanged = Sequence[tuple[int, Exchange, Judgement | None]]
Expectation = dict[str, Any]


def expectations(
    calls: Sequence[Call], names: Mapping[str, str], exchanged: Exchanged, logins: Collection[tuple[str, str]]
) -> tuple[list[Expectation], int]:
    """Return what must come of it again: messages of the calls, requests, orders, and whether all was clean.

    The number says how many more there are than a scenario may have. ``logins`` are operations (vendor and id) that
    everybody may ask: who has a token already does not ask again.
    """
    told = sorted((each for each in exchanged if not is_replay(each[1])), key=_canonically)
    out = sendings(
        record_of(e, n, names.get(e.call or ""))
        for n, e, _ in told
        if e.direction is Direction.SENT and e.call in names
    )
    sent = list(_sent(out))
    window = [(e, verdict) for _, e, verdict in told if _within(e, calls, names)]
    clean: list[Expectation] = [{"clean": False}] if any(_broken(verdict) for _, verdict in window) else []
    found = [*sent, *_received([e for e, _ in window], logins), *_orders(out)]
    most = MOST - len(clean)
    return [*found[:most], *clean], max(0, len(found) - most)


def _canonically(each: tuple[int, Exchange, Judgement | None]) -> tuple[datetime, int, int, int]:
    # What is sent at one moment to several targets arrives in one order now, and in another then.
    number, exchange, _ = each
    return exchange.at or _EARLIEST, exchange.job, exchange.attempt, number


def _sent(out: Sequence[Sending]) -> Iterator[Expectation]:
    groups: dict[tuple[str, str, str], list[Sending]] = {}
    for sending in (s for s in out if not s.dropped):
        first = sending.first
        groups.setdefault((first.vendor, str(first.call), str(first.message)), []).append(sending)
    for (vendor, call, message), group in groups.items():
        # Every target was sent as many, but one that was named in the middle of it.
        targets = [s.first.target for s in group]
        most = max(targets.count(target) for target in set(targets))
        spoilt = any(s.first.fault for s in group)
        times = {"at_least": 1} if spoilt else {"times": most}
        yield {"sent": {"vendor": vendor, "call": call, "message": message, **times}}


def _orders(out: Sequence[Sending]) -> Iterator[Expectation]:
    streams: dict[tuple[str, str, str | None], list[Record]] = {}
    for sending in out:
        first = sending.first
        streams.setdefault((first.vendor, str(first.call), first.target), []).append(first)
    told = set()
    for (vendor, call, _), firsts in streams.items():
        if (vendor, call) in told or not _orderly(firsts):
            continue
        told.add((vendor, call))
        yield {"order": {"vendor": vendor, "of": [{"call": call, "message": str(f.message)} for f in firsts]}}


def _orderly(firsts: Sequence[Record]) -> bool:
    """Say whether an order means anything: several messages, none at the time of another, none spoilt on purpose."""
    apart = all(one.at and other.at and one.at < other.at for one, other in pairwise(firsts))
    return 1 < len(firsts) <= _MOST_OF_AN_ORDER and apart and not any(f.fault for f in firsts)


def _received(exchanges: Sequence[Exchange], logins: Collection[tuple[str, str]]) -> Iterator[Expectation]:
    asked: dict[tuple[str, str, int], None] = {}
    for e in exchanges:
        if e.direction is not Direction.RECEIVED or is_own(e) or e.operation is None or e.response is None:
            continue
        if (e.vendor, e.operation) not in logins:
            asked[e.vendor, e.operation, e.response.status] = None
    for vendor, operation, status in asked:
        wanted = {"vendor": vendor, "operation": operation, "status": status, "at_least": 1, "within": _WITHIN}
        yield {"received": wanted}


def _within(exchange: Exchange, calls: Sequence[Call], names: Mapping[str, str]) -> bool:
    """Say whether an exchange happened while the calls did, or soon afterwards."""
    times: list[datetime] = [event.at for call in calls if call.id in names for event in call.events]
    if exchange.at is None or not times or (exchange.call is not None and exchange.call not in names):
        return False
    return min(times) <= exchange.at <= max(times) + _AFTERWARDS


def _broken(verdict: Judgement | None) -> bool:
    return verdict is not None and not verdict.clean
