"""A push that is sent once more to a fake of our own is ours there too: no request of an integration."""

import pytest

from contracts.model import Direction
from simulator.cli.playing import built_in_targets
from simulator.recording.replaying import schedule
from tests.core import ANSWERED, entries, play, run, running, shown, story

AWAITING = """
scenario: awaiting
title: A call during which the integration asks for nothing
steps:
  - inbound: {call: A, from: "37999912222"}
  - {after: 1s, hangup: {call: A, by: outside}}
expect:
  - not_received: {vendor: hubsoft, operation: notifyCall}
"""

SPOILT = """
faults:
  - on: {vendor: hubsoft, message: notified}
    do: {unknown_field: true}
"""


def sent_again(first, then):
    """Play a scenario, and the other one while HubSoft's first notification is sent once more.

    Return the verdict on the other, and what there is in the journal of the notification since.
    """

    async def work():
        async with running(listen=True) as simulator, built_in_targets(simulator, show=False):
            tenant = simulator.default
            await play(simulator, story(first))
            told = [e for e in entries(tenant) if e.exchange.operation == "notifyCall"]
            last = tenant.journal.last
            begun = simulator.engine.play(tenant, story(then))
            schedule(simulator, tenant, next(e for e in told if e.exchange.direction is Direction.SENT))
            verdict = await simulator.engine.verdict(tenant, begun.id)
            return verdict, [e for e in tenant.journal.after(last) if e.exchange.operation == "notifyCall"]

    return run(work())


def test_push_that_is_sent_again_to_our_own_fake_is_no_request_of_the_integration():
    verdict, again = sent_again(ANSWERED, AWAITING)

    (number,) = {e.exchange.id for e in again}
    assert number.startswith("replay of ")
    assert sorted(shown(again, "direction", "target", "status")) == [
        (Direction.RECEIVED, "own-hubsoft", 200),
        (Direction.SENT, "own-hubsoft", 200),
    ]
    assert "errand" not in repr(again)
    assert verdict.missed == ()


@pytest.mark.parametrize("ours", [Direction.SENT, Direction.RECEIVED])
def test_what_was_spoilt_on_purpose_is_so_in_both_halves_when_it_is_sent_again(ours):
    _, again = sent_again(ANSWERED + SPOILT, AWAITING)

    (half,) = [e.exchange for e in again if e.exchange.direction is ours]
    fault = half.fault if ours is Direction.SENT else half.other_fault
    assert fault == "unknown_field"
