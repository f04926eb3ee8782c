"""A simulator for the tests of one module, and accounts of Viacel's fake. The toy vendor's files are not collected."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.live import Live, live
from tests.vendors.viacel_account import LENIENT, NUMBERS, Account

collect_ignore = ["toy_vendor"]  # test_toy_vendor.py lays them beside the others'


@pytest.fixture(scope="module")
def running() -> Iterator[Live]:
    with live() as simulator:
        yield simulator


@pytest.fixture
def account(running: Live) -> Account:
    return Account(running, f"strict-{next(NUMBERS)}")


@pytest.fixture
def lenient(running: Live) -> Account:
    return Account(running, f"lenient-{next(NUMBERS)}", readings=LENIENT)
