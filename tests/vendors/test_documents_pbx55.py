"""What 55PBX's documents print of a call, sent to the receiver by the real curl."""

from __future__ import annotations

import pytest

from contracts.contract import load
from contracts.examples import examples
from tests.cli.running import Started
from tests.needs import needs
from tests.vendors.printed import Curled, curl
from tests.vendors.samples import printed


@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_sample_of_55pbxs_is_taken_by_the_receiver(method: str) -> None:
    """Repaired and under the readings that its contradictions need: the receiver has nothing to say against it."""
    needs("curl")
    (sample,) = (e for e in examples(load("pbx55")) if e.path.stem == "printed-example-repaired")
    chosen = {**sample.exchange.readings, "P7": "any-number"}  # it is printed without the pushes before it
    readings = [word for name, value in chosen.items() for word in ("--reading", f"pbx55:{name}={value}")]

    with Started("listen", "--port", "0", "--count", "1", *readings) as started:
        answer = push(started, method, sample.exchange.request.body)
        done = started.wait()

    assert answer.status == 200
    assert (done.code, "CLEAN: 1 exchange, 0 errors" in done.out) == (0, True)


def test_sample_of_55pbxs_as_printed_is_no_json() -> None:
    """ISODate, a comma and a bracket too many: the receiver says so, and ends with 1."""
    needs("curl")
    (sample,) = (p.values[0] for p in printed("pbx55", "callData", readable=False))

    with Started("listen", "--port", "0", "--count", "1") as started:
        push(started, "PUT", sample.exchange.request.body)
        done = started.wait()

    assert done.code == 1
    assert "malformed" in done.out


def push(started: Started, method: str, body: bytes) -> Curled:
    return curl(["curl", "-X", method, "-H", "content-type: application/json", "-d", body.decode(), started.url()])
