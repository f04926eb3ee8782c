"""A stream as the shell carries it out, on a socket: flushed, kept alive, ended, and never in the way of others."""

import asyncio

import flask

from simulator.shell.limits import Limits
from simulator.tenancy.channel import Channel
from simulator.vendor import Instruction, Wait
from tests.core import run
from tests.event_stream import streaming
from tests.raw_http import ask, request, served, stop

LIMITS = Limits(waiting=1)


class Streams:
    """A small app whose every answer under /stream stays open, and is idle for so long."""

    def __init__(self, seconds=60.0, commit=None):
        self.seconds = seconds
        self.commit = commit
        self.opened = []
        self.left = asyncio.Event()
        self.app = flask.Flask("streams")
        self.app.before_request(lambda: ("refused", 503) if "pbxsim.refusal" in flask.request.environ else None)
        self.app.add_url_rule("/stream", view_func=self._stream)
        self.app.add_url_rule("/plain", view_func=lambda: "plain")

    def _stream(self):
        channel = Channel("toy", len(self.opened), b": idle\n\n", b"event: farewell\ndata: 0\n\n")
        channel.left = lambda _: self.left.set()
        self.opened.append(channel)
        slip = flask.request.environ["pbxsim.slip"]
        slip.instruction = Instruction(Wait.STREAM, self.seconds, channel)
        slip.committed = self.commit
        return flask.Response(b"event: first\ndata: 1\n\n", content_type="text/event-stream")


def stream(server):
    return streaming(server.port, "/v/stream")


def test_head_and_first_event_come_at_once():
    """Before anything else happens, and without an announced length."""

    async def work():
        streams = Streams()
        async with served({"/v": streams.app}) as server, stream(server) as events:
            first = await events.next()
            return events.head, first

    head, first = run(work())

    assert (head.status, head.header("content-type"), head.header("content-length")) == (200, "text/event-stream", None)
    assert (first.name, first.data) == ("first", 1)


def test_idle_stream_shows_that_it_lives():
    """After so much silence the sign goes out, and again; an event comes between them when it is there."""

    async def work():
        streams = Streams(seconds=0.01)
        async with served({"/v": streams.app}) as server, stream(server) as events:
            seen = [await events.next() for _ in range(3)]
            streams.opened[0].put(b"event: second\ndata: 2\n\n")
            while (event := await events.next()).comment:
                pass
            return seen, event

    seen, event = run(work())

    assert [each.comment for each in seen] == ["", "idle", "idle"]
    assert (event.name, event.data) == ("second", 2)


def test_open_streams_are_no_requests_under_way():
    """With one request allowed at a time, streams stay open and a plain one is answered."""

    async def work():
        streams = Streams()
        app = {"/v": streams.app}
        async with served(app, limits=LIMITS) as server, stream(server) as one, stream(server) as two:
            await one.next()
            await two.next()
            return (await ask(server, request("GET /v/plain"))).status

    assert run(work()) == 200


def test_stream_is_closed_when_its_client_leaves():
    async def work():
        streams = Streams()
        async with served({"/v": streams.app}) as server:
            async with stream(server) as events:
                await events.next()
            await streams.left.wait()
            return streams.opened[0].take()

    assert run(work()) == (b"", True)


def test_stop_ends_a_stream_at_once():
    """Nobody waits for a client that would listen for ever, however long a request under way may take."""

    async def work():
        streams = Streams()
        async with served({"/v": streams.app}) as server, stream(server) as events:
            await events.next()
            await stop(server, grace=3600)
            return await events.over()

    assert run(work())


def test_stream_that_ends_sends_its_last_event_first():
    async def work():
        streams = Streams()
        async with served({"/v": streams.app}) as server, stream(server) as events:
            await events.next()
            streams.opened[0].end()
            return (await events.next()).name, await events.over()

    assert run(work()) == ("farewell", True)


def test_stream_whose_change_could_not_be_kept_does_not_begin():
    """The answer says so, whole, in its place."""

    async def work():
        commit = asyncio.get_running_loop().create_future()
        commit.set_exception(OSError("the disk is full"))
        async with served({"/v": Streams(commit=commit).app}) as server:
            seen = await ask(server, request("GET /v/stream"))
            return seen.status, seen.header("retry-after"), seen.header("content-length") == str(len(seen.body))

    assert run(work()) == (503, "1", True)
