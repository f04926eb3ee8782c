"""55PBX's pushes under the readings of its contradictions, and what adds up in them."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.telephony.calls import Kind, Medium, Party
from tests.vendors.pbx55_phone import (
    ANSWERED,
    FINAL,
    FIRST,
    START,
    Phone,
    inbound,
    outbound,
    transfer,
)


@pytest.mark.parametrize(
    ("reading", "expected"),
    [
        ("local", "2016-11-18 11:50:09"),
        ("iso8601", "2016-11-18T11:50:09-02:00"),
        ("epoch-ms", 1479477009000),
        ("mongo-date", {"$date": "2016-11-18T13:50:09Z"}),
        ("any", "2016-11-18 11:50:09"),
    ],
)
def test_call_date_follows_its_reading(reading, expected):
    """P1: the printed ISODate(...) is no JSON; each way to write it is a reading."""
    phone = Phone(P1=reading)

    phone.play(inbound(), *ANSWERED)

    assert [body["call_date"] for _, body in phone.pushed] == [expected, expected]


@pytest.mark.parametrize(
    ("reading", "expected"),
    [
        ("example", ["receptive", "active", "sms"]),
        ("table", ["receptivo", "ativo", "sms"]),
        ("union", ["receptive", "active", "sms"]),
    ],
)
def test_call_type_follows_its_reading(reading, expected):
    """P2: the words of the example, or those of the table."""
    phone = Phone(P2=reading)

    phone.play(inbound(), (Kind.STARTED, 0, {}))
    phone.play(outbound(), (Kind.STARTED, 0, {}))
    phone.play(outbound(medium=Medium.SMS), (Kind.SMS_SENT, 0, {}))

    assert [body["call_type"] for _, body in phone.pushed] == expected


@pytest.mark.parametrize(
    ("reading", "expected"), [("additive", (30, 43)), ("swapped", (43, 30)), ("unrelated", (30, 43))]
)
def test_times_follow_their_reading(reading, expected):
    """P3: the whole in call_duration, or in call_time as the printed values have it."""
    phone = Phone(P3=reading)

    phone.play(inbound(), *ANSWERED)

    body = phone.pushed[1][1]
    assert (body["call_time"], body["call_duration"]) == expected


@pytest.mark.parametrize(
    ("reading", "expected"), [("number", [0, 5000]), ("digits", ["0", "5000"]), ("either", [0, 5000])]
)
def test_branch_mask_follows_its_reading(reading, expected):
    """P4: a JSON number, or digits as text."""
    phone = Phone(P4=reading)

    phone.play(inbound(), *ANSWERED)

    assert [body["branch_mask"] for _, body in phone.pushed] == expected


@pytest.mark.parametrize(
    ("reading", "expected"),
    [
        ("start-and-end", ["started", "started", "ended", "transferred", "ended"]),
        ("end-only", ["ended", "transferred", "ended"]),
        ("any-number", ["started", "started", "ended", "transferred", "ended"]),
    ],
)
def test_number_of_pushes_follows_its_reading(reading, expected):
    """P7: one sentence of the document has no push at the start."""
    assert [name for name, _ in transfer(P7=reading).pushed] == expected


@pytest.mark.parametrize(
    ("reading", "expected"),
    [
        ("new-call", ("1479477042.5200", None)),
        ("capitals", (None, "1479477042.5200")),
        ("either", ("1479477042.5200", None)),
    ],
)
def test_transfer_id_follows_its_reading(reading, expected):
    """P8: the section on transfers writes the property in capitals, the table in small letters."""
    body = dict(transfer(P8=reading).pushed)["transferred"]

    assert (body.get("call_transfer_id"), body.get("CALL_TRANSFER_ID")) == expected
    assert len(body) == 25


@pytest.mark.parametrize(
    ("reading", "expected"),
    [
        ("observed", ["new_call", "call_attended"]),
        ("manual-v1", ["", ""]),
        ("any", ["new_call", "call_attended"]),
    ],
)
def test_call_status_follows_its_reading(reading, expected):
    """P12: the statuses that receivers see, or the empty one that is printed."""
    phone = Phone(P12=reading)

    phone.play(inbound(), *ANSWERED)

    assert [body["call_status"] for _, body in phone.pushed] == expected


def test_what_is_not_known_is_null_under_its_reading():
    """P13, null: text that is empty otherwise is null; numbers stay 0."""
    phone = Phone(P13="null")

    phone.play(inbound(), *ANSWERED)

    assert [body for _, body in phone.pushed] == [
        {key: None if value == "" else value for key, value in body.items()} for body in (FIRST, FINAL)
    ]


def test_what_is_not_known_is_left_out_under_its_reading():
    """P13, absent: no empty text and no unknown number; what is known to be 0 at the end is there."""
    phone = Phone(P13="absent")

    phone.play(inbound(), *ANSWERED)

    first = {key: value for key, value in FIRST.items() if value not in ("", 0)}
    final = {key: value for key, value in FINAL.items() if value != ""}
    assert [body for _, body in phone.pushed] == [first, final]
    assert final["call_cost"] == 0


gaps = st.integers(0, 4000)


@settings(max_examples=150)
@given(menu=st.none() | gaps, queue=st.none() | gaps, ring=gaps, talk=st.none() | gaps, milliseconds=gaps)
def test_duration_covers_waiting_and_talk(menu, queue, ring, talk, milliseconds):
    """Whatever happens to a call, at whatever split second, the whole is its parts; the rest is the IVR's."""
    phone = Phone()
    at = START + timedelta(milliseconds=milliseconds)
    call = phone.happen(inbound(), Kind.STARTED, at)
    for kind, gap, facts in (
        (Kind.MENU_ENTERED, 0 if menu is not None else None, {}),
        (Kind.QUEUED, menu if queue is not None else None, {"queue": "Suporte"}),
        (Kind.RINGING, queue if queue is not None else (menu or 0), {"extension": "5000"}),
        (Kind.ANSWERED, ring if talk is not None else None, {"extension": "5000"}),
    ):
        at += timedelta(milliseconds=997 * (gap or 0))
        call = phone.happen(call, kind, at, **facts) if gap is not None else call
    phone.happen(call, Kind.ENDED, at + timedelta(milliseconds=997 * (talk or 0)), by=Party.OUTSIDE)

    body = phone.pushed[-1][1]
    rest = body["call_duration"] - body["call_time"] - body["call_time_waiting"]
    assert rest >= 0
    assert rest == 0 or menu is not None
