"""``pbxsim replay`` of what the integration asked: once more of the fake, with secrets that are good now."""

from tests.cli.replayed import at, replayed, token_of
from tests.core import pbx55
from tests.live import Client, live
from tests.receiver import Receiver

NOTIFY = "/hubsoft/api/v1/integracao/pbx/ligacao/notificar"
CALL = {"ramal": 111, "telefone": 37999912222}


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
