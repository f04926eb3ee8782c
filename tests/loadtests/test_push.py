from __future__ import annotations

from pathlib import Path

import pytest

from contracts.contract import load
from contracts.model import Direction, Exchange, HttpRequest, HttpResponse, Violation
from tests.loadtests.locust_run import locust
from tests.receiver import Receiver, Request, redirect

pytestmark = pytest.mark.slow

CONTRACT = load("pbx55")
PHASES = {"started", "ended", "transferred", "sms"}


def test_a_user_pushes_whole_calls_in_their_order(tmp_path: Path) -> None:
    """What one user sends is clean by the contract, each push and the sequence, and its rows are the phases."""
    with Receiver() as receiver:
        run = locust(
            "push.py",
            tmp_path,
            *("--host", f"{receiver.url}/calls?key=1", "-u", "1", "-t", "3s"),
            PBXSIM_METHOD="PUT",
            PBXSIM_TOKEN="s3cret",
        )
        requests = receiver.requests

    assert (run.code, run.failed, set(run.rows)) == (0, 0, PHASES), run.output
    assert {(r.method, r.path, r.header("token")) for r in requests} == {("PUT", "/calls?key=1", "s3cret")}
    assert judged(requests) == []
    # A push that was on its way at the end has no row.
    assert len(requests) - sum(count for count, _ in run.rows.values()) in (0, 1)


def test_users_push_distinct_calls(tmp_path: Path) -> None:
    """Several users at once never use one call's identifier, and without settings it is POST without a token."""
    with Receiver() as receiver:
        run = locust("push.py", tmp_path, "--host", receiver.url, "-u", "5", "-r", "5", "-t", "2s")
        requests = receiver.requests

    assert (run.code, run.failed) == (0, 0), run.output
    assert {(r.method, r.header("token")) for r in requests} == {("POST", None)}
    # Each user is an account of its own, so only one user's balance falls from push to push.
    assert {v.clause for v in judged(requests)} <= {"balance-falls-by-the-cost"}


def test_a_refused_push_is_a_failure_with_its_reason(tmp_path: Path) -> None:
    """Every row fails, the reason is told once for each, and the run's exit code is 1."""
    with Receiver(otherwise=500) as receiver:
        run = locust("push.py", tmp_path, "--host", receiver.url, "-u", "2", "-r", "2", "-t", "2s")

    assert run.code == 1
    assert all(count == failures for count, failures in run.rows.values())
    assert run.reasons == {name: {"answered 500: expected 2xx"} for name in run.rows}


def test_a_redirect_is_not_followed(tmp_path: Path) -> None:
    """An answer cannot send the load elsewhere."""
    with Receiver() as elsewhere, Receiver(otherwise=redirect(elsewhere.url)) as receiver:
        run = locust("push.py", tmp_path, "--host", receiver.url, "-t", "1s")

    assert elsewhere.connections == 0
    assert run.reasons["started"] == {"answered 307: expected 2xx"}


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("PBXSIM_METHOD", "GET", "PBXSIM_METHOD is GET: expected POST or PUT"),
        ("PBXSIM_TOKEN", "açaí", "PBXSIM_TOKEN has a character that no header can hold"),
    ],
)
def test_a_setting_that_cannot_be_used_ends_the_run(name: str, value: str, said: str, tmp_path: Path) -> None:
    """A message before the first request."""
    run = locust("push.py", tmp_path, "--host", "http://127.0.0.1:9", "-t", "1s", **{name: value})

    assert (run.code, run.rows) == (1, {})
    assert said in run.output


def judged(requests: list[Request]) -> list[Violation]:
    """Return what the contract says of pushes as a receiver saw them, each and together."""
    exchanges = [
        Exchange(
            vendor=CONTRACT.key,
            direction=Direction.SENT,
            request=HttpRequest(request.method, "/", "", request.headers, request.body),
            response=HttpResponse(200),
        )
        for request in requests
    ]
    alone = [violation for exchange in exchanges for violation in CONTRACT.check(exchange).violations]
    return alone + [violation for _, violation in CONTRACT.check_sequence(exchanges)]
