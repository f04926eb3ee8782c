"""The shell on a real socket: what waits, what is refused, and what the core asked for."""

import asyncio
import logging
import threading
from dataclasses import dataclass, field

import flask
import pytest

from simulator.shell.bridge import Slip, WsgiAnswer
from simulator.shell.hosts import AllowedHosts
from simulator.shell.limits import Limits
from simulator.shell.shell import Shell
from simulator.vendor import Instruction, Wait
from tests.raw_http import ask, connected, request, served, stop


@dataclass
class Vendor:
    """A small vendor app that words refusals itself, and does to a request what its test says."""

    act: object = lambda slip: None
    asked: list = field(default_factory=list)

    def __post_init__(self):
        self.app = flask.Flask("vendor")
        self.app.before_request(self._refused)
        self.app.add_url_rule("/<path:path>", view_func=self._view, methods=["GET", "POST", "DELETE"])
        self.app.add_url_rule("/", view_func=self._view, methods=["GET", "POST"], defaults={"path": ""})

    def _refused(self):
        refusal = flask.request.environ.get("pbxsim.refusal")
        if refusal is None:
            return None
        self.asked.append("refused")
        status = flask.request.environ["pbxsim.refusal_status"]
        return {"status": "error", "msg": f"{refusal.problem}: {refusal.detail}"}, status

    def _view(self, path):
        environ = flask.request.environ
        again = environ.get("pbxsim.again", False)
        self.asked.append("again" if again else flask.request.method)
        said = self.act(environ["pbxsim.slip"])
        body = flask.request.get_data()
        return {"path": path, "mount": flask.request.script_root, "body": body.decode(), "said": said}


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
                await _until(lambda: _under_way(server) == 1)
            await _until(lambda: _under_way(server) == 0)
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


def test_delay_is_slept_out_while_others_are_served():
    """A delayed answer blocks nobody: a later plain one overtakes it."""
    vendor = Vendor(act=lambda slip: _wish(slip, Wait.DELAY, 0.2) if flask.request.path == "/slow" else None)

    async def steps():
        async with served({"/v": vendor.app}) as server:
            order = []

            async def one(path):
                answer = await ask(server, request(f"GET /v/{path}"))
                order.append((path, answer.status))

            slow = asyncio.create_task(one("slow"))
            await _until(lambda: vendor.asked == ["GET"])
            await one("fast")
            await slow
            return order

    assert asyncio.run(steps()) == [("fast", 200), ("slow", 200)]


def test_client_that_leaves_during_a_delay_ends_it():
    """Nobody is waited for who is not there: the place is free long before the delay is over."""
    vendor = Vendor(act=lambda slip: _wish(slip, Wait.DELAY, 600))

    async def steps():
        async with served({"/v": vendor.app}) as server:
            async with connected(server.port) as client:
                client.send(request("GET /v/x"))
                await _until(lambda: _under_way(server) == 1)
            await _until(lambda: _under_way(server) == 0)

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
    vendor = Vendor(act=lambda slip: _wish(slip, Wait.DRIP, 0.1))

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
    vendor = Vendor(act=lambda slip: _wish(slip, Wait.CUT))

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
    vendor = Vendor(act=lambda slip: journal.entries or _wish(slip, Wait.JOURNAL, 60))

    async def steps():
        async with served({"/v": vendor.app}, journal_wait=journal.wait) as server:
            waiting = asyncio.create_task(ask(server, request("GET /v/x")))
            await _until(lambda: "again" in vendor.asked)
            journal.add("one")
            answer = await waiting
            await _until(lambda: journal.waiting == 0)
            return answer

    answer = asyncio.run(steps())

    assert b'"said":["one"]' in answer.body
    assert vendor.asked == ["GET", "again", "again"]


def test_client_that_leaves_its_long_poll_ends_it():
    """Nobody is asked again for who is not there."""
    journal = Journal()
    vendor = Vendor(act=lambda slip: _wish(slip, Wait.JOURNAL, 600))

    async def steps():
        async with served({"/v": vendor.app}, journal_wait=journal.wait) as server:
            async with connected(server.port) as client:
                client.send(request("GET /v/x"))
                await _until(lambda: "again" in vendor.asked)
            await _until(lambda: _under_way(server) == 0)

    asyncio.run(steps())

    assert vendor.asked == ["GET", "again"]


def test_long_poll_misses_no_entry_that_comes_before_it_listens():
    """An entry between the first look and the wait is seen: the view looks again once the wait has begun."""
    journal = Journal()

    def act(slip):
        if journal.entries:
            return journal.entries
        _wish(slip, Wait.JOURNAL, 60)
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
    vendor = Vendor(act=lambda slip: _wish(slip, Wait.JOURNAL, 0.05))

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
        return _wish(slip, Wait.JOURNAL, 60)

    vendor, ticks = Vendor(act=act), [0]

    def tick():
        ticks[0] += 1
        asyncio.get_running_loop().call_soon(tick)

    async def steps():
        async with served({"/v": vendor.app}, journal_wait=journal.wait) as server:
            waiting = [asyncio.create_task(ask(server, request("GET /v/x"))) for _ in range(20)]
            await _until(lambda: vendor.asked.count("again") == 20)
            tick()
            journal.add("one")
            await asyncio.gather(*waiting)

    asyncio.run(steps())

    assert len(turns) == 20
    assert len(set(turns)) == 20


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
            await _until(lambda: slips)
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
            await _until(lambda: slips)
            await stop(server, grace=0.01)
            await _until(lambda: _under_way(server) == 0)
            return slips[0].committed.cancelled()

    assert asyncio.run(steps()) is False


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
    vendor, other = Vendor(act=lambda slip: _wish(slip, Wait.DELAY, 600)), Vendor()

    async def steps():
        async with served({"/v": vendor.app, "/w": other.app}, limits=Limits(waiting=2)) as server:
            async with connected(server.port) as one, connected(server.port) as two:
                for client in (one, two):
                    client.send(request("GET /v/x"))
                await _until(lambda: _under_way(server) == 2)
                full = await ask(server, request("GET /v/x"))
                elsewhere = await ask(server, request("GET /w/x"))
            await _until(lambda: _under_way(server) == 0)
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
    vendor = Vendor(act=lambda slip: _wish(slip, Wait.DELAY, 0.02) if flask.request.path == "/1" else None)

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


def _shell():
    return Shell({}, default=Vendor().app, settings=Limits(), allowed_hosts=AllowedHosts.of())


def _wish(slip: Slip, wait: Wait, seconds: float = 0.0):
    slip.instruction = Instruction(wait, seconds)


def _commit_later(slip, slips):
    slip.committed = asyncio.get_running_loop().create_future()
    slips.append(slip)


def _under_way(server):
    return len(server._uvicorn.server_state.tasks)


async def _until(true):
    """Let the loop turn until this holds; the suite's time limit bounds it."""
    while not true():
        await asyncio.sleep(0)
