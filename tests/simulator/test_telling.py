"""What people are told of a call, event by event."""

from datetime import UTC, datetime

import pytest

from simulator.runs.reports import tell
from simulator.telephony.calls import Call, Cause, Direction, Kind, Party

AT = datetime(2026, 3, 2, 12, tzinfo=UTC)


def talking(call):
    for kind, facts in (
        (Kind.STARTED, {}),
        (Kind.RINGING, {"extension": "112"}),
        (Kind.ANSWERED, {"extension": "112"}),
    ):
        call, _ = call.apply(kind, AT, **facts)
    return call


@pytest.mark.parametrize(
    ("to", "told"), [({"extension": "115"}, "extension 115"), ({"queue": "vendas"}, "queue vendas")]
)
def test_preset_names_the_extension_or_the_queue(to, told):
    call = talking(Call("c1", 1, Direction.INBOUND, "5537999912222", "551130037293"))

    call, event = call.apply(Kind.DESTINATION_PRESET, AT, **to)

    assert tell(call, event, "A") == f"call A: goes on to {told} when the agent hangs up"


def test_consultation_that_a_transfer_ends_is_not_hung_up():
    call = talking(Call("c2", 2, Direction.INTERNAL, "112", "111", extension="111"))

    call, event = call.apply(Kind.ENDED, AT, by=Party.INSIDE, cause=Cause.TRANSFERRED, other="c1")

    assert tell(call, event, "B") == (
        "call B: the agent leaves, and who was asked goes on with the call that is transferred"
    )
