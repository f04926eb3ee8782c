"""What ``pbxsim record`` expects again: what the integration asked, and what went out."""

import json

from scenarios.expected import Clean, Received, Sent
from scenarios.loader import load_text
from simulator.clock import Mode
from tests.cli.recorded import PLAIN, REAL_PHONE, happened, recorded
from tests.cli.running import inside
from tests.core import SMS, ask, log_in, pbx55, request, run, running
from tests.live import live
from tests.receiver import Receiver

NOTIFY = "/hubsoft/api/v1/integracao/pbx/ligacao/notificar"


def test_requests_of_the_integration_are_expected_again():
    """Not its login, which it need not repeat."""
    with live(clock=Mode.JUMPING) as running_one:
        happened(running_one, PLAIN, None)
        own = running_one.credentials("hubsoft")
        body = {"grant_type": "password", **own}
        token = running_one.ask("POST", "/hubsoft/oauth/token", body).json["access_token"]
        call = {"ramal": 111, "telefone": int(REAL_PHONE)}
        running_one.ask("POST", NOTIFY, call, {"authorization": f"Bearer {token}"})
        scenario = load_text(recorded(running_one)["scenario"], "recorded.yaml")

    received = [e for e in scenario.expectations if isinstance(e, Received)]
    assert [(e.match.vendor, e.match.operation, e.match.status, e.least, e.most) for e in received] == [
        ("hubsoft", "notifyCall", 200, 1, None)
    ]

    async def work(*, asked):
        async with running(listen=True) as simulator:
            begun = simulator.engine.play(simulator.default, scenario)
            if asked:
                token = json.loads((await log_in(simulator)).body)["access_token"]
                headers = ("Content-Type: application/json", f"Authorization: Bearer {token}")
                await ask(simulator.server, request(f"POST {NOTIFY}", *headers, body=json.dumps(call).encode()))
            return await simulator.engine.verdict(simulator.default, begun.id)

    assert run(work(asked=True)).exit_code == 0
    assert [o.met for o in run(work(asked=False)).outcomes if isinstance(o.expectation, Received)] == [False]


def test_request_that_broke_the_contract_is_expected_to_do_so_again():
    with live(clock=Mode.JUMPING) as running_one:
        happened(running_one, PLAIN, None)
        body = {"grant_type": "password", **running_one.credentials("hubsoft")}
        token = running_one.ask("POST", "/hubsoft/oauth/token", body).json["access_token"]
        running_one.ask("POST", NOTIFY, {"ramal": []}, {"authorization": f"Bearer {token}"})

        scenario = load_text(recorded(running_one)["scenario"], "recorded.yaml")

    assert [e.wanted for e in scenario.expectations if isinstance(e, Clean)] == [False]


def test_what_was_sent_to_a_fake_of_our_own_is_no_request_of_the_integration():
    with live(clock=Mode.JUMPING) as running_one:
        own = running_one.credentials("hubsoft")
        target = {"vendor": "hubsoft", "url": f"{running_one.url}/hubsoft", "credentials": own}
        assert running_one.control("POST", "/targets", target).status == 201
        happened(running_one, PLAIN, None)

        scenario = load_text(recorded(running_one)["scenario"], "recorded.yaml")

    assert [e for e in scenario.expectations if isinstance(e, Received)] == []
    assert [e for e in scenario.expectations if isinstance(e, Sent)] != []


def test_message_that_a_fault_spoilt_is_expected_without_a_count():
    text = SMS + "faults: [{on: {vendor: pbx55}, do: {duplicate: true}}]\n"
    with Receiver() as receiver, live(clock=Mode.JUMPING, targets=(pbx55(receiver),)) as running_one:
        happened(running_one, text, None)

        scenario = load_text(recorded(running_one)["scenario"], "recorded.yaml")

    assert [(e.match.message, e.least, e.most) for e in scenario.expectations if isinstance(e, Sent)] == [
        ("sms", 1, None)
    ]


def test_expectations_beyond_those_that_a_scenario_may_have_are_left_out_and_counted():
    steps = "".join(f'  - inbound: {{call: c{n}, from: "{REAL_PHONE}"}}\n' for n in range(90))
    steps += "".join(f"  - {{after: 1s, hangup: {{call: c{n}, by: outside}}}}\n" for n in range(90))
    with Receiver() as receiver, live(clock=Mode.JUMPING, targets=(pbx55(receiver),)) as running_one:
        happened(running_one, f"scenario: many\ntitle: Many calls\nsteps:\n{steps}", None)
        made = recorded(running_one)
        told_so = inside("record", "--url", running_one.url).err

    scenario = load_text(made["scenario"], "recorded.yaml")
    assert (len(made["calls"]), len(scenario.expectations)) == (90, 201)  # and clean, which needs no writing
    assert made["expectations_left_out"] == 70
    assert told_so.startswith("70 expectations are left out")
