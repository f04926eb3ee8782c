"""Single events of a channel that go wrong on purpose: late, passed, in a burst, broken, twice, lost."""

from dataclasses import replace
from datetime import timedelta

import pytest

from contracts.contract import load
from simulator.clock import Mode
from simulator.tenancy.jobs import Task
from simulator.tenancy.tenants import FIRST_MORNING
from tests.core import entries, play, run, shown, story
from tests.raw_http import ask, request
from tests.vendors.digitro_world import fake
from tests.vendors.test_digitro_channel import inbound

STARTED, ENDED = "EVENTO_DE_INICIO_DE_CHAMADA", "EVENTO_DE_DESLIGAMENTO"
RINGING, ANSWERED, DIVERTED = "EVENTO_DE_TOQUE", "EVENTO_DE_ATENDIMENTO", "EVENTO_DE_DESVIO"
CALL = """
scenario: one_call
title: A call is answered, and one of its events is not as it should be
steps:
  - inbound: {{call: A, from: "37999912222"}}
  - {{after: 2s, ring: {{call: A, extension: "111"}}}}
  - {{after: 3s, answer: {{call: A, extension: "111"}}}}
  - {{after: 10s, hangup: {{call: A, by: outside}}}}
faults:
  - on: {{vendor: digitro, {on}}}
    do: {{{do}}}
"""


def heard(text, count):
    """Play a scenario beside an open channel; return its events, what the journal has of them, and the verdict."""

    async def work():
        async with fake() as pbx:
            async with pbx.opened() as (stream, _):
                verdict = await play(pbx.simulator, story(text))
                inbound(pbx)  # which shows that nothing comes in between
                events = [await stream.next() for _ in range(count + 1)]
            assert events[-1].name == STARTED
            assert pbx.tenant.agenda.jobs == {}
            told = [e for e in entries(pbx.tenant) if e.exchange.message and e.exchange.message != "opened"]
            return events[:-1], [e for e in told if e.exchange.call in pbx.tenant.runs["r1"].calls.values()], verdict

    events, told, verdict = run(work())
    assert (verdict.errors, verdict.missed, verdict.exit_code) == ((), (), 0)
    return events, told, verdict


def names(events):
    return [event.name for event in events]


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


def test_event_is_broken_off():
    """Its data is half of what it should be, on one line of its own, and what follows is whole."""
    events, told, _ = heard(CALL.format(on="message: ringing", do="malformed: true"), 4)

    assert names(events) == [STARTED, RINGING, ANSWERED, ENDED]
    assert isinstance(events[1].data, str)
    assert events[1].data.startswith('{"EVENTO":"EVENTO_DE_TOQUE"')
    assert shown(told, "message", "fault", "status") == [
        ("started", None, 200),
        ("ringing", "malformed", 200),
        ("answered", None, 200),
        ("ended", None, 200),
    ]


@pytest.mark.parametrize(
    ("do", "field", "value", "breaks"),
    [
        ("null_field", "ID_CHAMADA", None, True),
        ("unknown_field", "CAMPO_DESCONHECIDO", "ninguém conhece este campo", False),
    ],
)
def test_event_has_a_field_that_is_wrong(do, field, value, breaks):
    """On purpose it is no violation of ours; by mistake it would be one where the field is known."""
    events, told, _ = heard(CALL.format(on="message: answered", do=f"{do}: true"), 4)

    assert events[2].data[field] == value
    (exchange,) = [e.exchange for e in told if e.exchange.fault]
    assert exchange.fault == do
    by_mistake = load("digitro").check(replace(exchange, fault=None)).violations
    assert bool(by_mistake) is breaks


def test_several_faults_act_on_one_call():
    """Which is where they would get in each other's way: of two on one event the first one acts."""
    text = CALL.format(on="message: started", do="delay: 1s")
    text += """
  - on: {vendor: digitro, message: started}
    do: {drop: true}
  - on: {vendor: digitro, message: ringing}
    do: {swap_with_next: true}
  - on: {vendor: digitro, message: answered}
    do: {duplicate: {times: 3}}
  - on: {vendor: digitro, message: ended}
    do: {malformed: true}
"""
    events, _, verdict = heard(text, 6)

    assert names(events) == [STARTED, ANSWERED, ANSWERED, ANSWERED, RINGING, ENDED]
    (idle,) = verdict.idle
    assert idle.startswith("story.yaml:13:5: drop struck nothing: 1 message matched")


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


TWO_HANG_UPS = """
scenario: two_hang_ups
title: Two callers hang up, and one event of each is not as it should be
steps:
  - inbound: {call: A, from: "37999912222"}
  - inbound: {call: B, from: "37988242968"}
  - hangup: {call: A, by: outside}
  - hangup: {call: B, by: outside}
faults:
  - on: {vendor: digitro, message: ended, nth: 2}
    do: {drop: true}
  - on: {vendor: digitro, call: A, message: started}
    do: {duplicate: true}
  - on: {message: started}
    do: {malformed: true}
expect:
  - sent: {vendor: digitro, call: A, message: started, times: 2}
  - sent: {vendor: digitro, message: ended, times: 1}
  - not_sent: {vendor: digitro, call: B, message: ended}
"""


def test_event_is_lost_or_told_twice_where_a_scenario_says_so():
    """By its place or its call; what names no vendor is for messages that are sent to targets."""

    async def work():
        async with fake() as pbx:
            async with pbx.opened() as (stream, _):
                verdict = await play(pbx.simulator, story(TWO_HANG_UPS))
                inbound(pbx)  # which shows that nothing comes in between
                heard = [await stream.next() for _ in range(5)]
            told = [e for e in entries(pbx.tenant) if e.exchange.call in ("c1", "c2") and e.exchange.message]
            return verdict, [(event.name, event.data["ID_CHAMADA"]) for event in heard], told

    verdict, heard, told = run(work())

    assert (verdict.missed, verdict.exit_code) == ((), 0)
    one, two, new = dict.fromkeys(call for _, call in heard)
    assert heard == [(STARTED, one), (STARTED, one), (STARTED, two), (ENDED, one), (STARTED, new)]
    assert shown(told, "call", "message", "fault", "status") == [
        ("c1", "started", "duplicate", 200),
        ("c1", "started", "duplicate", 200),
        ("c2", "started", None, 200),
        ("c1", "ended", None, 200),
        ("c2", "ended", "drop", None),
    ]


EXPECTED = """
scenario: expected
title: An event is expected
steps:
  - inbound: {call: A, from: "37999912222"}
  - hangup: {call: A, by: outside}
expect:
  - sent: {vendor: digitro, call: A, message: ended}
  - order: {vendor: digitro, of: [{call: A, message: started}, {call: A, message: ended}]}
  - reaction: {to: {vendor: digitro, call: A, message: ended}, by: {vendor: hubsoft, operation: notifyCall}, within: 1s}
"""


def test_event_that_is_expected_while_nobody_listens_is_not_judged():
    """No channel was ever open: that says nothing of anybody. With one, what is missing is missed."""

    async def work():
        async with fake() as pbx:
            alone = await play(pbx.simulator, story(EXPECTED))
            async with pbx.opened():
                heard = await play(pbx.simulator, story(EXPECTED))
            return alone, heard

    alone, heard = run(work())

    assert [(o.met, o.judged) for o in alone.outcomes[:-1]] == [(True, False)] * 3
    assert [(o.met, o.judged) for o in heard.outcomes[:-1]] == [(True, True), (True, True), (False, True)]


def test_event_of_an_agent_is_struck_as_one_of_a_call_is():
    text = """
scenario: agents
title: Two agents log in, and the second one is told late
steps:
  - login: {extension: "111", queue: suporte}
  - {after: 1s, login: {extension: "112", queue: suporte}}
  - {after: 10s, logout: {extension: "111", queue: suporte}}
faults:
  - on: {vendor: digitro, message: logged_in, nth: 2}
    do: {delay: 20s}
  - on: {vendor: digitro, message: logged_out}
    do: {duplicate: true}
"""

    async def work():
        async with fake() as pbx, pbx.opened() as (stream, _):
            verdict = await play(pbx.simulator, story(text))
            heard = [(await stream.next()).name for _ in range(4)]
            return verdict, heard, [e for e in entries(pbx.tenant) if e.exchange.message in ("logged_in", "logged_out")]

    verdict, heard, told = run(work())

    login, logout = "EVENTO_DE_LOGIN", "EVENTO_DE_LOGOUT"
    assert heard == [login, logout, logout, login]
    assert shown(told, "message", "fault") == [
        ("logged_in", None),
        ("logged_out", "duplicate"),
        ("logged_out", "duplicate"),
        ("logged_in", "delay"),
    ]
    assert (verdict.idle, verdict.exit_code) == ((), 0)
