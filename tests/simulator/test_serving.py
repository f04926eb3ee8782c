"""Listening, and limits that uvicorn does not have."""

import asyncio
import sys

import pytest

from simulator.shell.heads import HeadLimits
from simulator.shell.serving import CannotListen, Server, listen
from tests.raw_http import ask, connected, request, served
from tests.simulator.loops import LOOPS, hello, run, shell_for


def test_port_0_takes_any_free_port():
    """The real port is known after the start, and is in the URL."""

    async def steps():
        async with served({"/v": hello}) as server:
            return server.port, server.url, (await ask(server, request("GET /v"))).text

    port, url, text = asyncio.run(steps())

    assert port > 0
    assert url == f"http://127.0.0.1:{port}"
    assert text == "hello"


def test_taken_port_is_passed_over_for_the_next_free_one():
    """A port somebody listens on is left alone, and the next free one is taken."""
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]

        with listen("127.0.0.1", port, tries=200) as free:
            assert port < free.getsockname()[1] < port + 200


def test_no_free_port_is_said_with_what_to_do():
    """When every try is taken, the text names the ports and the way out."""
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]

        with pytest.raises(CannotListen) as refused:
            listen("127.0.0.1", port, tries=1)

    assert refused.value.exit_code == 3
    assert f"cannot listen on 127.0.0.1 ports {port} to {port}" in str(refused.value)
    assert "--port 0" in str(refused.value)


def test_address_of_another_machine_is_said_at_once():
    """An address that is not ours is no reason to try other ports."""
    with pytest.raises(CannotListen, match=r"cannot listen on 192\.0\.2\.1 port 1234: "):
        listen("192.0.2.1", 1234)


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:80"),
        ("0.0.0.0", "http://127.0.0.1:80"),
        ("::1", "http://[::1]:80"),
        ("::", "http://[::1]:80"),
        ("localhost", "http://localhost:80"),
    ],
)
def test_url_is_one_that_a_client_here_can_use(host, url):
    """An address that means all of them is no address to connect to."""
    assert Server(host, 80, None, None, None, None, None).url == url


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such limit")
def test_open_files_are_raised_to_the_hard_limit():
    """A connection is an open file: the soft limit would be reached first."""
    import resource

    async def steps():
        async with served({}) as server:
            return server.open_files

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(soft, 256), hard))

        assert asyncio.run(steps()) == hard
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_answer_has_only_the_headers_of_the_app():
    """No Server and no Date of uvicorn's: a fake says what its vendor says."""

    async def steps():
        async with served({"/v": hello}) as server:
            return await ask(server, request("GET /v", "X-Forwarded-For: 192.0.2.9"))

    assert asyncio.run(steps()).headers == (("content-length", "5"),)


def test_forwarded_headers_are_not_believed():
    """The client's address is that of its connection, whatever a header says."""

    def address(environ, start_response):
        start_response("200 OK", [])
        return [f"{environ['REMOTE_ADDR']} {environ['wsgi.url_scheme']}".encode()]

    async def steps():
        async with served({"/v": address}) as server:
            forged = request("GET /v", "X-Forwarded-For: 192.0.2.9", "X-Forwarded-Proto: https")
            return (await ask(server, forged)).text

    assert asyncio.run(steps()) == "127.0.0.1 http"


def test_what_is_not_http_is_refused_without_a_traceback():
    """Bytes that are no request get 400 and the end of the connection."""

    async def steps(raw):
        async with served({"/v": hello}) as server, connected(server.port) as client:
            client.send(raw)
            return (await client.answer()).status, await client.rest()

    for raw in (b"\x16\x03\x01\x02\x00\r\n\r\n", b"GET /caf\xc3\xa9 HTTP/1.1\r\nHost: localhost\r\n\r\n"):
        assert asyncio.run(steps(raw)) == (400, b"")


def test_websocket_handshake_is_an_ordinary_request():
    """Nobody speaks WebSocket here: the app answers the request, and the server stays up."""

    async def steps():
        async with served({"/v": hello}) as server:
            upgrade = request("GET /v", "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Key: x")
            return (await ask(server, upgrade)).status, (await ask(server, request("GET /v"))).status

    assert asyncio.run(steps()) == (200, 200)


@LOOPS
def test_head_over_the_limit_is_refused(loop):
    """Headers that do not end are answered with 431; a head of the usual size, in pieces, passes."""

    async def steps():
        server = await Server.start(shell_for(hello), heads=HeadLimits(size=2000))
        async with connected(server.port) as client:
            passed = []
            for _ in range(3):
                for byte in request("GET /v", "X-Long: " + "a" * 1500):
                    client.send(bytes([byte]))
                    await client.writer.drain()
                passed.append((await client.answer()).status)
            client.send(request("GET /v")[:-2])
            while not client.reader.at_eof() and not client.reader._buffer:
                client.send(b"X-More: " + b"a" * 100 + b"\r\n")
                await client.writer.drain()
                await asyncio.sleep(0)
            refused = await client.answer()
        await server.stop()
        return passed, refused.status

    assert run(loop, steps()) == ([200, 200, 200], 431)


@LOOPS
def test_head_that_takes_too_long_is_hung_up_on(loop):
    """A connection without a whole head is closed after the limit; one between two requests is not."""

    async def steps():
        server = await Server.start(shell_for(hello), heads=HeadLimits(seconds=1.0))
        async with connected(server.port) as idle:
            idle.send(request("GET /v"))
            await idle.answer()
            async with connected(server.port) as silent, connected(server.port) as half:
                half.send(b"GET /v HTTP/1.1\r\nHo")
                closed = [await silent.rest(), await half.rest()]
            idle.send(request("GET /v"))
            again = await idle.answer()
        await server.stop()
        return closed, again.status

    assert run(loop, steps()) == ([b"", b""], 200)


@LOOPS
def test_half_sent_bodies_do_not_stop_plain_answers(loop):
    """300 clients that do not finish their bodies hold nothing up: 300 plain requests are answered."""

    async def steps():
        server = await Server.start(shell_for(hello))
        async with asyncio.timeout(30):
            halves = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(300)]
            for _, writer in halves:
                writer.write(request("POST /v", body=b"half", length=8))
            async with connected(server.port) as client:
                answered = 0
                for _ in range(300):
                    client.send(request("GET /v"))
                    answered += (await client.answer()).text == "hello"
            waiting = len(server._uvicorn.server_state.tasks)
            for _, writer in halves:
                writer.write(b"done")
            finished = [await reader.readuntil(b"hello") for reader, _ in halves]
            for _, writer in halves:
                writer.close()
        await server.stop()
        return answered, waiting, len(finished)

    assert run(loop, steps()) == (300, 300, 300)
