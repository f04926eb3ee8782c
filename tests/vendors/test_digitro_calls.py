"""Dígitro's fake over real sockets: what a command does with calls."""

import re

from simulator.telephony.calls import Cause, Kind, Party, State
from simulator.vendors.digitro import VENDOR
from tests.core import run
from tests.raw_http import request
from tests.vendors.digitro_fake import RECEIVED, calls, let
from tests.vendors.digitro_world import DEVICE, DIVERT, PREDICTIVE, PRINTED_CALL, fake

# The printed number answers by itself (numbers.yaml); this one does only what a test lets happen.
BY_HAND = {**PREDICTIVE, "IDENTIDADE_DESTINO": "04832817001"}


def test_diversion_to_a_queue_rings_its_first_free_extension():
    """The established call becomes one that is queued, and rings; what was said of it is kept with it."""

    async def work():
        async with fake() as pbx, pbx.opened() as (_, channel):
            answer = await pbx.command("executa-desvio", DIVERT, channel)
            old, new = calls(pbx)
            return answer, old, new, dict(pbx.tenant.records["digitro.call"][old.id])

    answer, old, new, kept = run(work())

    assert answer == RECEIVED
    assert (old.state, old.last.kind, old.last.other) == (State.ENDED, Kind.TRANSFERRED, new.id)
    assert (new.state, new.queue, new.alerted) == (State.RINGING, "suporte", ("111",))
    assert kept == {
        "call": old.id,
        "id": PRINTED_CALL,
        "priority": "0",
        "data": "111222333-44;Fulano",
        "music": "1",
        "queued": "23",
        "afterwards": "1244000",
        "wrap_up": "5",
    }


def test_busy_extensions_of_a_queue_do_not_ring():
    """Each call rings the next free one; when none is left, it waits."""

    async def work():
        async with fake() as pbx, pbx.opened() as (_, channel):
            for _ in range(6):
                answer = await pbx.command("chamada-rota", {**BY_HAND, "DISPOSITIVO": "7002"}, channel)
                call = calls(pbx)[-1]
                let(pbx, call, Kind.ANSWERED)
                body = {**DIVERT, "ID_CHAMADA": answer[1]["ID_CHAMADA"]}
                assert await pbx.command("executa-desvio", body, channel) == RECEIVED
            return [(c.state, c.alerted) for c in calls(pbx) if c.origin]

    found = run(work())

    assert [alerted for _, alerted in found] == [("111",), ("112",), ("113",), ("114",), ("115",), ()]
    assert found[-1][0] is State.QUEUED


def test_call_keeps_its_identification_through_every_diversion():
    """From the device to the queue, to a device, to another queue: one ID_CHAMADA."""

    async def work():
        async with fake() as pbx, pbx.opened() as (_, channel):
            answers = [
                await pbx.command("executa-desvio", {**DIVERT, "DISPOSITIVO": at, "DISPOSITIVO_DESTINO": to}, channel)
                for at, to in (("1125000", "1132000"), ("1132000", "1244000"), ("1244000", "7003"), ("7003", "7002"))
            ]
            return answers, [(c.state, c.queue, c.alerted) for c in calls(pbx)]

    answers, found = run(work())

    assert answers == [RECEIVED] * 4
    assert found[1:] == [(State.RINGING, "vendas", ("116",))]


def test_digits_are_detected_on_an_established_call_only():
    """A call that rings, and one that is over, are refused; the one that talks is marked."""

    async def work():
        async with fake() as pbx, pbx.opened() as (_, channel):
            _, begun = await pbx.command("chamada-rota", BY_HAND, channel)
            body = {**DEVICE, "ID_CHAMADA": begun["ID_CHAMADA"]}
            (call,) = calls(pbx)
            rings = await pbx.command("detectar-cifras-dtmf", body, channel)
            let(pbx, call, Kind.ANSWERED)
            talks = await pbx.command("detectar-cifras-dtmf", body, channel)
            marked = pbx.tenant.records["digitro.call"][call.id]["detectors"]
            let(pbx, call, Kind.ENDED, by=Party.OUTSIDE, cause=Cause.NORMAL)
            return rings, talks, marked, await pbx.command("detectar-cifras-dtmf", body, channel)

    rings, talks, marked, over = run(work())

    assert rings == (
        400,
        {"MENSAGEM": "Pedido inválido", "DETALHE": "the call is ringing; expected an established one"},
    )
    assert (talks, marked) == (RECEIVED, ["1125000"])
    assert over[1]["DETALHE"] == "the call is ended; expected an established one"


def test_printed_number_answers_and_the_call_ends_by_itself():
    """Nobody plays the far end of a call that a command began: the table of numbers says what it does."""

    async def work():
        async with fake() as pbx, pbx.opened() as (stream, channel):
            await pbx.command("chamada-rota", PREDICTIVE, channel)
            await stream.named("EVENTO_DE_INICIO_DE_CHAMADA", "EVENTO_DE_ATENDIMENTO", "EVENTO_DE_DESLIGAMENTO")
            return calls(pbx)[0]

    call = run(work())

    assert (call.state, call.last.cause, call.waiting, call.talk) == (State.ENDED, Cause.NORMAL, 3, 60)


def test_number_abroad_keeps_its_zeros_and_is_charged_as_abroad():
    """Spain's code 34 is not taken for the area of Uberlândia."""

    async def work():
        async with fake() as pbx, pbx.opened() as (stream, channel):
            await pbx.command("chamada-rota", {**PREDICTIVE, "IDENTIDADE_DESTINO": "0034912345678"}, channel)
            (event,) = await stream.named("EVENTO_DE_INICIO_DE_CHAMADA")
            let(pbx, calls(pbx)[0], Kind.ANSWERED)
            let(pbx, calls(pbx)[0], Kind.ENDED, by=Party.OUTSIDE, cause=Cause.NORMAL)
            return event, calls(pbx)[0]

    event, call = run(work())

    assert (event["IDENTIDADE_DESTINO"], call.outside, call.bill.tariff) == ("0034912345678", "0034912345678", "DDI")


def test_predictive_call_goes_out_and_is_named_at_once():
    """It rings at the far end, and at no extension yet, under the identification of the answer."""

    async def work():
        async with fake() as pbx, pbx.opened() as (_, channel):
            status, answer = await pbx.command("chamada-preditiva", {**BY_HAND, "CONTA": None, "SENHA": None}, channel)
            (call,) = calls(pbx)
            return status, answer["ID_CHAMADA"], call

    status, name, call = run(work())

    assert (status, call.state, call.outside, call.extension) == (200, State.RINGING, "554832817001", None)
    assert re.fullmatch(rf"02/03/26 09:00:00 010A {call.serial % 10000:04d}/00", name)


def test_world_without_a_number_has_no_generated_calls():
    """It is the caller's world that lacks something: 400 with what to do, whatever the switch, and no failure."""
    world = b'{"baseline": false, "extensions": [{"number": "201"}]}'

    async def work(refusals):
        async with fake(switches={"digitro": {"refusals": refusals}}) as pbx:
            seen = await pbx.ask(request("PUT /_sim/world", "Content-Type: application/json", body=world))
            assert seen.status == 200, seen.text
            async with pbx.opened() as (_, channel):
                body = {**PREDICTIVE, "DISPOSITIVO": "201", "CONTA": None}
                return await pbx.command("chamada-preditiva", body, channel), calls(pbx)

    for refusals in VENDOR.switches["refusals"]:
        (status, answer), made = run(work(refusals))

        assert (status, answer["DETALHE"]) == (400, "the PBX has no number to call from: give the world one")
        assert made == []
