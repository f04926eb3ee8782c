"""Calls that are sent where provisioning says: groups, forwards, lines and trunks of a vendor without a wire."""

from dataclasses import dataclass, field, replace
from itertools import pairwise
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
    Routing,
    Trunk,
)
from simulator.tenancy.transactions import Transaction
from simulator.vendor import Vendor
from tests.core import pbx55, play, run, running, story, until
from tests.receiver import Receiver
from tests.vendors.hubsoft_peer import NOTIFIED, granted, hubsoft

IN = '- inbound: {call: A, from: "37999912222"}\n  '
ROUTED = IN + "- route: {call: A}\n  "
RANG = (Kind.RINGING, Kind.UNANSWERED, Kind.ANSWERED, Kind.QUEUED, Kind.MAILBOX_REACHED, Kind.MENU_ENTERED, Kind.ENDED)


def to(*extensions):
    return tuple(Destination(Place.EXTENSION, extension) for extension in extensions)


@dataclass
class Setup:
    """What is provisioned; calls to every line go to 111 unless told otherwise."""

    groups: tuple = ()
    forwards: dict = field(default_factory=dict)
    incoming: Incoming | None = field(default_factory=lambda: Incoming(to("111")))
    outgoing: Outgoing | None = None

    def vendor(self):
        routing = Routing(
            groups=lambda records: self.groups,
            forwards=lambda records, extension: self.forwards.get(extension),
            incoming=lambda records, line, local: self.incoming,
            outgoing=lambda records, extension, digits: self.outgoing,
        )
        return Vendor("toy", "Toy", routing=routing)


def played(steps, **setup):
    """Play steps where this is provisioned; return the calls, the verdict and the tenant's records."""

    async def work():
        async with running() as simulator:
            simulator.pbx.vendors = {"toy": Setup(**setup).vendor()}
            verdict = await play(simulator, story(f"scenario: routed\ntitle: Routed\nsteps:\n  {steps}\n"))
            return simulator.default.calls, verdict, simulator.default.records

    return run(work())


def way(call, *kinds):
    """Return what happened to a call on its way: kind, seconds from the start, and where."""
    return [
        (e.kind.value, (e.at - call.started).total_seconds(), e.extension or e.queue or e.digits)
        for e in call.events
        if e.kind in (kinds or RANG)
    ]


def rings(call):
    return [(at, where) for _, at, where in way(call, Kind.RINGING)]


def test_call_rings_where_its_line_leads_and_is_over_when_nobody_answers():
    calls, verdict, records = played(ROUTED)

    assert verdict.problem == ""
    assert way(calls["c1"]) == [("ringing", 0, "111"), ("unanswered", 20, "111"), ("ended", 20, None)]
    assert calls["c1"].last.cause is Cause.NO_ANSWER
    assert not records.get(PLAN)


def test_who_answers_has_the_call_and_nothing_more_is_tried():
    calls, _, records = played(
        ROUTED + "- {after: 5s, answer: {call: A}}", forwards={"111": Forwards(no_answer=to("112"))}
    )

    assert way(calls["c1"]) == [("ringing", 0, "111"), ("answered", 5, "111")]
    assert not records.get(PLAN)


def test_unanswered_call_follows_its_forwards_in_order():
    forwards = {"111": Forwards(no_answer=to("112", "113")), "112": Forwards(no_answer=to("114"))}

    calls, _, _ = played(ROUTED, forwards=forwards)

    assert rings(calls["c1"]) == [(0, "111"), (20, "112"), (40, "114"), (60, "113")]


def test_step_that_lets_it_ring_sends_the_call_on_at_once():
    calls, _, _ = played(
        ROUTED + "- {after: 3s, no_answer: {call: A}}", forwards={"111": Forwards(no_answer=to("112"))}
    )

    assert rings(calls["c1"]) == [(0, "111"), (3, "112")]


def test_every_call_of_an_extension_can_go_elsewhere_without_ringing_there():
    calls, _, _ = played(ROUTED, forwards={"111": Forwards(always=to("112"), no_answer=to("113"))})

    assert rings(calls["c1"]) == [(0, "112")]


@pytest.mark.parametrize(
    ("forwards", "rung"),
    [
        ({"111": Forwards(always=to("111"))}, []),
        ({"111": Forwards(always=to("112")), "112": Forwards(always=to("111"))}, []),
        ({"111": Forwards(no_answer=to("112")), "112": Forwards(no_answer=to("111"))}, ["111", "112"]),
    ],
    ids=["itself", "two", "two that ring"],
)
def test_forwards_in_a_circle_end(forwards, rung):
    calls, verdict, _ = played(ROUTED, forwards=forwards)

    assert verdict.problem == ""
    assert [where for _, where in rings(calls["c1"])] == rung
    assert calls["c1"].last.cause is Cause.NO_ANSWER


def test_ten_destinations_are_the_most():
    chain = [str(number) for number in range(111, 131)]
    forwards = {one: Forwards(no_answer=to(other)) for one, other in pairwise(chain)}

    calls, _, _ = played(ROUTED, forwards=forwards)

    assert [where for _, where in rings(calls["c1"])] == chain[:10]
    assert calls["c1"].state is State.ENDED


def test_busy_extension_sends_its_calls_on():
    busy = '- internal: {call: B, extension: "111", to: "119"}\n  '

    calls, _, _ = played(busy + ROUTED, forwards={"111": Forwards(busy=to("112"), no_answer=to("113"))})

    assert rings(calls["c2"]) == [(0, "112")]


def test_busy_extension_without_a_forward_is_busy():
    busy = '- internal: {call: B, extension: "111", to: "119"}\n  '

    calls, _, _ = played(busy + ROUTED)

    assert way(calls["c2"]) == [("ended", 0, None)]
    assert calls["c2"].last.cause is Cause.BUSY


@pytest.mark.parametrize("extension", ["111", "9999"], ids=["blocked", "unknown"])
def test_extension_that_cannot_be_reached_sends_its_calls_on(extension):
    forwards = Forwards(no_answer=to("113"), offline=to("112"), off=True)

    calls, _, _ = played(ROUTED, incoming=Incoming(to(extension)), forwards={extension: forwards})

    assert rings(calls["c1"]) == [(0, "112")]


def test_extension_rings_as_long_as_its_forwards_say_and_the_next_one_as_long_as_its_own():
    forwards = {"111": Forwards(no_answer=to("112", "113"), seconds=7), "113": Forwards(seconds=30)}

    calls, _, _ = played(ROUTED, forwards=forwards)

    assert rings(calls["c1"]) == [(0, "111"), (7, "112"), (27, "113")]
    assert way(calls["c1"])[-1] == ("ended", 57, None)


def test_group_rings_as_long_as_it_says_whatever_its_members_do_alone():
    group = Group("4", "Desk", ("112", "113"), Strategy.LINEAR)
    forwards = {"111": Forwards(always=(Destination(Place.GROUP, "4"),)), "112": Forwards(seconds=7)}

    calls, _, _ = played(ROUTED, forwards=forwards, groups=(group,))

    assert rings(calls["c1"]) == [(0, "112"), (20, "113")]


def test_queue_mailbox_and_menu_take_the_call():
    for destination, state in (
        (Destination(Place.QUEUE, "vendas"), State.QUEUED),
        (Destination(Place.MAILBOX, "112"), State.MAILBOX),
        (Destination(Place.MAILBOX, "9999"), State.MAILBOX),
        (Destination(Place.MENU), State.MENU),
    ):
        calls, verdict, records = played(ROUTED, incoming=Incoming((destination,)))

        assert (verdict.problem, calls["c1"].state) == ("", state)
        assert not records.get(PLAN)


def test_destinations_that_are_not_there_are_passed_over():
    nowhere = (Place.QUEUE, "none"), (Place.GROUP, "none"), (Place.OUTSIDE, "not digits"), (Place.OUTSIDE, "")
    calls, _, _ = played(ROUTED, incoming=Incoming((*(Destination(*each) for each in nowhere), *to("112"))))

    assert rings(calls["c1"]) == [(0, "112")]


def test_line_that_leads_nowhere_is_told():
    calls, verdict, _ = played(ROUTED, incoming=None)

    assert "leads nowhere" in verdict.problem
    assert "provision that first" in verdict.problem
    assert calls["c1"].state is State.ROUTING


def test_closed_line_ends_the_call():
    calls, _, _ = played(ROUTED, incoming=Incoming(to("111"), closed=True))

    assert [e.cause for e in calls["c1"].events] == [None, Cause.CLOSED]


def test_line_takes_so_many_calls_at_once():
    second = '- inbound: {call: B, from: "37988242968"}\n  - route: {call: B}'

    one, _, _ = played(ROUTED + second, incoming=Incoming(to("111"), most=1))
    two, _, _ = played(ROUTED + second, incoming=Incoming(to("111"), most=2))

    assert [(e.kind, e.cause) for e in one["c2"].events][1:] == [(Kind.ENDED, Cause.BUSY)]
    assert rings(two["c2"]) == [(0, "111")]


def test_internal_call_goes_to_its_callee_and_on():
    steps = '- internal: {call: A, extension: "115", to: "111"}\n  - route: {call: A}'

    calls, _, _ = played(steps, forwards={"111": Forwards(no_answer=to("112"))})

    assert rings(calls["c1"]) == [(0, "111"), (20, "112")]


def test_caller_is_busy_for_a_call_that_comes_back():
    steps = '- internal: {call: A, extension: "111", to: "112"}\n  - route: {call: A}'

    calls, _, _ = played(steps, forwards={"112": Forwards(always=to("111"))})

    assert (rings(calls["c1"]), calls["c1"].last.cause) == ([], Cause.BUSY)


OUT = '- outbound: {call: A, extension: "111", to: "37999912222"}\n  - route: {call: A}\n  '


def test_outbound_call_takes_its_first_trunk():
    trunks = Trunk("7", "First", "01537999912222"), Trunk("8", "Second", "37999912222")

    calls, _, records = played(OUT + "- answer: {call: A}", outgoing=Outgoing(trunks))

    assert way(calls["c1"]) == [("ringing", 0, "01537999912222"), ("answered", 0, None)]
    assert records[TAKEN] == {"c1": {"call": "c1", "trunk": "7", "name": "First"}}


def test_outbound_call_that_no_vendor_has_a_say_in_just_rings():
    calls, _, records = played(OUT)

    assert way(calls["c1"]) == [("ringing", 0, None)]
    assert TAKEN not in records


def test_extension_that_may_not_dial_a_number_is_told_so():
    calls, _, _ = played(OUT, outgoing=Outgoing(()))

    assert [(e.kind, e.cause) for e in calls["c1"].events][1:] == [(Kind.ENDED, Cause.NOT_ALLOWED)]


@pytest.mark.parametrize(
    "steps",
    [
        IN + '- ring: {call: A, extension: "112"}\n  - route: {call: A}',
        IN + '- ring: {call: A, extension: "112"}\n  - answer: {call: A}\n  - route: {call: A}',
        '- predictive: {call: A, to: "37999912222"}\n  - ring: {call: A}\n  - answer: {call: A}\n  - route: {call: A}',
    ],
    ids=["rings", "talks", "was dialled"],
)
def test_call_that_waits_for_nobody_is_not_sent_anywhere(steps):
    calls, verdict, _ = played(steps)

    assert 'route: call "A" is ' in verdict.problem
    assert calls["c1"].last.kind in (Kind.RINGING, Kind.ANSWERED)


GROUP = IN + '- ring: {call: A, group: "4"}\n  '
DESK = Group("4", "Desk", ("114", "112", "113"))


@pytest.mark.parametrize("name", ["4", "Desk"])
def test_ring_all_rings_every_member_until_one_answers(name):
    steps = IN + f'- ring: {{call: A, group: "{name}"}}\n  - {{after: 5s, answer: {{call: A, extension: "112"}}}}'

    calls, _, _ = played(steps, groups=(DESK,))

    assert rings(calls["c1"]) == [(0, "114"), (0, "112"), (0, "113")]
    assert (calls["c1"].present, calls["c1"].alerted) == (("112",), ())


def test_ring_all_is_over_when_the_last_member_has_let_it():
    calls, _, _ = played(GROUP, groups=(replace(DESK, seconds=7),))

    assert [at for _, at, _ in way(calls["c1"], Kind.UNANSWERED)] == [7, 7, 7]
    assert way(calls["c1"])[-1] == ("ended", 7, None)
    assert calls["c1"].last.cause is Cause.NO_ANSWER


def test_linear_rings_one_after_the_other():
    calls, _, _ = played(GROUP + "- {after: 50s, answer: {call: A}}", groups=(replace(DESK, strategy=Strategy.LINEAR),))

    assert way(calls["c1"]) == [
        ("ringing", 0, "114"),
        ("unanswered", 20, "114"),
        ("ringing", 20, "112"),
        ("unanswered", 40, "112"),
        ("ringing", 40, "113"),
        ("answered", 50, "113"),
    ]


def test_random_order_is_the_seeds():
    members = tuple(str(number) for number in range(111, 121))
    group = Group("4", "Desk", members, Strategy.RANDOM)

    first, again = (rings(played(GROUP, groups=(group,))[0]["c1"]) for _ in range(2))

    assert first == again
    assert sorted(where for _, where in first) == list(members)
    assert [where for _, where in first] != list(members)


def test_busy_and_missing_members_are_passed_over():
    busy = '- internal: {call: B, extension: "112", to: "119"}\n  '
    group = Group("4", "Desk", ("112", "9999", "115", "113"), Strategy.LINEAR)

    calls, _, _ = played(busy + GROUP, groups=(group,), forwards={"115": Forwards(off=True)})

    assert rings(calls["c2"]) == [(0, "113")]


def test_group_whose_members_are_all_busy_is_busy():
    busy = '- internal: {call: B, extension: "112", to: "113"}\n  - ring: {call: B, extension: "113"}'

    calls, _, _ = played(
        f"{busy}\n  - answer: {{call: B}}\n  {GROUP}", groups=(Group("4", "Desk", ("112", "113"), Strategy.LINEAR),)
    )

    assert [(e.kind, e.cause) for e in calls["c2"].events][1:] == [(Kind.ENDED, Cause.BUSY)]


def test_inactive_group_rings_nobody():
    calls, _, _ = played(GROUP, groups=(replace(DESK, members=()),))

    assert [(e.kind, e.cause) for e in calls["c1"].events][1:] == [(Kind.ENDED, Cause.NO_ANSWER)]


def test_caller_whom_a_group_leaves_unanswered_goes_on_waiting_in_the_queue():
    calls, _, _ = played(IN + '- queue: {call: A, queue: vendas}\n  - ring: {call: A, group: "4"}', groups=(DESK,))

    assert calls["c1"].state is State.QUEUED


def test_group_can_be_a_forward():
    forwards = {"111": Forwards(no_answer=(Destination(Place.GROUP, "4"), Destination(Place.MAILBOX, "111")))}

    calls, _, _ = played(ROUTED, forwards=forwards, groups=(DESK,))

    assert way(calls["c1"])[-1] == ("mailbox_reached", 40, "111")
    assert rings(calls["c1"]) == [(0, "111"), (20, "114"), (20, "112"), (20, "113")]


def test_group_that_no_vendor_has_is_told_before_anybody_calls():
    with pytest.raises(Exception, match="there is no ring group '5'; there are: 4"):
        played(IN + '- ring: {call: A, group: "5"}', groups=(DESK,))


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
