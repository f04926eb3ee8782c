"""55PBX's reports: what they tell of calls, agents and pauses."""

from __future__ import annotations

from dataclasses import replace

import pytest

from contracts.pbx55.asking import moment
from simulator.telephony.agents import AGENT_EVENT, AgentKind
from simulator.telephony.calls import Cause, Kind, Medium, Party
from simulator.telephony.documents import time_to_text
from tests.vendors.pbx55_phone import ANSWERED, AUDIO, Phone, inbound, outbound, transfer
from tests.vendors.pbx55_reporting import body_of, day, rows_of, work_of
from tests.work import DictWork

# What the final push of the same call announces, in the words of a report.
ROW = {
    "type_call": "call_attended",
    "name": "Ana Souza",
    "call_date": "2016-11-18",
    "wb_call_hour": "11:50:09",
    "wl_attended_date": "2016-11-18",
    "wl_attended_hour": "11:50:22",
    "wf_states": "55",
    "call_area_code": "11",
    "call_number": "987654321",
    "queue_name": "Suporte",
    "call_time_URA": "00:00:05",
    "way_ura": "Opcao - 2",
    "call_time_waiting": "00:00:08",
    "call_time_spoken": "00:00:30",
    "call_time_total_duration": "00:00:43",
    "call_disconnection": "externo",
    "call_number_input": "551130037293",
    "wk_ivr_1_name": "Opcao - 2",
    "wk_ivr_1_option": "2",
    "call_document": "12345678909",
    "call_order": "4711",
    "call_id": "1479477009.5199",
    "call_id_origin": "",
    "ws_ticket_id": "",
    "wx_queue_overflow": [],
    "call_url_audio": AUDIO["call_url_audio"],
}


def test_call_is_told_with_what_its_final_push_announces() -> None:
    """Every field of a row, in the zone that was asked for."""
    phone = Phone()
    call = phone.play(inbound(), *ANSWERED)

    assert rows_of(work_of(call)) == [ROW]


def test_recording_stands_in_the_tenants_own_account() -> None:
    """As in the pushes of a tenant that has set one."""
    work = work_of(Phone().play(inbound(), *ANSWERED))
    work.settings = {"pbx55": {"central_id": "2000"}}

    (row,) = rows_of(work)

    assert row["call_url_audio"].endswith(
        "/webphone-2000/2016/11/18/audio-2016-11-18_11-50-09-200001-1479477009.5199.wav"
    )


def test_calls_come_out_in_the_four_ways_that_were_seen() -> None:
    """Answered, given up, kept in the menu and refused; what nobody answered has no talk and no recording."""
    rows = rows_of(work_of(*day()))

    assert [row["type_call"] for row in rows] == [
        "call_attended",
        "call_abandoned",
        "call_retained_ura",
        "call_abandoned",
        "call_refused",
    ]
    assert {row["call_time_spoken"] for row in rows[1:]} == {"00:00:00"}
    assert {row["call_url_audio"] for row in rows[1:]} == {""}


def test_calls_in_figures() -> None:
    """Every figure of the day, by hand."""
    assert body_of(work_of(*day()), "report_01") == {
        "totalCallProcessedQueue": 2,
        "totalCallProcessedURA": 2,
        "totalCallAttendedReceptive": 1,
        "totalCallAbandonedQueue": 1,
        "totalCallAbandonedURA": 1,
        "totalAbandonedCallsBranch": 0,
        "totalAbandonedCallsActive": 1,
        "totalTurnRefused": 1,
        "totalRefusedCalls": 1,
        "totalTransfer": 0,
        "timeMediumWaitingAttendance": "00:00:08",
        "timeMediumDuration": "00:00:43",
        "timeMediumDurationCall": "00:00:30",
        "timeMaxWaitingAttendance": "00:00:08",
        "timeMaxDurationCall": "00:00:30",
        "timeMinDurationCall": "00:00:30",
        "timeMediumDurationCallActive": "00:00:00",
        "timeMaxWaitingAttendanceActive": "00:00:00",
        "timeMaxDurationCallActive": "00:00:00",
        "timeMaxNavegationURA": "00:00:20",
        "sla_attendance": "25%",
    }


def test_agents_have_their_part_in_the_calls() -> None:
    """Who answered, who let it ring, and how long each was there; nobody has logged in."""
    agents = body_of(work_of(*day()), "report_03")["data_report03"]

    assert agents == [
        {
            "name": "Ana Souza",
            "timeTotalLogged": "00:06:45",
            "timeTotalSpoken": "00:00:30",
            "timeTotalPaused": "00:00:00",
            "timeIdle": "00:06:15",
            "productivity": "7%",
            "attendedReceptive": 1,
            "quantityRefusal": 1,
        },
        {
            "name": "Rui Prado",
            "timeTotalLogged": "00:01:00",
            "timeTotalSpoken": "00:00:00",
            "timeTotalPaused": "00:00:00",
            "timeIdle": "00:01:00",
            "productivity": "0%",
            "attendedReceptive": 0,
            "quantityRefusal": 1,
        },
    ]


def test_agents_share_a_call_that_they_had_together() -> None:
    """Each has its own time in the talk, and who picked up has answered; the call is in the report of both."""
    phone = Phone()
    phone.play(
        inbound(),
        (Kind.STARTED, 0, {}),
        (Kind.RINGING, 1, {"extension": "5000"}),
        (Kind.ANSWERED, 5, {"extension": "5000"}),
        (Kind.JOINED, 45, {"extension": "5001"}),
        (Kind.LEFT, 55, {"extension": "5000"}),
        (Kind.ENDED, 70, {"by": Party.OUTSIDE, "cause": Cause.NORMAL}),
    )
    work = work_of(*phone.calls.values())

    agents = body_of(work, "report_03")["data_report03"]

    parts = [(a["name"], a["timeTotalSpoken"], a["attendedReceptive"]) for a in agents]
    assert parts == [("Ana Souza", "00:00:50", 1), ("Rui Prado", "00:00:25", 0)]
    for extension in ("5000", "5001"):
        assert len(rows_of(work, filters=("all_queues", "all_numbers", extension))) == 1


def test_agent_whose_call_was_answered_outside_has_refused_it_and_not_answered() -> None:
    phone = Phone()
    phone.play(
        inbound(),
        (Kind.STARTED, 0, {}),
        (Kind.RINGING, 1, {"extension": "5000"}),
        (Kind.UNANSWERED, 21, {"extension": "5000"}),
        (Kind.RINGING, 21, {"digits": "37999989001"}),
        (Kind.ANSWERED, 24, {}),
        (Kind.ENDED, 84, {"by": Party.OUTSIDE, "cause": Cause.NORMAL}),
    )

    (agent,) = body_of(work_of(*phone.calls.values()), "report_03")["data_report03"]

    assert (agent["timeTotalSpoken"], agent["attendedReceptive"], agent["quantityRefusal"]) == ("00:00:00", 0, 1)
    assert phone.pushed[-1][1]["branch_mask"] == 0


def test_caller_who_chose_a_mailbox_was_not_kept_in_the_menu() -> None:
    phone = Phone()
    phone.play(
        inbound(),
        (Kind.STARTED, 0, {}),
        (Kind.MENU_ENTERED, 1, {}),
        (Kind.MAILBOX_REACHED, 5, {"extension": "5000"}),
        (Kind.ENDED, 15, {"by": Party.OUTSIDE, "cause": Cause.NORMAL}),
    )

    (row,) = rows_of(work_of(*phone.calls.values()))

    assert row["type_call"] == "call_abandoned"


@pytest.mark.parametrize(
    ("reading", "body"),
    [("wrapped", {"data_report04": []}), ("bare-list", []), ("either", {"data_report04": []})],
)
def test_pauses_come_as_their_reading_says(reading: str, body: object) -> None:
    """There are none, as an object or as a list (P16)."""
    assert body_of(work_of(*day(), P16=reading), "report_04") == body


def agents_of(work: DictWork, *events: tuple[str, AgentKind, str, str | None, str | None]) -> DictWork:
    """Let things happen to agents, at these times of the day."""
    for number, (extension, kind, hour, queue, reason) in enumerate(events, 1):
        at = moment(f"2016-11-18T{hour}.000-02:00")
        event = {"extension": extension, "kind": kind.value, "at": time_to_text(at), "queue": queue, "reason": reason}
        work.put(AGENT_EVENT, str(number), event)
    return work


def test_agents_are_there_while_they_are_logged_in() -> None:
    """A pause is none of idle time, a log-out ends a pause, and who has taken no call is there all the same."""
    work = agents_of(
        work_of(),
        ("5000", AgentKind.LOGGED_IN, "08:00:00", "Suporte", None),
        ("5000", AgentKind.PAUSED, "09:00:00", None, "almoço"),
        ("5001", AgentKind.LOGGED_IN, "09:10:00", "Suporte", None),
        ("5000", AgentKind.UNPAUSED, "09:20:00", None, None),
        ("5000", AgentKind.PAUSED, "09:50:00", None, "café"),
        ("5000", AgentKind.LOGGED_OUT, "10:00:00", None, None),
        ("5001", AgentKind.LOGGED_OUT, "10:10:00", "Suporte", None),
    )
    times = ("name", "timeTotalLogged", "timeTotalPaused", "timeIdle")

    agents = body_of(work, "report_03")["data_report03"]
    pauses = body_of(work, "report_04")["data_report04"]

    assert [tuple(agent[name] for name in times) for agent in agents] == [
        ("Ana Souza", "02:00:00", "00:30:00", "01:30:00"),
        ("Rui Prado", "01:00:00", "00:00:00", "01:00:00"),
    ]
    shown = ("name", "branch", "date", "hour_start", "hour_end", "duration", "pause_reason")
    assert [tuple(pause[name] for name in shown) for pause in pauses] == [
        ("Ana Souza", "5000", "2016-11-18", "09:00:00", "09:20:00", "00:20:00", "almoço"),
        ("Ana Souza", "5000", "2016-11-18", "09:50:00", "10:00:00", "00:10:00", "café"),
    ]


@pytest.mark.parametrize("asked", ["all_agent", "5001"])
def test_agent_whose_log_in_is_forgotten_was_there_since_the_oldest_that_is_known(asked: str) -> None:
    """Whoever else is asked for; it has taken no call."""
    work = agents_of(
        work_of(),
        ("5000", AgentKind.LOGGED_IN, "08:00:00", "Suporte", None),
        ("5001", AgentKind.PAUSED, "09:00:00", None, "almoço"),
        ("5001", AgentKind.UNPAUSED, "09:30:00", None, None),
        ("5001", AgentKind.LOGGED_OUT, "10:00:00", "Suporte", None),
    )

    agents = body_of(work, "report_03", filters=("all_queues", "all_numbers", asked))["data_report03"]

    times = [(a["timeTotalLogged"], a["timeTotalPaused"]) for a in agents if a["name"] == "Rui Prado"]
    assert times == [("02:00:00", "00:30:00")]


def test_pause_that_lasts_has_no_end_yet() -> None:
    """Its end and its length are empty."""
    work = agents_of(
        work_of(),
        ("5000", AgentKind.LOGGED_IN, "08:00:00", "Suporte", None),
        ("5000", AgentKind.PAUSED, "09:00:00", None, "almoço"),
    )

    (pause,) = body_of(work, "report_04")["data_report04"]

    assert (pause["hour_start"], pause["hour_end"], pause["date_end"], pause["duration"]) == ("09:00:00", "", "", "")


def test_empty_day_has_every_figure() -> None:
    """Nothing is divided by nothing."""
    work = work_of()

    figures = body_of(work, "report_01")

    assert {figures[key] for key in figures} == {0, "00:00:00", "0%"}
    assert body_of(work, "report_02") == {"data_report02": []}
    assert body_of(work, "report_03") == {"data_report03": []}


def test_transferred_call_names_where_it_came_from() -> None:
    """The new call has the identifier of the old one, under which the old one is told."""
    old, new = rows_of(work_of(*transfer().calls.values()))

    assert (old["call_id"], old["call_id_origin"]) == ("1479477009.5199", "")
    assert (new["call_id"], new["call_id_origin"]) == ("1479477042.5200", "1479477009.5199")
    assert (old["call_time_spoken"], new["call_time_spoken"]) == ("00:00:20", "00:01:00")
    assert (old["name"], new["name"]) == ("Ana Souza", "Rui Prado")


def test_live_calls_messages_and_internal_calls_are_not_reported() -> None:
    """A report is of what went in or out, and is over."""
    phone = Phone()
    live = phone.play(inbound(), *ANSWERED[:-1])
    text = phone.play(replace(outbound(medium=Medium.SMS), id="b"), (Kind.SMS_SENT, 0, {}))

    assert rows_of(work_of(live, text)) == []
