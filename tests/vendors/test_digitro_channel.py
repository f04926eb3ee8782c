"""Dígitro's event channel over real sockets: what opens it, and what is told on it."""

import asyncio

from simulator.delivery.announcing import UNHEARD
from simulator.telephony.calls import Cause, Kind, Party
from tests.core import run
from tests.vendors.digitro_telling import OPENING, inbound, step
from tests.vendors.digitro_world import DIVERT, PREDICTIVE, PRINTED_CALL, fake

ID = "02/03/26 09:00:00 010A"


def happen(pbx, call, kind, **facts):
    return step(pbx, lambda board, tx: board.happen(tx, call.id, kind, **facts))


def test_channel_opens_with_its_integer_id():
    """The head says an event stream, and the first event is the documented one."""

    async def work():
        async with fake() as pbx, pbx.channel() as stream:
            return stream.head, await stream.next()

    head, opening = run(work())

    assert (head.status, head.header("content-type")) == (200, "text/event-stream; charset=utf-8")
    assert head.header("cache-control") == "no-cache"
    assert (opening.name, opening.data["EVENTO"]) == (OPENING, OPENING)
    assert type(opening.data["ID_CANAL"]) is int


def test_channels_of_one_key_hear_the_same_and_have_ids_of_their_own():
    """A reconnect is a new channel, to which nothing is said again; no two tenants share an id."""

    async def work():
        async with fake() as pbx:
            async with pbx.opened() as (one, first), pbx.opened() as (two, second):
                inbound(pbx)
                heard = await one.named("EVENTO_DE_INICIO_DE_CHAMADA"), await two.named("EVENTO_DE_INICIO_DE_CHAMADA")
            async with pbx.opened() as (three, third):
                call = inbound(pbx)
                (event,) = await three.named("EVENTO_DE_INICIO_DE_CHAMADA")
            async with pbx.other("other").opened() as (_, strange):
                pass
            return heard, {first, second, third, strange}, event["ID_CHAMADA"], call.serial

    heard, ids, name, serial = run(work())

    assert heard[0] == heard[1]
    assert len(ids) == 4
    assert name == f"{ID} {serial % 10000:04d}/00"


def test_story_of_a_call_is_told_in_order():
    """From the queue to the answer, hold and end, under one identification, with the devices' numbers."""

    async def work():
        async with fake() as pbx, pbx.opened() as (stream, _):
            call = inbound(pbx)
            happen(pbx, call, Kind.QUEUED, queue="suporte")
            happen(pbx, call, Kind.RINGING, extension="112")
            happen(pbx, call, Kind.ANSWERED, extension="112")
            happen(pbx, call, Kind.HELD)
            happen(pbx, call, Kind.RESUMED)
            happen(pbx, call, Kind.ENDED, by=Party.OUTSIDE, cause=Cause.NORMAL)
            return call, [await stream.next() for _ in range(8)]

    call, events = run(work())

    name = f"{ID} {call.serial % 10000:04d}/00"
    assert [
        (e.name.removeprefix("EVENTO_DE_"), e.data.get("DISPOSITIVO", e.data.get("DISPOSITIVO_DESTINO")))
        for e in events
    ] == [
        ("INICIO_DE_CHAMADA", None),
        ("ENTRADA_EM_FILA", "1132000"),
        ("SAIDA_DE_FILA", "1132000"),
        ("TOQUE", "1112000"),
        ("ATENDIMENTO", "1112000"),
        ("ESPERA", "1112000"),
        ("RECUPERACAO", "1112000"),
        ("DESLIGAMENTO", "1112000"),
    ]
    assert {e.data["ID_CHAMADA"] for e in events} == {name}
    assert all(e.data["EVENTO"] == e.name for e in events)
    assert events[0].data["IDENTIDADE_ORIGINADOR"] == "037999912222"


def test_printed_call_begins_when_a_command_names_it_and_is_then_diverted():
    """Its start, ring and answer are told before what the command does, all under the printed identification."""

    async def work():
        async with fake() as pbx, pbx.opened() as (stream, channel):
            await pbx.command("executa-desvio", DIVERT, channel)
            return [await stream.next() for _ in range(8)]

    events = run(work())

    assert [e.name.removeprefix("EVENTO_DE_") for e in events] == [
        *("INICIO_DE_CHAMADA", "TOQUE", "ATENDIMENTO"),
        *("DESVIO", "DESLIGAMENTO", "ENTRADA_EM_FILA", "SAIDA_DE_FILA", "TOQUE"),
    ]
    assert {e.data["ID_CHAMADA"] for e in events} == {PRINTED_CALL}
    assert events[5].data == {
        "EVENTO": "EVENTO_DE_ENTRADA_EM_FILA",
        "DISPOSITIVO_DESTINO": "1132000",
        "ID_CHAMADA": PRINTED_CALL,
        "PRIORIDADE": "0",
        "TEMPO_FILA": "23",
        "DADOS": "111222333-44;Fulano",
    }
    assert events[7].data["DADOS"] == "111222333-44;Fulano"


def test_generated_call_has_one_identification_in_answer_and_events():
    """And the originator that was asked for, which need not be the device."""

    async def work():
        async with fake() as pbx, pbx.opened() as (stream, channel):
            _, answer = await pbx.command("chamada-preditiva", PREDICTIVE, channel)
            (event,) = await stream.named("EVENTO_DE_INICIO_DE_CHAMADA")
            return answer, event

    answer, event = run(work())

    assert event == {
        "EVENTO": "EVENTO_DE_INICIO_DE_CHAMADA",
        **answer,
        "IDENTIDADE_ORIGINADOR": "1112000",
        "IDENTIDADE_DESTINO": "04832817000",
        "DADOS": "111222333-44;Fulano",
        "DISPOSITIVO": "1125000",
    }


def test_refused_command_tells_nothing():
    """State, events and reply are one unit of work: nothing is told of what was not done."""

    async def work():
        async with fake() as pbx, pbx.opened() as (stream, channel):
            await pbx.command("executa-desvio", {**DIVERT, "SENHA_DISPOSITIVO": "0"}, channel)
            await pbx.command("chamada-preditiva", PREDICTIVE, channel)
            return (await stream.next()).name, len(pbx.tenant.calls)

    assert run(work()) == ("EVENTO_DE_INICIO_DE_CHAMADA", 1)


def test_event_is_journaled_as_heard_or_as_unheard():
    """With 200 where a channel was open, as an error where none was, and not at all before the first channel."""

    async def work():
        async with fake() as pbx:
            inbound(pbx)
            nobody = [e.exchange.message for e in pbx.tenant.journal.after(0, 100)]
            async with pbx.opened() as (stream, _):
                inbound(pbx)
                await stream.named("EVENTO_DE_INICIO_DE_CHAMADA")
            while pbx.tenant.channels.of("digitro"):
                await asyncio.sleep(0)
            inbound(pbx)
            told = [e.exchange for e in pbx.tenant.journal.after(0, 100) if e.exchange.message == "started"]
            return nobody, [(e.call, e.target, e.response and e.response.status, e.error) for e in told]

    nobody, told = run(work())

    assert nobody == []
    assert told == [("c2", "channels", 200, None), ("c3", "channels", None, UNHEARD)]


def test_channel_hears_of_its_own_tenant_alone():
    async def work():
        async with fake() as pbx:
            other = pbx.other("other")
            async with pbx.opened() as (stream, _), other.opened() as (strange, _):
                inbound(pbx)
                call = inbound(other)
                (own,) = await stream.named("EVENTO_DE_INICIO_DE_CHAMADA")
                (others,) = await strange.named("EVENTO_DE_INICIO_DE_CHAMADA")
                return own["ID_CHAMADA"], others["ID_CHAMADA"], len(call.events), len(other.tenant.calls)

    own, others, events, count = run(work())

    assert (events, count) == (1, 1)
    assert own
    assert others
