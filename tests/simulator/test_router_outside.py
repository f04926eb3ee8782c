"""Forwards to numbers outside, and what holds of every route."""

from dataclasses import replace
from random import Random

import pytest

from simulator.clock import Mode
from simulator.telephony.calls import Cause, Kind, State
from simulator.telephony.conduct import CONDUCT, Conduct
from simulator.telephony.distribution import Strategy
from simulator.telephony.routing import (
    PLAN,
    TAKEN,
    Destination,
    Forwards,
    Group,
    Incoming,
    Outgoing,
    Place,
    Trunk,
)
from simulator.tenancy.transactions import Transaction
from tests.core import pbx55, play, run, running, story, until
from tests.receiver import Receiver
from tests.simulator.routes import GROUP, OUT, ROUTED, Setup, played, rings, to, way
from tests.vendors.hubsoft_peer import NOTIFIED, granted, hubsoft


def outside(number, *after):
    return {"111": Forwards(always=(Destination(Place.OUTSIDE, number), *after))}


def test_outside_number_that_answers_has_the_call():
    calls, verdict, records = played(ROUTED, forwards=outside("37999989001", *to("112")))

    assert verdict.problem == ""
    assert way(calls["c1"]) == [("ringing", 0, "37999989001"), ("answered", 3, None), ("ended", 63, None)]
    assert (calls["c1"].talk, calls["c1"].last.cause) == (60, Cause.NORMAL)
    assert not records.get(PLAN)


@pytest.mark.parametrize(
    ("ending", "at"), [("9002", 30), ("9003", 1), ("9004", 5), ("9005", 8), ("9006", 1), ("5555", 20)]
)
def test_outside_number_that_does_not_answer_sends_the_call_on(ending, at):
    calls, _, _ = played(ROUTED, forwards=outside(f"3799998{ending}", *to("112")))

    assert rings(calls["c1"]) == [(0, f"3799998{ending}"), (at, "112")]


@pytest.mark.parametrize(
    ("more", "came"),
    [
        ("\n  - {after: 9s, hangup: {call: B, by: outside}}", [("ringing", 0, "37999989001"), ("answered", 10, None)]),
        ("", [("ringing", 0, "37999989001"), ("unanswered", 63, None), ("ringing", 63, "113")]),
    ],
)
def test_outside_number_answers_an_engaged_agent_once_that_is_free_or_sends_the_call_on(more, came):
    """A colleague's phone is forwarded, and the agent who calls there takes another call meanwhile."""
    steps = (
        '- login: {extension: "111", queue: vendas}\n  - internal: {call: A, extension: "111", to: "112"}\n'
        '  - route: {call: A}\n  - {after: 1s, inbound: {call: B, from: "37999912222"}}\n'
        '  - queue: {call: B, queue: vendas}\n  - pick_up: {call: B, extension: "111"}'
    )
    forwards = {"112": Forwards(always=(Destination(Place.OUTSIDE, "37999989001"), *to("113")))}

    calls, verdict, _ = played(steps + more, forwards=forwards)

    assert verdict.problem == ""
    assert way(calls["c1"])[: len(came)] == came


def test_group_that_is_busy_makes_no_call_busy_that_was_answered():
    """Whom a dialler has reached waits for an agent; there is none, and that is no busy number."""
    busy = '- internal: {call: B, extension: "112", to: "119"}\n  '
    reached = '- predictive: {call: A, to: "37999912222"}\n  - ring: {call: A}\n  - answer: {call: A}\n  '
    group = Group("4", "Desk", ("112",), Strategy.LINEAR)

    calls, verdict, _ = played(f'{busy}{reached}- ring: {{call: A, group: "4"}}', groups=(group,))

    assert verdict.problem == ""
    assert calls["c2"].last.cause is Cause.NO_ANSWER


def test_engaged_outside_number_alone_is_busy():
    calls, _, _ = played(ROUTED, forwards=outside("37999989003"))

    assert calls["c1"].last.cause is Cause.BUSY


def test_step_that_ends_the_ringing_outside_is_not_overtaken_by_its_timer():
    forwards = outside("37999985555", Destination(Place.OUTSIDE, "37999985556"), *to("112"))

    calls, _, _ = played(ROUTED + "- {after: 5s, no_answer: {call: A}}", forwards=forwards)

    assert rings(calls["c1"]) == [(0, "37999985555"), (5, "37999985556"), (25, "112")]


def test_timer_of_an_outside_number_does_nothing_to_a_device_that_rings_after_it():
    """Nobody answers where it rang no more, and the device goes on ringing."""
    steps = "- {after: 500ms, no_answer: {call: A}}"

    calls, _, _ = played(ROUTED + steps, forwards=outside("37999989001", *to("112")))

    assert way(calls["c1"], Kind.RINGING, Kind.ANSWERED, Kind.ENDED)[:2] == [
        ("ringing", 0, "37999989001"),
        ("ringing", 0.5, "112"),
    ]
    assert calls["c1"].answered is None


def test_number_that_would_have_answered_does_not_once_the_call_went_on():
    forwards = outside("37999989001", Destination(Place.OUTSIDE, "37999985556"), *to("112"))
    steps = (
        "- {after: 1s, no_answer: {call: A}}\n  - {after: 25s, answer: {call: A}}\n  - {after: 2min, hold: {call: A}}"
    )

    calls, verdict, _ = played(ROUTED + steps, forwards=forwards)

    assert rings(calls["c1"]) == [(0, "37999989001"), (1, "37999985556"), (21, "112")]
    assert (verdict.problem, calls["c1"].state) == ("", State.HELD)  # nor does it hang up


def test_number_in_a_table_without_talk_keeps_talking():
    calls, _, _ = played(ROUTED, forwards=outside("37999989010"))

    assert calls["c1"].state is State.TALKING


HANGUP = "- hangup: {call: A, by: inside}\n  "


def test_trunk_of_a_call_is_forgotten_with_the_call(monkeypatch):
    monkeypatch.setattr("simulator.tenancy.gathered.KEPT_CALLS", 1)
    again = OUT.replace("A", "B")

    _, _, records = played(OUT + HANGUP + again, outgoing=Outgoing((Trunk("7", "First", "1"),)))

    assert list(records[TAKEN]) == ["c2"]


def test_agent_whom_two_calls_reach_at_once_answers_one_of_them():
    steps = '- login: {extension: "111", queue: suporte}\n  ' + ROUTED + ROUTED.replace("A", "B")
    answers = Conduct(answer=3, talk=60).to_document()

    async def work():
        async with running() as simulator:
            tenant, simulator.pbx.vendors = simulator.default, {"toy": Setup().vendor()}
            tx = Transaction(tenant, simulator.store)
            for key in ("c1", "c2"):
                tx.put(CONDUCT, key, answers)
            tx.commit()
            verdict = await play(simulator, story(f"scenario: routed\ntitle: R\nsteps:\n  {steps}\n"))
            return verdict, tenant.calls

    verdict, calls = run(work())

    assert verdict.problem == ""
    assert [way(call)[-2:] for call in calls.values()] == [
        [("answered", 3, "111"), ("ended", 63, None)],
        [("unanswered", 20, "111"), ("ended", 20, None)],
    ]


@pytest.mark.parametrize(
    ("steps", "setup"),
    [
        (ROUTED, {"forwards": outside("37999989001")}),
        (ROUTED, {"forwards": outside("37999989002")}),
        (ROUTED, {"incoming": Incoming(to("111"), closed=True)}),
        (ROUTED, {"incoming": Incoming((Destination(Place.MAILBOX, "111"),))}),
        (OUT, {"outgoing": Outgoing(())}),
        (
            OUT + "- answer: {call: A}\n  - hangup: {call: A, by: inside}",
            {"outgoing": Outgoing((Trunk("7", "T", "1"),))},
        ),
    ],
    ids=["answered outside", "unanswered outside", "closed", "mailbox", "not allowed", "by a trunk"],
)
def test_every_vendor_tells_of_it_as_its_contract_says(steps, setup):
    async def work(receiver, erp):
        async with running(pbx55(receiver), hubsoft(erp)) as simulator:
            simulator.pbx.vendors = {"toy": Setup(**setup).vendor(), **simulator.pbx.vendors}
            ended = "" if "MAILBOX" in str(setup) else "\nexpect:\n  - sent: {vendor: pbx55, message: ended}"
            return await play(simulator, story(f"scenario: routed\ntitle: R\nsteps:\n  {steps}{ended}\n"))

    with Receiver() as receiver, Receiver([granted()], otherwise=NOTIFIED) as erp:
        verdict = run(work(receiver, erp))

    assert (verdict.passes, verdict.problem, verdict.errors, verdict.warnings) == (True, "", (), ())


def test_any_forwards_come_to_an_end():
    """Whatever is provisioned, the call has one end, and nothing is left to do."""
    draw = Random(7)
    extensions = [str(number) for number in range(111, 119)]
    places = [*to(*extensions), Destination(Place.GROUP, "4"), Destination(Place.OUTSIDE, "37999989003")]

    def some():
        return tuple(draw.choices(places, k=draw.randrange(4)))

    def any_forwards():
        always = some() if draw.random() < 0.3 else ()
        return Forwards(always, some(), some(), some(), off=draw.random() < 0.2, seconds=draw.choice([None, 7]))

    async def work():
        async with running() as simulator:
            for _ in range(40):
                forwards = {e: any_forwards() for e in extensions}
                group = Group("4", "Desk", tuple(draw.choices(extensions, k=3)), draw.choice(list(Strategy)))
                setup = Setup((group,), forwards, Incoming((*to("111"), *some())))
                simulator.pbx.vendors = {"toy": setup.vendor()}
                verdict = await play(simulator, story(f"scenario: routed\ntitle: R\nsteps:\n  {ROUTED}\n"))
                assert verdict.problem == ""
            tenant = simulator.default
            return tenant.calls.values(), tenant.records.get(PLAN), tenant.agenda.jobs

    calls, plans, jobs = run(work())

    assert len(calls) == 40
    assert all([e.kind for e in call.events].count(Kind.ENDED) == 1 for call in calls)
    assert (not plans, dict(jobs)) == (True, {})


def test_group_goes_on_ringing_after_a_restart(tmp_path):
    """What is still to be tried is kept, and the ringing of a device ends on time, though the process did not live."""
    store, group = tmp_path / "store.db", Group("4", "Desk", ("114", "112"), Strategy.LINEAR)
    vendors = {"toy": Setup((group,)).vendor()}

    async def work():
        async with running(store=store, clock=Mode.REAL) as simulator:
            simulator.pbx.vendors = vendors
            simulator.engine.play(simulator.default, story(f"scenario: routed\ntitle: Routed\nsteps:\n  {GROUP}\n"))
            await until(simulator.default, lambda: simulator.default.records.get(PLAN))
        async with running(store=store) as simulator:
            tenant, simulator.pbx.vendors = simulator.default, vendors
            tx = Transaction(tenant, simulator.store)
            tx.set_clock(replace(tenant.clock, mode=Mode.JUMPING))
            tx.commit()
            verdict = await simulator.engine.verdict(tenant, "r1")
            return verdict, tenant.calls["c1"]

    verdict, call = run(work())

    assert verdict.problem == ""
    assert [where for _, where in rings(call)] == ["114", "112"]
    assert (call.duration, call.last.cause) == (40, Cause.NO_ANSWER)
