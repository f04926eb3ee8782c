"""``pbxsim tail``: what a running simulator's tenant exchanges, a line each, while it happens."""

import json
import signal
import time
from dataclasses import replace

import pytest

from contracts.model import Direction, Exchange, HttpRequest, HttpResponse, Judgement
from simulator.cli.entries import Told
from simulator.clock import Mode
from simulator.delivery.announcing import UNHEARD
from tests.cli.running import Started, inside
from tests.core import pbx55
from tests.live import live
from tests.receiver import Receiver

AT_ONCE = 1.9
ASKED = HttpRequest("POST", "/events", "", (), b"{}")


@pytest.fixture(scope="module")
def told():
    """A simulator with two calls told to a receiver, and a request that broke the contract."""
    with Receiver() as receiver, live(clock=Mode.JUMPING, targets=(pbx55(receiver),)) as running:
        for _ in range(2):
            run = running.control("POST", "/calls", {}).json["run"]
            while running.control("GET", f"/runs/{run}", wait=20).json["status"] == "running":
                pass
        body = {"grant_type": "password", **running.credentials("hubsoft")}
        token = running.ask("POST", "/hubsoft/oauth/token", body).json["access_token"]
        path = "/hubsoft/api/v1/integracao/pbx/ligacao/notificar"
        assert running.ask("POST", path, {"ramal": []}, {"authorization": f"Bearer {token}"}).status != 500
        yield running


def tail(running, *words):
    done = inside("tail", "--url", running.url, "--once", *words)
    assert (done.code, done.err) == (0, "")
    return done.out.splitlines()


def numbers(running, *words):
    return [int(line.split()[0]) for line in tail(running, *words)]


def test_line_says_number_time_verdict_way_and_what_was_answered(told):
    first, *_, last = tail(told, "--after", "0")

    assert first.split()[0] == "1"
    assert first.split()[2:8] == ["ok", "->", "pbx55", "started", "of", "call"]
    assert "POST /t1 -> 200" in first
    assert last.split()[2:5] == ["ERR", "<-", "hubsoft"]
    assert "found" in last
    assert "expected" in last


def test_filters_leave_the_rest_out(told):
    assert numbers(told, "--after", "0") == [1, 2, 3, 4, 5, 6]
    assert numbers(told, "--vendor", "hubsoft") == [5, 6]
    assert numbers(told, "--call", "c2") == [3, 4]
    assert numbers(told, "--call", "c2", "-n", "1") == [4]
    assert numbers(told, "--errors") == [6]


def test_filter_that_leaves_nothing_says_so(told):
    done = inside("tail", "--url", told.url, "--once", "--call", "c9")

    assert (done.code, done.out) == (0, "")
    assert done.err == "nothing in the journal is what was asked for\n"


def test_begin_is_the_newest_lines_or_behind_a_number(told):
    assert numbers(told, "-n", "2") == [5, 6]
    assert numbers(told, "-n", "0") == []
    assert numbers(told, "--after", "4") == [5, 6]
    assert numbers(told, "--after", "99999") == []


def test_json_is_the_exchange_as_the_journal_has_it(told):
    lines = [json.loads(line) for line in tail(told, "--json", "--after", "0")]

    assert lines == told.journal()


def test_secrets_are_not_shown(told):
    assert "t0ken-of-the-receiver" not in "".join(tail(told, "--after", "0", "--json"))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["ctrl_c", "sigterm"])
def test_what_happens_is_shown_when_it_happens_and_the_end_comes_at_once(number):
    with (
        Receiver() as receiver,
        live(clock=Mode.JUMPING, targets=(pbx55(receiver),)) as running,
        Started("tail", "--url", running.url, "-n", "5") as started,
    ):
        running.control("POST", "/calls", {})
        began = started.line_with("pbx55 started of call c1")
        ended = started.line_with("pbx55 ended of call c1")
        asked = time.monotonic()

        done = started.end(number)

        took = time.monotonic() - asked
    assert (began.split()[0], ended.split()[0]) == ("1", "2")
    assert done.code == 0
    assert took < AT_ONCE
    assert done.err == f"following the journal of tenant default at {running.url}; Ctrl-C ends it\n"


def test_journal_that_a_restore_set_back_is_followed_from_there():
    """The numbers are lower then; nothing that happens afterwards is missed."""
    with Receiver() as receiver, live(clock=Mode.JUMPING, targets=(pbx55(receiver),)) as running:
        snapshot = running.control("POST", "/snapshot").json
        with Started("tail", "--url", running.url) as started:
            running.control("POST", "/calls", {})
            started.line_with("pbx55 ended of call c1")
            assert running.control("POST", "/restore", snapshot).status == 200
            running.control("POST", "/calls", {"outcome": "missed"})

            again = [started.line_with("pbx55"), started.line_with("pbx55")]

    assert [line.split()[0] for line in again] == ["1", "2"]


def test_simulator_that_goes_away_is_the_environments_fault():
    with live() as running:
        started = Started("tail", "--url", running.url, "--json")
        # A first long poll is under way when its simulator stops.
        running.ask("POST", "/hubsoft/oauth/token", {})
        with Started("tail", "--url", running.url, "--tenant", "unclaimed") as other:
            other.line_with("hubsoft")
    with started:
        done = started.wait()

    assert done.code == 3
    assert "start one with pbxsim serve" in done.err


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--vendor", "pbx5"), 2, "--vendor pbx5: the simulator has digitro, hubsoft, nextbilling, pbx55, viacel"),
        (("--tenant", "nobody"), 2, "there is no tenant 'nobody'"),
        (("--after", "-1"), 2, "--after"),
        (("--url", "ftp://x"), 2, "write http://HOST:PORT"),
        (("--url", "http://127.0.0.1:1"), 3, "start one with pbxsim serve"),
    ],
)
def test_what_cannot_be_followed_is_told_in_plain_words(told, words, code, said):
    done = inside("tail", "--url", told.url, "--once", "--json", *words)

    assert done.code == code
    assert said in done.err
    if code == 3:
        assert json.loads(done.out)["exit_code"] == 3


def test_control_token_is_asked_for_and_taken():
    with live(control_token="s3cret") as running:
        refused = inside("tail", "--url", running.url, "--once")
        taken = inside("tail", "--url", running.url, "--once", "--control-token", "s3cret")

        wrong = inside("tail", "--url", running.url, "--once", "--control-token", "s3cre")

    assert (refused.code, taken.code, wrong.code) == (2, 0, 2)
    assert "asks for its control token: give --control-token, or set PBXSIM_CONTROL_TOKEN" in refused.err
    assert "has another control token than this one" in wrong.err


def test_event_that_no_channel_was_open_for_is_no_error():
    event = Exchange("digitro", Direction.SENT, ASKED, None, error=UNHEARD)

    unheard, unanswered = (Told(1, exchange, None, {}) for exchange in (event, replace(event, error="refused")))

    assert [(told.mark, told.wrong) for told in (unheard, unanswered)] == [("--", False), ("ERR", True)]


@pytest.mark.parametrize(
    ("exchange", "mark"),
    [
        (Exchange("hubsoft", Direction.RECEIVED, ASKED, HttpResponse(200), fault="delay"), "flaw"),
        (Exchange("hubsoft", Direction.RECEIVED, ASKED, None, error="reset on purpose", fault="reset"), "flaw"),
        (Exchange("hubsoft", Direction.SENT, ASKED, None, error="timed out", other_fault="late"), "flaw"),
        (Exchange("hubsoft", Direction.SENT, ASKED, HttpResponse(429), other_fault="too_many"), "flaw"),
        (Exchange("pbx55", Direction.SENT, ASKED, None, error="dropped on purpose", fault="drop"), "flaw"),
        (Exchange("pbx55", Direction.SENT, ASKED, None, error="connection refused", fault="delay"), "ERR"),
        (Exchange("digitro", Direction.SENT, ASKED, None, error=UNHEARD, fault="delay"), "flaw"),
    ],
)
def test_what_went_wrong_on_purpose_is_no_error_and_all_else_is(exchange, mark):
    told = Told(1, exchange, Judgement(None), {})

    assert (told.mark, told.wrong) == (mark, mark == "ERR")


def test_violation_of_an_integration_shows_though_its_answer_was_struck_on_purpose():
    """A delay stands on every answer: what is asked wrongly is as wrong as it would be without."""
    with live() as running:
        fault = {"on": {"vendor": "hubsoft", "answer": "any"}, "do": {"delay": "1ms"}}
        assert running.control("POST", "/faults", fault).status == 201
        body = {"grant_type": "password", **running.credentials("hubsoft")}
        token = running.ask("POST", "/hubsoft/oauth/token", body).json["access_token"]
        path, shown = "/hubsoft/api/v1/integracao/pbx/ligacao/notificar", {"authorization": f"Bearer {token}"}
        running.ask("POST", path, {"ramal": 111, "telefone": 37999912222}, shown)
        running.ask("POST", path, {"ramal": []}, shown)

        lines = tail(running, "--after", "0")
        wrong = numbers(running, "--errors")

    assert [line.split()[2] for line in lines] == ["flaw", "flaw", "ERR"]
    assert wrong == [3]
