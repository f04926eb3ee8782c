"""A simulator that stops in the middle of its work, or is killed, goes on where it was when it starts again."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from simulator.tenancy.runs import Status
from tests.core import canonical_of, pbx55, play, run, running, shown, story, until
from tests.receiver import Receiver, Reply
from tests.simulator.restarting import SHORT, interrupted, taken_up
from tests.vendors.hubsoft_peer import CANCELLED, NOTIFIED, granted, hubsoft

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("pushes", range(1, 6))
def test_run_that_was_stopped_goes_on_as_if_nothing_had_been(pushes, tmp_path):
    """Wherever the stop falls, the whole journal comes out as that of a run that nobody stopped."""
    from scenarios.loader import load

    scenario = load("transferred_inbound")

    async def whole():
        async with running(pbx55(receiver)) as simulator:
            await play(simulator, scenario)
            return canonical_of(simulator.default.journal)

    with Receiver() as receiver:
        verdict, journal, tenant = interrupted(pushes, scenario, tmp_path / "store", pbx55(receiver))
        undisturbed = run(whole())

    assert (verdict.findings, verdict.missed, verdict.exit_code) == ((), (), 0)
    assert canonical_of(tenant.journal) == undisturbed
    assert len({e.exchange.delivery for e in journal}) == len(journal) == 5
    assert tenant.runs["r1"].status is Status.PASSED


def test_delivery_that_was_under_way_is_made_again_with_the_same_id_and_bytes(tmp_path):
    store = tmp_path / "store"

    async def work():
        with Receiver(otherwise=Reply(silent=True)) as silent:
            async with running(pbx55(silent, delivery_header=True), store=store) as simulator:
                simulator.engine.play(simulator.default, story(SHORT))
                await asyncio.to_thread(silent.wait, 1)
            with Receiver() as good:
                verdict, journal, _ = await taken_up(store, pbx55(good, delivery_header=True))
                return silent.requests[0], good.requests, verdict, journal

    first, again, verdict, journal = run(work())

    assert (first.body, first.header("x-pbxsim-delivery")) == (again[0].body, again[0].header("x-pbxsim-delivery"))
    assert shown(journal, "message", "attempt", "status") == [("started", 1, 200), ("ended", 1, 200)]
    assert verdict.passes


def test_retry_that_waits_still_holds_back_what_is_behind_it_after_a_restart(tmp_path):
    """The first push failed and is due again in five seconds; the last one is due before that, and waits."""
    with Receiver([500]) as receiver:
        verdict, journal, _ = interrupted(1, story(SHORT), tmp_path / "store", pbx55(receiver))

    assert shown(journal, "message", "attempt", "status") == [
        ("started", 1, 500),
        ("started", 2, 200),
        ("ended", 1, 200),
    ]
    assert verdict.passes


def test_push_that_waits_to_change_places_survives_a_restart(tmp_path):
    swapped = f"""{SHORT}
faults:
  - on: {{vendor: pbx55, message: started}}
    do: {{swap_with_next: true}}
"""
    with Receiver() as receiver, Receiver([granted(), NOTIFIED], otherwise=CANCELLED) as erp:
        verdict, journal, _ = interrupted(1, story(swapped), tmp_path / "store", pbx55(receiver), hubsoft(erp))

    pushes = [e for e in journal if e.exchange.vendor == "pbx55"]
    assert shown(pushes, "message", "fault") == [("ended", None), ("started", "swap_with_next")]
    assert verdict.passes


@pytest.mark.parametrize("pushes", [1, 2, 3])
@pytest.mark.parametrize("flaw", ["swap_with_next", "after_end"])
def test_push_that_waits_for_one_that_is_late_itself_survives_a_restart(flaw, pushes, tmp_path):
    """Wherever the stop falls: before the end of the call, and between the two that are late."""
    late = f"""{SHORT}
  - inbound: {{call: B, from: "37988242968"}}
  - {{after: 1s, hangup: {{call: B, by: outside}}}}
faults:
  - on: {{vendor: pbx55, call: A, message: started}}
    do: {{{flaw}: true}}
  - on: {{vendor: pbx55, call: A, message: ended}}
    do: {{delay: 40s}}
"""
    with Receiver() as receiver:
        verdict, journal, _ = interrupted(pushes, story(late), tmp_path / "store", pbx55(receiver))

    of_a = [e for e in journal if e.exchange.call == "c1"]
    assert shown(of_a, "message", "fault") == [("ended", "delay"), ("started", flaw)]
    assert len({e.exchange.delivery for e in journal}) == len(journal) == 4
    assert (verdict.idle, verdict.passes) == ((), True)


def test_run_that_was_over_but_not_judged_is_judged_after_a_restart(tmp_path):
    """The process dies between a run's last delivery and its verdict."""
    store = tmp_path / "store"

    async def work():
        async with running(pbx55(receiver), store=store) as simulator:
            tenant = simulator.default
            simulator.engine._begin_judging = lambda *run: None  # nobody gets to judge it
            simulator.engine.play(tenant, story(SHORT))
            await until(tenant, lambda: tenant.journal.last == 2 and not tenant.agenda.jobs)
        return await taken_up(store, pbx55(receiver))

    with Receiver() as receiver:
        verdict, _, tenant = run(work())

    assert (verdict.exchanges, verdict.passes, tenant.runs["r1"].status) == (2, True, Status.PASSED)


def test_run_that_was_judged_keeps_its_status_and_is_not_played_again(tmp_path):
    store = tmp_path / "store"

    async def work():
        async with running(pbx55(receiver), store=store) as simulator:
            await play(simulator, story(SHORT))
        async with running(store=store) as simulator:
            tenant = simulator.default
            again = await play(simulator, story(SHORT))
            return {key: each.status for key, each in tenant.runs.items()}, again

    with Receiver() as receiver:
        statuses, again = run(work())

    assert statuses == {"r1": Status.PASSED, "r2": Status.PASSED}
    assert (again.exchanges, len(receiver.requests)) == (2, 4)


KILLED = """
import asyncio, sys
from pathlib import Path
from scenarios.loader import load
from tests.core import running
from simulator.tenancy.targets import Target

async def main(url, store):
    async with running(Target("t1", "pbx55", url, delivery_header=True), store=Path(store)) as simulator:
        for _ in range(20):
            simulator.engine.play(simulator.default, load("transferred_inbound"))
        await asyncio.Event().wait()

asyncio.run(main(*sys.argv[1:]))
"""


def test_killed_process_loses_no_push_and_repeats_only_equal_ones(tmp_path):
    """``kill -9`` among a hundred pushes: each arrives in the end, at least once, the same on every arrival."""
    store = tmp_path / "store"

    async def work():
        async with running(store=store) as simulator:
            tenant = simulator.default
            return [await simulator.engine.verdict(tenant, f"r{n}") for n in range(1, 21)]

    with Receiver() as receiver:
        process = subprocess.Popen(
            (sys.executable, "-c", KILLED, f"{receiver.url}/t1", str(store)), cwd=ROOT, env={**os.environ}
        )
        try:
            receiver.wait(30)
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait()
        before = len(receiver.requests)
        verdicts = run(work())

    arrivals = {}
    for each in receiver.requests:
        arrivals.setdefault(each.header("x-pbxsim-delivery"), set()).add(each.body)
    assert before < 100
    assert len(arrivals) == 100
    assert {len(bodies) for bodies in arrivals.values()} == {1}
    assert {v.exit_code for v in verdicts} == {0}
