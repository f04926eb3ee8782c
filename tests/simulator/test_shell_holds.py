"""The shell on a real socket: requests that are held, and answers that wait for the disk."""

import asyncio

import pytest

from simulator.shell.bridge import WsgiAnswer
from simulator.vendor import Instruction, Wait
from tests.raw_http import ask, connected, request, served, stop
from tests.simulator.shell_vendor import Vendor, under_way, until_true


def _hold(slip, seconds, later, left=None):
    slip.instruction, slip.later, slip.left = Instruction(Wait.HOLD, seconds), later, left


def test_held_requests_that_wake_together_leave_room_for_others():
    """They go on a few at a time, and not all in one turn of the loop."""
    turns, ticks = [], [0]

    def later():
        turns.append(ticks[0])
        return WsgiAnswer(200, [(b"content-length", b"0")], b"")

    def tick():
        ticks[0] += 1
        asyncio.get_running_loop().call_soon(tick)

    async def steps():
        async with served({"/v": Vendor(act=lambda slip: _hold(slip, 0.1, later)).app}) as server:
            waiting = [asyncio.create_task(ask(server, request("GET /v/x"))) for _ in range(50)]
            tick()
            return [seen.status for seen in await asyncio.gather(*waiting)]

    assert asyncio.run(steps()) == [200] * 50
    assert max(turns.count(turn) for turn in set(turns)) <= 10


def test_held_request_that_fails_when_it_is_done_is_a_fault_of_ours():
    def later():
        raise ValueError("a fault of ours")

    async def steps():
        async with served({"/v": Vendor(act=lambda slip: _hold(slip, 0, later)).app}) as server:
            return await ask(server, request("GET /v/x"))

    seen = asyncio.run(steps())

    assert seen.status == 500
    assert "its own" in seen.text
    assert "ValueError" not in seen.text


def test_client_that_leaves_while_it_is_held_is_told_of_and_nothing_is_done():
    done = []

    async def steps():
        left = asyncio.Event()
        act = lambda slip: _hold(slip, 60, lambda: done.append(slip), left.set)  # noqa: E731
        async with served({"/v": Vendor(act=act).app}) as server:
            async with connected(server.port) as client:
                client.send(request("GET /v/x"))
                await client.writer.drain()
            await left.wait()

    asyncio.run(steps())

    assert done == []


def test_answer_is_released_when_its_change_is_committed():
    """Nothing is on the wire before the commit."""
    slips = []
    vendor = Vendor(act=lambda slip: _commit_later(slip, slips))

    async def steps():
        async with served({"/v": vendor.app}) as server:
            answer = asyncio.create_task(ask(server, request("POST /v/x")))
            await until_true(lambda: slips)
            await ask(server, request("GET /other"))
            early = answer.done()
            slips[0].committed.set_result(None)
            return early, (await answer).status

    assert asyncio.run(steps()) == (False, 200)


@pytest.mark.parametrize("worded", [False, True])
def test_failed_commit_is_answered_by_the_core_or_by_503(worded, caplog):
    """The prepared answer is thrown away; the core may word the failure."""
    answer = WsgiAnswer(503, [(b"content-length", b"4")], b"lost")

    def act(slip):
        slip.committed = asyncio.get_running_loop().create_future()
        slip.committed.set_exception(OSError("disk full"))
        slip.on_failure = (lambda: answer) if worded else None

    async def steps():
        async with served({"/v": Vendor(act=act).app}) as server:
            return await ask(server, request("POST /v/x"))

    seen = asyncio.run(steps())

    assert seen.status == 503
    assert seen.text == ("lost" if worded else "The change could not be stored, and nothing has changed: try again.\n")
    assert "a change could not be committed" in caplog.text


def test_request_that_is_cancelled_does_not_cancel_the_commit_of_others():
    """One commit carries the changes of many requests: it stays when a stop gives one of them up."""
    slips = []
    vendor = Vendor(act=lambda slip: _commit_later(slip, slips))

    async def steps():
        async with served({"/v": vendor.app}) as server, connected(server.port) as client:
            client.send(request("POST /v/x"))
            await until_true(lambda: slips)
            await stop(server, grace=0.01)
            await until_true(lambda: under_way(server) == 0)
            return slips[0].committed.cancelled()

    assert asyncio.run(steps()) is False


def _commit_later(slip, slips):
    slip.committed = asyncio.get_running_loop().create_future()
    slips.append(slip)
