"""A stop that ends, whatever is under way."""

import asyncio
import socket
from time import perf_counter

import pytest

from simulator.shell.serving import Server, listen
from simulator.vendor import Instruction, Wait
from tests.raw_http import ask, connected, request, served, stop
from tests.simulator.loops import LOOPS, hello, run, shell_for


@LOOPS
def test_stop_ends_at_once_with_idle_connections_and_half_sent_bodies(loop):
    """Nothing is owed to a connection without a whole request: the stop does not use its grace for it."""

    async def steps():
        server = await Server.start(shell_for(hello))
        async with (
            connected(server.port) as idle,
            connected(server.port) as body,
            connected(server.port) as head,
        ):
            idle.send(request("GET /v"))
            await idle.answer()
            body.send(request("POST /v", body=b"half", length=8))
            head.send(b"GET /v HTTP/1.1\r\nHo")
            idle.send(request("GET /v"))
            await idle.answer()
            began = perf_counter()
            await server.stop(grace=20)
            return perf_counter() - began, await idle.rest()

    took, rest = run(loop, steps())

    assert took < 10
    assert rest == b""


def test_stop_ends_delays_drips_and_polls_with_their_answers():
    """A waiting request is answered when the shell is told to stop; nobody waits for its seconds."""
    asked = []

    def waits(environ, start_response):
        asked.append(environ["PATH_INFO"])
        environ["pbxsim.slip"].instruction = Instruction(Wait(environ["PATH_INFO"][1:]), 600)
        start_response("200 OK", [])
        return [b"hello"]

    async def journal_wait(seconds):
        await asyncio.get_running_loop().create_future()

    async def steps():
        async with served({"/v": waits}, journal_wait=journal_wait) as server:
            kinds = ("delay", "drip", "journal")
            clients = [asyncio.create_task(ask(server, request(f"GET /v/{kind}"))) for kind in kinds]
            while len(asked) < 4:  # the poll is asked twice before it waits
                await asyncio.sleep(0)
            began = perf_counter()
            await stop(server, grace=20)
            return [(await client).text for client in clients], perf_counter() - began

    texts, took = asyncio.run(steps())

    assert texts == ["hello", "hello", "hello"]
    assert took < 10


def test_stop_ends_even_when_an_app_does_not():
    """After its grace a request that never ends is hung up on and cancelled."""

    async def stubborn(scope, receive, send):
        await asyncio.get_running_loop().create_future()

    async def steps():
        server = await Server.start(stubborn)
        async with connected(server.port) as client:
            client.send(request("GET /"))
            while not server._uvicorn.server_state.tasks:
                await asyncio.sleep(0)
            await server.stop(grace=0.05)
            return await client.rest()

    assert asyncio.run(steps()) == b""


def test_stopped_server_gives_its_port_back():
    """The port is free again, a second stop does nothing, and nobody is listening."""

    async def steps():
        server = await Server.start(shell_for(hello))
        await server.stop()
        await server.stop()
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", server.port)
        return server.port

    port = asyncio.run(steps())

    with listen("127.0.0.1", port) as again:
        assert again.family == socket.AF_INET
