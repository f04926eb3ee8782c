"""Agents who come, talk, decline and go: what becomes of the calls that a queue would offer them."""

import pytest

from simulator.switch.floor import agent_does
from simulator.switch.moves import hang_up
from simulator.telephony.agents import AgentKind, Presence
from simulator.telephony.calls import Direction, Kind, Party, State
from simulator.tenancy.transactions import Transaction
from simulator.worlds.directory import EXTENSION
from tests.core import play, run, running, story, until
from tests.simulator.floored import TWO_CALLERS, floor, happened


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
