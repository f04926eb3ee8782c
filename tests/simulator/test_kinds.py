"""Every kind of record that a tenant comes to have is known, so that a misspelt one can be refused."""

import pytest

from scenarios.loader import library
from simulator.discovery import discover_vendors
from simulator.kinds import kinds
from tests.core import play, run, running

KNOWN = kinds(discover_vendors().values())


@pytest.mark.parametrize("scenario", library())
def test_kinds_that_a_scenario_leaves_behind_are_known(scenario):
    async def work():
        async with running(listen=True) as simulator:
            await play(simulator, scenario)
            return {kind for kind in simulator.default.records if not kind.startswith("_")}

    assert run(work()) <= set(KNOWN)


def test_no_kind_is_named_twice():
    assert len(set(KNOWN)) == len(KNOWN)
