"""Queues and their agents: who is offered which call, and when."""

import asyncio
from datetime import timedelta

import pytest

from simulator.switch.floor import agent_does
from simulator.telephony.agents import AgentKind
from simulator.telephony.calls import Direction, Kind, State
from simulator.tenancy.transactions import Transaction
from simulator.worlds.world import load_world
from tests.core import run, running
from tests.simulator.floored import TWO_CALLERS, floor, happened


@pytest.fixture
def world(tmp_path):
    def make(**queue):
        fields = "".join(f", {name}: {value}" for name, value in queue.items())
        path = tmp_path / "world.yaml"
        path.write_text(f'queues:\n  - {{name: vendas, extensions: ["116", "117", "118"]{fields}}}\n')
        load_world(path)
        return path

    return make


def test_queue_that_nobody_has_logged_in_to_is_played_by_hand():
    calls, _, verdict = floor(TWO_CALLERS)

    assert verdict.problem == ""
    assert [call.state for call in calls.values()] == [State.QUEUED, State.QUEUED]
    assert [call.last.kind for call in calls.values()] == [Kind.QUEUED, Kind.QUEUED]


def test_waiting_call_is_offered_as_soon_as_an_agent_logs_in():
    steps = TWO_CALLERS + '  - after: 7s\n    login: {extension: "117", queue: vendas}'

    calls, _, _ = floor(steps + "\n  - {after: 3s, answer: {call: A}}")

    assert happened(calls["c1"], Kind.RINGING, Kind.ANSWERED) == [(Kind.RINGING, 7, "117"), (Kind.ANSWERED, 10, "117")]
    assert calls["c2"].state is State.QUEUED


def test_agent_that_does_not_answer_is_passed_over():
    steps = (
        '  - login: {extension: "116", queue: vendas}\n  - login: {extension: "117", queue: vendas}\n'
        '  - inbound: {call: A, from: "37999912222"}\n  - queue: {call: A, queue: vendas}\n'
        "  - {after: 50s, answer: {call: A}}\n"
    )

    calls, _, _ = floor(steps)

    assert happened(calls["c1"], Kind.RINGING, Kind.UNANSWERED, Kind.ANSWERED) == [
        (Kind.RINGING, 0, "116"),
        (Kind.UNANSWERED, 20, "116"),
        (Kind.RINGING, 20, "117"),
        (Kind.UNANSWERED, 40, "117"),
        (Kind.RINGING, 40, "116"),
        (Kind.ANSWERED, 50, "116"),
    ]


def test_agent_that_lets_three_offers_ring_is_paused():
    steps = '  - login: {extension: "117", queue: vendas}\n' + TWO_CALLERS

    calls, agents, verdict = floor(steps)

    assert verdict.problem == ""
    assert [at for _, at, _ in happened(calls["c1"], Kind.RINGING)] == [0, 25, 50]
    assert (agents["117"].reason, agents["117"].missed) == ("no answer", 3)


def test_priority_comes_before_time_of_arrival():
    steps = (
        '  - inbound: {call: A, from: "37999912222"}\n  - queue: {call: A, queue: vendas, priority: 5}\n'
        '  - inbound: {call: B, from: "37988242968"}\n  - after: 9s\n    queue: {call: B, queue: vendas, priority: 0}\n'
        '  - login: {extension: "117", queue: vendas}\n'
    )

    calls, _, _ = floor(steps)

    assert happened(calls["c2"], Kind.RINGING)[0] == (Kind.RINGING, 9, "117")
    assert happened(calls["c1"], Kind.RINGING) == []  # by then the agent has let three offers ring


def test_wrap_up_keeps_an_agent_from_the_next_call(world):
    steps = (
        '  - login: {extension: "116", queue: vendas}\n'
        + TWO_CALLERS
        + "  - {after: 2s, answer: {call: A}}\n  - {after: 10s, hangup: {call: A, by: outside}}\n"
    )

    calls, agents, _ = floor(steps, world(wrap_up=30))

    assert happened(calls["c2"], Kind.RINGING)[0] == (Kind.RINGING, 42, "116")
    assert agents["116"].calls == 1


def test_paused_agent_is_offered_nothing_until_the_pause_is_over():
    steps = (
        '  - login: {extension: "116", queue: vendas}\n  - pause: {extension: "116", reason: almoço}\n'
        + TWO_CALLERS
        + '  - {after: 60s, unpause: {extension: "116"}}\n'
    )

    calls, _, _ = floor(steps)

    assert happened(calls["c1"], Kind.RINGING)[0] == (Kind.RINGING, 60, "116")


def test_every_agent_rings_where_the_strategy_says_so(world):
    steps = '  - login: {extension: "116", queue: vendas}\n  - login: {extension: "118", queue: vendas}\n'
    steps += TWO_CALLERS + '  - {after: 3s, answer: {call: A, extension: "118"}}\n'

    calls, _, _ = floor(steps, world(strategy="ring_all"))

    assert happened(calls["c1"], Kind.RINGING) == [(Kind.RINGING, 0, "116"), (Kind.RINGING, 0, "118")]
    assert happened(calls["c2"], Kind.RINGING)[0] == (Kind.RINGING, 3, "116")


def test_queue_offers_a_call_that_came_to_it_after_the_look_that_was_due():
    """A loaded machine looks late, and finds calls whose last event is later than that look was due."""
    late = timedelta(milliseconds=10)

    async def work():
        async with running() as simulator:
            tenant = simulator.default

            def do(act, at=None):
                tx = Transaction(tenant, simulator.store, now=at)
                result = act(tx)
                tx.commit()
                return result

            for extension in ("116", "117"):
                do(lambda tx, who=extension: agent_does(simulator.pbx, tx, who, AgentKind.LOGGED_IN, queue="vendas"))
            calls = [do(lambda tx: simulator.pbx.start(tx, Direction.INBOUND, "37999912222")[0]) for _ in range(2)]
            began = tenant.now()
            for call, at in zip(calls, (began, began + late), strict=True):
                do(lambda tx, key=call.id: simulator.pbx.happen(tx, key, Kind.QUEUED, queue="vendas"), at)
            while not all(tenant.calls[call.id].state is State.RINGING for call in calls):
                assert tenant.agenda.jobs, "nothing is due, and not every call rings"
                await asyncio.sleep(0)
            return [[(e.kind, e.at - began) for e in tenant.calls[call.id].events[1:3]] for call in calls]

    first, second = run(work())

    assert first == [(Kind.QUEUED, timedelta()), (Kind.RINGING, timedelta())]
    assert second == [(Kind.QUEUED, late), (Kind.RINGING, late)]
