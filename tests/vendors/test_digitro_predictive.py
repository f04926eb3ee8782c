"""Dígitro's calls by a dialler and by a route."""

import pytest

from simulator.telephony.agents import AgentKind
from simulator.telephony.calls import Cause, Kind, State
from simulator.telephony.conduct import CONDUCT, Conduct, Ending
from tests.core import run
from tests.vendors.digitro_acts import TALKS
from tests.vendors.digitro_stage import stage


@pytest.mark.parametrize(
    ("outcome", "cause"),
    [(Ending.BUSY, Cause.BUSY), (Ending.NO_ANSWER, Cause.NO_ANSWER), (Ending.MACHINE, Cause.MACHINE)],
)
def test_predictive_call_that_nobody_answers_never_reaches_the_device(outcome, cause):
    """What the called party does is the call's conduct."""

    async def work():
        async with stage() as on:
            on.put(CONDUCT, "c1", Conduct(outcome=outcome, ring=8).to_document())
            await on.command("chamada-preditiva", None, ROTA="0", IDENTIDADE_DESTINO="04832817000")
            await on.quiet()
            return on.pbx.tenant.calls["c1"], await on.told()

    call, told = run(work())

    assert (call.state, call.last.cause, call.duration) == (State.ENDED, cause, 8)
    assert told == ["INICIO_DE_CHAMADA 1125000", "DESLIGAMENTO"]


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({}, ["DESLIGAMENTO"]),
        ({"CPD": "1"}, ["DESLIGAMENTO"]),
        ({"CPD": "0"}, ["ATENDIMENTO", "TOQUE 1125000"]),
    ],
)
def test_answering_machine_reaches_the_device_when_nobody_listens_for_one(fields, told):
    """The number is that of a machine; with detection, or where nothing is said of it, its call is over."""

    async def work():
        async with stage() as on:
            await on.command("chamada-preditiva", None, ROTA="0", IDENTIDADE_DESTINO="037999989005", **fields)
            await on.quiet()
            return await on.told()

    assert run(work())[1:] == told


def test_person_whom_a_dialler_reached_waits_for_an_agent_so_long_and_hangs_up():
    """Nobody serves the queue: it is an abandoned call, and each vendor's word for one that failed."""

    async def work():
        async with stage() as on:
            on.agent("111", AgentKind.LOGGED_IN, AgentKind.PAUSED)
            await on.told()
            await on.command("chamada-preditiva", None, "1132000", ROTA="0", IDENTIDADE_DESTINO="037999989011")
            await on.quiet()
            return on.pbx.tenant.calls["c1"], await on.told()

    call, told = run(work())

    assert (call.state, call.last.cause, call.duration) == (State.ENDED, Cause.ABANDONED, 13)
    assert (call.abandoned, call.connected) == (True, False)
    assert told[1:] == ["ATENDIMENTO", "ENTRADA_EM_FILA >1132000", "SAIDA_DE_FILA >1132000", "DESLIGAMENTO"]


@pytest.mark.parametrize(
    ("device", "told"),
    [
        ("1125000", ["ATENDIMENTO", "TOQUE 1125000"]),
        ("1132000", ["ATENDIMENTO", "ENTRADA_EM_FILA >1132000", "SAIDA_DE_FILA >1132000", "TOQUE 111"]),
    ],
)
def test_predictive_call_goes_to_the_device_when_it_is_answered(device, told):
    """To an extension, which rings, or to a queue, where one does; it is one call throughout."""

    async def work():
        async with stage() as on:
            on.put(CONDUCT, "c1", Conduct(ring=8).to_document())
            _, answer = await on.command(
                "chamada-preditiva", None, device, ROTA="0", IDENTIDADE_DESTINO="04832817000", DADOS="x"
            )
            await on.quiet()
            return answer, on.pbx.tenant.calls, await on.events(), on.pbx.tenant.records.get("onward")

    answer, calls, events, onward = run(work())

    assert list(calls) == ["c1"]
    assert {e["ID_CHAMADA"] for e in events} == {answer["ID_CHAMADA"]}
    assert [e["EVENTO"].removeprefix("EVENTO_DE_") for e in events[1:]] == [each.split()[0] for each in told]
    assert events[-1]["DADOS"] == "x"
    assert list(onward) == ["c1"]


def test_predictive_call_is_answered_at_the_device_and_forgotten_at_its_end():
    async def work():
        async with stage() as on:
            on.put(CONDUCT, "c1", Conduct(ring=8, answer=3, talk=60).to_document())
            await on.command("chamada-preditiva", None, ROTA="0", IDENTIDADE_DESTINO="04832817000")
            await on.quiet()
            return on.pbx.tenant.calls["c1"], await on.told(), on.pbx.tenant.records.get("onward")

    call, told, onward = run(work())

    assert [(e.kind, e.extension) for e in call.events[2:-1]] == [
        (Kind.ANSWERED, None),
        (Kind.RINGING, "125"),
        (Kind.ANSWERED, "125"),
    ]
    assert told[1:] == ["ATENDIMENTO", "TOQUE 1125000", "ATENDIMENTO 1125000", "DESLIGAMENTO 1125000"]
    assert not onward


def test_call_by_a_route_needs_a_free_device():
    """One that holds its call may consult; who rings, talks or dials may not."""

    async def work():
        async with stage() as on:
            call = on.call(*TALKS)
            fields = {"ROTA": "0", "IDENTIDADE_DESTINO": "04832817001"}
            talks = await on.command("chamada-rota", None, **fields)
            await on.command("coloca-espera", call)
            await on.told()
            holds = await on.command("chamada-rota", None, **fields)
            dials = await on.command("chamada-rota", None, **fields)
            return talks[0], holds[0], dials[0], on.pbx.tenant.calls["c2"], await on.told()

    talks, holds, dials, call, told = run(work())

    assert (talks, holds, dials) == (400, 200, 400)
    assert (call.state, call.extension) == (State.RINGING, "125")
    assert told == ["INICIO_DE_CHAMADA 1125000"]
