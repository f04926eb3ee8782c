"""Dígitro's commands that send a call on: presets, diversions and transfers."""

import pytest

from simulator.telephony.agents import AgentKind
from simulator.telephony.calls import Cause, Kind, Party, State
from tests.core import run
from tests.vendors.digitro_acts import ELSEWHERE, QUEUED, RECEIVED, RINGS, TALKS
from tests.vendors.digitro_stage import stage


@pytest.mark.parametrize(
    ("to", "arrives"),
    [
        ("1244000", ["TOQUE 1244000"]),
        ("7002", ["ENTRADA_EM_FILA >7002", "SAIDA_DE_FILA >7002", "TOQUE 116"]),
    ],
)
def test_other_party_goes_on_where_it_was_preset_when_the_device_ends_the_call(to, arrives):
    """To an extension or a queue; nothing is told before."""

    async def work():
        async with stage() as on:
            call = on.call(*TALKS)
            await on.told()
            answer = await on.command("predefine-destino", call, DISPOSITIVO_DESTINO=to)
            before = await on.told()
            await on.command("finaliza-chamada", call)
            return answer, before, on.now(call), await on.told()

    answer, before, call, told = run(work())

    assert (answer, before) == (RECEIVED, [])
    assert (call.origin, call.state) == ("c1", State.RINGING)
    assert told == [f"DESVIO 1125000>{to}", "DESLIGAMENTO 1125000", *arrives]


def test_caller_who_hangs_up_goes_nowhere():
    """What was preset is for the end by the device."""

    async def work():
        async with stage() as on:
            call = on.call(*TALKS)
            await on.command("predefine-destino", call, **ELSEWHERE)
            await on.told()
            on.let(call, Kind.ENDED, by=Party.OUTSIDE, cause=Cause.NORMAL)
            return on.now(call), await on.told()

    call, told = run(work())

    assert (call.id, call.state, told) == ("c1", State.ENDED, ["DESLIGAMENTO 1125000"])


def test_call_to_a_queue_goes_on_to_the_device_that_the_diversion_named_when_its_agent_ends_it():
    """Priority, time in queue and time after it are the queue's; DADOS and ID_CHAMADA go with the call throughout."""
    place = {"PRIORIDADE": "3", "TEMPO_FILA": "23", "TEMPO_POS_ATENDIMENTO": "5", "DADOS": "111222333-44;Fulano"}
    way = {"DISPOSITIVO_DESTINO": "1132000", "DISPOSITIVO_DESTINO_APOS_FINALIZACAO_CHAMADA": "1244000"}

    async def work():
        async with stage() as on:
            call = on.call(*TALKS)
            await on.told()
            await on.command("executa-desvio", call, **way, **place)
            waits, entered = on.now(call).waits, (await on.events())[2]
            answered = await on.command("atende-chamada", call, "111")
            await on.command("finaliza-chamada", call, "111")
            return waits, entered, answered, on.now(call), await on.events(), on.name(call)

    waits, entered, answered, call, events, name = run(work())

    assert (waits.priority, waits.waited, waits.wrap_up) == (3, 23, 5)
    assert (entered["PRIORIDADE"], entered["TEMPO_FILA"], entered["DADOS"]) == ("3", "23", "111222333-44;Fulano")
    assert (answered, call.alerted) == (RECEIVED, ("124",))
    assert [e["EVENTO"].removeprefix("EVENTO_DE_") for e in events] == [
        "ATENDIMENTO",
        "DESVIO",
        "DESLIGAMENTO",
        "TOQUE",
    ]
    assert events[-1]["DADOS"] == "111222333-44;Fulano"
    assert {e["ID_CHAMADA"] for e in events} == {name}


def test_diversion_of_a_ringing_call_takes_it_from_the_device():
    """Nothing says that the call came back to the queue meanwhile."""

    async def work():
        async with stage() as on:
            call = on.call(QUEUED, RINGS)
            await on.told()
            answer = await on.command("executa-desvio", call, DISPOSITIVO_DESTINO="7002", PRIORIDADE="0", DADOS="")
            return answer, on.now(call), await on.told()

    answer, call, told = run(work())

    assert (answer, call.queue, call.alerted) == (RECEIVED, "vendas", ("116",))
    assert told == [
        *("DESVIO 1125000>7002", "DESLIGAMENTO 1125000"),
        *("ENTRADA_EM_FILA >7002", "SAIDA_DE_FILA >7002", "TOQUE 116"),
    ]


def test_transfer_brings_new_data_or_keeps_the_old():
    async def work():
        async with stage() as on:
            call = on.call(*TALKS)
            await on.command("associa-dados", call, DADOS="um")
            await on.command("transferencia-imediata", call, DISPOSITIVO_DESTINO="1244000")
            await on.command("atende-chamada", call, "1244000")
            await on.command("transferencia-imediata", call, "1244000", DISPOSITIVO_DESTINO="1112000", DADOS="dois")
            return [
                (e["DISPOSITIVO"], e["DADOS"]) for e in await on.events() if "TOQUE" in e["EVENTO"] and "DADOS" in e
            ]

    assert run(work()) == [("1244000", "um"), ("1112000", "dois")]


def test_ringing_call_is_transferred_at_once():
    async def work():
        async with stage() as on:
            call = on.call(RINGS)
            await on.told()
            answer = await on.command("transferencia-imediata", call, **ELSEWHERE)
            return answer, on.now(call), await on.told()

    answer, call, told = run(work())

    assert (answer, call.alerted, call.origin) == (RECEIVED, ("124",), None)
    assert told == ["DESVIO 1125000>1244000", "DESLIGAMENTO 1125000", "TOQUE 1244000"]


@pytest.mark.parametrize("kinds", [(), (AgentKind.LOGGED_IN,), (AgentKind.LOGGED_IN, AgentKind.PAUSED)])
def test_transfer_to_a_paused_device_needs_one_that_is_logged_in_and_pauses(kinds):
    async def work():
        async with stage() as on:
            call = on.call(*TALKS)
            for kind in kinds:
                on.agent("124", kind)
            await on.quiet()
            await on.told()
            answer = await on.command("transfere-dispositivo-pausa", call, **ELSEWHERE)
            return answer[0], on.now(call), await on.told()

    status, call, told = run(work())

    if AgentKind.PAUSED in kinds:
        assert (status, call.alerted) == (200, ("124",))
        assert told == ["DESVIO 1125000>1244000", "DESLIGAMENTO 1125000", "TOQUE 1244000"]
    else:
        assert (status, call.state, told) == (400, State.TALKING, [])
