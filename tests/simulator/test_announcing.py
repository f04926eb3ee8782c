"""What is told on event channels is counted when it is told: units of work that come to nothing leave no trace."""

import asyncio

from scenarios.answers import AnswerFlaw
from simulator.delivery.announcing import CUT, UNHEARD
from simulator.faults.failing_stream import FailingStream
from simulator.telephony.calls import Direction
from simulator.tenancy.transactions import Transaction
from tests.core import entries, run, running, shown


def started(times, dropped=()):
    """Tell that calls have started, so many in each unit of work, on a channel that breaks inside its second event.

    Those at the places ``dropped`` are not committed. Return what is read of the channel, and the journal of it.
    """

    async def work():
        async with running() as simulator:
            tenant = simulator.default
            tx = Transaction(tenant, simulator.store, "digitro")
            channel = simulator.pbx.announcer.open(tx, "digitro").stream
            await tx.commit()
            channel.will_break(2, inside=True)
            stream = FailingStream(channel, AnswerFlaw.EVENT_CUT, 2, lambda: None)
            for place, number in enumerate(times):
                tx = Transaction(tenant, simulator.store)
                for _ in range(number):
                    simulator.pbx.start(tx, Direction.INBOUND, "37999912222")
                if place not in dropped:
                    await tx.commit()
                    await asyncio.sleep(0)
            heard, _ = stream.take()
            told = [entry for entry in entries(tenant) if entry.exchange.message == "started"]
            return heard.count(b"event:"), shown(told, "error", "fault")

    return run(work())


WHOLE, BROKEN, MISSED = (None, None), (CUT, "event_cut"), (UNHEARD, None)


def test_events_of_a_unit_of_work_that_is_dropped_count_for_nothing():
    heard, told = started([2, 1, 1, 1], dropped=[0])

    assert (heard, told) == (2, [WHOLE, BROKEN, MISSED])


def test_events_of_one_unit_of_work_are_counted_one_by_one():
    heard, told = started([3])

    assert (heard, told) == (2, [WHOLE, BROKEN, MISSED])
