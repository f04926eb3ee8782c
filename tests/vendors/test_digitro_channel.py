"""Dígitro's event channel over real sockets: what opens it, what is told on it, and how it ends."""

import asyncio
import json
import time
from pathlib import Path

import pytest

from contracts.contract import HOME, load
from simulator.app import build
from simulator.delivery.announcing import MOST_CHANNELS, UNHEARD, BrokenBlock, Wording
from simulator.settings import Settings
from simulator.telephony.calls import Cause, Direction, Kind, Party
from simulator.tenancy.transactions import Transaction
from tests.core import run
from tests.event_stream import streaming
from tests.raw_http import connected, request
from tests.vendors.digitro_world import DIVERT, ON_CALL, PREDICTIVE, PRINTED_CALL, fake

OPENING = "EVENTO_DE_ABERTURA_DE_CANAL"
ID = "02/03/26 09:00:00 010A"


def step(pbx, act):
    """Do something with calls in a unit of work of its own, and keep it."""
    tx = Transaction(pbx.tenant, pbx.simulator.store)
    result = act(pbx.simulator.pbx, tx)
    tx.commit()
    return result[0]


def happen(pbx, call, kind, **facts):
    return step(pbx, lambda board, tx: board.happen(tx, call.id, kind, **facts))


def inbound(pbx):
    return step(pbx, lambda board, tx: board.start(tx, Direction.INBOUND, "37999912222"))


def overlay(tmp_path: Path, **changes: str) -> Path:
    """Lay a corrected openapi.yaml over the shipped one: old text to new."""
    text = (HOME / "digitro" / "openapi.yaml").read_text("utf-8")
    for old, new in changes.values():
        assert old in text
        text = text.replace(old, new)
    (tmp_path / "digitro").mkdir()
    (tmp_path / "digitro" / "openapi.yaml").write_text(text, "utf-8")
    return tmp_path


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


def test_reset_ends_the_channels_with_a_farewell():
    """The world in which they were opened is gone; so are their ids."""

    async def work():
        async with fake() as pbx, pbx.opened() as (stream, channel):
            pbx.simulator.reset("default")
            (farewell,) = await stream.named("EVENTO_DE_FECHAMENTO_DE_CANAL")
            return farewell["ID_CANAL"] == channel, await stream.over()

    assert run(work()) == (True, True)


def test_stop_ends_the_channels_at_once():
    """SIGTERM comes to this: the farewell goes out, the stream ends, and nothing hangs."""

    async def work():
        async with fake() as pbx, pbx.opened() as (stream, channel):
            began = time.perf_counter()
            await pbx.simulator.stop()
            took = time.perf_counter() - began
            (farewell,) = await stream.named("EVENTO_DE_FECHAMENTO_DE_CANAL")
            return took, farewell["ID_CANAL"] == channel, await stream.over()

    took, same, over = run(work())

    assert (same, over) == (True, True)
    assert took < 10


def test_no_channel_outlives_its_process(tmp_path):
    """After a restart with the same store the old id is a closed one, and new ids go on from there."""
    store = tmp_path / "pbx.db"

    async def first():
        async with fake(store=store) as pbx, pbx.opened() as (_, channel):
            return channel

    async def second(old):
        async with fake(store=store) as pbx, pbx.opened() as (_, channel):
            return channel, await pbx.command("detectar-cifras-dtmf", ON_CALL, old)

    old = run(first())
    new, (status, answer) = run(second(old))

    assert new == old + 1
    assert (status, "which was closed" in answer["DETALHE"]) == (400, True)


def test_key_names_and_keep_alive_are_data_of_the_contract(tmp_path):
    """A user's corrected copy moves the path, renames events, and sets what goes over an idle channel, and when."""
    changed = overlay(
        tmp_path,
        path=("  /events:\n", "  /canal/abrir:\n"),
        name=("callStarted: EVENTO_DE_INICIO_DE_CHAMADA", "callStarted: NOVA_CHAMADA"),
        pulse=('keep-alive: ": keep-alive"\n  seconds: 15', 'keep-alive: "data: {}"\n  seconds: 0.01'),
    )

    async def work():
        async with (
            fake(contracts=changed) as pbx,
            streaming(pbx.port, "/digitro/canal/abrir", f"x-api-key: {pbx.key}") as stream,
        ):
            seen = [await stream.next() for _ in range(2)]
            inbound(pbx)
            while not (event := await stream.next()).name:
                pass
            return seen, event.name

    (opening, idle), name = run(work())

    assert (opening.name, idle.name, idle.data, name) == (OPENING, "", {}, "NOVA_CHAMADA")


def test_inferred_command_moves_to_where_a_corrected_contract_has_it(tmp_path):
    """Who knows the real path of a command writes it down: it is served there, and no longer at ours."""
    changed = overlay(tmp_path, slug=("/requests/{channelID}/coloca-espera:", "/requests/{channelID}/segura-chamada:"))

    async def work():
        async with fake(contracts=changed) as pbx, pbx.opened() as (_, channel):
            moved = await pbx.command("segura-chamada", ON_CALL, channel)
            unchecked = await pbx.command("segura-chamada", {**ON_CALL, "SENHA_DISPOSITIVO": "0"}, channel)
            return moved[0], unchecked[0], (await pbx.command("coloca-espera", ON_CALL, channel))[0]

    assert run(work()) == (200, 403, 404)


def test_keep_alive_is_as_the_reading_of_d3_says():
    """A comment, or an event without a name; both every fifteen seconds."""
    contract = load("digitro")

    wordings = [Wording.of(contract, contract.choose({"D3": name})) for name in contract.discrepancies["D3"].readings]

    assert [(w.idle, w.seconds) for w in wordings] == [(b": keep-alive\n\n", 15), (b"data: {}\n\n", 15)]


def test_farewell_is_left_out_with_what_is_inferred():
    """Of the events the opening one alone is documented: without the rest a channel ends, and says nothing."""

    async def work():
        async with fake(switches={"digitro": {"inferred": "off"}}) as pbx, pbx.opened() as (stream, _):
            pbx.simulator.reset("default")
            return await stream.over()

    assert run(work())


def test_id_key_is_as_the_reading_of_d4_says():
    """It changes what goes over the channel of a tenant, and what its contract asks for."""

    async def work():
        async with fake(readings={"digitro": {"D4": "channelID"}}) as pbx, pbx.channel() as stream:
            opening = (await stream.next()).data
            status, _ = await pbx.command("detectar-cifras-dtmf", ON_CALL, opening["channelID"])
            return status, set(opening), [v for e in pbx.tenant.journal.after(0, 9) for v in e.verdict.violations]

    assert run(work()) == (200, {"EVENTO", "channelID"}, [])


def test_channel_is_kept_alive_every_fifteen_seconds_by_a_comment():
    """As shipped; a shorter time is tested with a corrected contract."""
    simulator = build(Settings(port=0))
    block = simulator.contracts["digitro"].source.files["openapi.yaml"]["x-channel"]
    simulator.store.close()

    assert (block["keep-alive"], block["seconds"]) == (": keep-alive", 15)


def test_broken_block_is_said_at_the_start(tmp_path):
    changed = overlay(tmp_path, closed=("  closed: channelClosed", "  closed: nothing"))

    with pytest.raises(BrokenBlock, match="nothing is not both"):
        build(Settings(port=0, contracts=changed))


def test_head_request_opens_no_channel():
    async def work():
        async with fake() as pbx, connected(pbx.port) as client:
            client.send(request("HEAD /digitro/events", f"x-api-key: {pbx.key}"))
            seen = await client.answer(has_body=False)
            return seen.status, seen.header("content-type"), pbx.tenant.channels.of("digitro")

    assert run(work()) == (200, "text/event-stream; charset=utf-8", ())


def test_thousand_channels_are_open_at_once_and_no_more():
    """All hear an event while commands are answered; the next one is refused with Retry-After until one is closed."""

    async def opened(pbx, clients):
        reader, writer = await asyncio.open_connection("127.0.0.1", pbx.port)
        clients.append(writer)
        writer.write(request("GET /digitro/events", f"x-api-key: {pbx.key}"))
        await reader.readuntil(b"\r\n\r\n")
        return reader, await reader.readuntil(b"\n\n\r\n")

    async def work():
        clients = []
        async with fake() as pbx:
            try:
                readers = []
                for _ in range(MOST_CHANNELS // 50):
                    readers += await asyncio.gather(*(opened(pbx, clients) for _ in range(50)))
                refused = await pbx.ask(request("GET /digitro/events", f"x-api-key: {pbx.key}"))
                channel = json.loads(readers[0][1].partition(b"data: ")[2].partition(b"\n")[0])["ID_CANAL"]
                answer = await pbx.command("chamada-preditiva", PREDICTIVE, channel)
                heard = await asyncio.gather(*(reader.readuntil(b"\n\n\r\n") for reader, _ in readers))
                clients.pop().close()
                while len(pbx.tenant.channels.of("digitro")) == MOST_CHANNELS:
                    await asyncio.sleep(0)
                async with pbx.opened():
                    pass
                return refused, answer[0], len(heard), {b"EVENTO_DE_INICIO_DE_CHAMADA" in each for each in heard}
            finally:
                for writer in clients:
                    writer.close()

    refused, status, heard, named = run(work())

    assert (refused.status, refused.header("retry-after")) == (503, "1")
    assert (status, heard, named) == (200, MOST_CHANNELS, {True})
