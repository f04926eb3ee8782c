"""What a thread has done comes back to the loop: in order, with what went wrong, and by one wake-up for many."""

import asyncio
import threading
from concurrent.futures import Future
from dataclasses import dataclass

import pytest

from simulator.storage.landing import Landing


@dataclass
class Counted:
    """A loop that counts how often another thread woke it."""

    loop: asyncio.AbstractEventLoop
    woken: int = 0

    def create_future(self):
        return self.loop.create_future()

    def call_soon_threadsafe(self, act):
        self.woken += 1
        return self.loop.call_soon_threadsafe(act)


def changes(number):
    made = [Future() for _ in range(number)]
    for each in made:
        each.set_running_or_notify_cancel()
    return made


def elsewhere(act):
    """Do something in a thread of its own, while the loop stands still."""
    thread = threading.Thread(target=act)
    thread.start()
    thread.join()


def test_what_one_commit_did_costs_one_wake_up():
    async def work():
        loop = Counted(asyncio.get_running_loop())
        landing, made = Landing(loop), changes(50)
        landed = [landing.follow(change) for change in made]

        elsewhere(lambda: [change.set_result(None) for change in made])
        await asyncio.gather(*landed)
        first = loop.woken
        (later,) = changes(1)
        landed = landing.follow(later)
        elsewhere(lambda: later.set_result(None))
        await landed

        return first, loop.woken

    assert asyncio.run(work()) == (1, 2)


def test_failure_lands_where_it_belongs():
    async def work():
        landing, (good, bad) = Landing(asyncio.get_running_loop()), changes(2)
        landed = [landing.follow(good), landing.follow(bad)]

        elsewhere(lambda: (bad.set_exception(OSError("full")), good.set_result(None)))

        assert await landed[0] is None
        with pytest.raises(OSError, match="full"):
            await landed[1]

    asyncio.run(work())


def test_change_that_was_done_before_lands_as_well():
    async def work():
        (done,) = changes(1)
        done.set_result(None)

        return await Landing(asyncio.get_running_loop()).follow(done)

    assert asyncio.run(work()) is None


def test_waiter_that_gave_up_holds_nobody_up():
    async def work():
        landing, made = Landing(asyncio.get_running_loop()), changes(2)
        gone, other = map(landing.follow, made)
        gone.cancel()

        elsewhere(lambda: [change.set_result(None) for change in made])
        await other

        return gone.cancelled(), [change.cancelled() for change in made]

    assert asyncio.run(work()) == (True, [False, False])


def test_change_that_is_done_after_the_loop_ended_disturbs_nobody(caplog):
    async def work():
        (change,) = changes(1)
        return change, Landing(asyncio.get_running_loop()).follow(change)

    change, landed = asyncio.run(work())

    change.set_result(None)

    assert not landed.done()
    assert caplog.records == []
