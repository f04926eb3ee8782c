"""The receiver of `pbxsim listen`, behind its real server."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from contracts.egress import Gate
from simulator.delivery.sending import Outgoing, Sender
from simulator.shell.receiver import BadBehaviour, Behaviour, Receiver
from simulator.shell.serving import Server

BODY = b'{"a":1}'


@dataclass
class Scene:
    """What the steps of a test have: the receiver's address, a sender, and what was reported."""

    server: Server
    send: Callable
    seen: list = field(default_factory=list)
    noted: asyncio.Event = field(default_factory=asyncio.Event)

    def note(self, *exchange):
        self.seen.append(exchange)
        self.noted.set()

    async def leave_after(self, sent):
        """Send bytes, leave without waiting for an answer, and wait until that was reported."""
        _, writer = await asyncio.open_connection(self.server.host, self.server.port)
        writer.write(sent)
        await writer.drain()
        writer.close()
        await asyncio.wait_for(self.noted.wait(), 10)


def serve(steps, behaviour=None, **options):
    """Run ``await steps(scene)`` beside a receiver; return its result and what the receiver reported."""

    async def run():
        sender = Sender(Gate(), timeout=10.0)
        scene = Scene(None, sender.send)
        scene.server = await Server.start(Receiver(scene.note, behaviour, **options), port=0)
        try:
            return await steps(scene), scene.seen
        finally:
            await sender.close()
            await scene.server.stop()

    return asyncio.run(run())


def push(count=1, body=BODY):
    """Return steps that push so many times, one after the other, and give the answers."""

    async def steps(scene):
        outgoing = Outgoing("PUT", scene.server.url, (("token", "k-1"),), body)
        return [await scene.send(outgoing) for _ in range(count)]

    return steps


def statuses(answers):
    return [answer.response.status for answer in answers]


def test_receiver_reports_a_request_as_it_was_on_the_wire():
    """Method, encoded path, query, headers and body are reported with what they were answered."""

    async def steps(scene):
        return await scene.send(Outgoing("POST", f"{scene.server.url}/a%2Fb?c=%20d", (("token", "k-1"),), BODY))

    answer, [(request, response, took)] = serve(steps)

    assert (request.method, request.path, request.query, request.body) == ("POST", "/a%2Fb", "c=%20d", BODY)
    assert request.header("token") == "k-1"
    assert (response.status, response.body, response.headers) == (
        200,
        b'{"ok":true}',
        (("content-type", "application/json"),),
    )
    assert took >= 0
    assert (answer.response.status, answer.response.body) == (200, b'{"ok":true}')
    assert answer.response.header("content-type") == "application/json"


def test_receiver_has_reported_a_request_before_its_answer_is_there():
    """Who has the answer needs to wait for nothing more."""

    async def steps(scene):
        await scene.send(Outgoing("PUT", scene.server.url, body=BODY))
        return len(scene.seen)

    count, _ = serve(steps)

    assert count == 1


@pytest.mark.parametrize("method", ["PUT", "POST", "GET", "DELETE", "PATCH"])
def test_receiver_takes_any_method(method):
    """What is wrong with a request is the check's to say."""

    async def steps(scene):
        return await scene.send(Outgoing(method, scene.server.url))

    answer, [(request, _, _)] = serve(steps)

    assert (answer.response.status, request.method) == (200, method)


def test_receiver_answers_as_it_was_told():
    """Status and body are the behaviour's."""
    answers, _ = serve(push(), Behaviour(status=201, body=b'{"made":1}'))

    assert (answers[0].response.status, answers[0].response.body) == (201, b'{"made":1}')


@pytest.mark.parametrize("behaviour", [Behaviour(status=204), Behaviour(status=205), Behaviour(body=b"")])
def test_receiver_can_answer_without_a_body(behaviour):
    """No body, and no type of one."""
    answers, _ = serve(push(2), behaviour)

    assert statuses(answers) == [behaviour.status] * 2
    assert answers[0].response.body == b""
    assert answers[0].response.header("content-type") is None


def test_receiver_fails_the_first_ones():
    """fail_first counts down to the first good answer."""
    answers, _ = serve(push(4), Behaviour(fail_first=2, fail_status=503))

    assert statuses(answers) == [503, 503, 200, 200]


def test_receiver_fails_every_third():
    """fail_every takes the third, the sixth, and so on."""
    answers, _ = serve(push(6), Behaviour(fail_every=3))

    assert statuses(answers) == [200, 200, 500, 200, 200, 500]


def test_receiver_waits_before_it_answers():
    """The delay is wall time, and is part of what is reported."""
    answers, [(_, response, took)] = serve(push(), Behaviour(delay=0.1))

    assert statuses(answers) == [200]
    assert response.status == 200
    assert 90 <= took <= answers[0].took_ms


def test_receiver_reports_a_sender_that_left_before_the_answer():
    """A sender that timed out got no answer, and its request is reported as soon as it has gone."""

    async def steps(scene):
        await scene.leave_after(b"PUT / HTTP/1.1\r\nhost: a\r\ncontent-length: 7\r\n\r\n" + BODY)

    _, [(request, response, _)] = serve(steps, Behaviour(delay=600))

    assert (request.body, response) == (BODY, None)


def test_receiver_reports_half_a_body_as_a_request_without_an_answer():
    """A sender that left in the middle of its body is no push, and uses up no failure."""

    async def steps(scene):
        await scene.leave_after(b"PUT / HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\nhalf")
        return await scene.send(Outgoing("PUT", scene.server.url, body=BODY))

    answer, seen = serve(steps, Behaviour(fail_first=1))

    assert [(request.body, response and response.status) for request, response, _ in seen] == [
        (b"half", None),
        (BODY, 500),
    ]
    assert answer.response.status == 500


@pytest.mark.parametrize(("size", "status"), [(1_048_576, 200), (1_048_577, 413), (5_000_000, 413)])
def test_receiver_takes_a_body_of_up_to_1_mib(size, status):
    """One byte more is answered 413, which the sender can read, and reported up to the limit."""
    answers, [(request, response, _)] = serve(push(body=b"x" * size))

    assert statuses(answers) == [status]
    assert response.status == status
    assert len(request.body) == min(size, 1_048_576)


def test_receiver_does_not_wait_for_a_body_for_ever():
    """A body that stops on the way is answered 408, and the connection closed."""

    async def steps(scene):
        reader, writer = await asyncio.open_connection(scene.server.host, scene.server.port)
        writer.write(b"PUT / HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\nhalf")
        answer = await asyncio.wait_for(reader.read(), 10)
        writer.close()
        return answer

    answer, [(request, response, _)] = serve(steps, read_seconds=0.05)

    assert answer.startswith(b"HTTP/1.1 408 ")
    assert (request.body, response.status) == (b"half", 408)


@pytest.mark.parametrize(
    "wrong",
    [
        {"status": 199},
        {"status": 600},
        {"fail_status": 0},
        {"fail_first": -1},
        {"fail_every": -1},
        {"delay": -0.1},
        {"delay": 3601},
    ],
)
def test_behaviour_that_no_receiver_can_have_is_refused(wrong):
    """The error says what is possible."""
    with pytest.raises(BadBehaviour, match=r"give a status|needs counts"):
        Behaviour(**wrong)
