"""NextBilling's rules: what needs records or arithmetic, one function for each entry of ``rules.yaml``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from contracts.model import Direction, Part
from contracts.parameters import query_of
from contracts.rules import Finding, RuleFunction, Subject

SUBSCRIBER, LINE, GROUP = "nextbilling.subscriber", "nextbilling.line", "nextbilling.group"
NEEDED = ("id_cliente", "descricao", "strategy", "devices")
_MOST_DIGITS = 40


def number_of(value: object) -> int | None:
    """Return an id on the wire (a JSON number such as 4 or 4.0, or text of digits) as a number, or None."""
    if isinstance(value, str):
        plain = value.isascii() and value.isdigit() and len(value) <= _MOST_DIGITS
        return int(value) if plain else None
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal) or value != value // 1:
        return None
    return int(value)


def record_named(operation: str, body: object, query: Mapping[str, str], readings: Mapping[str, str]) -> int | None:
    """Return the ``id_record`` of an update or a removal, from the places where the reading of N4 looks."""
    in_body = number_of(body.get("id_record")) if isinstance(body, Mapping) else None
    in_query = number_of(query.get("id_record"))
    if readings.get("N4") == "either-place":
        return in_body if in_body is not None else in_query
    return in_query if operation == "removeRingGroup" else in_body


def owner_exists(subject: Subject) -> Iterator[Finding]:
    """Find an owner that is no subscriber."""
    field = "customer_id" if subject.operation == "createDevice" else "id_cliente"
    owner = number_of(_field(subject, field))
    if owner is not None and subject.facts and subject.facts.get(SUBSCRIBER, str(owner)) is None:
        yield Finding(f"/{field}", str(owner), "the id of a subscriber")


def lines_exist(subject: Subject) -> Iterator[Finding]:
    """Find a line that does not exist."""
    for index, number in _lines(subject):
        if subject.facts and subject.facts.get(LINE, str(number)) is None:
            yield Finding(f"/devices/{index}", str(number), "the id of a line")


def lines_of_owner(subject: Subject) -> Iterator[Finding]:
    """Find a line of another subscriber than the group's owner, as the request leaves both."""
    if subject.facts is None:
        return
    group = _group(subject) or {}
    named = number_of(_field(subject, "id_cliente"))
    owner = group.get("subscriber") if named is None else named
    lines = list(_lines(subject))
    if _field(subject, "devices") is None:
        lines = list(enumerate(group.get("devices", ())))
    for index, number in lines:
        line = subject.facts.get(LINE, str(number))
        if owner is not None and line is not None and line["subscriber"] != owner:
            found = f"line {number} of subscriber {line['subscriber']}"
            yield Finding(f"/devices/{index}", found, f"a line of subscriber {owner}")


def group_exists(subject: Subject) -> Iterator[Finding]:
    """Find an ``id_record`` that is no ring group."""
    number = _record(subject)
    if number is not None and subject.facts and subject.facts.get(GROUP, str(number)) is None:
        yield Finding(_place(subject), str(number), "the id of a ring group")


def update_names_group(subject: Subject) -> Iterator[Finding]:
    """Find an update or a removal without ``id_record``."""
    if _record(subject) is None:
        yield Finding("/id_record", "nothing", "id_record, in the body or in the query")


def whole_when_new(subject: Subject) -> Iterator[Finding]:
    """Find what a POST that creates has left out."""
    if _record(subject) is None and isinstance(subject.request, Mapping):
        for field in NEEDED:
            if field not in subject.request:
                yield Finding(f"/{field}", "nothing", f"{field}, which a new group needs")


def username_is_free(subject: Subject) -> Iterator[Finding]:
    """Find a login that another line has."""
    login = _field(subject, "username")
    if isinstance(login, str) and login and subject.facts and subject.facts.find(LINE, username=login):
        yield Finding("/username", login, "a login that no other line has")


def records_counted(subject: Subject) -> Iterator[Finding]:
    """Find a ``records`` that is not the number of entries, in the envelope and in the entries that have one."""
    if isinstance(subject.response, Mapping):
        yield from _miscounted(subject.response, "")


def error_status(subject: Subject) -> Iterator[Finding]:
    """Find a real server's error with HTTP 200; what the fake answers is its tenant's choice."""
    answer = subject.exchange.response
    if subject.exchange.direction is not Direction.SENT or answer is None or answer.status != 200:
        return
    if isinstance(subject.response, Mapping) and subject.response.get("error") in (1, "1"):
        yield Finding("status", "200 with error 1", "400, 403, 404, 413, 422 or 429 with error 1", Part.RESPONSE)


RULES: Mapping[str, RuleFunction] = {
    "owner-exists": owner_exists,
    "lines-exist": lines_exist,
    "lines-of-owner": lines_of_owner,
    "group-exists": group_exists,
    "update-names-group": update_names_group,
    "removal-names-group": update_names_group,
    "whole-when-new": whole_when_new,
    "username-is-free": username_is_free,
    "records-counted": records_counted,
    "error-status": error_status,
}


def _field(subject: Subject, name: str) -> object:
    return subject.request.get(name) if isinstance(subject.request, Mapping) else None


def _lines(subject: Subject) -> Iterator[tuple[int, int]]:
    devices = _field(subject, "devices")
    for index, value in enumerate(devices if isinstance(devices, list) else ()):
        number = number_of(value)
        if number is not None:
            yield index, number


def _record(subject: Subject) -> int | None:
    query = query_of(subject.exchange.request)
    return record_named(subject.operation, subject.request, query, subject.readings)


def _place(subject: Subject) -> str:
    return "/id_record" if number_of(_field(subject, "id_record")) is not None else "query:id_record"


def _group(subject: Subject) -> Mapping[str, Any] | None:
    number = _record(subject) if subject.operation == "updateRingGroup" else None
    return subject.facts.get(GROUP, str(number)) if subject.facts and number is not None else None


def _miscounted(envelope: Mapping[str, Any], place: str) -> Iterator[Finding]:
    records, entries = envelope.get("records"), envelope.get("data")
    if isinstance(records, int) and isinstance(entries, list):
        if records != len(entries):
            yield Finding(f"{place}/records", str(records), f"{len(entries)}, as many as data has", Part.RESPONSE)
        for index, entry in enumerate(entries):
            if isinstance(entry, Mapping):
                yield from _miscounted(entry, f"{place}/data/{index}")
