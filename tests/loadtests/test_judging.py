from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from contracts.contract import load
from contracts.model import Exchange, HttpResponse
from loadtests.judging import Judge, exchange_of
from loadtests.sequences import Plot, Switchboard
from simulator.vendors.pbx55 import VENDOR

CONTRACT = load(VENDOR.key)
JSON = (("content-type", "application/json"),)


def test_an_exchange_that_keeps_the_contract_has_no_reason() -> None:
    """A 2xx to a good push is a success, whatever its body."""
    assert Judge(CONTRACT).reason(push(HttpResponse(204))) is None


def test_an_answer_that_is_no_2xx_is_named() -> None:
    """The status is the reason, and comes before the clause that it breaks."""
    assert Judge(CONTRACT).reason(push(HttpResponse(302))) == "answered 302: expected 2xx"


def test_a_silence_is_named() -> None:
    """Where nothing came back, the reason is why."""
    assert Judge(CONTRACT).reason(push("no answer: refused")) == "no answer: refused"


def test_a_refusal_in_a_2xx_is_a_failure() -> None:
    """A vendor that refuses with 200 is not believed by its status."""
    reason = Judge(CONTRACT).reason(push(HttpResponse(200)), accepted=lambda answer: False)

    assert reason == "refused in the vendor's envelope with 200: expected an acceptance"


def test_a_request_of_ours_that_breaks_the_contract_comes_first() -> None:
    """What we sent wrong explains the refusal, and says how surely it is wrong."""
    good = push(HttpResponse(500))

    reason = Judge(CONTRACT).reason(replace(good, request=replace(good.request, body=b"[]")))

    assert reason is not None
    assert reason.startswith("request breaks type (documented): expected ")


def push(answer: HttpResponse | str) -> Exchange:
    board = Switchboard(VENDOR, CONTRACT.choose({}), "1", 1)
    (message,) = board.play(Plot.SMS, datetime(2026, 3, 2, 12, 0, tzinfo=UTC))
    return exchange_of(VENDOR.key, message, "PUT", JSON, answer)
