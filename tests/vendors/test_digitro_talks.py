"""Dígitro's commands on who talks with whom, and on what goes with a call: music, services, digits."""

import pytest

from simulator.telephony.calls import Cause, Kind, Party, State
from tests.core import run
from tests.vendors.digitro_acts import (
    ANSWERS_ELSEWHERE,
    DETECTS,
    ELSEWHERE,
    HELD,
    ONE_CALL,
    QUEUED,
    RECEIVED,
    RINGS,
    RINGS_ELSEWHERE,
    TALKS,
)
from tests.vendors.digitro_stage import stage


@pytest.mark.parametrize(
    ("slug", "first", "told"),
    [
        ("pendulo", State.HELD, ["ESPERA 1125000", "RECUPERACAO 1125000"]),
        ("finaliza-reconecta", State.ENDED, ["DESLIGAMENTO 1125000", "RECUPERACAO 1125000"]),
    ],
)
def test_device_goes_back_to_the_call_that_it_held_last(slug, first, told):
    """It may hold several; without a held one, and on the held one, the command is refused."""

    async def work():
        async with stage() as on:
            oldest, held, active = on.call(*TALKS, HELD), on.call(*TALKS, HELD), on.call(*TALKS)
            alone = on.call(RINGS_ELSEWHERE, ANSWERS_ELSEWHERE)
            await on.told()
            refused = [
                (await on.command(slug, call, device))[0] for call, device in ((held, "1125000"), (alone, "1244000"))
            ]
            answer = await on.command(slug, active)
            return refused, answer, [on.now(c).state for c in (oldest, held, active, alone)], await on.told()

    refused, answer, states, heard = run(work())

    assert (refused, answer) == ([400, 400], RECEIVED)
    assert states == [State.HELD, State.TALKING, first, State.TALKING]
    assert heard == told


@pytest.mark.parametrize(
    "slug", ["atende-chamada", "recupera-espera", "captura-estacionada", "captura-dac", "captura-chamada"]
)
def test_device_takes_a_call_only_while_it_talks_in_no_other(slug):
    case = ONE_CALL[slug]

    async def work():
        async with stage() as on:
            talks, call = on.call(*TALKS), on.call(*case.before)
            busy = await on.command(slug, call, **case.fields)
            unchanged = on.now(call) == call
            await on.command("coloca-espera", talks)
            return busy[0], unchanged, await on.command(slug, call, **case.fields)

    assert run(work()) == (400, True, RECEIVED)


def test_device_that_is_not_free_does_not_break_in():
    async def work():
        async with stage() as on:
            call = on.call(RINGS_ELSEWHERE, ANSWERS_ELSEWHERE)
            on.call(RINGS)
            return (await on.command("intercala-dispositivo", call, **ELSEWHERE))[0], on.now(call).present

    assert run(work()) == (400, ("124",))


def test_end_of_a_conference_is_told_of_each_device():
    """A caller who hangs up ends it for all; nobody parks what others of the PBX talk in."""

    async def work():
        async with stage() as on:
            call = on.call(RINGS_ELSEWHERE, ANSWERS_ELSEWHERE, (Kind.BROKE_IN, {"extension": "125"}))
            on.let(call, Kind.JOINED, extension="112")
            on.let(call, Kind.LEFT, extension="112")
            await on.told()
            parked = await on.command("estaciona-chamada", call)
            on.let(call, Kind.ENDED, by=Party.OUTSIDE, cause=Cause.NORMAL)
            return parked[0], await on.told()

    assert run(work()) == (400, ["DESLIGAMENTO 1244000", "DESLIGAMENTO 1125000"])


def test_call_keeps_its_place_when_it_changes_to_another_service():
    async def work():
        async with stage() as on:
            call = on.call((Kind.QUEUED, {"queue": "suporte", "priority": 4, "waited": 40, "wrap_up": 9}))
            await on.command("troca-servico", call, SERVICO="7002")
            return on.now(call)

    call = run(work())

    assert (call.queue, call.waits.priority, call.waits.waited, call.waits.wrap_up) == ("vendas", 4, 40, 9)


def test_call_that_came_from_a_queue_goes_on_talking_and_counts_for_another():
    """And not for the same one again; a call that came from no queue has no service to change.

    No queue is entered or left by that, so nothing is told; every vendor that names a call's queue names the new one.
    """

    async def work():
        async with stage() as on:
            call, direct = on.call(QUEUED, *TALKS), on.call(RINGS_ELSEWHERE, ANSWERS_ELSEWHERE)
            await on.told()
            answers = [
                await on.command("troca-servico", each, SERVICO=service)
                for each, service in (
                    (call, "7002"),
                    (call, "7002"),
                    (direct, "7002"),
                    (call, "1132000"),
                    (call, "1244000"),
                )
            ]
            queues = [e.queue for e in on.now(call).events if e.kind is Kind.QUEUE_CHANGED]
            return [status for status, _ in answers], on.now(call), queues, await on.told()

    statuses, call, queues, told = run(work())

    assert (statuses, call.state, call.queue) == ([200, 400, 400, 200, 400], State.TALKING, "suporte")
    assert (queues, told) == (["vendas", "suporte"], [])


def test_music_is_kept_with_the_call():
    async def work():
        async with stage() as on:
            call = on.call(QUEUED)
            answer = await on.command("define-fonte-musica", call, FONTE_MUSICA="7")
            return answer, on.pbx.tenant.records["digitro.call"][call.id]["music"]

    assert run(work()) == (RECEIVED, "7")


def test_digits_are_told_between_the_two_commands_only():
    """Each by itself, those that the caller presses: what the device sends is detected at the far end, if at all."""

    async def work():
        async with stage() as on:
            call = on.call(*TALKS)
            await on.told()
            on.let(call, Kind.DIGITS_PRESSED, digits="1", by=Party.OUTSIDE)
            await on.command(DETECTS, call)
            on.let(call, Kind.DIGITS_PRESSED, digits="23", by=Party.OUTSIDE)
            await on.command("enviar-cifras-dtmf", call, CIFRAS="#A")
            await on.command("parar-deteccao-cifras-dtmf", call)
            await on.command("enviar-cifras-dtmf", call, CIFRAS="9")
            return await on.events()

    events = run(work())

    assert [(e["EVENTO"], e["DISPOSITIVO"], e["CIFRA"]) for e in events] == [
        ("EVENTO_DE_CIFRA_DTMF", "1125000", digit) for digit in "23"
    ]
