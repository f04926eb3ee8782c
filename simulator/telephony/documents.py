"""Calls as plain documents and back, for the durable log and the control API."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from simulator.telephony.calls import Bill, Call, Cause, Direction, Event, Kind, Medium, Party, State

_OPTIONAL = ("extension", "queue", "actor", "digits", "data", "other", "priority", "waited", "wrap_up")


def time_to_text(at: datetime) -> str:
    """Return an aware time as RFC 3339 in UTC, with microseconds."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def time_from_text(text: str) -> datetime:
    """Return the aware UTC time that `time_to_text` wrote."""
    return datetime.fromisoformat(text)


def call_to_document(call: Call) -> dict[str, Any]:
    """Return a call as JSON-able values; what is None is left out."""
    document: dict[str, Any] = {
        "id": call.id,
        "serial": call.serial,
        "direction": call.direction.value,
        "medium": call.medium.value,
        "outside": call.outside,
        "line": call.line,
        "state": call.state.value,
        "events": [_event_to_document(event) for event in call.events],
    }
    return document | {k: v for k in ("extension", "origin") if (v := getattr(call, k)) is not None}


def computed_call(call: Call) -> dict[str, Any]:
    """Return a call as JSON-able values, with what is computed from its events."""
    return call_to_document(call) | {
        "agent": call.agent,
        "queue": call.queue,
        "duration": call.duration,
        "talk": call.talk,
        "waiting": call.waiting,
        "in_menu": call.in_menu,
    }


def call_from_document(document: Mapping[str, Any]) -> Call:
    """Return the call that `call_to_document` wrote."""
    return Call(
        id=document["id"],
        serial=document["serial"],
        direction=Direction(document["direction"]),
        outside=document["outside"],
        line=document["line"],
        medium=Medium(document["medium"]),
        extension=document.get("extension"),
        origin=document.get("origin"),
        state=State(document["state"]),
        events=tuple(_event_from_document(document["id"], e) for e in document["events"]),
    )


def _event_to_document(event: Event) -> dict[str, Any]:
    document: dict[str, Any] = {
        "number": event.number,
        "kind": event.kind.value,
        "at": time_to_text(event.at),
    }
    document |= {name: value for name in _OPTIONAL if (value := getattr(event, name)) is not None}
    if event.by:
        document["by"] = event.by.value
    if event.cause:
        document["cause"] = event.cause.value
    if event.bill:
        document["bill"] = {f.name: str(getattr(event.bill, f.name)) for f in fields(event.bill)}
    return document


def _event_from_document(call: str, document: Mapping[str, Any]) -> Event:
    bill = document.get("bill")
    return Event(
        call=call,
        number=document["number"],
        kind=Kind(document["kind"]),
        at=time_from_text(document["at"]),
        **{name: document.get(name) for name in _OPTIONAL},
        by=Party(document["by"]) if "by" in document else None,
        cause=Cause(document["cause"]) if "cause" in document else None,
        bill=_bill_from_document(bill) if bill else None,
    )


def _bill_from_document(bill: Mapping[str, str]) -> Bill:
    return Bill(bill["tariff"], Decimal(bill["per_minute"]), Decimal(bill["cost"]), Decimal(bill["balance"]))
