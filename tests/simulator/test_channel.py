"""An event channel by itself: what is put on it, taken from it, and how it ends."""

import asyncio

from simulator.tenancy.channel import MOST_WAITING, Channel, Channels, Reception


def channel(number=1, vendor="toy"):
    return Channel(vendor, number, b": idle\n\n", b"farewell")


def test_channel_gives_what_was_put_on_it_in_order():
    """All that waits comes at once, and then nothing."""
    open_one = channel()
    open_one.put(b"one")
    open_one.put(b"two")

    assert [open_one.take(), open_one.take()] == [(b"onetwo", False), (b"", False)]


def test_channel_is_ready_when_something_waits():
    """At once for what is there already, else as soon as it comes."""

    async def work():
        open_one = channel()
        empty = open_one.ready()
        before = empty.done()
        open_one.put(b"one")
        return before, empty.done(), open_one.ready().done()

    assert asyncio.run(work()) == (False, True, True)


def test_channel_ends_with_a_farewell_and_takes_nothing_more():
    """What waited goes out before it."""
    open_one = channel()
    open_one.put(b"one")

    open_one.end()
    open_one.put(b"two")

    assert open_one.take() == (b"onefarewell", True)


def test_channel_that_nobody_reads_is_ended():
    """It holds a thousand events and not one more; its holder is told when the client is gone."""
    left = []
    channels, unread = Channels(), channel()
    channels.on_left = left.append
    channels.add(unread)

    for _ in range(MOST_WAITING + 1):
        unread.put(b"x")
    taken = unread.take()
    unread.close()

    assert (taken, left, channels.of("toy")) == ((b"", True), [unread], ())


def test_channel_says_as_often_as_it_is_asked_how_an_event_will_be_received():
    """Only what is told for certain brings it nearer to the event inside which it breaks."""
    open_one = channel()
    open_one.will_break(3, inside=True)

    before = [open_one.reception(0), open_one.reception(0), open_one.reception(2), open_one.reception(3)]
    open_one.count(2)

    assert before == [Reception.WHOLE, Reception.WHOLE, Reception.CUT, Reception.NONE]
    assert [open_one.reception(0), open_one.reception(1)] == [Reception.CUT, Reception.NONE]


def test_channels_are_kept_by_vendor_until_their_client_is_gone():
    """One that ends from our side is told of no more; one that closes is told of once."""
    left = []
    channels, gone, ended, other = Channels(), channel(1), channel(2), channel(1, "other")
    channels.on_left = left.append
    for each in (gone, ended, other):
        channels.add(each)
    before = channels.of("toy")

    gone.close()
    gone.close()
    channels.end()
    ended.close()

    assert (before, left, channels.of("toy"), channels.of("other")) == ((gone, ended), [gone], (), ())
