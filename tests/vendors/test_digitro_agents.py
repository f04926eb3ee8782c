"""Dígitro's commands of agents: they enter queues, are offered calls, and show passwords."""

import pytest

from simulator.telephony.agents import AgentKind
from simulator.telephony.conduct import CONDUCT, Conduct
from tests.core import run
from tests.vendors.digitro_acts import QUEUED, RECEIVED
from tests.vendors.digitro_stage import stage


def test_agent_enters_a_queue_and_is_offered_what_waits_there():
    """Right after LOGIN; who is there already, and who is not, are refused."""

    async def work():
        async with stage() as on:
            on.put(CONDUCT, "c1", Conduct(answer=5, talk=60).to_document())
            on.call(QUEUED)
            await on.told()
            words = {"DISPOSITIVO_DESTINO": "1132000"}
            early = await on.command("login-logout-dac", None, **words, OPERACAO="LOGOUT")
            entered = await on.command("login-logout-dac", None, **words, OPERACAO="LOGIN")
            await on.quiet()
            again = await on.command("login-logout-dac", None, **words, OPERACAO="LOGIN")
            left = await on.command("login-logout-dac", None, **words, OPERACAO="LOGOUT")
            wrong = await on.command("login-logout-dac", None, DISPOSITIVO_DESTINO="1244000", OPERACAO="LOGIN")
            return [status for status, _ in (early, entered, again, left, wrong)], await on.told()

    statuses, told = run(work())

    assert statuses == [400, 200, 400, 200, 400]
    assert told == [
        "LOGIN 1125000>1132000",
        *("SAIDA_DE_FILA >1132000", "TOQUE 1125000", "ATENDIMENTO 1125000", "DESLIGAMENTO 1125000"),
        "LOGOUT 1125000>1132000",
    ]


def test_failed_login_is_told_where_the_switch_says_so():
    async def work():
        async with stage(switches={"digitro": {"refusals": "event"}}) as on:
            answer = await on.command("login-logout-dac", None, DISPOSITIVO_DESTINO="1132000", OPERACAO="LOGOUT")
            return answer, await on.events()

    answer, (event,) = run(work())

    assert answer == RECEIVED
    assert event["MOTIVO"].startswith("agent 125 is not logged in")
    assert "ID_CHAMADA" not in event


def test_call_that_its_agent_lets_ring_is_told_to_wait_again():
    async def work():
        async with stage() as on:
            on.agent("125", AgentKind.LOGGED_IN)
            await on.quiet()
            await on.told()
            on.call(QUEUED)
            await on.quiet()
            return await on.told()

    told = run(work())

    offer = ["SAIDA_DE_FILA >1132000", "TOQUE 1125000", "DESLIGAMENTO 1125000", "ENTRADA_EM_FILA >1132000"]
    assert told == ["INICIO_DE_CHAMADA", "ENTRADA_EM_FILA >1132000", *offer * 3]


@pytest.mark.parametrize("slug", ["verifica-senha", "valida-usuario"])
def test_password_is_verified(slug):
    """A right one is received, a wrong one forbidden; nothing changes and nothing is told."""

    async def work():
        async with stage() as on:
            right = await on.command(slug, None, CONTA="1114000", SENHA="1234")
            wrong = await on.command(slug, None, CONTA="1114000", SENHA="1235")
            return right, wrong[0], await on.told()

    assert run(work()) == (RECEIVED, 403, [])
