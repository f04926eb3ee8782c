"""Dígitro's commands on one call: what each does, when it does nothing, and what is told of it."""

import pytest

from simulator.telephony.calls import State
from tests.core import run
from tests.vendors.digitro_acts import ELSEWHERE, ONE_CALL, RECEIVED, RINGS
from tests.vendors.digitro_stage import stage


@pytest.mark.parametrize("slug", ONE_CALL)
def test_command_reaches_its_state_and_tells_what_it_did(slug):
    case = ONE_CALL[slug]

    async def work():
        async with stage() as on:
            call = on.call(*case.before)
            await on.told()
            answer = await on.command(slug, call, **case.fields)
            return answer, on.now(call), await on.told()

    answer, call, told = run(work())

    assert answer == RECEIVED
    assert (call.state, call.present) == (case.after, case.present)
    assert tuple(told) == case.told


@pytest.mark.parametrize("switch", ["status", "event"])
@pytest.mark.parametrize("slug", ONE_CALL)
def test_command_on_a_call_in_another_state_changes_nothing(slug, switch):
    """It is refused at once, or received and told to have failed, as the tenant's switch says."""
    case = ONE_CALL[slug]

    async def work():
        async with stage(switches={"digitro": {"refusals": switch}}) as on:
            call = on.call(*case.wrong)
            await on.told()
            status, _ = await on.command(slug, call, **case.fields)
            return status, on.now(call) == call, await on.told()

    refused = (400, True, []) if switch == "status" else (200, True, ["FALHA 1125000"])
    assert run(work()) == refused


def test_mailbox_takes_a_call_that_rings_as_well():
    async def work():
        async with stage() as on:
            call = on.call(RINGS)
            await on.told()
            answer = await on.command("desvia-caixa-postal", call, **ELSEWHERE)
            return answer, on.now(call), await on.told()

    answer, call, told = run(work())

    assert (answer, call.state, call.alerted) == (RECEIVED, State.MAILBOX, ())
    assert told == ["DESVIO 1125000>1244000", "DESLIGAMENTO 1125000"]
