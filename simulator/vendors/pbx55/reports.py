"""The four reports of 55PBX's report API, formed from the calls that are over. What has no source is inferred.

The fields and their forms are those that public clients read (``report clients`` in ``contracts/pbx55/SOURCES.md``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from simulator.telephony import presence
from simulator.telephony.calls import Call, Cause, Direction, Kind, Outcome
from simulator.telephony.presence import Span
from simulator.telephony.timing import conversation
from simulator.vendor import Received, Reply, Work
from simulator.vendors.pbx55.messages import attended, audio, outside, side, wire_id
from simulator.vendors.pbx55.selection import Selection, select

ATTENDED, ABANDONED, RETAINED, REFUSED = "call_attended", "call_abandoned", "call_retained_ura", "call_refused"

# An answer within so many seconds keeps the service level: a usual figure.
IN_TIME = 20
MOST_CHOICES = 10


def reporter(defaults: Mapping[str, str]) -> Callable[[Work, Received], Reply]:
    """Return the handler that answers with a report; ``defaults`` are the account settings of every tenant."""

    def report(work: Work, received: Received) -> Reply:
        """Answer with the report that the path asks for."""
        return Reply(200, REPORTS[received.path["report"]](select(work, received.path, defaults)))

    return report


def outcome(call: Call) -> str:
    """Return how a call came out, in the words of the reports."""
    if attended(call):
        return ATTENDED
    if call.last.cause is Cause.REFUSED:
        return REFUSED
    kinds = {event.kind for event in call.events}
    left_menu = call.queue is not None or Kind.RINGING in kinds or Kind.MAILBOX_REACHED in kinds
    return RETAINED if Kind.MENU_ENTERED in kinds and not left_menu else ABANDONED


def summary(selection: Selection) -> dict[str, Any]:
    """Return report_01: the calls in figures."""
    inbound = [c for c in selection.calls if c.direction is Direction.INBOUND]
    outbound = [c for c in selection.calls if c.direction is Direction.OUTBOUND]
    answered, active = [c for c in inbound if c.answered], [c for c in outbound if c.connected]
    given_up = [c for c in inbound if outcome(c) == ABANDONED]
    queued = [c for c in inbound if c.queue]
    in_time = sum(call.waiting <= IN_TIME for call in answered)
    menus = [c for c in inbound if any(e.kind is Kind.MENU_ENTERED for e in c.events)]
    return {
        "totalCallProcessedQueue": len(queued),
        "totalCallProcessedURA": len(menus),
        "totalCallAttendedReceptive": len(answered),
        "totalCallAbandonedQueue": sum(call.queue is not None for call in given_up),
        "totalCallAbandonedURA": sum(outcome(call) == RETAINED for call in inbound),
        "totalAbandonedCallsBranch": sum(call.queue is None for call in given_up),
        "totalAbandonedCallsActive": sum(outcome(call) != ATTENDED for call in outbound),
        "totalTurnRefused": sum(_missed(call) for call in queued),
        "totalRefusedCalls": sum(outcome(call) == REFUSED for call in selection.calls),
        "totalTransfer": sum(call.last.kind is Kind.TRANSFERRED for call in selection.calls),
        "timeMediumWaitingAttendance": _mean(c.waiting for c in answered),
        "timeMediumDuration": _mean(c.duration for c in answered),
        "timeMediumDurationCall": _mean(c.talk for c in answered),
        "timeMaxWaitingAttendance": _most(c.waiting for c in answered),
        "timeMaxDurationCall": _most(c.talk for c in answered),
        "timeMinDurationCall": _time(min((c.talk for c in answered), default=0)),
        "timeMediumDurationCallActive": _mean(c.talk for c in active),
        "timeMaxWaitingAttendanceActive": _most(c.waiting for c in active),
        "timeMaxDurationCallActive": _most(c.talk for c in active),
        "timeMaxNavegationURA": _most(c.in_menu for c in inbound),
        "sla_attendance": _share(in_time, len(inbound)),
    }


def calls(selection: Selection) -> dict[str, Any]:
    """Return report_02: the calls, oldest first."""
    return {"data_report02": [_call(call, selection) for call in selection.calls]}


def agents(selection: Selection) -> dict[str, Any]:
    """Return report_03: each agent who had a part in the calls, by extension."""
    parts: dict[str, list[Call]] = {}
    for call in selection.calls:
        for extension in call.parties:
            parts.setdefault(extension, []).append(call)
    events = presence.happenings(selection.scene.records)
    for event in events:
        if selection.asks_for(event.extension):
            parts.setdefault(event.extension, [])
    known = presence.logged_in(events), presence.pauses(events)
    ordered = sorted(parts, key=lambda k: (len(k), k))
    return {"data_report03": [_agent(key, parts[key], selection, *known) for key in ordered]}


def pauses(selection: Selection) -> object:
    """Return report_04: the pauses that began in the period."""
    found = presence.pauses(presence.happenings(selection.scene.records))
    begun = (span for span in found if selection.first <= span.start <= selection.last)
    rows = [_pause(span, selection) for span in begun if selection.asks_for(span.extension)]
    return rows if selection.scene.readings.get("P16") == "bare-list" else {"data_report04": rows}


REPORTS: dict[str, Callable[[Selection], object]] = {
    "report_01": summary,
    "report_02": calls,
    "report_03": agents,
    "report_04": pauses,
}


def _call(call: Call, selection: Selection) -> dict[str, Any]:
    number, answered = outside(call), conversation(call)
    began = call.events[0].at.astimezone(selection.zone)
    taken = answered.astimezone(selection.zone) if answered else None
    origin = selection.scene.call(call.origin) if call.origin else None
    return {
        "type_call": outcome(call),
        "name": selection.agent(call.agent) if call.agent else "",
        "call_date": _day(began),
        "wb_call_hour": _hour(began),
        "wl_attended_date": _day(taken) if taken else "",
        "wl_attended_hour": _hour(taken) if taken else "",
        "wf_states": number.country,
        "call_area_code": number.area,
        "call_number": number.local,
        "queue_name": call.queue or "",
        "call_time_URA": _time(call.in_menu),
        "way_ura": ", ".join(f"Opcao - {choice}" for choice in call.choices),
        "call_time_waiting": _time(call.waiting),
        "call_time_spoken": _time(call.talk),
        "call_time_total_duration": _time(call.duration),
        "call_disconnection": side(call.last),
        "call_number_input": call.line,
        **_choices(call),
        "call_document": call.document or "",
        "call_order": call.order or "",
        "call_id": wire_id(call),
        "call_id_origin": wire_id(origin) if origin else "",
        "ws_ticket_id": "",
        "wx_queue_overflow": [],
        "call_url_audio": audio(call, selection.scene).get("call_url_audio", ""),
    }


def _choices(call: Call) -> dict[str, str]:
    made: dict[str, str] = {}
    for place, choice in enumerate(call.choices[:MOST_CHOICES], 1):
        made |= {f"wk_ivr_{place}_name": f"Opcao - {choice}", f"wk_ivr_{place}_option": choice}
    return made


def _agent(
    extension: str, parts: list[Call], selection: Selection, here: list[Span], paused: list[Span]
) -> dict[str, Any]:
    spoken = sum(c.talked.get(extension, 0) for c in parts)
    there = _lasted(here, extension, selection)
    if there is None and parts:  # who never logged in is there from the first to the last moment of the calls
        there = (max(c.events[-1].at for c in parts) - min(c.events[0].at for c in parts)) // timedelta(seconds=1)
    rest = _lasted(paused, extension, selection) or 0
    logged = max(spoken + rest, there or 0)
    answered = (c for c in parts if c.direction is Direction.INBOUND and extension in c.takers)
    return {
        "name": selection.agent(extension),
        "timeTotalLogged": _time(logged),
        "timeTotalSpoken": _time(spoken),
        "timeTotalPaused": _time(rest),
        "timeIdle": _time(logged - spoken - rest),
        "productivity": _share(spoken, logged),
        "attendedReceptive": sum(1 for _ in answered),
        "quantityRefusal": sum(_missed(call, extension) for call in parts),
    }


def _lasted(spans: list[Span], extension: str, selection: Selection) -> int | None:
    own = [span.within(selection.first, selection.last) for span in spans if span.extension == extension]
    return sum(own, timedelta()) // timedelta(seconds=1) if own else None


def _pause(span: Span, selection: Selection) -> dict[str, Any]:
    began = span.start.astimezone(selection.zone)
    ended = span.end.astimezone(selection.zone) if span.end else None
    email = str(selection.user(span.extension).get("email", ""))
    return {
        "name": selection.agent(span.extension),
        "branch": span.extension,
        "user_email": email,
        "wy_branch_email_agent": email,
        "date": _day(began),
        "hour_start": _hour(began),
        "date_end": _day(ended) if ended else "",
        "hour_end": _hour(ended) if ended else "",
        "duration": _time(int((ended - began).total_seconds())) if ended else "",
        "pause_reason": span.reason,
    }


def _missed(call: Call, extension: str | None = None) -> int:
    legs = (leg for leg in call.legs if extension in (None, leg.extension))
    return sum(leg.outcome is Outcome.MISSED for leg in legs)


def _mean(values: Iterable[int]) -> str:
    given = list(values)
    return _time(sum(given) // len(given) if given else 0)


def _most(values: Iterable[int]) -> str:
    return _time(max(values, default=0))


def _share(part: int, whole: int) -> str:
    return f"{part * 100 // whole if whole else 0}%"


def _time(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest:02}"


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d}"


def _hour(moment: datetime) -> str:
    return f"{moment:%H:%M:%S}"
