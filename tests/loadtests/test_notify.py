from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from contracts import contract
from contracts.model import HttpResponse
from simulator.identity import Identity
from simulator.vendor import Problem, Refusal
from simulator.vendors.hubsoft import VENDOR
from tests.loadtests.locust_run import ROOT, locust
from tests.receiver import Receiver, Reply

pytestmark = pytest.mark.slow


def test_a_simulator_takes_what_users_tell_it(tmp_path: Path) -> None:
    """Against the fake: a token for each user, then notices and cancels, and no failure."""
    with simulator() as url:
        run = locust("notify.py", tmp_path, "--host", f"{url}/hubsoft", "-u", "3", "-r", "3", "-t", "4s")

    assert (run.code, run.failed, set(run.rows)) == (0, 0, {"token", "notified", "cancelled"}), run.output
    assert run.rows["token"] == (3, 0)
    assert 0 <= run.rows["notified"][0] - run.rows["cancelled"][0] <= 3
    assert run.rows["cancelled"][0] > 0


def test_a_refusal_with_200_is_a_failure(tmp_path: Path) -> None:
    """The vendor's envelope is believed, and not the HTTP status."""
    with Receiver([granted("t1")], otherwise=refusal(Problem.VIOLATION)) as erp:
        run = locust("notify.py", tmp_path, "--host", erp.url, "-t", "1s")

    reason = "refused in the vendor's envelope with 200: expected an acceptance"
    assert run.code == 1
    assert run.rows["token"] == (1, 0)
    assert run.reasons == {"notified": {reason}, "cancelled": {reason}}


def test_a_token_is_renewed_once_it_is_refused(tmp_path: Path) -> None:
    """A 401 to a token that was good is no failure: the message goes out once more, with a new token."""
    answers = [granted("t1"), accepted("notifyCall"), refusal(Problem.UNAUTHENTICATED), granted("t2")]
    with Receiver([*answers, accepted("cancelCall")], otherwise=503) as erp:
        run = locust("notify.py", tmp_path, "--host", erp.url, "-t", "1s")
        _, notice, expired, login, again = erp.requests[:5]

    assert [r.header("authorization") for r in (notice, expired, login, again)] == [
        "Bearer t1",
        "Bearer t1",
        None,
        "Bearer t2",
    ]
    assert (expired.path, expired.body) == (again.path, again.body)
    assert run.rows["token"] == (2, 0)
    assert run.reasons["cancelled"] == {"answered 503: expected 2xx"}


def test_a_new_token_that_is_refused_is_a_failure(tmp_path: Path) -> None:
    """Only a token that was taken before can have expired."""
    with Receiver([granted("t1")], otherwise=refusal(Problem.UNAUTHENTICATED)) as erp:
        run = locust("notify.py", tmp_path, "--host", erp.url, "-t", "1s")

    assert run.rows["notified"] == (1, 1)
    assert run.reasons["notified"] == {"answered 401: expected 2xx"}
    assert run.reasons["token"] == {"answered 401: expected 2xx"}


def test_credentials_come_from_the_environment(tmp_path: Path) -> None:
    """PBXSIM_CREDENTIALS is what a token is asked with; without it, those of a simulator's tenant default."""
    own = dict(VENDOR.credentials(Identity("mine")))

    with Receiver(otherwise=401) as erp:
        locust("notify.py", tmp_path, "--host", erp.url, "-t", "1s", PBXSIM_CREDENTIALS=json.dumps(own))

    assert own.items() <= erp.requests[0].json.items()


def test_credentials_that_cannot_be_used_end_the_run(tmp_path: Path) -> None:
    """The message names what is expected, and shows no secret."""
    run = locust(
        "notify.py", tmp_path, "--host", "http://127.0.0.1:9", "-t", "1s", PBXSIM_CREDENTIALS='{"a": "s3cret"}'
    )

    assert (run.code, run.rows) == (1, {})
    assert "PBXSIM_CREDENTIALS cannot be used: expected a JSON object with the texts" in run.output
    assert "s3cret" not in run.output


def granted(token: str) -> Reply:
    """Return the printed answer of the token route, with this token."""
    assert VENDOR.login is not None
    text = json.dumps(printed("issueToken", "printed"))
    found = VENDOR.login.token(HttpResponse(200, (), text.encode()))
    assert found is not None
    return Reply(200, text.replace(found[0], token).encode())


def accepted(operation: str) -> Reply:
    return as_json(200, printed(operation, "printed-curl"))


def refusal(problem: Problem) -> Reply:
    assert VENDOR.refuse is not None
    reply = VENDOR.refuse(Refusal(problem, "no"))
    return as_json(reply.status, reply.body)


def printed(operation: str, name: str) -> dict[str, object]:
    """Return the answer of an example that the vendor prints."""
    path = contract.HOME / VENDOR.key / "examples" / operation / "valid" / f"{name}.json"
    found: dict[str, object] = json.loads(path.read_text())["response"]["body"]
    return found


def as_json(status: int, body: object) -> Reply:
    return Reply(status, json.dumps(body).encode())


@contextmanager
def simulator() -> Iterator[str]:
    """Run a simulator as a program of its own, on a free port, and yield its URL."""
    command = (sys.executable, "-c", "from simulator.cli import main; main()", "serve", "--port", "0")
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            assert process.stdout is not None
            said = []
            for line in process.stdout:
                said.append(line)
                if line.startswith("pbxsim is up at "):
                    break
            else:
                raise AssertionError("".join(said))
            yield line.split()[-1]
        finally:
            process.terminate()
            process.communicate(timeout=20)
