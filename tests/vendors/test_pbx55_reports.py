"""55PBX's report API: which calls a report is of, what it tells of them, and how a request is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Any
from urllib.parse import quote

import pytest

from contracts import strict_json
from contracts.contract import Contract, load
from contracts.model import Direction as Way
from contracts.model import Exchange, HttpRequest, HttpResponse
from contracts.pbx55.asking import moment
from simulator.identity import Identity
from simulator.telephony.agents import AGENT_EVENT, AgentKind
from simulator.telephony.calls import Call, Cause, Kind, Medium, Party
from simulator.telephony.documents import time_to_text
from simulator.vendor import Problem, Received, Refusal, Reply
from simulator.vendors.pbx55 import VENDOR
from tests.vendors.pbx55_phone import ANSWERED, AUDIO, START, Phone, inbound, outbound, transfer
from tests.work import DictCredentials, DictWork

ALL = ("all_queues", "all_numbers", "all_agent")
DAY = ("2016-11-18T00:00:00.000-02:00", "2016-11-18T23:59:59.999-02:00")

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


@cache
def contract() -> Contract:
    return load("pbx55")


def work_of(*calls: Call, **readings: str) -> DictWork:
    """Return a unit of work that knows these calls, two agents and two queues."""
    work = DictWork(told=calls, readings=contract().choose(readings))
    work.sets = {"pbx55": VENDOR.credentials(work.identity)}
    for number, user in (("5000", "1"), ("5001", "2")):
        name = "Ana Souza" if user == "1" else "Rui Prado"
        email = f"agent{user}@example.com"
        work.put("user", user, {"id": user, "name": name, "email": email, "internal_id": f"A{user}"})
        work.put("extension", number, {"number": number, "name": name, "user": user})
    queues = {"queue": {name: {"name": name, "extensions": ["5000"]} for name in ("Suporte", "Vendas")}}
    work.records |= {kind: dict(found) for kind, found in VENDOR.world(work.identity, queues, False).items()}
    return work


def path_of(report: str, *, dates: tuple[str, str] = DAY, filters: tuple[str, ...] = ALL, zone: str = "-2") -> str:
    segments = (*dates, *filters, report, "undefined", "undefined", zone)
    return "/api/pbx/reports/metrics/" + "/".join(quote(segment, safe="") for segment in segments)


def ask(work: DictWork, path: str, headers: Mapping[str, str] | None = None) -> Reply:
    """Ask for a report as the pipeline does, and hold request and answer against the contract."""
    http = HttpRequest("GET", path, "", tuple({"key": "k", **(headers or {})}.items()))
    found = contract().routes.match("GET", path)
    assert found
    exchange = Exchange("pbx55", Way.RECEIVED, http, operation=found[0].id, readings=work.readings)
    judgement = contract().check(exchange, facts=work)
    if judgement.refused:
        assert VENDOR.refuse
        reply = VENDOR.refuse(Refusal(Problem.VIOLATION, "", found[0].id, judgement.refused))
    else:
        reply = VENDOR.handlers[found[0].id](work, Received(found[0].id, http, None, found[1]))
    answer = HttpResponse(reply.status, (("content-type", "application/json"),), strict_json.dumps(reply.body))
    assert contract().check_reply(replace(exchange, response=answer), judgement).violations == judgement.violations
    return reply


def body_of(work: DictWork, report: str, **more: Any) -> Any:
    reply = ask(work, path_of(report, **more))
    assert reply.status == 200, reply
    return reply.body


def rows_of(work: DictWork, **more: Any) -> list[dict[str, Any]]:
    return list(body_of(work, "report_02", **more)["data_report02"])


def day() -> tuple[Call, ...]:
    """An answered call, one that is given up in a queue, one kept in the menu, an unanswered and a refused one."""
    phone = Phone()
    phone.play(inbound(), *ANSWERED)
    phone.play(
        inbound("b", 5200),
        (Kind.STARTED, 100, {}),
        (Kind.QUEUED, 101, {"queue": "Vendas"}),
        (Kind.RINGING, 105, {"extension": "5001"}),
        (Kind.UNANSWERED, 125, {"extension": "5001"}),
        (Kind.ENDED, 160, {"by": Party.OUTSIDE, "cause": Cause.ABANDONED}),
    )
    phone.play(
        inbound("c", 5201),
        (Kind.STARTED, 200, {}),
        (Kind.MENU_ENTERED, 201, {}),
        (Kind.ENDED, 221, {"by": Party.OUTSIDE, "cause": Cause.ABANDONED}),
    )
    phone.play(
        replace(outbound(), id="d", serial=5202),
        (Kind.STARTED, 300, {}),
        (Kind.RINGING, 301, {}),
        (Kind.ENDED, 330, {"by": Party.INSIDE, "cause": Cause.NO_ANSWER}),
    )
    phone.play(
        inbound("e", 5203),
        (Kind.STARTED, 400, {}),
        (Kind.RINGING, 401, {"extension": "5000"}),
        (Kind.ENDED, 405, {"by": Party.INSIDE, "cause": Cause.REFUSED}),
    )
    return tuple(phone.calls.values())


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


@pytest.mark.parametrize(
    ("filters", "serials"),
    [
        (("Suporte", "all_numbers", "all_agent"), ["5199"]),
        (("@Vendas", "all_numbers", "all_agent"), ["5200"]),
        (("65241af636cb95f687fb1b06", "all_numbers", "all_agent"), []),
        (("all_queues", "551130037293", "all_agent"), ["5199", "5200", "5201", "5202", "5203"]),
        (("all_queues", "1130037293", "5001"), ["5200"]),
        (("all_queues", "551130037294", "all_agent"), []),
        (("all_queues", "undefined", "all_agent"), []),
        (("all_queues", "all_numbers", "agent1@example.com"), ["5199", "5202", "5203"]),
        (("all_queues", "all_numbers", "nobody@example.com"), []),
        (("all_queues", "all_numbers", "5009"), []),
    ],
)
def test_report_is_filtered_by_queue_number_and_agent(filters: tuple[str, ...], serials: list[str]) -> None:
    """A queue by its id or name, a number of ours in either form, an agent by extension or e-mail."""
    work = work_of(*day())
    ids = {record["name"]: key for key, record in work.records["pbx55.queue"].items()}
    named = tuple(ids[word[1:]] if word.startswith("@") else word for word in filters)

    assert [row["call_id"].split(".")[1] for row in rows_of(work, filters=named)] == serials


def test_queue_has_an_id_of_its_own() -> None:
    """24 hexadecimal digits, from the seed."""
    ids = list(work_of().records["pbx55.queue"])

    assert len(set(ids)) == 2
    assert all(len(key) == 24 and set(key) <= set("0123456789abcdef") for key in ids)


@pytest.mark.parametrize(
    ("shift", "told"),
    [((0, 0), 1), ((-60, 60), 1), ((1, 60), 0), ((-60, -1), 0)],
)
def test_call_belongs_to_the_period_in_which_it_began(shift: tuple[int, int], told: int) -> None:
    """Both ends are included, to the second."""
    first, last = ((START + timedelta(seconds=s)).isoformat(timespec="milliseconds") for s in shift)

    rows = rows_of(work_of(Phone().play(inbound(), *ANSWERED)), dates=(first, last))

    assert len(rows) == told


@pytest.mark.parametrize(
    "text",
    [
        "Fri Nov 18 2016 11:50:09 GMT -0200",
        "Fri Nov 18 2016 11:50:09 GMT-0200",
        "Fri, 18 Nov 2016 13:50:09 GMT",
        "Fri, 18 Nov 2016 11:50:09 GMT -0200",
        "2016-11-18T11:50:09.000-02:00",
        "2016-11-18T13:50:09Z",
    ],
)
def test_date_is_read_in_every_form_that_clients_send(text: str) -> None:
    """JavaScript's text, its UTC text, and ISO 8601."""
    assert moment(text) == START
    assert len(rows_of(work_of(Phone().play(inbound(), *ANSWERED)), dates=(text, text))) == 1


@pytest.mark.parametrize(
    ("zone", "hour"),
    [("-2", "11:50:09"), ("-3", "10:50:09"), ("0", "13:50:09"), ("5", "18:50:09"), ("undefined", "11:50:09")],
)
def test_times_are_told_in_the_zone_that_is_asked_for(zone: str, hour: str) -> None:
    """Whole hours from UTC, or the tenant's own zone."""
    (row,) = rows_of(work_of(Phone().play(inbound(), *ANSWERED)), zone=zone)

    assert row["wb_call_hour"] == hour


SHORT = path_of("report_02").replace("/undefined/undefined/", "/undefined/")


@pytest.mark.parametrize(("reading", "status"), [("nine", 404), ("either", 200)])
def test_path_without_an_interval_is_taken_as_its_reading_says(reading: str, status: int) -> None:
    """Nine segments by default; eight, as other clients ask, where that is chosen (P15)."""
    assert ask(work_of(P15=reading), SHORT).status == status


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        (path_of("report_05"), 400, "report"),
        (path_of("report_02", zone="BRT"), 400, "timezone"),
        (path_of("report_02", dates=("2016-11-18", DAY[1])), 400, "date_start"),
        (path_of("report_02", dates=(DAY[1], DAY[0])), 400, "date_end"),
        (path_of("report_02", dates=("Thu Feb 31 2016 00:00:00 GMT -0300", DAY[1])), 400, "date_start"),
        (path_of("report_02", dates=("2016-11-18T00:00:00+99:00", DAY[1])), 400, "date_start"),
    ],
)
def test_wrong_parameter_is_named(path: str, status: int, said: str) -> None:
    """400, as clients know it; the body is ours."""
    reply = ask(work_of(), path)

    assert (reply.status, reply.body) == (status, {"error": f"Parâmetro obrigatório ausente ou incorreto: {said}"})


def test_expect_header_fails() -> None:
    """417, as an integrator reads it."""
    assert ask(work_of(), path_of("report_01"), {"expect": "100-continue"}) == Reply(
        417, {"error": "Expectation Failed"}
    )


@pytest.mark.parametrize(
    ("problem", "status"),
    [
        (Problem.UNAUTHENTICATED, 401),
        (Problem.FORBIDDEN, 401),
        (Problem.NOT_FOUND, 404),
        (Problem.METHOD_NOT_ALLOWED, 405),
        (Problem.MALFORMED, 400),
        (Problem.UNSUPPORTED_MEDIA, 400),
        (Problem.TOO_LARGE, 413),
        (Problem.VIOLATION, 400),
        (Problem.FAILURE, 500),
    ],
)
def test_every_problem_has_a_status_that_the_contract_lists(problem: Problem, status: int) -> None:
    """And a sentence in the body."""
    assert VENDOR.refuse

    reply = VENDOR.refuse(Refusal(problem, "why", "getReport", allow=("GET",)))

    http = HttpRequest("GET", path_of("report_01"), "", (("key", "k"),))
    answer = HttpResponse(reply.status, (("content-type", "application/json"),), strict_json.dumps(reply.body))
    exchange = Exchange("pbx55", Way.RECEIVED, http, answer, operation="getReport")
    assert reply.status == status
    assert reply.headers == (("allow", "GET"),)
    assert contract().check(exchange).violations == ()


def test_key_names_its_tenant() -> None:
    """A UUID and digits, another one for each seed; no key, an empty and a wrong one name nobody."""
    one, other = work_of(), replace(work_of(), tenant="other", identity=Identity("2"))
    other.sets = {"pbx55": VENDOR.credentials(other.identity)}
    known = DictCredentials((one, other))
    assert VENDOR.claim

    def claimed(**headers: str) -> str | None:
        http = HttpRequest("GET", "/", "", tuple(headers.items()))
        return VENDOR.claim("getReport", http, None, known).tenant if VENDOR.claim else None

    key = other.sets["pbx55"]["key"]
    assert claimed(key=key) == "other"
    assert claimed(Key=f" {one.sets['pbx55']['key']} ") == "default"
    assert [claimed(), claimed(key=""), claimed(key="wrong"), claimed(authorization=key)] == [None] * 4
    assert [len(part) for part in key.split("-")] == [8, 4, 4, 4, 12, 12]


def test_second_curl_asks_for_every_call() -> None:
    """With the key, below the vendor's own address."""
    _, (_, command) = VENDOR.curls("http://127.0.0.1:8055/pbx55", {"key": "k-1"})

    assert command.startswith("curl -sS http://127.0.0.1:8055/pbx55/api/pbx/reports/metrics/2000-01-01T")
    assert command.endswith("/report_02/undefined/undefined/-3 -H 'key: k-1'")
