"""Single events of a channel that come at another time on purpose: late, passed, in a burst."""

from datetime import timedelta

import pytest

from simulator.clock import Mode
from simulator.tenancy.jobs import Task
from simulator.tenancy.tenants import FIRST_MORNING
from tests.core import entries, play, run, story
from tests.raw_http import ask, request
from tests.vendors.digitro_world import fake
from tests.vendors.event_faults import ANSWERED, CALL, ENDED, RINGING, STARTED, heard, names


@pytest.mark.parametrize(
    ("on", "do", "order", "late"),
    [
        ("message: ringing", "delay: 4s", [STARTED, ANSWERED, RINGING, ENDED], [0, 5, 6, 15]),
        ("message: ringing", "delay: 30s", [STARTED, ANSWERED, ENDED, RINGING], [0, 5, 15, 32]),
        ("message: ringing", "swap_with_next: true", [STARTED, ANSWERED, RINGING, ENDED], [0, 5, 5, 15]),
        ("message: started", "after_end: true", [RINGING, ANSWERED, ENDED, STARTED], [2, 5, 15, 15]),
        ("call: A", "burst: 4", [STARTED, RINGING, ANSWERED, ENDED], [15, 15, 15, 15]),
        ("message: started", "burst: 3", [RINGING, ANSWERED, ENDED, STARTED], [2, 5, 15, 15]),
    ],
)
def test_event_is_told_at_another_time(on, do, order, late):
    """At the moment that was asked for, on the wire and in the journal alike, and it is whole."""
    events, told, verdict = heard(CALL.format(on=on, do=do), 4)

    assert names(events) == order
    assert [event.data["EVENTO"] for event in events] == order
    assert [entry.exchange.at - FIRST_MORNING for entry in told] == [timedelta(seconds=s) for s in late]
    flaw = do.partition(":")[0]
    assert {e.exchange.fault for e in told} - {None} == {flaw}
    assert verdict.idle == ()


@pytest.mark.parametrize("do", ["after_end: true", "swap_with_next: true", "delay: 0s"])
def test_last_event_that_could_change_nothing_is_told_as_if_nothing_had_been(do):
    events, told, verdict = heard(CALL.format(on="message: ended", do=do), 4)

    assert names(events) == [STARTED, RINGING, ANSWERED, ENDED]
    assert {e.exchange.fault for e in told} == {None}
    (idle,) = verdict.idle
    assert ": 1 message matched, and it " in idle


@pytest.mark.parametrize(
    ("one", "other", "order", "late"),
    [
        ("started after_end", "ended delay: 40s", [RINGING, ANSWERED, ENDED, STARTED], [2, 5, 55, 55]),
        ("started after_end", "ended burst: 2", [RINGING, ANSWERED, ENDED, STARTED], [2, 5, 15, 15]),
        ("ringing swap_with_next", "answered delay: 4s", [STARTED, ANSWERED, RINGING, ENDED], [0, 9, 9, 15]),
        ("ringing swap_with_next", "answered delay: 40s", [STARTED, ENDED, ANSWERED, RINGING], [0, 15, 45, 45]),
        ("ringing swap_with_next", "answered after_end: true", [STARTED, ENDED, ANSWERED, RINGING], [0, 15, 15, 15]),
        ("ringing swap_with_next", "answered drop: true", [STARTED, ENDED, RINGING], [0, 5, 15, 15]),
        ("ended after_end", "started delay: 20s", [RINGING, ANSWERED, STARTED, ENDED], [2, 5, 20, 20]),
    ],
)
def test_event_waits_for_one_that_is_itself_late(one, other, order, late):
    """It goes out behind the other, however late that is; what never goes out passes nothing."""
    (first, flaw), (second, _, do) = one.split(), other.partition(" ")
    text = CALL.format(on=f"message: {first}", do=f"{flaw}: true")
    text += f"  - on: {{vendor: digitro, message: {second}}}\n    do: {{{do}}}\n"

    events, told, verdict = heard(text, len(order))

    assert names(events) == order
    assert [entry.exchange.at - FIRST_MORNING for entry in told] == [timedelta(seconds=s) for s in late]
    assert verdict.idle == ()


def test_event_by_rate_is_drawn_from_the_seed():
    """One seed, one outcome."""

    def lost(seed):
        async def work():
            async with fake(seed=seed) as pbx, pbx.opened():
                calls = "".join(
                    f'  - inbound: {{call: C{n}, from: "37999912222"}}\n  - hangup: {{call: C{n}, by: outside}}\n'
                    for n in range(20)
                )
                await play(
                    pbx.simulator,
                    story(
                        f"scenario: many\ntitle: Many calls\nsteps:\n{calls}faults:\n"
                        "  - on: {vendor: digitro, rate: 0.3}\n    do: {drop: true}\n"
                    ),
                )
                return [e.exchange.call for e in entries(pbx.tenant) if e.exchange.fault == "drop"]

        return run(work())

    once, again, other = lost("a"), lost("a"), lost("b")

    assert once == again != other
    assert 4 <= len(once) <= 20


def test_event_that_waits_is_shown_and_outlives_a_restart(tmp_path):
    """It is a job, which the store has."""
    store = tmp_path / "sim.db"

    async def before():
        async with fake(store=store, clock=Mode.REAL) as pbx, pbx.opened():
            run_ = pbx.simulator.engine.play(pbx.tenant, story(CALL.format(on="message: started", do="delay: 1h")))
            while not any(job.task is Task.ANNOUNCE for job in pbx.tenant.agenda.jobs.values()):
                await pbx.tenant.journal.until(lambda: False, 0.01)
            outbox = await ask(pbx.simulator.server, request("GET /_sim/outbox"))
            return run_.id, outbox.json["events"]

    async def after():
        async with fake(store=store) as pbx:
            return [
                (job.task, job.run, job.body["flaw"])
                for job in pbx.tenant.agenda.jobs.values()
                if job.task is Task.ANNOUNCE
            ]

    first, (late,) = run(before())

    assert late == {"due": late["due"], "vendor": "digitro", "message": "started", "call": "c1"}
    assert run(after()) == [(Task.ANNOUNCE, first, "delay")]
