"""``pbxsim replay``: an exchange once more, with its secrets where the journal has none, and a curl without them."""

import json
import shlex
import subprocess

import pytest

from tests.cli.replayed import at, replayed, token_of
from tests.cli.running import environment, inside
from tests.core import SMS, TOKEN, pbx55
from tests.live import live
from tests.needs import needs
from tests.receiver import Receiver, Reply
from tests.vendors.hubsoft_peer import HUBSOFT, NOTIFIED, granted, hubsoft


def called(running, scenario="sms_sent"):
    """Play a scenario to its end."""
    run = running.control("POST", "/runs", {"scenario": scenario}).json["id"]
    while running.control("GET", f"/runs/{run}", wait=20).json["status"] == "running":
        pass


def test_push_goes_to_its_target_again_byte_for_byte_with_its_token():
    with Receiver() as receiver, at(pbx55(receiver, delivery_header=True)) as running:
        called(running)

        done = replayed(running, "1")

        first, second = receiver.requests
    assert done.code == done.json["exit_code"] == 0
    assert second == first
    assert len(receiver.requests) == 2
    assert TOKEN in str(second.headers)
    entry = done.json["entry"]
    assert (entry["number"], entry["id"], entry["message"], entry["call"]) == (2, "replay of 1", "sms", "c1")
    assert TOKEN not in done.said


def test_push_of_a_vendor_with_a_login_goes_again_with_a_token_that_is_good_now():
    answers = [granted("first-token"), NOTIFIED]
    with Receiver(answers, otherwise=NOTIFIED) as erp, at(hubsoft(erp)) as running:
        called(running, "missed_inbound")
        number = next(e["number"] for e in running.journal() if e["message"] == "notified")

        done = replayed(running, str(number))

    assert done.code == 0
    assert erp.requests[-1].header("authorization") == "Bearer first-token"
    assert erp.requests[-1].body == erp.requests[1].body


def test_login_goes_again_with_the_targets_credentials():
    with Receiver([granted("first-token")], otherwise=granted("other-token")) as erp, at(hubsoft(erp)) as running:
        called(running, "missed_inbound")
        assert running.journal()[0]["operation"] == "issueToken"

        done = replayed(running, "1")

    assert done.code == 0
    assert erp.requests[-1].json == erp.requests[0].json
    assert erp.requests[-1].json["client_secret"] == HUBSOFT["client_secret"]
    assert HUBSOFT["client_secret"] not in done.said


def test_curl_repeats_the_exchange_when_its_variables_are_set():
    """It is run as printed, by a shell; the secrets are in the environment alone."""
    needs("curl", "sh")
    with live() as running:
        own = running.credentials("hubsoft")
        running.ask("POST", "/hubsoft/oauth/token", {"grant_type": "password", **own})

        done = replayed(running, "1", "--curl")
        secrets = {"PBXSIM_HUBSOFT_CLIENT_SECRET": own["client_secret"], "PBXSIM_HUBSOFT_PASSWORD": own["password"]}
        said = subprocess.run(
            ("sh", "-c", done.json["curl"]), env=environment(secrets), capture_output=True, check=True, timeout=20
        )

        assert len(running.journal()) == 2
    assert json.loads(said.stdout)["access_token"]
    assert sorted(done.json["variables"]) == sorted(secrets)
    assert all(value not in done.said for value in secrets.values())


@pytest.mark.parametrize(("answer", "code"), [(500, 1), (Reply(reset=True), 3)], ids=["refused", "unanswered"])
def test_target_that_refuses_or_does_not_answer_fails_as_a_run_does(answer, code):
    with Receiver([200], otherwise=answer) as receiver, at(pbx55(receiver)) as running:
        called(running)

        done = replayed(running, "1")

        assert len(running.journal()) == 2  # once, and not again and again
    assert done.code == code


def test_message_that_was_dropped_on_purpose_goes_out_as_it_should_have():
    text = SMS + "faults: [{on: {vendor: pbx55}, do: {drop: true}}]\n"
    with Receiver() as receiver, at(pbx55(receiver)) as running:
        running.control("POST", "/runs", {"text": text})
        assert running.journal(wait=20)[0]["fault"] == "drop"

        done = replayed(running, "1")

    assert (done.code, done.json["entry"]["fault"]) == (0, None)
    assert [TOKEN in str(request.headers) for request in receiver.requests] == [True]


def test_push_whose_target_is_gone_is_not_sent():
    with Receiver() as receiver, at(pbx55(receiver)) as running:
        called(running)
        running.control("DELETE", "/targets/t1")

        done = replayed(running, "1")

    assert done.code == 2
    assert "its target 't1' is gone" in done.err


def test_run_that_is_judged_meanwhile_does_not_count_it():
    """A push that was sent again by hand is none of the scenario's."""
    text = """
scenario: counted
title: A message is counted while another hand sends it again
steps:
  - sms: {call: A, extension: "111", to: "37999912222"}
  - await: {request: {vendor: hubsoft, operation: issueToken}, within: 20s}
expect:
  - sent: {vendor: pbx55, call: A, times: 1}
"""
    with Receiver() as receiver, at(pbx55(receiver)) as running:
        run = running.control("POST", "/runs", {"text": text}).json["id"]
        assert running.journal(wait=20)
        assert replayed(running, "1").code == 0
        token_of(running)
        while (shown := running.control("GET", f"/runs/{run}", wait=20).json)["status"] == "running":
            pass

    assert len(receiver.requests) == 2
    assert shown["status"] == "passed"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("99",), 2, "has no exchange 99 in its journal"),
        (("0",), 2, "0 is not in the range"),
        (("x",), 2, "'x' is not a valid integer"),
        (("1", "--tenant", "nobody"), 2, "there is no tenant 'nobody'"),
        (("1", "--url", "http://127.0.0.1:1"), 3, "start one with pbxsim serve"),
    ],
)
def test_what_cannot_be_replayed_is_told_in_plain_words(words, code, said):
    with live() as running:
        done = inside("replay", "--url", running.url, *words)

    assert done.code == code
    assert said in done.err


def test_lines_show_both_exchanges_and_the_curl():
    with live(control_token="s3cret") as running:
        running.ask("POST", "/hubsoft/oauth/token", {"grant_type": "password"})
        words = ("1", "--url", running.url, "--tenant", "unclaimed", "--control-token", "s3cret")

        done = inside("replay", *words)
        curl = inside("replay", *words, "--curl")

    first, second, by_hand, command = done.out.splitlines()
    assert done.code == 1
    assert [line.split()[0] for line in (first, second)] == ["1", "2"]
    assert by_hand == "by hand:"
    assert shlex.split(command)[0] == "curl"
    assert curl.out.splitlines() == [by_hand, command]
