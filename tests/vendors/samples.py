"""The samples that the vendors' documents print."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.contract import load
from contracts.examples import Example, examples


def printed(vendor: str, operation: str = "", *, readable: bool = True) -> list[Any]:
    """Return the samples of a vendor that its documents print, as pytest parameters."""
    found = (e for e in examples(load(vendor)) if e.printed and e.exchange.request.body)
    wanted = (e for e in found if operation in ("", e.operation))
    return [pytest.param(e, id=e.name) for e in wanted if readable is not _unreadable(e)]


def _unreadable(example: Example) -> bool:
    return any(expected.clause == "malformed" for expected in example.expect)
