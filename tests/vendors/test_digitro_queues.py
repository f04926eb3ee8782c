"""Whatever way a call of Dígitro's gets into a queue that nobody has logged in to: its first free extension rings."""

import pytest

from simulator.telephony.agents import AgentKind
from simulator.telephony.calls import Kind, State
from simulator.telephony.conduct import CONDUCT, Conduct
from simulator.tenancy.transactions import Transaction
from simulator.worlds.directory import EXTENSION
from tests.core import run
from tests.vendors.digitro_stage import stage

QUEUED = (Kind.QUEUED, {"queue": "suporte"})
RINGS = (Kind.RINGING, {"extension": "125"})
TALKS = (RINGS, (Kind.ANSWERED, {"extension": "125"}))
DIVERTED = {"DISPOSITIVO_DESTINO": "7002", "PRIORIDADE": "0", "DADOS": ""}


async def diverted(on):
    call = on.call(*TALKS)
    await on.command("executa-desvio", call, **DIVERTED)
    return call


async def transferred(on):
    call = on.call(*TALKS)
    await on.command("transferencia-imediata", call, DISPOSITIVO_DESTINO="7002")
    return call


async def preset(on):
    call = on.call(*TALKS)
    await on.command("predefine-destino", call, DISPOSITIVO_DESTINO="7002")
    await on.command("finaliza-chamada", call)
    return call


async def preset_by_a_diversion(on):
    call = on.call(*TALKS)
    more = {**DIVERTED, "DISPOSITIVO_DESTINO": "124", "DISPOSITIVO_DESTINO_APOS_FINALIZACAO_CHAMADA": "7002"}
    await on.command("executa-desvio", call, **more)
    await on.command("atende-chamada", call, "124")
    await on.command("finaliza-chamada", call, "124")
    return call


async def reconnected(on):
    on.call(*TALKS, (Kind.HELD, {}))
    call = on.call(*TALKS)
    await on.command("predefine-destino", call, DISPOSITIVO_DESTINO="7002")
    await on.command("finaliza-reconecta", call)
    return call


async def dialled(on):
    on.put(CONDUCT, "c1", Conduct(ring=8).to_document())
    await on.command("chamada-preditiva", None, "7002", ROTA="0", IDENTIDADE_DESTINO="04832817000")
    await on.quiet()
    return on.pbx.tenant.calls["c1"]


async def served_elsewhere(on):
    call = on.call(QUEUED)
    await on.command("troca-servico", call, SERVICO="7002")
    return call


WAYS = (diverted, transferred, preset, preset_by_a_diversion, reconnected, dialled, served_elsewhere)


@pytest.mark.parametrize("way", WAYS)
def test_queue_that_nobody_has_logged_in_to_rings_its_first_free_extension(way):
    async def work():
        async with stage() as on:
            call = await way(on)
            return on.now(call), [each for each in await on.told() if each.endswith((">7002", " 116"))][-3:]

    call, told = run(work())

    assert (call.state, call.queue, call.alerted) == (State.RINGING, "vendas", ("116",))
    assert told == ["ENTRADA_EM_FILA >7002", "SAIDA_DE_FILA >7002", "TOQUE 116"]


@pytest.mark.parametrize("way", WAYS)
def test_queue_whose_agents_are_away_lets_the_call_wait(way):
    async def work():
        async with stage() as on:
            on.agent("117", AgentKind.LOGGED_IN, AgentKind.PAUSED, queue="vendas")
            return on.now(await way(on))

    call = run(work())

    assert (call.state, call.queue, call.alerted) == (State.QUEUED, "vendas", ())


def test_extension_that_was_removed_is_passed_over():
    async def work():
        async with stage() as on:
            tx = Transaction(on.pbx.tenant, on.pbx.simulator.store)
            tx.remove(EXTENSION, "116")
            tx.commit()
            return on.now(await diverted(on))

    assert run(work()).alerted == ("117",)


def test_queue_that_a_script_fills_is_played_by_the_script():
    async def work():
        async with stage() as on:
            call = on.call(QUEUED)
            await on.quiet()
            return on.now(call)

    assert run(work()).state is State.QUEUED


def test_time_in_the_queue_goes_on_while_a_device_rings_in_vain():
    """With what the command said that the call had waited before; the priority stays."""

    async def work():
        async with stage() as on:
            on.agent("121", AgentKind.LOGGED_IN, queue="financeiro")
            more = {**DIVERTED, "DISPOSITIVO_DESTINO": "7003", "PRIORIDADE": "2", "TEMPO_FILA": "50"}
            await on.command("executa-desvio", on.call((Kind.QUEUED, {"queue": "vendas"})), "7002", **more)
            await on.quiet()  # it rings out, as often as an agent may let it
            return [e for e in await on.events() if e["EVENTO"] == "EVENTO_DE_ENTRADA_EM_FILA"][-4:]

    entered = run(work())

    assert [(e["PRIORIDADE"], e["TEMPO_FILA"]) for e in entered] == [
        ("2", "50"),
        ("2", "70"),
        ("2", "95"),
        ("2", "120"),
    ]


def test_time_in_the_queue_is_told_after_an_offer_though_none_was_given_before():
    async def work():
        async with stage() as on:
            on.agent("111", AgentKind.LOGGED_IN)
            on.call(QUEUED)
            await on.quiet()
            return [e.get("TEMPO_FILA") for e in await on.events() if e["EVENTO"] == "EVENTO_DE_ENTRADA_EM_FILA"]

    assert run(work()) == [None, "20", "45", "70"]
