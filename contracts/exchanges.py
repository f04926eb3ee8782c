"""The journal's file format: one exchange a line, as JSON (``journal.schema.json`` describes a line)."""

from __future__ import annotations

import base64
import binascii
import functools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, fields
from datetime import UTC, datetime
from operator import attrgetter
from pathlib import Path
from typing import IO, Any

from contracts import strict_json
from contracts.errors import ContractError
from contracts.model import (
    Confidence,
    Direction,
    Exchange,
    Headers,
    HttpRequest,
    HttpResponse,
    Judgement,
    Part,
    Severity,
    Violation,
)

MAX_LINE = 16 * 1024 * 1024
_SCHEMA = "journal.schema.json"
_TEXTS = ("vendor", "tenant", "id", "operation", "message", "call", "target", "delivery", "fault", "error")
_texts = attrgetter(*_TEXTS)
_EARLIEST = datetime.min.replace(tzinfo=UTC)
# What a receiver answered and how long it took differ from run to run; so does the port it listens on.
_NOT_CANONICAL = ("response", "error", "took_ms", "verdict")


class MalformedRecord(ContractError):
    """A record that is no exchange, or a file of which a line is none."""

    def __init__(self, place: str, wrong: str, remedy: str = "write it as journal.schema.json says") -> None:
        super().__init__(f"{place}: {wrong}; {remedy}")


def to_record(exchange: Exchange, verdict: Judgement | None = None) -> dict[str, Any]:
    """Return an exchange as JSON-able values. Bodies are text where they are UTF-8, else base64."""
    record: dict[str, Any] = dict(zip(_TEXTS, _texts(exchange), strict=True))
    record |= {
        "direction": exchange.direction.value,
        "at": _written(exchange.at),
        "job": exchange.job,
        "attempt": exchange.attempt,
        "readings": dict(exchange.readings),
        "request": {
            "method": exchange.request.method,
            "path": exchange.request.path,
            "query": exchange.request.query,
            **_message(exchange.request),
        },
        "response": exchange.response and {"status": exchange.response.status, **_message(exchange.response)},
        "took_ms": exchange.took_ms,
    }
    if exchange.other_fault is not None:
        record["other_fault"] = exchange.other_fault
    return record if verdict is None else record | {"verdict": verdict_to_record(verdict)}


def from_record(record: Mapping[str, Any]) -> Exchange:
    """Return the exchange that a record holds. Raises MalformedRecord."""
    _refuse_malformed(record)
    request, response = record["request"], record.get("response")
    texts = {name: record[name] for name in _TEXTS if name in record}
    return Exchange(
        **texts,
        direction=Direction(record["direction"]),
        request=HttpRequest(
            request["method"], request["path"], request.get("query", ""), _headers(request), _body(request)
        ),
        response=response and HttpResponse(response["status"], _headers(response), _body(response)),
        readings=dict(record.get("readings", {})),
        at=_read(record.get("at")),
        job=record.get("job", 0),
        attempt=record.get("attempt", 1),
        other_fault=record.get("other_fault"),
        took_ms=record.get("took_ms"),
    )


def violation_to_record(violation: Violation) -> dict[str, Any]:
    """Return a violation as JSON-able values."""
    return {
        name: value.value if isinstance(value, Part | Confidence | Severity) else value
        for name, value in asdict(violation).items()
    }


def verdict_to_record(verdict: Judgement) -> dict[str, Any]:
    """Return a judgement as JSON-able values."""
    return {
        "operation": verdict.operation,
        "violations": [violation_to_record(v) for v in verdict.violations],
        "unjudged": list(verdict.unjudged),
        "passed": {confidence.value: count for confidence, count in verdict.passed.items()},
    }


def verdict_from_record(record: Mapping[str, Any]) -> Judgement | None:
    """Return the judgement that an exchange's record holds, or None. Raises MalformedRecord."""
    _refuse_malformed(record)
    verdict = record.get("verdict")
    if verdict is None:
        return None
    return Judgement(
        verdict.get("operation"),
        tuple(map(_violation, verdict.get("violations", ()))),
        tuple(verdict.get("unjudged", ())),
        {Confidence(confidence): count for confidence, count in verdict.get("passed", {}).items()},
    )


def write_line(file: IO[bytes], exchange: Exchange, verdict: Judgement | None = None) -> None:
    """Append an exchange to a journal file that is open for bytes."""
    file.write(strict_json.dumps(to_record(exchange, verdict)) + b"\n")


def read_judged(path: Path) -> Iterator[tuple[int, Exchange, Judgement | None]]:
    """Yield the exchanges of a journal file, each with its line number, from 1, and the judgement recorded with it.

    Empty lines are passed over. Raises MalformedRecord, which names file and line.
    """
    try:
        with path.open("rb") as file:
            number = 0
            while line := file.readline(MAX_LINE + 1):
                number += 1
                if len(line) > MAX_LINE:
                    raise MalformedRecord(f"{path}:{number}", f"the line is longer than {MAX_LINE} bytes")
                if line.strip():
                    yield number, *_judged_exchange(line, f"{path}:{number}")
    except OSError as error:
        remedy = "name a journal file (one JSON object a line)"
        raise MalformedRecord(str(path), f"it cannot be read ({error.strerror})", remedy) from None


def canonical(exchanges: Iterable[Exchange]) -> bytes:
    """Return what the same seed and scenario make equal, byte for byte: one line an exchange, in the order of sending.

    Left out is what the other side decides: its answer, its time, the Host that it is reached by.
    """
    ordered = sorted(exchanges, key=lambda e: (e.at or _EARLIEST, e.job, e.attempt, e.id))
    return b"".join(map(_canonical_line, ordered))


def _canonical_line(exchange: Exchange) -> bytes:
    record = to_record(exchange)
    for name in _NOT_CANONICAL:
        record.pop(name, None)
    headers = record["request"]["headers"]
    record["request"]["headers"] = [pair for pair in headers if pair[0].lower() != "host"]
    return strict_json.dumps(_sorted(record)) + b"\n"


def _sorted(value: Any) -> Any:
    return {key: _sorted(value[key]) for key in sorted(value)} if isinstance(value, dict) else value


def _judged_exchange(line: bytes, place: str) -> tuple[Exchange, Judgement | None]:
    try:
        record = strict_json.loads(line, max_bytes=MAX_LINE)
        return from_record(record), verdict_from_record(record)
    except (strict_json.MalformedJson, MalformedRecord) as error:
        raise MalformedRecord(place, str(error)) from None


def _message(message: HttpRequest | HttpResponse) -> dict[str, Any]:
    headers = [list(pair) for pair in message.headers]
    try:
        return {"headers": headers, "body": message.body.decode()}
    except UnicodeDecodeError:
        return {"headers": headers, "bodyBase64": base64.b64encode(message.body).decode()}


def _headers(message: Mapping[str, Any]) -> Headers:
    return tuple((name, value) for name, value in message.get("headers", ()))


def _body(message: Mapping[str, Any]) -> bytes:
    if "bodyBase64" not in message:
        return str(message.get("body", "")).encode()
    try:
        return base64.b64decode(message["bodyBase64"], validate=True)
    except (binascii.Error, ValueError):
        raise MalformedRecord("the record", "its bodyBase64 is not base64") from None


def _written(at: datetime | None) -> str | None:
    if at is None:
        return None
    utc = at if at.tzinfo is UTC else at.astimezone(UTC)
    return utc.isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def _read(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        raise MalformedRecord("the record", f"at is {text}, which is no time", "write it in UTC") from None


def _violation(record: Mapping[str, Any]) -> Violation:
    known = {field.name: record.get(field.name, "") for field in fields(Violation)}
    return Violation(
        **known
        | {
            "part": Part(record["part"]),
            "confidence": Confidence(record["confidence"]),
            "severity": Severity(record["severity"]),
            "discrepancy": record.get("discrepancy"),
            "drift": record.get("drift", False),
        }
    )


def _refuse_malformed(record: Mapping[str, Any]) -> None:
    schemas = _schemas()
    if not schemas.accepts(_SCHEMA, record):
        from contracts.explaining import explain
        from contracts.model import Provenance

        mark = Provenance(_SCHEMA, Confidence.DOCUMENTED)
        first = next(iter(explain(schemas, _SCHEMA, record, Part.REQUEST, mark)), None)
        wrong = f"{first.pointer or 'the record'} is {first.found}, expected {first.expected}" if first else "?"
        raise MalformedRecord("this is no exchange", wrong, first.remedy if first else "see journal.schema.json")


@functools.cache
def _schemas() -> Any:
    from contracts.validators import Schemas

    schema = strict_json.loads((Path(__file__).parent / _SCHEMA).read_bytes())
    del schema["$schema"]
    return Schemas({_SCHEMA: schema})
