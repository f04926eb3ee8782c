"""Ring groups, and what is still to be tried for a call: pure choices."""

import pytest

from simulator.telephony.distribution import Strategy
from simulator.telephony.routing import (
    MOST_HOPS,
    Destination,
    Forwards,
    Group,
    Incoming,
    Outgoing,
    Place,
    Plan,
    Provisioned,
)
from simulator.telephony.routing import Routing as Says

AT_111, AT_112 = Destination(Place.EXTENSION, "111"), Destination(Place.EXTENSION, "112")


def test_ring_all_is_one_wave():
    group = Group("4", "Desk", ("111", "112"))

    assert group.waves(lambda most: 0) == (("111", "112"),)


@pytest.mark.parametrize("strategy", [Strategy.LINEAR, Strategy.ROUND_ROBIN, Strategy.FEWEST_CALLS])
def test_one_after_the_other_keeps_the_groups_order(strategy):
    group = Group("4", "Desk", ("112", "111", "113"), strategy)

    assert group.waves(lambda most: 0) == (("112",), ("111",), ("113",))


def test_random_draws_each_member_once():
    drawn = []
    group = Group("4", "Desk", ("111", "112", "113"), Strategy.RANDOM)

    waves = group.waves(lambda most: drawn.append(most) or most - 1)

    assert waves == (("113",), ("112",), ("111",))
    assert drawn == [3, 2, 1]


def test_member_that_is_named_twice_rings_once():
    assert Group("4", "Desk", ("111", "112", "111"), Strategy.LINEAR).waves(lambda most: 0) == (("111",), ("112",))


@pytest.mark.parametrize("strategy", Strategy)
def test_group_without_members_has_no_wave(strategy):
    assert Group("4", "Desk", (), strategy).waves(lambda most: 0) == ()


def test_destination_is_not_tried_twice():
    plan, first = Plan("c1", (AT_111, AT_111, AT_112)).taken()
    plan, second = plan.taken()
    plan, third = plan.taken()

    assert (first, second, third) == (AT_111, AT_112, None)


def test_mailbox_of_an_extension_that_was_tried_is_another_destination():
    plan, _ = Plan("c1", (AT_111, Destination(Place.MAILBOX, "111"))).taken()

    assert plan.taken()[1] == Destination(Place.MAILBOX, "111")


def test_ten_destinations_are_the_most():
    plan, tried = Plan("c1", tuple(Destination(Place.EXTENSION, str(n)) for n in range(50))), 0

    while True:
        plan, destination = plan.taken()
        if destination is None:
            break
        tried += 1

    assert (tried, plan.left) == (MOST_HOPS, ())


def test_forwards_come_before_what_is_left():
    plan = Plan("c1", (AT_112,), ringing="113").diverted((AT_111,))

    assert (plan.left, plan.ringing) == ((AT_111, AT_112), None)


def test_plan_is_kept_whole():
    plan = Plan("c1", (AT_112,), (("113",), ("114", "115")), 7, None, ("extension 111",), rang=True, busy=True)

    assert Plan.from_document(plan.to_document()) == plan


def test_first_vendor_that_says_anything_is_believed():
    silent = Says()
    one = Says(
        forwards=lambda records, extension: Forwards(off=True) if extension == "111" else None,
        incoming=lambda records, line, local: Incoming((AT_111,)),
        groups=lambda records: [Group("1", "Desk", ("111",))],
    )
    two = Says(
        forwards=lambda records, extension: Forwards(always=(AT_112,)),
        incoming=lambda records, line, local: Incoming((AT_112,)),
        outgoing=lambda records, extension, digits: Outgoing(()),
        groups=lambda records: [Group("Desk", "Other", ("112",))],
    )

    together = Provisioned(None, (silent, one, two))

    assert together.forwards("111").off
    assert together.forwards("112").always == (AT_112,)
    assert together.incoming("1", None).destinations == (AT_111,)
    assert together.outgoing("111", "1") == Outgoing(())
    assert together.group("Desk").members == ("112",)  # an id comes before a name
    assert together.group("Other").members == ("112",)
    assert together.group("5") is None


def test_where_no_vendor_has_a_say_nothing_is_forwarded():
    nobody = Provisioned(None, (Says(),))

    assert nobody.forwards("111") == Forwards()
    assert (nobody.incoming("1", None), nobody.outgoing("111", "1"), nobody.groups()) == (None, None, [])


def test_extension_that_one_vendor_blocks_is_blocked_whatever_another_says():
    says = Says(forwards=lambda records, extension: Forwards(offline=(AT_112,), seconds=5))
    blocks = Says(forwards=lambda records, extension: Forwards(off=True))

    assert Provisioned(None, (says, blocks)).forwards("111") == Forwards(offline=(AT_112,), seconds=5, off=True)
