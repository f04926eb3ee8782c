"""Waits that end: by their time, by their client, and by a stop."""

import asyncio

from simulator.shell.release import Waits, Woken


def test_stop_at_the_moment_at_which_a_wait_is_over_ends_the_others_too():
    """Its time is over, and it has not been told yet."""
    waits = Waits()

    async def until_over():
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            waits.stop()

    async def for_ever():
        await asyncio.get_running_loop().create_future()

    async def work():
        long = asyncio.create_task(waits.hold(for_ever, 3600))
        await asyncio.sleep(0)
        return await waits.hold(until_over, 0), await asyncio.wait_for(long, 10)

    assert asyncio.run(work()) == (Woken.STOP, Woken.STOP)
