"""What a recording expects: messages of its calls, and what the integration itself asked for."""

from dataclasses import replace

import pytest

from contracts.model import Direction, Exchange, HttpRequest, HttpResponse
from simulator.recording.expecting import expectations
from simulator.telephony.calls import Call, Kind
from simulator.telephony.calls import Direction as Way
from simulator.tenancy.tenants import FIRST_MORNING

REQUEST = HttpRequest("POST", "/api/v1/integracao/pbx/ligacao/notificar", "", (), b'{"ramal": 111}')
SENT = Exchange(
    "hubsoft",
    Direction.SENT,
    REQUEST,
    HttpResponse(200),
    operation="notifyCall",
    message="notified",
    at=FIRST_MORNING,
    call="c1",
    target="erp",
    delivery="d1",
    job=1,
)
CAME = Exchange("hubsoft", Direction.RECEIVED, REQUEST, HttpResponse(200), operation="notifyCall", at=FIRST_MORNING)


def received(*exchanges):
    call, _ = Call("c1", 1, Way.INBOUND, "5537999912222", "551130037293").apply(Kind.STARTED, FIRST_MORNING)
    exchanged = [(number, exchange, None) for number, exchange in enumerate(exchanges, 1)]
    found, _ = expectations([call], {"c1": "A"}, exchanged, set())
    return [each["received"]["operation"] for each in found if "received" in each]


def test_request_of_the_integration_is_expected_though_we_sent_the_same():
    assert received(SENT, CAME) == ["notifyCall"]


@pytest.mark.parametrize("own", [replace(CAME, target="own-hubsoft"), replace(CAME, id="replay of 1")])
def test_request_of_our_own_is_expected_of_nobody(own):
    assert received(SENT, own) == []
