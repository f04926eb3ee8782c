"""HubSoft's rules: what needs records or arithmetic, one function for each entry of ``rules.yaml``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from contracts.model import Direction, Part
from contracts.parameters import query_of
from contracts.rules import Facts, Finding, RuleFunction, Subject

MOBILE_WITH_COUNTRY, LANDLINE_WITH_COUNTRY, SHORTEST_PHONE = 13, 12, 10

# The kinds of record that the fake keeps beside the world's.
SERVICE, TICKET = "hubsoft.service", "hubsoft.ticket"


def digits_of(value: object) -> str | None:
    """Return the digits of a number on the wire (JSON number or text), or None when there is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        return None
    text = str(int(value)) if isinstance(value, float | Decimal) else str(value)
    if text.isascii() and text.isdigit():
        return text
    return "".join(c for c in text if c in "0123456789") or None


def record_id(value: object) -> str | None:
    """Return the id or code of a record as its digits, without zeros in front."""
    digits = digits_of(value)
    return digits.lstrip("0") or "0" if digits else None


def national(value: object) -> str | None:
    """Return a Brazilian number as area code and number, without zeros or country code 55 in front.

    One abroad keeps its two zeros: without them its country code would be read as an area code.
    """
    dialled = digits_of(value) or ""
    digits = dialled.lstrip("0")
    if dialled.startswith("00") and digits and not digits.startswith("55"):
        return dialled
    if digits.startswith("55") and len(digits) in (LANDLINE_WITH_COUNTRY, MOBILE_WITH_COUNTRY):
        digits = digits[2:]
    return digits or None


def has_phone_length(digits: str) -> bool:
    """Say whether these are 10 to 13 digits (H4)."""
    return SHORTEST_PHONE <= len(digits) <= MOBILE_WITH_COUNTRY


def customer_exists(subject: Subject) -> Iterator[Finding]:
    """Find an ``id_cliente`` that names no customer."""
    wanted = record_id(_field(subject, "id_cliente"))
    if wanted is not None and subject.facts and subject.facts.get("customer", wanted) is None:
        yield Finding("/id_cliente", wanted, "the id of a customer")


def customer_code_exists(subject: Subject) -> Iterator[Finding]:
    """Find a ``codigo_cliente`` that is no customer's code."""
    wanted = record_id(_field(subject, "codigo_cliente"))
    if wanted is not None and subject.facts and subject.facts.find("customer", code=wanted) is None:
        yield Finding("/codigo_cliente", wanted, "the code of a customer")


def extension_exists(subject: Subject) -> Iterator[Finding]:
    """Find a ``ramal`` that is no extension."""
    wanted = digits_of(_field(subject, "ramal"))
    if wanted is not None and subject.facts and subject.facts.get("extension", wanted) is None:
        yield Finding("/ramal", wanted, "the number of an extension")


def internal_id_exists(subject: Subject) -> Iterator[Finding]:
    """Find an ``identificador_interno`` that is no user's internal id."""
    wanted = _field(subject, "identificador_interno")
    if wanted is None or subject.facts is None:
        return
    if subject.readings.get("H2") == "extension-wins" and _field(subject, "ramal") is not None:
        return
    if _user_of_internal_id(subject.facts, wanted) is None:
        yield Finding("/identificador_interno", str(wanted), "the internal id of a user")


def same_user(subject: Subject) -> Iterator[Finding]:
    """Find an extension and an internal id that are both known and name two users."""
    extension, internal = _field(subject, "ramal"), _field(subject, "identificador_interno")
    if extension is None or internal is None or subject.facts is None:
        return
    desk = subject.facts.get("extension", digits_of(extension) or "")
    user = _user_of_internal_id(subject.facts, internal)
    if desk is not None and user is not None and desk.get("user") != user["id"]:
        own = subject.facts.get("user", str(desk.get("user")))
        expected = (
            f"{own['internal_id']}, the user of extension {desk['number']}" if own else "nobody has this extension"
        )
        yield Finding("/identificador_interno", str(internal), expected)


def phone_length(subject: Subject) -> Iterator[Finding]:
    """Find a ``telefone`` that has not 10 to 13 digits."""
    phone = digits_of(_field(subject, "telefone"))
    if phone is not None and not has_phone_length(phone):
        yield Finding("/telefone", f"{len(phone)} digits", "10 to 13 digits, such as 37999912222")


def refusal_status(subject: Subject) -> Iterator[Finding]:
    """Find a real ERP's refusal with HTTP 422; what the fake answers is its tenant's choice."""
    answer = subject.exchange.response
    if subject.exchange.direction is Direction.SENT and answer is not None and answer.status == 422:
        yield Finding("status", "422", "200 with status error in the body", Part.RESPONSE)


def service_exists(subject: Subject) -> Iterator[Finding]:
    """Find an ``id_cliente_servico`` that names no service."""
    wanted = record_id(_field(subject, "id_cliente_servico"))
    if wanted is not None and subject.facts and subject.facts.get(SERVICE, wanted) is None:
        yield Finding("/id_cliente_servico", wanted, "the id of a customer's service")


def ticket_exists(subject: Subject) -> Iterator[Finding]:
    """Find a path that names no ticket."""
    wanted = record_id(subject.exchange.request.path.rsplit("/", 1)[-1])
    if wanted is not None and subject.facts and subject.facts.get(TICKET, wanted) is None:
        yield Finding("path:id_atendimento", wanted, "the id of a ticket")


def contact_phone_length(subject: Subject) -> Iterator[Finding]:
    """Find a ``telefone`` of who asks that is not area code and number."""
    phone = digits_of(_field(subject, "telefone"))
    right = (11,) if subject.readings.get("H15") == "eleven" else (10, 11)
    if phone is not None and len(phone) not in right:
        wanted = " or ".join(map(str, right))
        yield Finding("/telefone", f"{len(phone)} digits", f"{wanted} digits, such as 37999112233")


def paged_by_post(subject: Subject) -> Iterator[Finding]:
    """Find pages that are asked for by another method."""
    yield Finding("method", subject.exchange.request.method, "POST, with the days in a JSON body")


def paged_by_get(subject: Subject) -> Iterator[Finding]:
    """Find pages that are asked for by another method."""
    yield Finding("method", subject.exchange.request.method, "GET, with the days in the query")


def period_in_order(subject: Subject) -> Iterator[Finding]:
    """Find a last day that lies before the first."""
    asked, place = subject.request, "/data_fim"
    if not isinstance(asked, Mapping):
        asked, place = query_of(subject.exchange.request), "query:data_fim"
    first, last = asked.get("data_inicio"), asked.get("data_fim")
    # Days as text sort as days do.
    if isinstance(first, str) and isinstance(last, str) and last < first:
        yield Finding(place, last, f"{first} or a later day")


RULES: Mapping[str, RuleFunction] = {
    "customer-exists": customer_exists,
    "customer-code-exists": customer_code_exists,
    "extension-exists": extension_exists,
    "internal-id-exists": internal_id_exists,
    "same-user": same_user,
    "phone-length": phone_length,
    "refusal-status": refusal_status,
    "service-exists": service_exists,
    "ticket-exists": ticket_exists,
    "contact-phone-length": contact_phone_length,
    "paged-by-post": paged_by_post,
    "paged-by-get": paged_by_get,
    "period-in-order": period_in_order,
}


def _field(subject: Subject, name: str) -> object:
    return subject.request.get(name) if isinstance(subject.request, Mapping) else None


def _user_of_internal_id(facts: Facts, value: object) -> Mapping[str, Any] | None:
    return facts.find("user", internal_id=str(value))
