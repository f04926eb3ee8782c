"""``pbxsim replay``: an exchange once more, with its secrets where the journal has none, and a curl without them."""

import json
import shlex
import subprocess

import pytest

from simulator.clock import Mode
from tests.cli.running import environment, inside
from tests.core import SMS, TOKEN, pbx55
from tests.live import Client, live
from tests.needs import needs
from tests.receiver import Receiver, Reply
from tests.vendors.hubsoft_peer import HUBSOFT, NOTIFIED, granted, hubsoft

NOTIFY = "/hubsoft/api/v1/integracao/pbx/ligacao/notificar"
CALL = {"ramal": 111, "telefone": 37999912222}


def at(target):
    return live(clock=Mode.JUMPING, targets=(target,))


def replayed(running, number, *words):
    return inside("replay", number, "--url", running.url, "--json", *words)


def called(running, scenario="sms_sent"):
    """Play a scenario to its end."""
    run = running.control("POST", "/runs", {"scenario": scenario}).json["id"]
    while running.control("GET", f"/runs/{run}", wait=20).json["status"] == "running":
        pass


def token_of(running):
    body = {"grant_type": "password", **running.credentials("hubsoft")}
    return running.ask("POST", "/hubsoft/oauth/token", body).json["access_token"]


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


def test_request_is_asked_of_its_fake_again_with_a_token_that_is_good():
    with live() as running:
        old = token_of(running)
        assert running.ask("POST", NOTIFY, CALL, {"authorization": f"Bearer {old}"}).status == 200
        running.control("POST", "/revocations", {"vendor": "hubsoft", "token": old})
        new = token_of(running)

        done = replayed(running, "2")

        asked = [(e["operation"], e["response"]["status"]) for e in running.journal()]
    assert done.code == 0
    assert done.json["entry"]["number"] == 4
    assert asked[3] == asked[1] == ("notifyCall", 200)
    assert old not in done.said
    assert new not in done.said


def test_request_with_secrets_in_its_address_is_asked_again():
    with live() as running:
        own = running.credentials("nextbilling")
        path = f"/nextbilling/api/manageRingGroups/{own['master_token']}/{own['master_key']}/0"
        assert running.ask("GET", path).status == 200

        done = replayed(running, "1")

    assert done.json["entry"]["response"]["status"] == 200
    assert own["master_key"] not in done.said


def test_key_in_a_header_is_put_back_for_other_vendors_too():
    with live() as running:
        key = running.credentials("pbx55")["key"]
        period = "2000-01-01T00:00:00.000-03:00/2099-12-31T23:59:59.999-03:00"
        report = (
            f"/pbx55/api/pbx/reports/metrics/{period}/all_queues/all_numbers/all_agent/report_02/undefined/undefined/-3"
        )
        first = running.ask("GET", report, None, {"key": key}).status

        done = replayed(running, "1")

    assert done.json["entry"]["response"]["status"] == first
    assert key not in done.said


def test_request_whose_token_is_good_no_more_is_not_sent_and_the_reason_is_told():
    with live() as running:
        token = token_of(running)
        running.ask("POST", NOTIFY, CALL, {"authorization": f"Bearer {token}"})
        running.control("POST", "/revocations", {"vendor": "hubsoft"})

        done = replayed(running, "2")

        assert len(running.journal()) == 2
    assert done.code == 2
    assert "the token in header authorization was hidden from the journal" in done.err
    assert "log in again" in done.err


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


def test_request_that_is_asked_again_by_hand_is_none_of_the_integrations():
    """It is answered and journaled, and no run that goes on meanwhile counts it."""
    text = """
scenario: counted
title: A request is made while another hand makes it again
steps:
  - inbound: {call: A, from: "37999912222"}
  - await: {request: {vendor: hubsoft, operation: issueToken}, within: 20s}
  - await: {request: {vendor: hubsoft, operation: findCustomers}, within: 1s}
expect:
  - received: {vendor: hubsoft, operation: issueToken, times: 1}
"""
    with Receiver() as receiver, at(pbx55(receiver)) as running:
        run = running.control("POST", "/runs", {"text": text}).json["id"]
        assert running.journal(wait=20)
        token_of(running)
        (asked,) = [e["number"] for e in running.journal() if e["operation"] == "issueToken"]
        assert replayed(running, str(asked)).code == 0
        while (shown := running.control("GET", f"/runs/{run}", wait=20).json)["status"] == "running":
            pass
        again = running.journal()[-1]

    assert (again["operation"], again["id"]) == ("issueToken", f"replay of {asked}")
    assert shown["status"] == "passed"


def test_event_of_a_channel_and_an_open_stream_are_not_sent_again():
    with live() as running:
        key = {"x-api-key": running.credentials("digitro")["api_key"]}
        client = Client(running.url)
        client.hold("/digitro/events", key)
        journal = running.journal()
        told = {entry["direction"]: replayed(running, str(entry["number"])) for entry in journal}
        curl = replayed(running, str(next(e["number"] for e in journal if e["direction"] == "sent")), "--curl")
        client.close()

    assert {done.code for done in told.values()} == {2}
    assert "event channels, which tell nothing twice" in told["sent"].err
    assert "its answer is a stream" in told["received"].err
    assert curl.json["curl"] == ""


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


def test_channel_that_opens_when_its_refusal_is_asked_again_is_closed():
    """Nobody would ever listen to it."""
    with live() as running:
        key = {"x-api-key": running.credentials("digitro")["api_key"]}
        running.control("POST", "/faults", {"on": {"vendor": "digitro", "answer": "any"}, "do": {"status": 503}})
        client = Client(running.url)
        refused = client.ask("GET", "/digitro/events", headers=key)
        client.close()
        running.control("DELETE", "/faults")
        done = replayed(running, "1")
        opened = running.journal()[-1]["response"]["status"]
        left = running.on_loop(lambda simulator: simulator.default.channels.count("digitro"))

    assert (refused.status, done.code, opened, left) == (503, 0, 200, 0)
