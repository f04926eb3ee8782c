"""55PBX on whom a dialler reached: the talk begins with an agent, and the wait before it is none."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from simulator.telephony.calls import Call, Cause, Kind, Party
from tests.vendors.pbx55_phone import Phone, outbound
from tests.vendors.pbx55_reporting import body_of, rows_of, work_of


def dialled(phone: Phone, *steps: tuple[Kind, int, dict[str, Any]]) -> Call:
    """A dialler reaches somebody after 3 s; then these steps."""
    began = ((Kind.STARTED, 0, {}), (Kind.RINGING, 1, {}), (Kind.ANSWERED, 3, {}))
    return phone.play(replace(outbound(), extension=None), *began, *steps)


def test_person_whom_a_dialler_reached_talks_from_when_an_agent_is_there() -> None:
    phone = Phone()
    call = dialled(
        phone,
        (Kind.QUEUED, 3, {"queue": "Vendas"}),
        (Kind.RINGING, 4, {"extension": "5000"}),
        (Kind.ANSWERED, 8, {"extension": "5000"}),
        (Kind.ENDED, 68, {"by": Party.OUTSIDE, "cause": Cause.NORMAL}),
    )
    work = work_of(call)

    (row,) = rows_of(work)
    (agent,) = body_of(work, "report_03")["data_report03"]
    figures = body_of(work, "report_01")
    push = phone.pushed[-1][1]

    assert (row["call_time_waiting"], row["call_time_spoken"], row["wl_attended_hour"]) == (
        "00:00:08",
        "00:01:00",
        "11:50:17",
    )
    assert (push["call_time_waiting"], push["call_time"], push["call_duration"]) == (8, 60, 68)
    assert (agent["timeTotalSpoken"], figures["timeMediumDurationCallActive"]) == ("00:01:00", "00:01:00")
    assert push["call_cost"] == 0.98  # VC1 for 65 s


def test_person_whom_a_dialler_reached_and_who_was_sent_on_has_not_been_given_up() -> None:
    """Nobody had him before the transfer, and the report counts him as transferred alone."""
    phone = Phone()
    onward = replace(outbound(), id="b", serial=5200, extension=None, origin="a")
    phone.play(onward, (Kind.STARTED, 10, {}))
    call = dialled(phone, (Kind.TRANSFERRED, 10, {"other": "b", "extension": "5001", "by": Party.INSIDE}))
    work = work_of(call)

    figures = body_of(work, "report_01")

    told = [(name, body["call_status"], body["call_time"]) for name, body in phone.pushed if body["call_disconnection"]]
    assert told == [("ended", "call_attended", 0), ("transferred", "call_attended", 0)]
    assert (figures["totalTransfer"], figures["totalAbandonedCallsActive"]) == (1, 0)
    assert rows_of(work)[0]["type_call"] == "call_attended"
