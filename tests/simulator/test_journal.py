import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from contracts.model import Direction, Exchange, HttpRequest, HttpResponse, Judgement
from simulator.tenancy.journal import Journal, Where

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def exchange(number=1, *, body=b"{}", **facts):
    """An exchange that differs from others by its number."""
    facts = {
        "vendor": "pbx55",
        "direction": Direction.SENT,
        "operation": "callData",
        "call": f"c{number}",
    } | facts
    return Exchange(
        request=HttpRequest("POST", f"/push/{number}", headers=(("content-type", "application/json"),), body=body),
        response=HttpResponse(200, body=b"ok"),
        tenant="acme",
        id=f"x{number}",
        at=NOON + timedelta(seconds=number),
        job=number,
        **facts,
    )


def filled(count, **bounds):
    journal = Journal("acme", **bounds)
    for number in range(1, count + 1):
        journal.append(exchange(number), None)
    return journal


def numbers(entries):
    return [entry.number for entry in entries]


def test_journal_keeps_exchanges_as_they_were_with_their_verdicts():
    """An entry holds the very exchange and verdict, and counts from 1."""
    journal = Journal("acme")
    broken, verdict = exchange(2, body=b'\xff{"half'), Judgement("callData", unjudged=("rule",))

    first = journal.append(exchange(1), None)
    second = journal.append(broken, verdict)

    assert (first.number, second.number, journal.last) == (1, 2, 2)
    assert second.exchange is broken
    assert second.verdict is verdict
    assert journal.after(0) == [first, second]
    assert journal.get(2) is second


def test_cursor_reads_on_from_where_it_was():
    """Whoever asks with the last number seen gets everything once, in pages, and then nothing."""
    journal = filled(5)

    pages = [numbers(journal.after(cursor, 2)) for cursor in (0, 2, 4, 5, 99)]

    assert pages == [[1, 2], [3, 4], [5], [], []]


@pytest.mark.parametrize(
    ("where", "found"),
    [
        (Where(), [1, 2, 3]),
        (Where(vendor="hubsoft"), [2]),
        (Where(operation="callData"), [1, 3]),
        (Where(call="c3"), [3]),
        (Where(direction=Direction.RECEIVED), [2]),
        (Where(vendor="hubsoft", call="c3"), []),
    ],
)
def test_filters_are_taken_together(where, found):
    """An entry has to have all that is asked for."""
    journal = Journal("acme")
    journal.append(exchange(1), None)
    journal.append(exchange(2, vendor="hubsoft", direction=Direction.RECEIVED, operation=None), None)
    journal.append(exchange(3), None)

    assert numbers(journal.after(0, where=where)) == found


def test_limit_counts_what_was_found_and_not_what_was_looked_at():
    """A filter that skips entries still fills the page."""
    journal = filled(5)
    journal.append(exchange(1), None)

    assert numbers(journal.after(0, 2, where=Where(call="c1"))) == [1, 6]


def test_journal_holds_as_many_entries_as_it_may():
    """At the bound nothing goes; one over, the oldest does, and is counted."""
    journal = filled(3, max_entries=3)
    at_bound = (numbers(journal.after(0)), journal.dropped, journal.first)

    journal.append(exchange(4), None)

    assert at_bound == ([1, 2, 3], 0, 1)
    assert (numbers(journal.after(0)), journal.dropped, journal.first) == ([2, 3, 4], 1, 2)
    assert journal.get(1) is None


def test_journal_holds_as_many_bytes_as_it_may():
    """At the bound nothing goes; one byte over, as many of the oldest go as it takes."""
    each = filled(1).get(1).size
    exact, short = filled(3, max_bytes=3 * each), filled(3, max_bytes=3 * each - 1)

    assert (numbers(exact.after(0)), exact.dropped) == ([1, 2, 3], 0)
    assert (numbers(short.after(0)), short.dropped) == ([2, 3], 1)


def test_one_large_entry_pushes_out_the_others_and_stays():
    """The newest entry is always there, also when it is larger than the whole journal may be."""
    journal = filled(3, max_bytes=10_000)

    journal.append(exchange(4, body=b"x" * 20_000), None)

    assert numbers(journal.after(0)) == [4]
    assert journal.dropped == 3
    assert len(journal) == 1


def test_size_counts_both_bodies_and_the_headers():
    """What a foreign receiver answers weighs as much as what was sent to it."""
    small = exchange(1)
    answered = replace(small, response=HttpResponse(200, (("x-a", "1234567"),), b"ok" + b"y" * 90))
    unanswered = replace(small, response=None, error="refused")
    journal = Journal("acme")

    sizes = [journal.append(each, None).size for each in (small, answered, unanswered)]

    assert (sizes[1] - sizes[0], sizes[2] - sizes[0]) == (100, -2)


def test_restored_journal_goes_on_where_it_was():
    """After a restart the stored entries are there under their numbers, and the next has the next one."""
    journal = Journal("acme", max_entries=3)

    journal.restore([(n, exchange(n), None) for n in (700, 701, 703)], last=705)
    before = numbers(journal.after(0))
    added = journal.append(exchange(1), None)

    assert before == [700, 701, 703]
    assert added.number == 706
    assert numbers(journal.after(0)) == [701, 703, 706]
    assert journal.dropped == 1


def test_journal_restored_from_nothing_remembers_its_last_number():
    """When all entries were trimmed, their numbers are still not given again."""
    journal = Journal("acme")

    journal.restore([], last=40)

    assert (journal.first, journal.append(exchange(1), None).number) == (41, 41)


def test_listener_hears_each_entry_until_it_ends():
    """A subscriber is called with the entry at once; after it has ended, no more."""
    journal, heard = Journal("acme"), []
    end = journal.subscribe(heard.append)

    first = journal.append(exchange(1), None)
    end()
    end()
    journal.append(exchange(2), None)

    assert heard == [first]


def test_wait_returns_at_once_for_what_is_there():
    """An entry beyond the cursor needs no waiting."""
    assert asyncio.run(filled(2).wait(1, timeout=0)) is True


def test_wait_ends_when_nothing_comes():
    """After its time a wait says that there is nothing, and nobody listens any more."""
    journal = filled(2)

    assert asyncio.run(journal.wait(2, timeout=0.01)) is False
    assert not journal._listeners


def test_wait_wakes_for_the_next_entry():
    """Every waiter is woken by the entry that it waits for."""
    journal = filled(2)

    async def scene():
        waiters = [asyncio.create_task(journal.wait(2, timeout=30)) for _ in range(3)]
        await asyncio.sleep(0)
        journal.append(exchange(3), None)
        journal.append(exchange(4), None)
        return await asyncio.gather(*waiters)

    assert asyncio.run(scene()) == [True, True, True]
    assert not journal._listeners


def test_wait_with_a_filter_sleeps_through_other_entries():
    """Who waits for one call is not woken by another, so that a long poll does not spin."""
    journal = filled(2)

    async def scene():
        waiter = asyncio.create_task(journal.wait(0, timeout=30, where=Where(call="c9")))
        await asyncio.sleep(0)
        journal.append(exchange(3), None)
        for _ in range(5):
            await asyncio.sleep(0)
        early = waiter.done()
        journal.append(exchange(9), None)
        return early, await waiter

    assert asyncio.run(scene()) == (False, True)


def test_cancelled_wait_leaves_nothing_behind():
    """A client that goes away while it waits does not stay in the journal."""
    journal = Journal("acme")

    async def scene():
        waiter = asyncio.create_task(journal.wait(0, timeout=30))
        await asyncio.sleep(0)
        listening = len(journal._listeners)
        waiter.cancel()
        await asyncio.gather(waiter, return_exceptions=True)
        journal.append(exchange(1), None)
        return listening

    assert asyncio.run(scene()) == 1
    assert not journal._listeners
