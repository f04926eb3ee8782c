"""A simulator for the tests of one module; each fake, a tenant, an account of Viacel's. The toy's files stay out."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.live import Live, live
from tests.vendors.fake import SERVED, Fake
from tests.vendors.viacel_account import LENIENT, NUMBERS, Account

collect_ignore = ["toy_vendor"]  # test_toy_vendor.py lays them beside the others'


@pytest.fixture(scope="module")
def running() -> Iterator[Live]:
    with live() as simulator:
        yield simulator


@pytest.fixture
def tenant(running: Live) -> Iterator[str]:
    name = running.control("POST", "/tenants", {}).json["name"]
    yield name
    running.control("DELETE", f"/tenants/{name}")


@pytest.fixture(params=SERVED)
def fake(running: Live, request: pytest.FixtureRequest) -> Fake:
    return Fake(running, request.param)


@pytest.fixture
def account(running: Live) -> Account:
    return Account(running, f"strict-{next(NUMBERS)}")


@pytest.fixture
def lenient(running: Live) -> Account:
    return Account(running, f"lenient-{next(NUMBERS)}", readings=LENIENT)
