"""A tenant's baseline is its own: a reset leads back to it, however the simulator was started since."""

from datetime import UTC, datetime

import pytest

from simulator.cli.welcome import _overruled
from simulator.clock import Mode
from simulator.tenancy.tenants import Profile
from simulator.worlds.directory import CUSTOMER
from tests.core import run, running

START = datetime(2026, 3, 2, 12, tzinfo=UTC)
WORLD = """
baseline: false
customers:
  - {id: "1", name: Ana, phones: ["37999912222"]}
numbers:
  - {number: "551130037293"}
"""


def state(simulator, name):
    tenant = simulator.tenants.get(name)
    tenant.open()
    return tenant.clock.mode, tenant.clock.speed, len(tenant.records[CUSTOMER]), tenant.clock.tenant_anchor


async def made(store, world):
    """Start with a clock, a moment and a world of one's own, and make a tenant beside ``default``."""
    async with running(store=store, world=world, clock=Mode.SCALED, speed=20.0, start=START) as simulator:
        simulator.default.open()
        simulator.add(Profile("ci")).open()
        await simulator.pending()


@pytest.mark.parametrize("name", ["default", "ci"])
def test_reset_after_a_restart_leads_to_the_baseline_of_the_first_start(tmp_path, name):
    (tmp_path / "world.yaml").write_text(WORLD, "utf-8")

    async def work():
        await made(tmp_path / "sim.db", tmp_path / "world.yaml")
        async with running(store=tmp_path / "sim.db", clock=Mode.JUMPING) as simulator:
            simulator.reset(name)
            return state(simulator, name)

    assert run(work()) == (Mode.SCALED, 20.0, 1, START)


def test_options_of_a_later_start_are_for_new_tenants_and_that_is_said(tmp_path):
    (tmp_path / "world.yaml").write_text(WORLD, "utf-8")

    async def work():
        async with running(store=tmp_path / "sim.db") as simulator:
            simulator.default.open()
            await simulator.pending()
        later = {"world": tmp_path / "world.yaml", "clock": Mode.SCALED, "speed": 20.0, "start": START}
        async with running(store=tmp_path / "sim.db", **later) as simulator:
            simulator.reset("default")
            simulator.add(Profile("ci"))
            return state(simulator, "default")[:3], state(simulator, "ci")[:3], _overruled(simulator)

    old, new, said = run(work())

    assert old == (Mode.JUMPING, 1.0, 80)
    assert new == (Mode.SCALED, 20.0, 1)
    assert said == ["--clock", "--start", "--world"]
