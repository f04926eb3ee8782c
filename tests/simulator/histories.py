"""Histories of calls for the tests of the call model."""

from datetime import UTC, datetime, timedelta

from simulator.telephony.calls import Call, Direction

START = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def at(seconds):
    return START + timedelta(seconds=seconds)


def new_call(**changes):
    facts = {
        "id": "c1",
        "serial": 7,
        "direction": Direction.INBOUND,
        "outside": "5537999912222",
        "line": "551130037293",
    }
    return Call(**(facts | changes))


def played(*steps, call=None):
    call = call or new_call()
    for seconds, kind, facts in steps:
        call, _ = call.apply(kind, at(seconds), **facts)
    return call
