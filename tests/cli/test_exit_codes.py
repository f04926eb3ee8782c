"""How a run ends: 0 pass, 1 violation or missed expectation, 2 usage, 3 environment."""

import socket
import time

import pytest

from tests.cli.running import inside
from tests.receiver import Receiver

MISSED = """\
scenario: missed
title: It expects what does not happen
steps:
  - sms: {call: A, extension: "111", to: "37999912222", text: Ola}
expect:
  - sent: {vendor: pbx55, call: A, times: 2}
"""


@pytest.fixture
def closed():
    """The URL of a port where nothing listens."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))  # it is bound, so that no other test gets it, and does not listen
        yield f"http://127.0.0.1:{held.getsockname()[1]}/"


def test_run_that_meets_every_expectation_ends_with_0():
    done = inside("run", "sms_sent")

    assert done.code == 0
    assert "PASS sms_sent: 1 exchange, 0 errors" in done.out


def test_run_with_a_missed_expectation_ends_with_1_and_says_what_was_missed(tmp_path):
    file = tmp_path / "missed.yaml"
    file.write_text(MISSED)

    done = inside("run", file)

    assert done.code == 1
    assert "MISS sent pbx55 of A: expected exactly 2, found 1" in done.out
    assert "FAIL missed" in done.out


def test_run_against_an_endpoint_that_refuses_everything_ends_with_1():
    with Receiver(otherwise=500) as receiver:
        done = inside("run", "sms_sent", "--target", f"pbx55={receiver.url}")

    assert done.code == 1
    assert f"MISS 1 pbx55 message (sms) never arrived at {receiver.url}: answered 500" in done.out
    assert "each was given 5 attempts" in done.out
    assert len(receiver.requests) == 5


def test_run_against_an_endpoint_that_redirects_ends_with_1_and_follows_nothing():
    with Receiver(otherwise=307) as receiver:
        done = inside("run", "sms_sent", "--target", f"pbx55={receiver.url}")

    assert done.code == 1
    assert "answered 307" in done.out


def test_run_against_an_endpoint_that_recovers_passes():
    with Receiver([500, 503]) as receiver:
        done = inside("run", "sms_sent", "--target", f"pbx55={receiver.url}")

    assert done.code == 0
    assert [r.body for r in receiver.requests] == [receiver.requests[0].body] * 3


def test_run_against_nobody_ends_with_3_at_once_and_says_where_nobody_was(closed):
    began = time.monotonic()

    done = inside("run", "transferred_inbound", "--target", f"pbx55={closed}")

    assert done.code == 3
    assert f"never arrived at {closed}: connection refused: nothing listens there" in done.out
    assert f"nobody answered at {closed}: start what should answer there, or correct --target" in done.out
    assert "FAIL transferred_inbound" in done.out
    assert time.monotonic() - began < 15  # it takes one; a real clock would need 12 minutes


def test_run_against_a_host_that_does_not_resolve_ends_with_3():
    done = inside("run", "sms_sent", "--target", "pbx55=http://nobody.invalid/hook")

    assert done.code == 3
    assert "the name nobody.invalid does not resolve: check the target's URL" in done.out


def test_run_against_an_erp_that_is_not_there_ends_with_3_and_blames_no_message(closed):
    """The login fails, so the message never leaves; its missing credential is no violation."""
    done = inside("run", "answered_inbound", "--target", f"hubsoft={closed}")

    assert done.code == 3
    assert "no token, since the login failed: connection refused" in done.out
    assert "exchanges, 0 errors" in done.out


def test_worst_of_several_runs_decides(tmp_path):
    file = tmp_path / "missed.yaml"
    file.write_text(MISSED)

    done = inside("run", "sms_sent", file, "sms_sent")

    assert done.code == 1
    assert "2 of 3 scenarios pass" in done.out


def test_json_of_a_failed_run_says_so(tmp_path, closed):
    file = tmp_path / "missed.yaml"
    file.write_text(MISSED)

    missed, nobody = inside("run", file, "--json"), inside("run", "sms_sent", "--json", "--target", f"pbx55={closed}")

    assert (missed.code, missed.json["exit_code"], missed.json["runs"][0]["passes"]) == (1, 1, False)
    assert (nobody.code, nobody.json["exit_code"], nobody.json["runs"][0]["passes"]) == (3, 3, False)
    assert nobody.json["runs"][0]["undelivered"][0]["error"] == "connection refused: nothing listens there"


@pytest.mark.parametrize("place", ["/nowhere/journal.jsonl", "."])
def test_journal_that_cannot_be_written_is_refused_before_anything_is_played(tmp_path, place):
    done = inside("run", "sms_sent", "--journal", tmp_path / place)

    assert done.code == 3
    assert "cannot be written" in done.err
    assert done.out == ""


def test_canonical_without_a_journal_is_usage():
    done = inside("run", "sms_sent", "--canonical")

    assert done.code == 2
    assert "--canonical belongs to --journal FILE" in done.err
