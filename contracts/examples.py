"""Reads the example exchanges of a contract, which are documentation and tests at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from contracts import strict_json
from contracts.errors import ContractError
from contracts.model import Direction, Exchange, Headers, HttpRequest, HttpResponse, Judgement
from contracts.operation import FORM, JSON, Operation, OperationKind

if TYPE_CHECKING:
    from contracts.contract import Contract

FOLDER = "examples"


class BrokenExample(ContractError):
    """An example file that cannot be used."""

    def __init__(self, path: Path, wrong: str, remedy: str) -> None:
        super().__init__(f"{path}: {wrong}; {remedy}")


@dataclass(frozen=True, slots=True)
class Expected:
    """A violation that an invalid example must show; None leaves a part of it open."""

    clause: str
    pointer: str | None = None
    severity: str | None = None

    def among(self, judgement: Judgement) -> bool:
        """True when the judgement has such a violation."""
        return any(
            self.clause == v.clause
            and self.pointer in (None, v.pointer)
            and self.severity in (None, "drift" if v.drift else v.severity.value, v.severity.value)
            for v in judgement.violations
        )


@dataclass(frozen=True, slots=True)
class Example:
    """One example exchange. ``printed`` ones stand in the vendor's documents."""

    operation: str
    path: Path
    valid: bool
    why: str
    source: str
    exchange: Exchange
    expect: tuple[Expected, ...]
    printed: bool

    @property
    def name(self) -> str:
        """A short name: operation and file."""
        return f"{self.operation}/{'valid' if self.valid else 'invalid'}/{self.path.stem}"


def examples(contract: Contract) -> Iterator[Example]:
    """Yield the examples of a contract, sorted by file. Raises BrokenExample."""
    for path in sorted((contract.source.path / FOLDER).glob("*/*/*.json")):
        kind, operation = path.parent.name, contract.operations.get(path.parent.parent.name)
        if operation is None or kind not in ("valid", "invalid"):
            remedy = f"file it under <operation>/valid or invalid; operations: {', '.join(contract.operations)}"
            raise BrokenExample(path, "its folders name no operation and kind", remedy)
        yield _example(contract, operation, path, valid=kind == "valid")


def _example(contract: Contract, operation: Operation, path: Path, *, valid: bool) -> Example:
    try:
        document = strict_json.loads(path.read_bytes())
        request, response = document["request"], document.get("response")
        expect = tuple(Expected(e["clause"], e.get("pointer"), e.get("severity")) for e in document.get("expect", ()))
        exchange = Exchange(
            vendor=contract.key,
            direction=Direction.SENT if operation.kind is OperationKind.WEBHOOK else Direction.RECEIVED,
            request=HttpRequest(
                request["method"], request["path"], request.get("query", ""), *_content(request, operation.media_types)
            ),
            response=response and HttpResponse(response["status"], *_content(response, (JSON,))),
            operation=operation.id,
            readings=contract.choose(document.get("readings", {})),
        )
        why, source = document["why"], document["source"]
    except (strict_json.MalformedJson, KeyError, TypeError, AttributeError) as error:
        wrong = f"it has no {error}" if isinstance(error, KeyError) else str(error)
        raise BrokenExample(path, wrong, "write it as docs/contract-format.md says") from None
    printed = bool(document.get("printed", False))
    return Example(operation.id, path, valid, why, source, exchange, expect, printed)


def _content(message: Mapping[str, Any], media_types: tuple[str, ...]) -> tuple[Headers, bytes]:
    headers = {name.lower(): value for name, value in message.get("headers", {}).items()}
    if "rawBody" in message:
        body = message["rawBody"].encode()
    elif "body" in message:
        body = strict_json.dumps(message["body"])
    else:
        body = b""
    if body and "content-type" not in headers:
        headers["content-type"] = media_types[0] if media_types and media_types[0] != FORM else JSON
    # null says that a header is not there.
    return tuple((name, value) for name, value in headers.items() if value is not None), body
