"""An agent talks in one call at a time, whoever begins the second talk; who has to wait for that waits a minute."""

import pytest

from simulator.switch.floor import agent_does, ring
from simulator.telephony.agents import AGENT, AgentKind
from simulator.telephony.calls import Cause, Direction, Kind, Party, State
from simulator.telephony.conduct import CONDUCT, Conduct
from simulator.tenancy.transactions import Transaction
from simulator.worlds.directory import EXTENSION
from tests.core import play, run, running, story, until

LOGS_IN = '  - login: {extension: "112", queue: suporte}\n'
AGENT_TALKS = (
    f'{LOGS_IN}  - inbound: {{call: A, from: "37999912222"}}\n  - queue: {{call: A, queue: suporte}}\n'
    "  - {after: 5s, answer: {call: A}}\n"
)
CONSULTS = (
    '  - internal: {call: B, extension: "112", to: "113"}\n  - ring: {call: B, extension: "113"}\n'
    "  - {after: 5s, answer: {call: B}}\n"
)
RING_TWICE = "".join(
    f'  - inbound: {{call: {name}, from: "37999912222"}}\n  - ring: {{call: {name}, extension: "112"}}\n'
    for name in "AB"
)
TALKS_TWICE = f"{RING_TWICE}  - answer: {{call: A}}\n  - answer: {{call: B}}\n"
# The far end of A answers by itself at 3 s, and the agent who dialled it takes B before that.
DIALS_AND_TAKES_ANOTHER = (
    f'{LOGS_IN}  - outbound: {{call: A, extension: "112", to: "37999989001", by_number: true}}\n  - ring: {{call: A}}\n'
    '  - {after: 1s, inbound: {call: B, from: "37988242968"}}\n  - queue: {call: B, queue: suporte}\n'
    '  - {after: 1s, pick_up: {call: B, extension: "112"}}\n'
)


def played(steps, **conducts):
    """Play these steps on a fresh tenant, with what people do by call; return its calls and the verdict."""

    async def work():
        async with running() as simulator:
            tx = Transaction(simulator.default, simulator.store)
            for key, conduct in conducts.items():
                tx.put(CONDUCT, key, conduct.to_document())
            tx.commit()
            verdict = await play(simulator, story(f"scenario: talk\ntitle: Talk\nsteps:\n{steps}"))
            return simulator.default.calls, verdict

    return run(work())


def went(call, *kinds):
    return [(e.kind, (e.at - call.started).total_seconds()) for e in call.events if e.kind in kinds]


def test_agent_who_talks_is_not_put_into_a_second_talk_by_who_answers_it():
    calls, verdict = played(AGENT_TALKS + CONSULTS)

    assert verdict.problem == "story.yaml:10:5: agent 112 talks in call c1: hold or end that one first"
    assert (calls["c1"].state, calls["c2"].state) == (State.TALKING, State.RINGING)


def test_agent_who_holds_a_call_asks_a_colleague_and_transfers_it():
    transfer = '  - {after: 5s, transfer: {call: A, to: "113", as: C, with: B}}\n'

    calls, verdict = played(f"{AGENT_TALKS}  - hold: {{call: A}}\n{CONSULTS}{transfer}")

    assert verdict.problem == ""
    assert [(c.state, c.present) for c in calls.values()][2] == (State.TALKING, ("113",))


def test_agent_who_joined_whom_a_dialler_reached_has_the_call_and_nobody_else_is_rung_for_it():
    """While another device rang, the agent would have been free for a second talk, and in two when that gave up."""
    steps = (
        f'{LOGS_IN}  - predictive: {{call: A, to: "37999912222"}}\n  - ring: {{call: A}}\n  - answer: {{call: A}}\n'
        '  - join: {call: A, extension: "112"}\n  - ring: {call: A, extension: "113"}\n'
    )

    calls, verdict = played(steps)

    assert "somebody of ours is in the call: transfer it" in verdict.problem
    assert calls["c1"].present == ("112",)


def test_extension_that_talks_in_two_calls_does_not_log_in():
    _, verdict = played(TALKS_TWICE + LOGS_IN)

    assert verdict.problem == (
        "story.yaml:10:5: extension 112 talks in calls c1 and c2, and an agent in one call at a time: "
        "hold or end all but one before it logs in"
    )


def test_extension_that_holds_one_of_two_calls_logs_in():
    _, verdict = played(TALKS_TWICE + "  - hold: {call: A}\n" + LOGS_IN)

    assert verdict.problem == ""


def test_far_end_that_would_answer_an_engaged_agent_answers_once_that_is_free():
    steps = DIALS_AND_TAKES_ANOTHER + (
        "  - {after: 5s, hangup: {call: B, by: outside}}\n"
        '  - {after: 2min, inbound: {call: C, from: "37988242968"}}\n  - queue: {call: C, queue: suporte}\n'
        "  - {after: 5s, answer: {call: C}}\n"
    )

    calls, verdict = played(steps)

    assert verdict.problem == ""
    assert went(calls["c1"], Kind.ANSWERED, Kind.ENDED) == [(Kind.ANSWERED, 7), (Kind.ENDED, 67)]
    assert calls["c3"].present == ("112",)


def test_far_end_that_is_kept_waiting_for_an_agent_gives_up_after_a_minute():
    calls, verdict = played(DIALS_AND_TAKES_ANOTHER)

    assert verdict.problem == ""
    assert went(calls["c1"], Kind.ANSWERED, Kind.ENDED) == [(Kind.ENDED, 63)]
    assert (calls["c1"].last.cause, calls["c1"].last.by) == (Cause.NO_ANSWER, Party.SYSTEM)


def test_what_is_put_off_is_forgotten_when_somebody_ends_the_call():
    calls, verdict = played(DIALS_AND_TAKES_ANOTHER + "  - {after: 5s, hangup: {call: A, by: inside}}\n")

    assert verdict.problem == ""
    assert went(calls["c1"], Kind.ENDED) == [(Kind.ENDED, 7)]


@pytest.mark.parametrize(
    ("more", "came"),
    [("  - {after: 10s, hold: {call: B}}\n", (Kind.ANSWERED, 10)), ("", (Kind.UNANSWERED, 63))],
)
def test_agent_who_would_pick_up_and_talks_elsewhere_does_so_later_or_lets_it_ring(more, came):
    """Without a bound the device would ring, and the agent be offered nothing, for ever."""
    steps = f"{LOGS_IN}{RING_TWICE}  - answer: {{call: B}}\n{more}"

    calls, verdict = played(steps, c1=Conduct(answer=3.0))

    assert verdict.problem == ""
    assert went(calls["c1"], Kind.ANSWERED, Kind.UNANSWERED) == [came]


def test_device_that_rings_and_is_removed_is_no_agents_any_more():
    async def work():
        async with running() as simulator:
            tenant, pbx = simulator.default, simulator.pbx
            tx = Transaction(tenant, simulator.store)
            agent_does(pbx, tx, "117", AgentKind.LOGGED_IN, queue="vendas")
            tx.put(AGENT, "117", {**tx.get(AGENT, "117"), "missed": 2})
            call, _ = pbx.start(tx, Direction.INBOUND, "37999912222")
            pbx.happen(tx, call.id, Kind.QUEUED, queue="vendas")
            ring(pbx, tx, call.id, "117", 20)
            tx.remove(EXTENSION, "117")
            tx.commit()
            await until(tenant, lambda: not tenant.agenda.jobs)
            return tenant.calls[call.id], tenant.records[AGENT]["117"]

    call, agent = run(work())

    assert call.state is State.QUEUED
    assert (agent["missed"], agent["paused_at"]) == (3, None)
