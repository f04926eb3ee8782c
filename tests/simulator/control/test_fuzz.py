"""Made-up requests at every operation of the control API: schemathesis finds nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from schemathesis.core.failures import Failure
from schemathesis.core.transport import Response
from schemathesis.generation.case import Case
from schemathesis.openapi.checks import RejectedPositiveData

from contracts.operation import JSON
from simulator.control.face import control_contract
from tests import plain
from tests.fuzzing import SEEDS, Document, is_good, play
from tests.live import Live, live

pytestmark = pytest.mark.fuzz

CONTRACT = control_contract()
LIMIT = 1024 * 1024
# What is there, so that a made-up request has something to act on; and no waiting on the wall clock.
NAMES = dict.fromkeys(("tenant", "name"), "fuzzed")
THERE = NAMES | {"call": "c1", "run": "r1", "target": "t1", "kind": "extension", "wait": 0}
THERE |= {"number": 1, "extension": "113", "fault": "f1"}
# Bodies that are done, where no made-up one is.
DONE = {
    "revokeTokens": {"vendor": "hubsoft"},
    "addTarget": {"vendor": "pbx55", "url": "http://127.0.0.1:9/nobody"},
    "stepCall": {"step": "ring", "extension": "112"},
    "playScenario": {"scenario": "sms_sent"},
    "setClock": {"clock": "2x"},
    "letAgent": {"do": "login", "queue": "vendas"},
    "addFault": {"on": {"vendor": "hubsoft", "answer": "notifyCall"}, "do": {"status": 500}},
    "replaceNumbers": {"numbers": [{"ending": "9001", "outcome": "busy"}]},
}


class Statuses:
    """Looks at an answer alone: 422 says that a request was understood and cannot be, 413 that it is too large."""

    def __init__(self) -> None:
        self.done = 0

    def faults(self, case: Case, response: Response) -> Iterator[str]:
        """Count what was done."""
        self.done += is_good(case) and response.status_code < 300
        return iter(())

    def forgives(self, failure: Failure, case: Case, response: Response) -> bool:
        """Return whether a good request was refused for what it means, or for its size."""
        too_large = len(response.request.body or b"") > LIMIT
        status = 413 if too_large else 422
        return isinstance(failure, RejectedPositiveData) and response.status_code == status


@pytest.fixture
def running() -> Iterator[Live]:
    with live() as simulator:
        simulator.make_tenant("fuzzed")
        target = {"vendor": "pbx55", "url": f"{simulator.url}/nobody"}
        made = (("/targets", target), ("/calls", {"outcome": "open"}), ("/runs", {"scenario": "sms_sent"}))
        for path, body in (*made, ("/faults", DONE["addFault"])):
            assert simulator.control("POST", path, body, tenant="fuzzed").status == 201
        assert simulator.control("GET", "/journal", tenant="fuzzed", after=0, wait=10).json["entries"]
        yield simulator


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("operation", CONTRACT.operations)
def test_fuzzing_finds_nothing(running: Live, operation: str, seed: int) -> None:
    """No 5xx, nothing undocumented, what is bad refused and what is good taken."""
    meant = CONTRACT.operations[operation]
    openapi = plain.document(CONTRACT.strict.files, meant, meant.methods[0], THERE)
    done = DONE | {"restore": running.control("POST", "/snapshot", tenant="fuzzed").json}
    if operation in done:
        (node,) = (item[meant.methods[0].lower()] for item in openapi["paths"].values())
        node["requestBody"]["content"][JSON]["example"] = done[operation]
    watch = Statuses()

    played = play(Document(openapi, operation, f"{running.url}/_sim", {}), watch, seed)

    assert not played.found, played.told
    assert watch.done
