"""What others do to a scenario's calls, by whatever way, breaks no run: it is told who it was, and judged."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.clock import Mode
from simulator.telephony.calls import Kind, State
from simulator.tenancy.transactions import Transaction
from tests.core import log_in, run, running, story
from tests.core import until as until_there
from tests.live import Live, live

TALKS = """
scenario: talks
title: Two people talk
steps:
  - outbound: {call: A, extension: "111", to: "37999912222"}
  - ring: {call: A}
  - answer: {call: A}
  - after: 600s
    hangup: {call: A, by: outside}
"""
WAITS = """
scenario: waits
title: A caller waits
steps:
  - inbound: {call: A, from: "37999912222"}
  - queue: {call: A, queue: suporte}
  - after: 10s
    STEP
"""


# No caller who rings somewhere is put in another queue.
ELSEWHERE = "queue: {call: A, queue: vendas}"


def begin(server: Live, text: str, state: str) -> str:
    """Play a scenario until its call stands so; return the run."""
    key = server.control("POST", "/runs", {"text": text}).json["id"]
    until(server, state)
    return str(key)


def until(server: Live, state: str) -> None:
    for _ in range(1000):
        calls = server.control("GET", "/calls").json["calls"]
        if calls and calls[0]["state"] == state:
            return
    raise AssertionError(f"no call is ever {state}")


def verdict_on(server: Live, key: str, seconds: int) -> tuple[int, list[tuple[bool, str]]]:
    """Let so much time pass; return the exit code of the run, and what it could not do."""
    server.control("PUT", "/clock", {"forward": f"{seconds}s"})
    shown = server.control("GET", f"/runs/{key}?wait=10").json
    verdict: dict[str, Any] = shown["verdict"]
    return verdict["exit_code"], [(step["met"], step["text"]) for step in verdict["undone"]]


@pytest.mark.parametrize("balance", ["0.00", "0.98"])
def test_call_that_a_change_of_the_account_ended_now_or_later_breaks_no_run(balance: str) -> None:
    with live(clock=Mode.REAL) as server:
        key = begin(server, TALKS, "talking")
        changed = server.control("PATCH", "/tenants/default", {"prepaid": True, "balance": balance})
        found = verdict_on(server, key, 601)
        cause = server.control("GET", "/calls/c1").json["events"][-1]["cause"]

    assert (changed.status, cause) == (200, "no_credit")
    assert found == (0, [(True, 'hangup: call "A" was over already, by a change of the account')])


def test_what_moved_a_call_of_a_run_and_does_not_say_so_is_not_its_own_doing_either() -> None:
    wait = "  - await: {request: {vendor: hubsoft, operation: issueToken}, within: 20s}\n"

    async def work() -> Any:
        async with running(listen=True) as simulator:
            tenant = simulator.default
            text = TALKS.replace("  - after: 600s\n", f"{wait}  - after: 5s\n")
            begun = simulator.engine.play(tenant, story(text))
            await until_there(tenant, lambda: "c1" in tenant.calls and tenant.calls["c1"].state is State.TALKING)
            tx = Transaction(tenant, simulator.store)
            _, moved = simulator.pbx.happen(tx, "c1", Kind.ENDED, run=tx.run_of("c1"))
            assert moved is not None
            tx.put_run(moved)
            tx.commit()
            await log_in(simulator)
            return await simulator.engine.verdict(tenant, begun.id)

    verdict = run(work())

    assert (verdict.exit_code, [step.text for step in verdict.undone]) == (
        0,
        ['hangup: call "A" was over already, by something outside the scenario'],
    )


def test_agent_whom_a_queue_offers_a_call_of_a_run_breaks_no_run() -> None:
    with live(clock=Mode.REAL) as server:
        key = begin(server, WAITS.replace("STEP", ELSEWHERE), "queued")
        server.control("POST", "/agents/111", {"do": "login", "queue": "suporte"})
        until(server, "ringing")
        code, ((met, text),) = verdict_on(server, key, 301)

    assert (code, met) == (1, False)
    assert text.startswith('queue: call "A" is ringing; it can take: answer, ')
    assert text.endswith("; login of agent 111 by the control API had moved it on")


def test_agent_who_was_there_before_the_run_began_is_none_of_its_doing_either() -> None:
    with live(clock=Mode.REAL) as server:
        server.control("POST", "/agents/111", {"do": "login", "queue": "suporte"})
        key = begin(server, WAITS.replace("STEP", ELSEWHERE), "ringing")
        code, undone = verdict_on(server, key, 301)

    assert (code, [text.rpartition("; ")[2] for _, text in undone]) == (
        1,
        ["login of agent 111 by the control API had moved it on"],
    )


def test_agent_of_the_run_itself_is_its_own_doing() -> None:
    login = 'steps:\n  - login: {extension: "111", queue: suporte}\n'
    text = WAITS.replace("STEP", ELSEWHERE).replace("steps:\n", login)
    with live(clock=Mode.REAL) as server:
        key = begin(server, text, "ringing")
        found = verdict_on(server, key, 301)

    assert found == (2, [])


CALLS = '  - inbound: {call: A, from: "37999912222"}\n'
RINGS = f'{CALLS}  - ring: {{call: A, extension: "111"}}\n'
HEARD = f"{RINGS}  - answer: {{call: A}}\n"
HELD = f"{HEARD}  - hold: {{call: A}}\n"
LOGIN = 'login: {extension: "111", queue: suporte}'
PARKED = f"{HEARD}  - park: {{call: A}}\n"


@pytest.mark.parametrize(
    ("before", "state", "by_hand", "step", "met"),
    [
        (CALLS, "routing", {"step": "ring", "extension": "111"}, 'ring: {call: A, extension: "111"}', True),
        (RINGS, "ringing", {"step": "answer", "extension": "111"}, 'answer: {call: A, extension: "111"}', True),
        (RINGS, "ringing", {"step": "answer"}, "answer: {call: A}", True),
        (RINGS, "ringing", {"step": "answer"}, 'answer: {call: A, extension: "112"}', False),
        (RINGS, "ringing", {"step": "hangup"}, "answer: {call: A}", False),
        (RINGS, "ringing", {"step": "pick_up", "extension": "112"}, 'pick_up: {call: A, extension: "112"}', True),
        (HEARD, "talking", {"step": "hold"}, "hold: {call: A}", True),
        (HEARD, "talking", {"step": "hold"}, 'hold: {call: A, extension: "111"}', True),
        (HEARD, "talking", {"step": "park"}, "park: {call: A}", True),
        (HEARD, "talking", {"step": "park"}, "hold: {call: A}", False),
        (HELD, "held", {"step": "resume"}, "resume: {call: A}", True),
        (PARKED, "parked", {"step": "pick_up", "extension": "112"}, 'pick_up: {call: A, extension: "112"}', True),
        (PARKED, "parked", {"step": "pick_up", "extension": "112"}, 'pick_up: {call: A, extension: "113"}', False),
    ],
)
def test_step_that_wants_what_others_have_done_already_is_met(before, state, by_hand, step, met) -> None:
    text = f"scenario: met\ntitle: Met\nsteps:\n{before}  - after: 600s\n    {step}\n"
    with live(clock=Mode.REAL) as server:
        key = begin(server, text, state)
        done = server.control("POST", "/calls/c1/steps", by_hand)
        code, undone = verdict_on(server, key, 601)

    assert done.status == 200, done.text
    assert (code, [each for each, _ in undone]) == (int(met is False), [] if met is None else [met])
    assert all("a step of the control API" in said for _, said in undone)


@pytest.mark.parametrize(
    ("before", "by_hand", "step", "met"),
    [
        ("", {"do": "login", "queue": "suporte"}, LOGIN, True),
        ("", {"do": "login", "queue": "vendas"}, LOGIN, None),
        ("", {"do": "login", "queue": "vendas"}, 'unpause: {extension: "111"}', True),
        (f"  - {LOGIN}\n", {"do": "pause"}, 'pause: {extension: "111"}', True),
        (f"  - {LOGIN}\n", {"do": "logout"}, 'logout: {extension: "111"}', True),
        (f"  - {LOGIN}\n", {"do": "logout"}, 'pause: {extension: "111"}', False),
    ],
)
def test_step_of_an_agent_that_wants_what_others_have_done_already_is_met(before, by_hand, step, met) -> None:
    text = f"scenario: met\ntitle: Met\nsteps:\n{before}{CALLS}  - after: 600s\n    {step}\n"
    with live(clock=Mode.REAL) as server:
        key = begin(server, text, "routing")
        server.control("POST", "/agents/111", by_hand)
        code, undone = verdict_on(server, key, 601)

    assert (code, [each for each, _ in undone]) == (int(met is False), [] if met is None else [met])
    assert all(said.endswith(f"; {by_hand['do']} of agent 111 by the control API came first") for _, said in undone)
