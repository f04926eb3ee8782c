"""Tokens got by a login, from a toy vendor and a real receiver."""

import asyncio
import json
from datetime import UTC, datetime, timedelta

import pytest

from contracts.egress import Gate
from contracts.model import HttpResponse
from simulator.delivery.sending import Sender
from simulator.delivery.tokens import MAX_TOKEN, Tokens
from simulator.message import Login, Message
from simulator.tenancy.targets import Target
from simulator.vendor import Vendor
from tests.receiver import Receiver, Reply

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)
LIFE = timedelta(hours=1)


def ask(credentials):
    body = json.dumps({"who": credentials["who"]}).encode()
    return Message("toy", "logIn", "login", body, call="", path="/login")


def read(response: HttpResponse):
    if response.status != 200:
        return None
    document = json.loads(response.body)
    return (document["token"], timedelta(seconds=document["seconds"])) if "token" in document else None


TOY = Vendor("toy", "Toy", login=Login(ask, read))


def granting(token, seconds=3600):
    return Reply(body=json.dumps({"token": token, "seconds": seconds}).encode())


def target(receiver, **changes):
    return Target(**{"id": "t1", "vendor": "toy", "url": receiver.url, "credentials": {"who": "me"}} | changes)


def run(steps):
    """Run ``await steps(tokens, send)`` with a sender of its own."""

    async def go():
        sender = Sender(Gate(), timeout=5.0)
        try:
            return await steps(Tokens(), sender.send)
        finally:
            await sender.close()

    return asyncio.run(go())


def test_token_is_got_by_a_login_that_the_caller_can_journal():
    """The request and the answer come with the token, under the operation's name."""

    async def steps(tokens, send):
        return await tokens.token_for(target(receiver), TOY, NOON, send)

    with Receiver([granting("k-1")]) as receiver:
        login = run(steps)

        [request] = receiver.wait(1)
        assert (request.method, request.path, request.json) == ("POST", "/login", {"who": "me"})
        assert request.header("content-type") == "application/json"
    assert (login.token, login.operation, login.problem) == ("k-1", "logIn", "")
    assert login.outgoing.url == f"{receiver.url}/login"
    assert login.answer.response.status == 200


def test_token_is_used_again_until_it_is_over():
    """A second push sends no second login, up to the last moment of the token's life."""

    async def steps(tokens, send):
        return [await tokens.token_for(target(receiver), TOY, now, send) for now in times]

    just_before = NOON + LIFE - timedelta(microseconds=1)
    times = [NOON, just_before, NOON + LIFE, NOON + LIFE]
    with Receiver([granting("k-1"), granting("k-2")]) as receiver:
        logins = run(steps)

        assert [login.token for login in logins] == ["k-1", "k-1", "k-2", "k-2"]
        assert [login.outgoing is not None for login in logins] == [True, False, True, False]
        assert len(receiver.requests) == 2


def test_token_that_was_refused_is_renewed_once():
    """Two pushes refused with one old token lead to one login."""

    async def steps(tokens, send):
        there = target(receiver)
        old = (await tokens.token_for(there, TOY, NOON, send)).token
        tokens.forget("t1", old)
        new = (await tokens.token_for(there, TOY, NOON, send)).token
        tokens.forget("t1", old)
        return old, new, (await tokens.token_for(there, TOY, NOON, send)).token

    with Receiver([granting("k-1"), granting("k-2")]) as receiver:
        assert run(steps) == ("k-1", "k-2", "k-2")
        assert len(receiver.requests) == 2


def test_token_is_forgotten_by_its_target_alone():
    """Without a token, forget drops whatever there is; a target that is not known is no error."""

    async def steps(tokens, send):
        await tokens.token_for(target(receiver), TOY, NOON, send)
        await tokens.token_for(target(receiver, id="t2"), TOY, NOON, send)
        tokens.forget("t1")
        tokens.forget("t9")
        first = await tokens.token_for(target(receiver), TOY, NOON, send)
        return first.token, (await tokens.token_for(target(receiver, id="t2"), TOY, NOON, send)).token

    with Receiver([granting("k-1"), granting("k-2"), granting("k-3")]) as receiver:
        assert run(steps) == ("k-3", "k-2")


def test_token_of_a_target_that_was_changed_is_not_used():
    """Other credentials under the same id want a token of their own."""

    async def steps(tokens, send):
        one = await tokens.token_for(target(receiver), TOY, NOON, send)
        two = await tokens.token_for(target(receiver, credentials={"who": "you"}), TOY, NOON, send)
        return one.token, two.token

    with Receiver([granting("k-1"), granting("k-2")]) as receiver:
        assert run(steps) == ("k-1", "k-2")


def test_token_is_asked_for_once_by_many_at_a_time():
    """Ten pushes at once share one login, and one of them has it to journal."""

    async def steps(tokens, send):
        there = target(receiver)
        return await asyncio.gather(*(tokens.token_for(there, TOY, NOON, send) for _ in range(10)))

    with Receiver([granting("k-1")], otherwise=500) as receiver:
        logins = run(steps)

        assert {login.token for login in logins} == {"k-1"}
        assert sum(login.outgoing is not None for login in logins) == 1
        assert len(receiver.requests) == 1


def test_token_that_is_refused_is_refused_to_all_who_waited():
    """A login that fails is not repeated by those who waited for it, and is by the next who comes."""

    async def steps(tokens, send):
        there = target(receiver)
        together = await asyncio.gather(*(tokens.token_for(there, TOY, NOON, send) for _ in range(5)))
        return together, await tokens.token_for(there, TOY, NOON, send)

    with Receiver([401, granting("k-1")]) as receiver:
        together, later = run(steps)

        assert {login.token for login in together} == {None}
        assert {login.problem for login in together} == {
            "no token, since the login failed: it answered 401 without a token"
        }
        assert sum(login.outgoing is not None for login in together) == 1
        assert later.token == "k-1"


def test_token_wait_that_is_cancelled_leaves_the_next_one_free():
    """A caller that is stopped in the middle of its login blocks nobody."""

    async def steps(tokens, send):
        first = asyncio.create_task(tokens.token_for(target(receiver), TOY, NOON, send))
        await asyncio.to_thread(receiver.wait, 1)
        first.cancel()
        return await tokens.token_for(target(receiver), TOY, NOON, send)

    with Receiver([Reply(silent=True), granting("k-2")]) as receiver:
        assert run(steps).token == "k-2"


@pytest.mark.parametrize(
    ("reply", "problem"),
    [
        (Reply(401), "it answered 401 without a token"),
        (Reply(200, b"{}"), "it answered 200 without a token"),
        (Reply(reset=True), "connection reset by the receiver"),
        (granting("a\r\nx: y"), "its token is no printable ASCII of 1 to 4096 characters"),
        (granting(""), "its token is no printable ASCII of 1 to 4096 characters"),
        (granting("x" * (MAX_TOKEN + 1)), "its token is no printable ASCII of 1 to 4096 characters"),
    ],
)
def test_token_that_cannot_be_had_is_a_problem_in_plain_words(reply, problem):
    """What was sent and what came back is there for the journal, whatever it was."""

    async def steps(tokens, send):
        return await tokens.token_for(target(receiver), TOY, NOON, send)

    with Receiver([reply]) as receiver:
        login = run(steps)

    assert login.token is None
    assert login.problem == f"no token, since the login failed: {problem}"
    assert login.outgoing is not None
    assert login.operation == "logIn"


def test_token_without_the_credential_it_takes_sends_nothing():
    """The problem names what is missing."""

    async def steps(tokens, send):
        return await tokens.token_for(target(receiver, credentials={}), TOY, NOON, send)

    with Receiver() as receiver:
        login = run(steps)

        assert login.problem == "the target has no credential 'who': give it, or a token"
        assert (login.token, login.outgoing, receiver.requests) == (None, None, [])


def test_token_that_the_target_has_is_used_as_it_is():
    """A given token needs no login; a vendor without a login takes the target's token, or none."""

    async def steps(tokens, send):
        plain = Vendor("plain", "Plain")
        return [
            await tokens.token_for(target(receiver, token="given"), TOY, NOON, send),
            await tokens.token_for(target(receiver, token="given"), plain, NOON, send),
            await tokens.token_for(target(receiver), plain, NOON, send),
        ]

    with Receiver() as receiver:
        logins = run(steps)

        assert [(login.token, login.outgoing, login.problem) for login in logins] == [
            ("given", None, ""),
            ("given", None, ""),
            (None, None, ""),
        ]
        assert receiver.requests == []


def test_token_that_lives_for_ever_is_kept():
    """A life beyond the end of time is cut to ten years."""

    async def steps(tokens, send):
        await tokens.token_for(target(receiver), TOY, NOON, send)
        return await tokens.token_for(target(receiver), TOY, NOON + timedelta(days=3649), send)

    with Receiver([granting("k-1", 10**13)]) as receiver:
        assert run(steps).token == "k-1"


def test_login_keeps_to_the_method_of_its_message():
    """The method that a target chooses is for its pushes."""

    async def steps(tokens, send):
        return await tokens.token_for(target(receiver, method="PUT"), TOY, NOON, send)

    with Receiver([granting("k-1")]) as receiver:
        run(steps)

        assert receiver.wait(1)[0].method == "POST"
