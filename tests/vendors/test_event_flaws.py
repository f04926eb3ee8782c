"""Single events of a channel that are broken, lost or told twice on purpose."""

from dataclasses import replace

import pytest

from contracts.contract import load
from tests.core import entries, play, run, shown, story
from tests.vendors.digitro_world import fake
from tests.vendors.event_faults import ANSWERED, CALL, ENDED, RINGING, STARTED, heard, names
from tests.vendors.test_digitro_channel import inbound


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
