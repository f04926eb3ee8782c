"""A simulator for the tests of one module, and a tenant for each of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from simulator.clock import Mode
from tests.live import Live, live
from tests.receiver import Receiver


@pytest.fixture(scope="module")
def running(request: pytest.FixtureRequest) -> Iterator[Live]:
    """It has the clock that the module names as ``CLOCK``: a jumping one, if it names none."""
    with live(clock=getattr(request.module, "CLOCK", Mode.JUMPING)) as simulator:
        yield simulator


@pytest.fixture
def tenant(running: Live) -> Iterator[str]:
    name = running.control("POST", "/tenants", {}).json["name"]
    yield name
    assert running.control("DELETE", f"/tenants/{name}").status == 200


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as started:
        yield started
