"""Dígitro's commands on calls that are over, held or strange, in any order."""

from collections import Counter
from random import Random

from simulator.telephony.agents import AgentKind
from simulator.telephony.calls import Cause, Direction, Kind, State
from simulator.vendors.digitro.samples import SAMPLES
from tests.core import run
from tests.vendors.digitro_acts import (
    ANSWERS_ELSEWHERE,
    DETECTS,
    ONE_CALL,
    RECEIVED,
    RINGS_ELSEWHERE,
    TALKS,
)
from tests.vendors.digitro_stage import stage
from tests.vendors.digitro_world import PRINTED_CALL


def test_command_on_a_call_that_is_over_or_strange_is_refused():
    async def work():
        async with stage() as on:
            over = on.call((Kind.ENDED, {"cause": Cause.ABANDONED}))
            return [
                (slug, (await on.command(slug, call, **case.fields))[0])
                for slug, case in ONE_CALL.items()
                for call in (over, "02/03/26 09:00:00 010A 0000/00")
            ]

    assert {status for _, status in run(work())} == {400}


def test_held_call_goes_on_though_who_took_it_talks_elsewhere_once_that_agent_has_left_it():
    """It is the call of who stayed, and that device alone is asked whether it talks in another."""

    async def work():
        async with stage() as on:
            on.agent("124", AgentKind.LOGGED_IN, AgentKind.PAUSED)
            call = on.call(RINGS_ELSEWHERE, ANSWERS_ELSEWHERE, (Kind.BROKE_IN, {"extension": "125"}))
            on.let(call, Kind.LEFT, extension="124")
            on.let(call, Kind.HELD)
            on.call(RINGS_ELSEWHERE, ANSWERS_ELSEWHERE)
            own = on.call((Kind.RINGING, {"extension": "125"}), (Kind.ANSWERED, {"extension": "125"}))
            await on.told()
            refused = await on.command("recupera-espera", call)
            await on.command("finaliza-chamada", own, "1125000")
            await on.told()
            return refused[0], await on.command("recupera-espera", call), await on.told()

    assert run(work()) == (400, RECEIVED, ["RECUPERACAO 1125000"])


def test_sample_call_does_not_begin_while_its_agent_talks_elsewhere():
    async def work():
        async with stage() as on:
            on.agent("125", AgentKind.LOGGED_IN, AgentKind.PAUSED)
            call = on.call(*TALKS)
            busy = await on.command(DETECTS, PRINTED_CALL)
            await on.command("finaliza-chamada", call)
            return busy[0], await on.command(DETECTS, PRINTED_CALL)

    assert run(work()) == (400, RECEIVED)


def test_no_order_of_commands_breaks_anything():
    """Whatever is commanded of whichever call by whichever device, it is done or refused, and told in order."""
    drawn = Random(4)
    slugs = [*ONE_CALL, "executa-desvio", "pendulo", "finaliza-reconecta", "transfere-dispositivo-pausa"]
    slugs += ["login-logout-dac", "chamada-rota", "chamada-preditiva"]
    devices, destinations = ("1125000", "1244000", "1112000", "1132000"), ("1125000", "1244000", "1132000", "7002")

    def fields():
        return {
            "DISPOSITIVO_DESTINO": drawn.choice(destinations),
            "DISPOSITIVO_DESTINO_APOS_FINALIZACAO_CHAMADA": drawn.choice(destinations),
            "SERVICO": drawn.choice(destinations),
            "OPERACAO": drawn.choice(("LOGIN", "LOGOUT")),
            "PRIORIDADE": "0",
            "DADOS": "x",
            "FONTE_MUSICA": "1",
            "CIFRAS": "5",
            "ROTA": "0",
            "IDENTIDADE_DESTINO": "04832817000",
        }

    async def work():
        async with stage() as on:
            statuses = Counter()
            for _ in range(400):
                names = list({on.name(on.pbx.tenant.calls[c.origin or c.id]) for c in on.pbx.tenant.live.values()})
                call = drawn.choice([*SAMPLES, *names])
                status, _ = await on.command(drawn.choice(slugs), call, drawn.choice(devices), **fields())
                statuses[status] += 1
                await on.quiet()
                for each in list(on.pbx.tenant.live.values()):
                    if each.direction is Direction.OUTBOUND and each.state is State.RINGING and not each.alerted:
                        on.let(each, Kind.ANSWERED)
            await on.events()
            return statuses, len(on.pbx.tenant.calls)

    statuses, calls = run(work())

    assert set(statuses) == {200, 400}
    assert min(*statuses.values(), calls) > 20
