"""What a command of the integration does to a call of a scenario is no mistake of the scenario: the run goes on."""

import pytest

from simulator.telephony.calls import Cause, Party, State
from tests.core import run, story, until
from tests.vendors.digitro_stage import stage

TALK = """
scenario: commanded
title: The integration commands meanwhile
steps:
  - inbound: {call: A, from: "37999912222"}
  - ring: {call: A, extension: "111"}
  - answer: {call: A}
  - await: {request: {vendor: digitro, operation: OPERATION}, within: 20s}
"""
LATER = """
  - after: 30s
    inbound: {call: B, from: "37988242968"}
  - after: 1s
    hangup: {call: B, by: outside}
"""


def commanded(steps, slug, operation, *, device="111", **fields):
    """Play a call with these steps behind a command, and return its calls, its verdict, and how the run stands."""

    async def work():
        async with stage() as on:
            tenant = on.pbx.tenant
            begun = on.pbx.simulator.engine.play(tenant, story(TALK.replace("OPERATION", operation) + steps))
            await until(tenant, lambda: "c1" in tenant.calls and tenant.calls["c1"].state is State.TALKING)
            status, _ = await on.command(slug, tenant.calls["c1"], device, **fields)
            assert status == 200
            verdict = await on.pbx.simulator.engine.verdict(tenant, begun.id)
            return dict(tenant.calls), verdict, tenant.runs[begun.id]

    return run(work())


def test_hang_up_of_a_call_that_the_integration_ended_is_met():
    calls, verdict, played = commanded(
        f"  - after: 30s\n    hangup: {{call: A, by: outside}}{LATER}", "finaliza-chamada", "endCall"
    )

    assert (verdict.exit_code, verdict.problem, played.status) == (0, "", "passed")
    assert [(u.met, u.text) for u in verdict.undone] == [
        (True, 'hangup: call "A" was over already, by endCall of digitro')
    ]
    assert calls["c2"].last.cause is Cause.ABANDONED  # the rest is played


@pytest.mark.parametrize("by", ["outside", "inside"])
def test_hang_up_of_a_call_that_the_integration_sent_on_ends_the_one_that_goes_on(by):
    calls, verdict, _ = commanded(
        f"  - after: 30s\n    hangup: {{call: A, by: {by}}}\n",
        "transferencia-imediata",
        "transferNow",
        DISPOSITIVO_DESTINO="112",
    )

    assert (verdict.exit_code, calls["c2"].state) == (0, State.ENDED)
    assert calls["c2"].last.by is Party(by)
    assert [(u.met, u.text) for u in verdict.undone] == [
        (True, 'hangup: call "A" went on as "A+", by transferNow of digitro: that one is hung up')
    ]


def test_other_step_that_the_integration_made_impossible_fails_the_run_which_goes_on():
    calls, verdict, played = commanded(f"  - hold: {{call: A}}{LATER}", "finaliza-chamada", "endCall")

    (undone,) = verdict.undone
    assert (verdict.exit_code, verdict.passes, played.status) == (1, False, "failed")
    assert (undone.met, undone.where) == (False, "story.yaml:9:5")
    assert undone.text == (
        'hold: call "A" is ended; it has ended and takes nothing more; endCall of digitro had moved it on'
    )
    assert calls["c2"].state is State.ENDED


def test_steps_of_a_call_that_never_began_are_told_each():
    """Its beginning, a transfer, could not be done."""
    steps = "  - transfer: {call: A, to: '112', as: B}\n  - ring: {call: B, extension: '112'}\n"

    _, verdict, _ = commanded(steps, "finaliza-chamada", "endCall")

    assert (verdict.exit_code, [u.met for u in verdict.undone]) == (1, [False, False])
    assert verdict.undone[1].text == 'ring: call "B" never began'


def test_step_that_is_impossible_by_the_scenario_s_own_doing_breaks_it():
    """Though a command was done on its call, and moved nothing."""
    _, verdict, played = commanded("  - resume: {call: A}\n", "associa-dados", "attachData", DADOS="x")

    assert (verdict.exit_code, played.status, verdict.undone) == (2, "broken", ())


def test_agent_whom_the_integration_keeps_in_a_call_of_its_own_cannot_answer():
    """It dialled, as an agent who talks in one call at a time."""
    text = """
scenario: kept
title: The agent talks elsewhere
steps:
  - login: {extension: "111", queue: vendas}
  - await: {request: {vendor: digitro, operation: startRouteCall}, within: 20s}
  - after: 10s
    inbound: {call: A, from: "37999912222"}
  - ring: {call: A, extension: "111"}
  - answer: {call: A}
"""

    async def work():
        async with stage() as on:
            tenant = on.pbx.tenant
            begun = on.pbx.simulator.engine.play(tenant, story(text))
            await until(tenant, lambda: "111" in tenant.records.get("agent", {}))
            await on.command("chamada-rota", None, "111", ROTA="0", IDENTIDADE_DESTINO="037999989001")
            return await on.pbx.simulator.engine.verdict(tenant, begun.id)

    verdict = run(work())

    assert (verdict.exit_code, [(u.met, u.text) for u in verdict.undone]) == (
        1,
        [
            (
                False,
                "answer: agent 111 talks in call c1: hold or end that one first; call c1 is none of the scenario's",
            )
        ],
    )


def test_agent_whom_the_integration_logs_in_and_who_is_offered_the_call_breaks_no_run():
    text = """
scenario: offered
title: An agent comes while somebody waits
steps:
  - inbound: {call: A, from: "37999912222"}
  - queue: {call: A, queue: suporte}
  - await: {request: {vendor: digitro, operation: logInOrOut}, within: 20s}
  - after: 5s
    queue: {call: A, queue: vendas}
"""

    async def work():
        async with stage() as on:
            tenant = on.pbx.tenant
            begun = on.pbx.simulator.engine.play(tenant, story(text))
            await until(tenant, lambda: "c1" in tenant.calls and tenant.calls["c1"].state is State.QUEUED)
            status, _ = await on.command("login-logout-dac", None, DISPOSITIVO_DESTINO="1132000", OPERACAO="LOGIN")
            return status, await on.pbx.simulator.engine.verdict(tenant, begun.id)

    status, verdict = run(work())

    assert (status, verdict.exit_code, [u.met for u in verdict.undone]) == (200, 1, [False])
    assert verdict.undone[0].text.endswith("; logInOrOut of digitro had moved it on")
