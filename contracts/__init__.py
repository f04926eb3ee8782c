"""What the vendors promise, as data, and the one check that judges every exchange by it.

A leaf: it imports nothing else of this project. Names are loaded when they are first used, so that importing the
package costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from contracts.bodies import UnreadableBody
    from contracts.contract import Contract, UnknownVendor, discover, load, load_folder
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
        Provenance,
        Severity,
        Violation,
    )
    from contracts.operation import Operation
    from contracts.redaction import redact
    from contracts.rules import Facts, Finding, Subject

_HOMES = {
    "bodies": ("UnreadableBody",),
    "contract": ("Contract", "UnknownVendor", "discover", "load", "load_folder"),
    "errors": ("ContractError",),
    "model": (
        "Confidence",
        "Direction",
        "Exchange",
        "Headers",
        "HttpRequest",
        "HttpResponse",
        "Judgement",
        "Part",
        "Provenance",
        "Severity",
        "Violation",
    ),
    "operation": ("Operation",),
    "redaction": ("redact",),
    "rules": ("Facts", "Finding", "Subject"),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "Confidence",
    "Contract",
    "ContractError",
    "Direction",
    "Exchange",
    "Facts",
    "Finding",
    "Headers",
    "HttpRequest",
    "HttpResponse",
    "Judgement",
    "Operation",
    "Part",
    "Provenance",
    "Severity",
    "Subject",
    "UnknownVendor",
    "UnreadableBody",
    "Violation",
    "discover",
    "load",
    "load_folder",
    "redact",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOME_OF[name]}"), name)
