"""Numbers abroad: who calls from there, and who is called there, is kept, told and charged as such."""

import json

import pytest

from tests.core import pbx55, play, played, run, running, story
from tests.live import live
from tests.receiver import Receiver

SPAIN = "0034912345678"
# Behind the country code there is no more than a local number has in Brazil.
SHORT = {
    "Uruguay": ("+59829010000", "598", "29010000"),
    "Norway": ("004722334455", "47", "22334455"),
    "Denmark": ("004533112233", "45", "33112233"),
    "Singapore": ("006561234567", "65", "61234567"),
    "Ireland": ("0035315123456", "353", "15123456"),
    "Saint Helena": ("0029051234", "290", "51234"),
}


@pytest.mark.parametrize(
    ("written", "country", "local"),
    [(SPAIN, "34", "912345678"), ("+34912345678", "34", "912345678"), *SHORT.values()],
)
@pytest.mark.parametrize(
    ("start", "tariff"),
    [
        ('outbound: {call: A, extension: "111", to: "%s"}', "DDI"),
        ('predictive: {call: A, to: "%s"}', "DDI"),
        ('inbound: {call: A, from: "%s"}', ""),
    ],
)
def test_call_with_abroad_is_pushed_with_its_country_and_charged_as_such(written, country, local, start, tariff):
    steps = f"  - {start % written}\n  - hangup: {{call: A, by: outside}}\n"
    with Receiver() as receiver:
        verdict, _ = played(story(f"scenario: far\ntitle: Far\nsteps:\n{steps}"), pbx55(receiver))
        body = json.loads(receiver.requests[-1].body)

    assert verdict.exit_code == 0
    assert (body["call_country_code"], body["call_area_code"], body["call_number"]) == (country, "", local)
    assert body["call_tax_type"] == tariff


def test_message_abroad_can_be_sent_and_received():
    steps = f'  - sms: {{call: A, extension: "111", to: "{SPAIN}"}}\n  - sms_in: {{call: B, from: "+34912345678"}}\n'

    async def work():
        async with running() as simulator:
            verdict = await play(simulator, story(f"scenario: far\ntitle: Far\nsteps:\n{steps}"))
            return verdict.problem, [call.outside for call in simulator.default.calls.values()]

    assert run(work()) == ("", [SPAIN, SPAIN])


@pytest.mark.parametrize(
    ("body", "outside"),
    [
        ({"direction": "outbound", "to": "+34912345678"}, SPAIN),
        ({"direction": "outbound", "to": "0012025550123", "outcome": "by_number"}, "0012025550123"),
        ({"direction": "outbound", "to": "5537999912222"}, "5537999912222"),
        ({"direction": "outbound", "to": "005537999912222"}, "5537999912222"),
        ({"from": SPAIN}, SPAIN),
    ],
)
def test_control_api_makes_calls_with_abroad(body, outside):
    with live() as server:
        made = server.control("POST", "/calls", body)
        assert made.status == 201, made.text

        assert server.control("GET", f"/calls/{made.json['call']}").json["outside"] == outside


@pytest.mark.parametrize("number", ["12345678", "349123456789", "00", "+", "0" * 12, "+0034912345678", "00" + "1" * 16])
def test_control_api_says_at_once_which_numbers_can_be_called(number):
    """What is refused is refused where the words stand, and not by the scenario that is made of them."""
    with live() as server:
        for body in ({"from": number}, {"direction": "outbound", "to": number}):
            answer = server.control("POST", "/calls", body)

            assert answer.status == 400, answer.text
            assert "10 or 11 digits" in answer.text
