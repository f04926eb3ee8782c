"""How many of Dígitro's event channels there are, how long they stay, and how they end."""

import asyncio
import json
import time

from simulator.app import build
from simulator.delivery.announcing import MOST_CHANNELS
from simulator.settings import Settings
from tests.core import run
from tests.raw_http import connected, request
from tests.vendors.digitro_world import ON_CALL, PREDICTIVE, fake


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
    assert took < 2  # what a request that is under way is given to end


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


def test_channel_is_kept_alive_every_fifteen_seconds_by_a_comment():
    """As shipped; a shorter time is tested with a corrected contract."""
    simulator = build(Settings(port=0))
    block = simulator.contracts["digitro"].source.files["openapi.yaml"]["x-channel"]
    simulator.store.close()

    assert (block["keep-alive"], block["seconds"]) == (": keep-alive", 15)


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
