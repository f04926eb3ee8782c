"""The shell on a real socket: which app has a request, whole bodies, and what is refused."""

import asyncio

import pytest

from simulator.shell.hosts import AllowedHosts
from simulator.shell.limits import Limits
from tests.raw_http import ask, connected, request, served
from tests.simulator.shell_vendor import Vendor, under_way, until_true


def test_request_reaches_the_app_under_the_longest_prefix():
    """A mount owns its path and everything below it, and nothing that merely begins alike."""

    def named(name):
        def app(environ, start_response):
            start_response("200 OK", [])
            return [f"{name} {environ['SCRIPT_NAME']} {environ['PATH_INFO']}".encode()]

        return app

    async def steps():
        mounts = {"/v": named("short"), "/v/long": named("long")}
        async with served(mounts, default=named("default")) as server:
            return [
                (await ask(server, request(f"GET {path}"))).text
                for path in ("/v/a", "/v/long/a/b", "/v/longer", "/vx", "/%76/a", "/", "//v/a")
            ]

    assert asyncio.run(steps()) == [
        "short /v /a",
        "long /v/long /a/b",
        "short /v /longer",
        "default  /vx",
        "short /v /a",
        "default  /",
        "default  //v/a",
    ]


def test_body_in_pieces_is_collected():
    """A body that comes byte by byte, or in chunks, is whole before the view is called."""
    vendor = Vendor()

    async def steps():
        async with served({"/v": vendor.app}) as server, connected(server.port) as client:
            for byte in request("POST /v/x", body=b"hello"):
                client.send(bytes([byte]))
                await client.writer.drain()
                await asyncio.sleep(0)
            slow = await client.answer()
            client.send(request("POST /v/x", "Transfer-Encoding: chunked") + b"2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n")
            return slow, await client.answer()

    slow, chunked = asyncio.run(steps())

    assert b'"body":"hello"' in slow.body
    assert b'"body":"hello"' in chunked.body


@pytest.mark.parametrize("chunked", [False, True])
def test_body_at_the_limit_passes_and_one_byte_more_is_refused_in_the_envelope(chunked):
    """The limit counts what arrives; the vendor's app words the refusal, and sees no body."""
    vendor = Vendor()

    def post(body):
        if chunked:
            head = request("POST /v/x", "Transfer-Encoding: chunked")
            return head + b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
        return request("POST /v/x", body=body)

    async def steps():
        async with served({"/v": vendor.app}, limits=Limits(body_bytes=1000)) as server:
            return await ask(server, post(b"a" * 1000)), await ask(server, post(b"a" * 1001))

    fits, exceeds = asyncio.run(steps())

    assert fits.status == 200
    assert exceeds.status == 413
    assert b"too_large: the body is larger than 1000 bytes" in exceeds.body
    assert exceeds.header("connection") == "close"
    assert vendor.asked == ["POST", "refused"]


def test_body_far_over_the_limit_is_read_away_so_that_the_client_sees_the_answer():
    """A client that sends everything before it reads gets 413, not a broken connection."""
    vendor = Vendor()

    async def steps():
        async with served({"/v": vendor.app}) as server, connected(server.port) as client:
            client.send(request("POST /v/x", body=b"a" * 8_000_000))
            await client.writer.drain()
            return await client.answer()

    assert asyncio.run(steps()).status == 413


def test_client_that_asks_before_it_sends_too_much_is_refused_at_once():
    """Expect: 100-continue is answered by 413 when the announced body would be too large, else by 100."""
    vendor = Vendor()
    expect = "Expect: 100-continue"

    async def steps():
        async with served({"/v": vendor.app}, limits=Limits(body_bytes=10)) as server:
            async with connected(server.port) as client:
                client.send(request("POST /v/x", expect, length=11))
                refused = await client.answer()
            async with connected(server.port) as client:
                client.send(request("POST /v/x", expect, length=10))
                go_on = await client.head()
                client.send(b"0123456789")
                return refused.status, go_on.status, (await client.answer()).status

    assert asyncio.run(steps()) == (413, 100, 200)


def test_body_that_stops_halfway_is_refused_in_the_envelope():
    """After the time limit the vendor's app answers, and the connection is closed."""
    vendor = Vendor()

    async def steps():
        limits = Limits(body_seconds=0.05)
        async with served({"/v": vendor.app}, limits=limits) as server, connected(server.port) as client:
            client.send(request("POST /v/x", body=b"ab", length=3))
            return await client.answer(), await client.rest()

    answer, rest = asyncio.run(steps())

    assert answer.status == 408
    assert b"malformed: the body was not complete after 0.05 s" in answer.body
    assert rest == b""
    assert vendor.asked == ["refused"]


def test_body_that_never_ends_meets_the_time_limit():
    """Bytes that keep coming do not start the time anew."""
    vendor = Vendor()

    async def steps():
        limits = Limits(body_seconds=0.1)
        async with served({"/v": vendor.app}, limits=limits) as server, connected(server.port) as client:
            client.send(request("POST /v/x", length=100_000))
            answer = asyncio.create_task(client.answer())
            while not answer.done():
                client.send(b"a")
                await asyncio.wait({answer}, timeout=0.005)
            return await answer

    assert asyncio.run(steps()).status == 408


def test_chunks_without_an_end_are_refused_when_enough_is_enough():
    """Nothing is kept of a body beyond the limit, and no more is read away than the limit for that."""
    vendor = Vendor()

    async def steps():
        limits = Limits(body_bytes=1000, discard_bytes=50_000, discard_seconds=20)
        async with served({"/v": vendor.app}, limits=limits) as server, connected(server.port) as client:
            client.send(request("POST /v/x", "Transfer-Encoding: chunked"))
            answer = asyncio.create_task(client.answer())
            sent = 0
            while not answer.done() and sent < 1000:
                client.send(b"64\r\n" + b"a" * 100 + b"\r\n")
                await asyncio.wait({answer}, timeout=0.001)
                sent += 1
            return (await answer).status, sent

    status, sent = asyncio.run(steps())

    assert status == 413
    assert 490 < sent < 1000


def test_client_that_leaves_within_its_body_is_forgotten():
    """No view is called for a request that never became whole, and its place is free again."""
    vendor = Vendor()

    async def steps():
        async with served({"/v": vendor.app}, limits=Limits(waiting=1)) as server:
            async with connected(server.port) as client:
                client.send(request("POST /v/x", body=b"a", length=2))
                await until_true(lambda: under_way(server) == 1)
            await until_true(lambda: under_way(server) == 0)
            return await ask(server, request("GET /v/x"))

    assert asyncio.run(steps()).status == 200
    assert vendor.asked == ["GET"]


def test_wrong_host_is_answered_with_the_switch_to_give():
    """A name that is not ours gets 421 and the --allow-host that would make it ours; no app is asked."""
    vendor = Vendor()

    async def steps():
        async with served({"/v": vendor.app}) as server:
            return [
                await ask(server, request("GET /v/x", host="pbx.internal:80")),
                await ask(server, request("GET /v/x", host=None)),
                await ask(server, request("GET /v/x", "Host: evil.example")),
            ]

    answers = asyncio.run(steps())

    assert [answer.status for answer in answers] == [421, 421, 421]
    assert "start it with --allow-host pbx.internal" in answers[0].text
    assert answers[0].header("content-type") == "text/plain; charset=utf-8"
    assert vendor.asked == []


def test_allowed_host_is_served():
    """A name given by the user, and loopback names in any case with any port, are served."""
    vendor = Vendor()

    async def steps():
        async with served({"/v": vendor.app}, hosts=AllowedHosts.of(["pbx.internal"])) as server:
            names = ["PBX.internal:8080", "LOCALHOST", "[::1]:80", "127.0.0.1:9"]
            return [(await ask(server, request("GET /v/x", host=name))).status for name in names]

    assert asyncio.run(steps()) == [200, 200, 200, 200]


def test_page_from_elsewhere_is_refused():
    """A browser's Origin must be one of our names; without an Origin nothing is asked."""
    vendor = Vendor()

    async def steps():
        async with served({"/v": vendor.app}) as server:
            origins = ["https://evil.example", "null", "http://localhost:3000"]
            return [await ask(server, request("POST /v/x", f"Origin: {origin}")) for origin in origins]

    evil, null, local = asyncio.run(steps())

    assert (evil.status, null.status, local.status) == (403, 403, 200)
    assert "--allow-host evil.example" in evil.text
    assert vendor.asked == ["POST"]
