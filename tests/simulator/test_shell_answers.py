"""The shell on a real socket: faults of a view, too many requests, other verbs and protocols."""

import asyncio
import logging

import flask

from simulator.shell.hosts import AllowedHosts
from simulator.shell.limits import Limits
from simulator.shell.shell import Shell
from simulator.vendor import Wait
from tests.raw_http import ask, connected, request, served
from tests.simulator.shell_vendor import Vendor, under_way, until_true, wish


def test_view_that_raises_is_answered_without_a_traceback(caplog):
    """The client learns that it was not at fault; the log has the rest."""

    def failing(environ, start_response):
        raise KeyError("secret detail")

    async def steps():
        async with served({"/v": failing}) as server:
            return await ask(server, request("GET /v/x"))

    answer = asyncio.run(steps())

    assert answer.status == 500
    assert "The simulator failed on this request" in answer.text
    assert "secret detail" not in answer.text
    assert "KeyError" in caplog.text
    assert "GET /v/x failed" in caplog.text


def test_view_that_holds_the_loop_is_reported_by_its_path(caplog):
    """A blocking view stops everything, so it is named in the log."""

    def blocking(environ, start_response):
        from time import perf_counter

        until = perf_counter() + 0.02
        while perf_counter() < until:
            pass
        start_response("200 OK", [])
        return []

    async def steps():
        async with served({"/v": blocking}, limits=Limits(held_seconds=0.01)) as server:
            await ask(server, request("GET /v/slow?q=1"))

    asyncio.run(steps())

    warnings = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert len(warnings) == 1
    assert warnings[0].startswith("GET /v/slow held the loop for ")


def test_request_over_the_number_that_may_wait_gets_503_with_retry_after():
    """A full mount answers in its envelope at once; other mounts do not notice, and a place frees up."""
    vendor, other = Vendor(act=lambda slip: wish(slip, Wait.DELAY, 600)), Vendor()

    async def steps():
        async with served({"/v": vendor.app, "/w": other.app}, limits=Limits(waiting=2)) as server:
            async with connected(server.port) as one, connected(server.port) as two:
                for client in (one, two):
                    client.send(request("GET /v/x"))
                await until_true(lambda: under_way(server) == 2)
                full = await ask(server, request("GET /v/x"))
                elsewhere = await ask(server, request("GET /w/x"))
            await until_true(lambda: under_way(server) == 0)
            return full, elsewhere

    full, elsewhere = asyncio.run(steps())

    assert (full.status, full.header("retry-after")) == (503, "1")
    assert b"2 requests are waiting here" in full.body
    assert elsewhere.status == 200
    assert vendor.asked == ["GET", "GET", "refused"]


def test_refusal_outside_every_mount_is_plain_text():
    """The default app has no envelope: the shell words the refusal itself."""

    async def steps():
        async with served({}, limits=Limits(body_bytes=1)) as server:
            return await ask(server, request("POST /x", body=b"ab"))

    answer = asyncio.run(steps())

    assert (answer.status, answer.header("content-type")) == (413, "text/plain; charset=utf-8")
    assert answer.text.startswith("Refused: the body is larger than 1 bytes")


def test_head_and_options_and_unknown_verbs_reach_the_app():
    """HEAD has a length and no body, OPTIONS lists what is allowed, and another verb is the app's 405."""
    vendor = Vendor()

    async def steps():
        async with served({"/v": vendor.app}) as server, connected(server.port) as client:
            client.send(request("HEAD /v/x"))
            head = await client.answer(has_body=False)
            client.send(request("OPTIONS /v/x"))
            options = await client.answer()
            client.send(request("PUT /v/x"))
            put = await client.answer()
            client.send(request("OPTIONS *"))
            return head, options, put, await client.answer()

    head, options, put, star = asyncio.run(steps())

    assert head.status == 200
    assert int(head.header("content-length")) > 0
    assert set(options.header("allow").split(", ")) == {"DELETE", "GET", "HEAD", "OPTIONS", "POST"}
    assert put.status == 405
    assert star.status == 404


def test_delete_with_a_body_keeps_it():
    """A vendor deletes by a DELETE that has a JSON body."""
    vendor = Vendor()

    async def steps():
        async with served({"/v": vendor.app}) as server:
            return await ask(server, request("DELETE /v/x", body=b"{}"))

    assert b'"body":"{}"' in asyncio.run(steps()).body


def test_requests_sent_at_once_are_answered_in_order():
    """Pipelined requests on one connection come back in their order, a delayed one among them."""
    vendor = Vendor(act=lambda slip: wish(slip, Wait.DELAY, 0.02) if flask.request.path == "/1" else None)

    async def steps():
        async with served({"/v": vendor.app}) as server, connected(server.port) as client:
            client.send(b"".join(request(f"POST /v/{number}", body=b"x") for number in range(4)))
            return [(await client.answer()).body for _ in range(4)]

    bodies = asyncio.run(steps())

    for number, body in enumerate(bodies):
        assert f'"path":"{number}"'.encode() in body


def test_lifespan_is_answered():
    """A server that sends lifespan events gets both completions."""
    sent, events = [], iter([{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}])

    async def receive():
        return next(events)

    async def send(message):
        sent.append(message["type"])

    asyncio.run(_shell()({"type": "lifespan"}, receive, send))

    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


def test_websocket_is_closed_politely():
    """Nobody speaks WebSocket here: the handshake is closed, not left hanging."""
    sent = []

    async def receive():
        return {"type": "websocket.connect"}

    async def send(message):
        sent.append(message)

    asyncio.run(_shell()({"type": "websocket"}, receive, send))

    assert sent == [{"type": "websocket.close", "code": 1000}]


def _shell():
    return Shell({}, default=Vendor().app, settings=Limits(), allowed_hosts=AllowedHosts.of())
