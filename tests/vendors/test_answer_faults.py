"""What a fake does wrong on purpose where it answers: another answer, a spoilt one, or none."""

import gc
import json

import pytest

from simulator.shell.severing import GARBAGE
from tests.core import entries, run
from tests.raw_http import connected, request
from tests.vendors.hubsoft_erp import erp, logged_in


def test_status_without_content_has_no_headers_of_content():
    async def work():
        async with erp() as one:
            await one.fault({"status": 204})
            return await one.ask()

    answer = run(work())

    assert (answer.status, answer.body) == (204, b"")
    assert [name for name, _ in answer.headers if name.startswith("content-")] == []


def test_control_is_as_it_should_be():
    """Without a fault the request is done, and answered well: what the other tests hold theirs against."""

    async def work():
        async with erp() as fake:
            seen = await fake.ask()
            return seen.status, json.loads(seen.body)["status"], fake.popups(), fake.journal("status", "fault")

    assert run(work()) == (200, "success", 1, [(200, None)])


@pytest.mark.parametrize(
    ("do", "status", "body", "kind"),
    [
        ({"status": 503}, 503, b"503 Service Unavailable\n", "status"),
        ({"too_many": "30s"}, 429, b"429 Too Many Requests\n", "too_many"),
        ({"refused": "failure"}, 500, None, "refused"),
        ({"refused": "unauthenticated"}, 401, None, "refused"),
        ({"refused": "violation"}, 200, None, "refused"),
    ],
)
def test_request_is_answered_otherwise_and_not_done(do, status, body, kind):
    """In a gateway's words or in the vendor's own envelope; the next request is done."""

    async def work():
        async with erp() as fake:
            await fake.fault(do, nth=1)
            seen, good = await fake.ask(), await fake.ask()
            (entry, _) = [e for e in entries(fake.tenant) if e.exchange.operation == "notifyCall"]
            return seen, good.status, fake.popups(), fake.journal("status", "fault"), entry.verdict

    seen, good, popups, journal, verdict = run(work())

    assert (seen.status, good, popups) == (status, 200, 1)
    assert journal == [(status, kind), (200, None)]
    assert verdict.violations == ()
    if body is not None:
        assert seen.body == body
    else:
        assert {"msg", "message"} & json.loads(seen.body).keys()
    assert seen.header("retry-after") == ("30" if kind == "too_many" else None)


@pytest.mark.parametrize("do", [None, {"delay": "1ms"}])
def test_request_leaves_nothing_that_only_the_garbage_collector_finds(do):
    """Each round of the collector stops all that is under way, the longer the more it has to look at."""
    asked = 20

    async def work():
        async with erp() as fake, connected(fake.port) as client:
            if do:
                await fake.fault(do)
            for number in range(2 * asked):
                if number == asked:  # by then all is loaded
                    gc.collect()
                    gc.disable()
                client.send(fake.notify())
                assert (await client.answer()).status == 200
            return gc.collect()

    try:
        found = run(work())
    finally:
        gc.enable()

    assert found < asked  # less than one thing a request


def test_token_expires_half_way():
    """The second request finds its token expired, and so does every later one, until the integration logs in again."""

    async def work():
        async with erp() as fake:
            await fake.fault({"token_expired": True}, answer="any", nth=2)
            seen = [(await fake.ask()).status for _ in range(3)]
            again = await logged_in(fake.simulator, fake.tenant)
            return seen, (await again.ask()).status, fake.journal("status", "fault")

    seen, again, journal = run(work())

    assert (seen, again) == ([200, 401, 401], 200)
    # The third names nobody any more: it is in the journal of unclaimed.
    assert journal == [(200, None), (401, "token_expired"), (200, None)]


def test_empty_answer_has_its_head_and_no_body():
    async def work():
        async with erp() as fake:
            await fake.fault({"empty": True})
            seen = await fake.ask()
            return seen, fake.popups(), fake.journal("status", "fault")

    seen, popups, journal = run(work())

    assert (seen.status, seen.header("content-length"), seen.body, popups) == (200, "0", b"", 1)
    assert journal == [(200, "empty")]


def test_truncated_answer_ends_in_its_middle():
    """The head announces more than comes; the journal has what came."""

    async def work():
        async with erp() as fake:
            whole = await fake.ask()
            await fake.fault({"truncated": True})
            async with connected(fake.port) as client:
                client.send(fake.notify())
                head, rest = await client.head(), await client.rest()
            kept = next(e for e in entries(fake.tenant) if e.exchange.fault).exchange.response.body
            return len(whole.body), int(head.header("content-length")), rest, kept

    whole, announced, came, kept = run(work())

    assert announced == whole
    assert len(came) == whole // 2
    assert kept == came


def test_garbage_is_no_http_and_the_connection_closes():
    async def work():
        async with erp() as fake:
            await fake.fault({"garbage": True})
            async with connected(fake.port) as client:
                client.send(fake.notify())
                came = await client.rest()
            return came, fake.popups(), fake.journal("status", "fault", "error"), (await fake.ask(_health())).status

    came, popups, journal, health = run(work())

    assert (came, popups, health) == (GARBAGE, 1, 200)
    assert journal == [(None, "garbage", "answered with garbage on purpose")]


def test_reset_breaks_the_connection_without_a_word():
    """A TCP reset, and no orderly end: reading fails."""

    async def work():
        async with erp() as fake:
            await fake.fault({"reset": True})
            async with connected(fake.port) as client:
                client.send(fake.notify())
                with pytest.raises(ConnectionResetError):
                    await client.rest()
            return fake.popups(), fake.journal("status", "fault", "error"), (await fake.ask(_health())).status

    popups, journal, health = run(work())

    assert (popups, health) == (1, 200)
    assert journal == [(None, "reset", "the connection was reset on purpose")]


def _health():
    return request("GET /_sim/health")
