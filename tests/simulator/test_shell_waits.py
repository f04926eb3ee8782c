"""The shell on a real socket: delays, drips, cuts and long polls, as the core asked for them."""

import asyncio
import threading

import flask

from simulator.vendor import Instruction, Wait
from tests.raw_http import ask, connected, request, served
from tests.simulator.shell_vendor import Vendor, under_way, until_true, wish


def test_delay_is_slept_out_while_others_are_served():
    """A delayed answer blocks nobody: a later plain one overtakes it."""
    vendor = Vendor(act=lambda slip: wish(slip, Wait.DELAY, 0.2) if flask.request.path == "/slow" else None)

    async def steps():
        async with served({"/v": vendor.app}) as server:
            order = []

            async def one(path):
                answer = await ask(server, request(f"GET /v/{path}"))
                order.append((path, answer.status))

            slow = asyncio.create_task(one("slow"))
            await until_true(lambda: vendor.asked == ["GET"])
            await one("fast")
            await slow
            return order

    assert asyncio.run(steps()) == [("fast", 200), ("slow", 200)]


def test_client_that_leaves_during_a_delay_ends_it():
    """Nobody is waited for who is not there: the place is free long before the delay is over."""
    vendor = Vendor(act=lambda slip: wish(slip, Wait.DELAY, 600))

    async def steps():
        async with served({"/v": vendor.app}) as server:
            async with connected(server.port) as client:
                client.send(request("GET /v/x"))
                await until_true(lambda: under_way(server) == 1)
            await until_true(lambda: under_way(server) == 0)

    asyncio.run(steps())


def test_what_a_view_wishes_done_first_is_done_while_others_are_served():
    """The view is asked again with what came of it; two such works are done one after the other."""
    began, may_end = threading.Semaphore(0), threading.Event()

    def work():
        began.release()
        assert may_end.wait(10)
        return threading.current_thread() is not threading.main_thread()

    def act(slip):
        if slip.prepared is None:
            slip.prepare = work
            return "too early"
        return slip.prepared.result()

    first, other = Vendor(act), Vendor()

    async def steps():
        async with served({"/v": first.app, "/w": other.app}) as server:
            waiting = [asyncio.create_task(ask(server, request("POST /v/x", body=b"b"))) for _ in range(2)]
            assert await asyncio.to_thread(began.acquire, timeout=10)
            meanwhile = await ask(server, request("GET /w/y"))
            alone = not began.acquire(blocking=False)
            still = not any(task.done() for task in waiting)
            may_end.set()
            return meanwhile, alone and still, await asyncio.gather(*waiting)

    meanwhile, held, answers = asyncio.run(steps())

    assert meanwhile.status == 200
    assert held
    assert [answer.json for answer in answers] == [{"path": "x", "mount": "/v", "body": "b", "said": True}] * 2
    assert first.asked == ["POST"] * 4


def test_what_fails_before_a_view_is_the_views_to_word():
    """What the work raises, the view meets when it takes what came of it."""

    def act(slip):
        if slip.prepared is None:
            slip.prepare = lambda: 1 // 0
            return "too early"
        try:
            return slip.prepared.result()
        except ZeroDivisionError as trouble:
            return str(trouble)

    async def steps():
        async with served({"/v": Vendor(act).app}) as server:
            return await ask(server, request("GET /v/x"))

    assert asyncio.run(steps()).json["said"] == "integer division or modulo by zero"


def test_drip_sends_the_body_in_small_pieces():
    """A drip is the same answer, spread over time, under its full length."""
    vendor = Vendor(act=lambda slip: wish(slip, Wait.DRIP, 0.1))

    async def steps():
        async with served({"/v": vendor.app}) as server, connected(server.port) as client:
            client.send(request("GET /v/x"))
            head = await client.head()
            first = await client.reader.read(100_000)
            rest = await client.reader.readexactly(int(head.header("content-length")) - len(first))
            client.send(request("GET /v/x"))
            return first, rest, (await client.answer()).body

    first, rest, whole = asyncio.run(steps())

    assert 0 < len(first) <= len(whole) / 2
    assert first + rest == whole


def test_cut_sends_a_part_and_closes(caplog):
    """A cut answer announces its whole body, sends half of it, and is not reported as a fault of ours."""
    vendor = Vendor(act=lambda slip: wish(slip, Wait.CUT))

    async def steps():
        async with served({"/v": vendor.app}) as server, connected(server.port) as client:
            client.send(request("GET /v/x"))
            head = await client.head()
            return int(head.header("content-length")), await client.rest()

    announced, sent = asyncio.run(steps())

    assert len(sent) == announced // 2
    assert caplog.records == []


def test_cut_of_an_empty_answer_still_lacks_something():
    """Where no body is, one byte is announced that never comes."""

    def empty(environ, start_response):
        environ["pbxsim.slip"].instruction = Instruction(Wait.CUT)
        start_response("200 OK", [])
        return []

    async def steps():
        async with served({"/v": empty}) as server, connected(server.port) as client:
            client.send(request("GET /v/x"))
            return (await client.head()).header("content-length"), await client.rest()

    assert asyncio.run(steps()) == ("1", b"")


def test_long_poll_is_asked_again_when_the_journal_has_grown():
    """The view looks again after each growth, and its first content answer goes out."""
    journal = Journal()
    vendor = Vendor(act=lambda slip: journal.entries or wish(slip, Wait.JOURNAL, 60))

    async def steps():
        async with served({"/v": vendor.app}, journal_wait=journal.wait) as server:
            waiting = asyncio.create_task(ask(server, request("GET /v/x")))
            await until_true(lambda: "again" in vendor.asked)
            journal.add("one")
            answer = await waiting
            await until_true(lambda: journal.waiting == 0)
            return answer

    answer = asyncio.run(steps())

    assert b'"said":["one"]' in answer.body
    assert vendor.asked == ["GET", "again", "again"]


def test_client_that_leaves_its_long_poll_ends_it():
    """Nobody is asked again for who is not there."""
    journal = Journal()
    vendor = Vendor(act=lambda slip: wish(slip, Wait.JOURNAL, 600))

    async def steps():
        async with served({"/v": vendor.app}, journal_wait=journal.wait) as server:
            async with connected(server.port) as client:
                client.send(request("GET /v/x"))
                await until_true(lambda: "again" in vendor.asked)
            await until_true(lambda: under_way(server) == 0)

    asyncio.run(steps())

    assert vendor.asked == ["GET", "again"]


def test_long_poll_misses_no_entry_that_comes_before_it_listens():
    """An entry between the first look and the wait is seen: the view looks again once the wait has begun."""
    journal = Journal()

    def act(slip):
        if journal.entries:
            return journal.entries
        wish(slip, Wait.JOURNAL, 60)
        journal.add("between")
        return []

    vendor = Vendor(act=act)

    async def steps():
        async with served({"/v": vendor.app}, journal_wait=journal.wait) as server:
            return await ask(server, request("GET /v/x"))

    assert b'"said":["between"]' in asyncio.run(steps()).body


def test_long_poll_ends_with_what_there_is_when_its_seconds_are_over():
    """A poll that finds nothing is answered with the last answer of its view, not with an error."""
    journal = Journal()
    vendor = Vendor(act=lambda slip: wish(slip, Wait.JOURNAL, 0.05))

    async def steps():
        async with served({"/v": vendor.app}, journal_wait=journal.wait) as server:
            return await ask(server, request("GET /v/x"))

    assert asyncio.run(steps()).status == 200
    assert vendor.asked == ["GET", "again"]


def test_long_polls_that_wake_together_leave_room_for_others():
    """Between two of many views that one entry wakes, the loop turns: sockets are served meanwhile."""
    journal, turns = Journal(), []

    def act(slip):
        if journal.entries:
            turns.append(ticks[0])
            return journal.entries
        return wish(slip, Wait.JOURNAL, 60)

    vendor, ticks = Vendor(act=act), [0]

    def tick():
        ticks[0] += 1
        asyncio.get_running_loop().call_soon(tick)

    async def steps():
        async with served({"/v": vendor.app}, journal_wait=journal.wait) as server:
            waiting = [asyncio.create_task(ask(server, request("GET /v/x"))) for _ in range(20)]
            await until_true(lambda: vendor.asked.count("again") == 20)
            tick()
            journal.add("one")
            await asyncio.gather(*waiting)

    asyncio.run(steps())

    assert len(turns) == 20
    assert len(set(turns)) == 20


class Journal:
    """Entries, and futures that an entry wakes."""

    def __init__(self):
        self.entries = []
        self.listeners = []
        self.waiting = 0

    def add(self, entry):
        self.entries.append(entry)
        for listener in self.listeners:
            if not listener.done():
                listener.set_result(None)
        self.listeners = []

    async def wait(self, seconds):
        listener = asyncio.get_running_loop().create_future()
        self.listeners.append(listener)
        self.waiting += 1
        try:
            await asyncio.wait({listener}, timeout=seconds)
        finally:
            self.waiting -= 1
