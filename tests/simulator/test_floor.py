"""Agents and queues: who is offered which call, and when."""

import asyncio
from datetime import timedelta

import pytest

from simulator.switch.floor import agent_does
from simulator.switch.moves import hang_up
from simulator.telephony.agents import AGENT, Agent, AgentKind, Presence
from simulator.telephony.calls import Direction, Kind, Party, State
from simulator.tenancy.transactions import Transaction
from simulator.worlds.directory import EXTENSION
from simulator.worlds.world import load_world
from tests.core import play, run, running, story, until

TWO_CALLERS = """
  - inbound: {call: A, from: "37999912222"}
  - queue: {call: A, queue: vendas}
  - inbound: {call: B, from: "37988242968"}
  - queue: {call: B, queue: vendas}
"""


def floor(steps, world=None):
    """Play these steps on a fresh tenant; return its calls, its agents and the verdict."""

    async def work():
        async with running(**({"world": world} if world else {})) as simulator:
            verdict = await play(simulator, story(f"scenario: floor\ntitle: Floor\nsteps:\n{steps}\n"))
            tenant = simulator.default
            agents = {key: Agent.from_document(d) for key, d in tenant.records.get(AGENT, {}).items()}
            return tenant.calls, agents, verdict

    return run(work())


def happened(call, *kinds):
    """Return when and where these kinds of thing happened to a call, in seconds from its start."""
    return [
        (e.kind, (e.at - call.started).total_seconds(), e.extension)
        for e in call.events
        if not kinds or e.kind in kinds
    ]


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


def test_agent_talks_in_one_call_at_a_time():
    steps = (
        '  - login: {extension: "116", queue: vendas}\n'
        + TWO_CALLERS
        + '  - answer: {call: A}\n  - after: 1s\n    pick_up: {call: B, extension: "116"}\n'
    )

    _, _, verdict = floor(steps)

    assert "agent 116 talks in call c1: hold or end that one first" in verdict.problem


@pytest.mark.parametrize("step", ["join", "break_in"])
def test_agent_who_talks_joins_no_other_talk(step):
    steps = (
        '  - login: {extension: "116", queue: vendas}\n  - login: {extension: "118", queue: vendas}\n'
        + TWO_CALLERS
        + f'  - answer: {{call: A}}\n  - answer: {{call: B}}\n  - {step}: {{call: B, extension: "116"}}\n'
    )

    _, _, verdict = floor(steps)

    assert "agent 116 talks in call c1: hold or end that one first" in verdict.problem


def test_conference_on_hold_does_not_go_on_while_one_of_it_talks_elsewhere():
    """Whoever took it: the one who joined may have answered another call meanwhile."""
    steps = (
        '  - login: {extension: "116", queue: vendas}\n'
        + TWO_CALLERS
        + '  - answer: {call: A}\n  - login: {extension: "118", queue: suporte}\n'
        '  - join: {call: A, extension: "118"}\n  - hold: {call: A}\n'
        '  - pick_up: {call: B, extension: "118"}\n  - resume: {call: A}\n'
    )

    _, _, verdict = floor(steps)

    assert "agent 118 talks in call c2: hold or end that one first" in verdict.problem


def test_agent_is_told_where_it_stands():
    _, agents, _ = floor('  - login: {extension: "116", queue: vendas}\n  - pause: {extension: "116"}')

    agent = agents["116"]

    assert agent.presence(agent.since, ringing=False, talking=False) is Presence.PAUSED
    assert agent.presence(agent.since, ringing=False, talking=True) is Presence.TALKING


@pytest.mark.parametrize(
    ("step", "why"),
    [
        ('pause: {extension: "116"}', "agent 116 is not logged in: paused cannot happen"),
        ('logout: {extension: "116", queue: vendas}', "logged_out (vendas) cannot happen"),
        ('unpause: {extension: "116"}', "unpaused cannot happen"),
    ],
)
def test_agent_that_is_not_there_can_do_nothing_else(step, why):
    _, _, verdict = floor(f"  - {step}")

    assert why in verdict.problem


def test_other_party_goes_on_where_the_agent_preset_when_the_agent_hangs_up():
    steps = (
        '  - inbound: {call: A, from: "37999912222"}\n  - ring: {call: A, extension: "111"}\n  - answer: {call: A}\n'
        '  - preset: {call: A, extension: "112"}\n  - after: 30s\n    hangup: {call: A, by: inside}\n'
    )

    calls, _, _ = floor(steps)

    assert (calls["c1"].last.kind, calls["c1"].last.other) == (Kind.TRANSFERRED, "c2")
    assert (calls["c2"].state, calls["c2"].alerted) == (State.RINGING, ("112",))


def test_attended_transfer_connects_who_was_consulted_and_ends_the_consultation():
    steps = (
        '  - inbound: {call: A, from: "37999912222"}\n  - ring: {call: A, extension: "111"}\n  - answer: {call: A}\n'
        '  - hold: {call: A}\n  - internal: {call: B, extension: "111", to: "112"}\n'
        '  - ring: {call: B, extension: "112"}\n  - answer: {call: B}\n  - after: 20s\n'
        '    transfer: {call: A, to: "112", as: C, with: B}\n'
    )

    calls, _, verdict = floor(steps)

    assert verdict.problem == ""
    assert [(c.state, c.present) for c in calls.values()] == [
        (State.ENDED, ()),
        (State.ENDED, ()),
        (State.TALKING, ("112",)),
    ]
    assert (calls["c3"].origin, calls["c1"].last.other, calls["c2"].last.other) == ("c1", "c3", "c3")


def test_agent_that_logs_out_while_the_third_offer_rings_is_not_paused():
    steps = (
        '  - login: {extension: "117", queue: vendas}\n' + TWO_CALLERS + "  - {after: 51s, logout: {extension: '117'}}"
    )

    calls, agents, verdict = floor(steps)

    assert verdict.problem == ""
    assert [at for _, at, _ in happened(calls["c1"], Kind.RINGING)] == [0, 25, 50]
    assert (agents["117"].queues, agents["117"].paused_at) == ((), None)


def test_agent_begins_anew_after_a_log_out():
    steps = (
        '  - login: {extension: "117", queue: vendas}\n'
        + TWO_CALLERS
        + "  - {after: 80s, logout: {extension: '117'}}\n  - login: {extension: '117', queue: vendas}\n"
    )

    calls, _, _ = floor(steps)

    assert [at for _, at, _ in happened(calls["c1"], Kind.RINGING)] == [0, 25, 50, 80, 105, 130]


def test_agent_whose_extension_was_removed_keeps_no_call_from_the_others():
    async def work():
        async with running() as simulator:
            tenant = simulator.default
            tx = Transaction(tenant, simulator.store)
            for extension in ("116", "117"):
                agent_does(simulator.pbx, tx, extension, AgentKind.LOGGED_IN, queue="vendas")
            tx.remove(EXTENSION, "116")
            tx.commit()
            verdict = await play(simulator, story(f"scenario: floor\ntitle: Floor\nsteps:{TWO_CALLERS}"))
            return tenant.calls, verdict

    calls, verdict = run(work())

    assert verdict.problem == ""
    assert happened(calls["c1"], Kind.RINGING)[0] == (Kind.RINGING, 0, "117")


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


def test_only_agent_of_a_queue_who_declines_is_offered_the_call_again_after_a_while():
    """A queue that is played by hand only waits on."""

    async def work(agents):
        async with running() as simulator:
            tenant = simulator.default

            def do(act):
                tx = Transaction(tenant, simulator.store)
                result = act(tx)
                tx.commit()
                return result

            def begun(tx):
                call, _ = simulator.pbx.start(tx, Direction.INBOUND, "37999912222")
                simulator.pbx.happen(tx, call.id, Kind.QUEUED, queue="vendas")
                if not agents:
                    simulator.pbx.happen(tx, call.id, Kind.RINGING, extension="116")
                return call.id

            for extension in agents:
                do(lambda tx, who=extension: agent_does(simulator.pbx, tx, who, AgentKind.LOGGED_IN, queue="vendas"))
            key = do(begun)
            await until(tenant, lambda: tenant.calls[key].alerted == ("116",))
            do(lambda tx: hang_up(simulator.pbx, tx, key, Party.INSIDE, extension="116"))
            await until(tenant, lambda: not tenant.agenda.jobs)
            return happened(tenant.calls[key], Kind.RINGING, Kind.UNANSWERED, Kind.ENDED)[:3]

    assert run(work(["116"])) == [(Kind.RINGING, 0, "116"), (Kind.UNANSWERED, 0, "116"), (Kind.RINGING, 5, "116")]
    assert run(work([])) == [(Kind.RINGING, 0, "116"), (Kind.UNANSWERED, 0, "116")]
