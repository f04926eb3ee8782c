"""55PBX's reports: which calls are in them, and how they are asked for and refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from contracts import strict_json
from contracts.model import Direction as Way
from contracts.model import Exchange, HttpRequest, HttpResponse
from contracts.pbx55.asking import moment
from simulator.identity import Identity
from simulator.vendor import Problem, Refusal, Reply
from simulator.vendors.pbx55 import VENDOR
from tests.vendors.pbx55_phone import ANSWERED, START, Phone, inbound
from tests.vendors.pbx55_reporting import DAY, ask, contract, day, path_of, rows_of, work_of
from tests.work import DictCredentials


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
