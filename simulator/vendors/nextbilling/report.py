"""The report of calls: a page of a tenant's calls that are over, and the totals of all of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from contracts.nextbilling.rules import LINE, number_of
from simulator.records import Document
from simulator.telephony import phones
from simulator.telephony.calls import Call, Cause, Direction, Medium
from simulator.telephony.timing import connecting
from simulator.vendor import Received, Reply, Work
from simulator.vendors.nextbilling.groups import OK
from simulator.vendors.nextbilling.reach import first_subscriber, seen
from simulator.vendors.nextbilling.ringing import extension_of

PAGE = 100
LAST_SECOND = time(23, 59, 59)
DIRECTIONS = {Direction.INBOUND: "entrada", Direction.OUTBOUND: "saida", Direction.INTERNAL: "interna"}


@dataclass(frozen=True, slots=True)
class Row:
    """A call with whose it is: the subscriber, and the line (0 for none)."""

    call: Call
    began: datetime
    subscriber: int
    line: int

    @property
    def cost(self) -> Decimal:
        """What the subscriber pays for it, in reais."""
        return self.call.bill.cost if self.call.bill else Decimal(0)


def list_calls(work: Work, received: Received) -> Reply:
    """List a page of the calls of a period, of one subscriber or line if one is named."""
    rows = list(_wanted(work, received))
    start, limit = number_of(received.query.get("start")) or 0, number_of(received.query.get("limit"))
    limit = PAGE if limit is None else limit
    page = rows[start : start + limit]
    numbers = work.readings.get("N11") == "numbers"
    shown = [_listed(row, numbers) for row in page]
    paging = {"limit": limit, "offset": start, "records": len(page), "data": shown}
    return Reply(200, {**OK, **_totals(rows), **paging})


def money(amount: Decimal) -> str:
    """Return reais as the vendor prints them: 1.234,56789."""
    return f"{amount:,.5f}".translate(str.maketrans(",.", ".,"))


def span(seconds: int) -> str:
    """Return seconds as the vendor prints them: 1.234 min 5 seg."""
    return f"{seconds // 60:,}".replace(",", ".") + f" min {seconds % 60} seg"


def shows(call: Call, readings: Mapping[str, str]) -> bool:
    """Say whether the report has a call: one that is over, and no text message."""
    return call.ended is not None and call.medium is Medium.VOICE


def _wanted(work: Work, received: Received) -> Iterator[Row]:
    owners = {subscriber["id"] for subscriber in seen(work, received)}
    begin, end = _period(work, received.query)
    device = _device(received.query, work.readings)
    for row in _rows(work):
        if row.subscriber in owners and begin <= row.began <= end and device in (None, row.line):
            yield row


def _rows(work: Work) -> Iterator[Row]:
    """Yield the calls that are over, oldest first, with whose they are."""
    lines = ((extension_of(work, line), line) for line in work.all(LINE))
    by_extension = {extension: line for extension, line in lines if extension}  # the newest of several
    nobody: Document = {"id": 0, "subscriber": first_subscriber(work)}
    over = [c for c in work.calls() if shows(c, work.readings)]
    for call in sorted(over, key=lambda c: (c.events[0].at, c.serial)):
        # Who dialled, as far as one of ours did; else who had it last.
        line = by_extension.get(call.extension or call.agent or "", nobody)
        local = call.events[0].at.astimezone(work.zone).replace(tzinfo=None, microsecond=0)
        yield Row(call, local, line["subscriber"], line["id"])


def _period(work: Work, query: Mapping[str, str]) -> tuple[datetime, datetime]:
    today = work.now.astimezone(work.zone).date()

    def at(day: str, clock: str, usual: time) -> datetime:
        first = date.fromisoformat(query[day]) if query.get(day) else today
        return datetime.combine(first, time.fromisoformat(query[clock]) if query.get(clock) else usual)

    return at("date_ini", "time_ini", time(0)), at("date_end", "time_end", LAST_SECOND)


def _device(query: Mapping[str, str], readings: Mapping[str, str]) -> int | None:
    older = query.get("device_id") if readings.get("N14") == "either-name" else None
    return number_of(query.get("id_device", older))


def _totals(rows: list[Row]) -> dict[str, Any]:
    talk, value = sum(row.call.talk for row in rows), sum((row.cost for row in rows), Decimal(0))
    return {
        "total_records": len(rows),
        "total_time": talk,
        "total_time_text": span(talk),
        "total_value": money(value),
        "total_cost_time": 0,
        "total_cost_time_text": span(0),
        "total_cost_value": money(Decimal(0)),
        "total_profit_on_ass": money(value),
    }


def _listed(row: Row, numbers: bool) -> dict[str, Any]:
    call = row.call
    origin, destination = _ends(call)
    shown = {
        "id": call.serial,
        "id_cliente": row.subscriber,
        "id_device": row.line,
        "duracao": call.duration,
        "tempo_falado": call.talk,
    }
    return {
        **(shown if numbers else {name: str(value) for name, value in shown.items()}),
        "data_hora": row.began.isoformat(" "),
        "direcao": DIRECTIONS[call.direction],
        "origem": origin,
        "destino": destination,
        "situacao": _came_out(call),
        "valor": money(row.cost),
    }


def _ends(call: Call) -> tuple[str, str]:
    if call.direction is Direction.INTERNAL:
        return call.extension or "", call.called
    outside, line = phones.national(call.outside), phones.national(call.line)
    return (outside, line) if call.direction is Direction.INBOUND else (line, outside)


def _came_out(call: Call) -> str:
    if connecting(call) is not None:  # a mailbox takes a call, too, and who called it pays
        return "ANSWERED"
    return "BUSY" if call.last.cause is Cause.BUSY else "NO ANSWER"
