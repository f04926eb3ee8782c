"""What a fake does with a request, from claim to journal: on a toy vendor, with real tenants and a real store."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from contracts.model import HttpRequest, HttpResponse, Part
from simulator.clock import Mode
from simulator.delivery.announcing import Announcer
from simulator.errors import Engaged, TalksTwice
from simulator.faces.pipeline import Pipeline
from simulator.shell.bridge import Slip
from simulator.storage.store import SqlStore
from simulator.switch.pbx import Pbx
from simulator.tenancy.registry import Tenants
from simulator.tenancy.tenants import UNCLAIMED, Profile, Tenant, first_clock
from simulator.vendor import Instruction, Problem, Received, Refusal, Reply, Wait, Work
from tests.contracts import toy
from tests.simulator.toy_fake import RUNG, SECRET, Asked, Toy, ring

ISSUED = "issued-token-0123456789"


@pytest.fixture
def ask(tmp_path: Path) -> Callable[..., Asked]:
    """Send one request to a pipeline on two tenants, ``acme`` and ``unclaimed``, and wait for what it wrote."""
    contract = toy.contract(tmp_path)

    def send(made: Toy, act: Callable[[Pipeline, Slip], HttpResponse] | HttpRequest, operation: str = "ring") -> Asked:
        async def steps() -> Asked:
            store, tenants = SqlStore(None), Tenants()
            try:
                for profile in (Profile("acme", credentials={"toy": {"code": SECRET}}), Profile(UNCLAIMED)):
                    readings = {"toy": contract.choose({})}
                    tenants.add(Tenant(profile, first_clock(Mode.JUMPING), readings))
                acme, slip = tenants.get("acme"), Slip()
                acme.records["bell"] = {"a": {"id": "a"}}
                acme.records["toy.token"] = {ISSUED: {"token": ISSUED}}
                pbx = Pbx({}, Announcer({}, {}, store))
                pipeline = Pipeline(made.vendor, contract, tenants, store, pbx)
                if isinstance(act, HttpRequest):
                    response = pipeline.answer(operation, act, {}, slip)
                else:
                    response = act(pipeline, slip)
                if slip.committed is not None:
                    await slip.committed
                return Asked(response, slip, acme.journal.after(0), tenants.get(UNCLAIMED).journal.after(0), acme)
            finally:
                store.close()

        return asyncio.run(steps())

    return send


def test_right_request_is_handled_judged_and_journaled(ask: Callable[..., Asked]) -> None:
    """The handler gets the decoded facts; the verdict counts the clauses of request, rules and answer."""
    received: list[Received] = []
    made = Toy(handler=lambda work, r: (received.append(r), RUNG)[1])

    asked = ask(made, ring({"bell": "a", "note": ""}, query="limit=3"))

    assert (asked.response.status, asked.body) == (200, {"ok": True})
    assert (received[0].operation, received[0].body, received[0].query) == (
        "ring",
        {"bell": "a", "note": ""},
        {"limit": "3"},
    )
    assert (len(asked.acme), asked.unclaimed) == (1, [])
    verdict = asked.entry.verdict
    assert verdict
    assert (verdict.operation, verdict.violations, verdict.unjudged) == ("ring", (), ())
    assert asked.entry.exchange.response == asked.response
    assert asked.slip.committed is not None


def test_what_passed_is_counted_in_request_and_answer_alike(ask: Callable[..., Asked], tmp_path: Path) -> None:
    """Judging the halves one after the other comes to what judging the whole exchange does."""
    asked = ask(Toy(), ring())
    whole = toy.contract(tmp_path / "again").check(asked.entry.exchange, facts=toy.Bells("a"))

    assert asked.entry.verdict == whole


def test_violation_is_refused_and_the_handler_never_runs(ask: Callable[..., Asked]) -> None:
    """The refusal has every violation of the request; the tenant's journal has them too."""
    made = Toy(handler=lambda work, received: pytest.fail("the handler ran"))

    asked = ask(made, ring({"bell": 1, "until": "soon"}))

    (refusal,) = made.seen
    assert refusal.problem is Problem.VIOLATION
    assert asked.entry.verdict
    assert refusal.violations == asked.entry.verdict.refused
    assert {v.pointer for v in refusal.violations} == {"/bell", "/until"}
    assert asked.body["why"].startswith("/bell: ")


def test_rule_of_the_records_is_a_violation(ask: Callable[..., Asked]) -> None:
    """A bell that is not there: only the tenant's records tell."""
    made = Toy()

    ask(made, ring({"bell": "b"}))

    assert [v.clause for v in made.seen[0].violations] == ["bell-exists"]


def test_drift_is_no_reason_to_refuse(ask: Callable[..., Asked]) -> None:
    """An unlisted value of an observed list is journaled, and the request is done."""
    asked = ask(Toy(), ring({"bell": "a", "mood": "cross"}))

    assert asked.response.status == 200
    assert asked.entry.verdict
    assert [(v.pointer, v.drift) for v in asked.entry.verdict.violations] == [("/mood", True)]


@pytest.mark.parametrize(
    ("request_", "problem"),
    [
        (ring(b'{"bell": '), Problem.MALFORMED),
        (ring(b'{"bell": NaN}'), Problem.MALFORMED),
        (
            ring(headers=(("authorization", f"Bearer {SECRET}"), ("content-type", "text/plain"))),
            Problem.UNSUPPORTED_MEDIA,
        ),
        (ring(headers=(("authorization", f"Bearer {SECRET}"),)), Problem.UNSUPPORTED_MEDIA),
    ],
)
def test_body_that_cannot_be_read_is_refused_by_what_is_wrong(
    ask: Callable[..., Asked], request_: HttpRequest, problem: Problem
) -> None:
    """Not JSON, or not said to be."""
    made = Toy()

    asked = ask(made, request_)

    assert [r.problem for r in made.seen] == [problem]
    assert len(asked.acme) == 1


@pytest.mark.parametrize("body", [None, b"{", {"bell": 1}])
def test_request_that_names_nobody_is_refused_first(ask: Callable[..., Asked], body: object) -> None:
    """Whatever else is wrong, the credential is; it is nobody's, with the claim's own words."""
    made = Toy()

    asked = ask(made, ring(body, token="unknown"))

    assert [(r.problem, r.detail) for r in made.seen] == [(Problem.UNAUTHENTICATED, "nobody has this")]
    assert (asked.acme, len(asked.unclaimed)) == ([], 1)


def test_open_operation_is_told_what_is_wrong_with_it(ask: Callable[..., Asked]) -> None:
    """Where no credential is asked for, a request that names nobody and is wrong is refused for that."""
    made = Toy()

    ask(made, replace(ring({"action": "open"}, token=None), path="/orders"), "order")

    assert [r.problem for r in made.seen] == [Problem.VIOLATION]


def test_admission_is_asked_before_the_handler(ask: Callable[..., Asked]) -> None:
    """A refusal by the vendor's own word."""
    made = Toy(
        handler=lambda work, received: pytest.fail("the handler ran"),
        admit=lambda work, received: Refusal(Problem.FORBIDDEN, "not today"),
    )

    assert ask(made, ring()).body == {"refused": "forbidden", "why": "not today"}


def test_handler_that_raises_has_changed_nothing(ask: Callable[..., Asked]) -> None:
    """What it had begun is gone, the answer is a failure in the vendor's words, and the journal has it."""

    def half(work: Work, received: Received) -> Reply:
        work.put("bell", "b", {"id": "b"})
        work.next_number("bell")
        raise RuntimeError("a secret reason")

    asked = ask(Toy(handler=half), ring())

    assert (asked.response.status, asked.body["refused"]) == (500, "failure")
    assert "secret" not in asked.response.body.decode()
    assert asked.tenant.records["bell"] == {"a": {"id": "a"}}
    assert "bell" not in asked.tenant.sequences
    assert len(asked.acme) == 1


@pytest.mark.parametrize("engaged", [Engaged("112", "c1"), TalksTwice("112", ["c1", "c2"])])
def test_command_that_would_let_an_agent_talk_twice_is_refused_in_words(
    ask: Callable[..., Asked], engaged: Exception
) -> None:
    """Whoever's command it was: the simulator has not failed."""

    def half(work: Work, received: Received) -> Reply:
        work.put("bell", "b", {"id": "b"})
        raise engaged

    asked = ask(Toy(handler=half), ring())

    assert (asked.response.status, asked.body) == (400, {"refused": "violation", "why": str(engaged)})
    assert asked.tenant.records["bell"] == {"a": {"id": "a"}}


def test_reply_that_breaks_its_contract_is_in_the_journal_as_such(ask: Callable[..., Asked]) -> None:
    """It goes out, since a test is to see it; the verdict says that the answer is wrong."""
    asked = ask(Toy(handler=lambda work, received: Reply(200, {"ok": "yes"})), ring())

    assert asked.body == {"ok": "yes"}
    assert asked.entry.verdict
    assert [(v.part, v.pointer) for v in asked.entry.verdict.violations] == [(Part.RESPONSE, "/ok")]


def test_wish_of_the_handler_is_on_the_slip(ask: Callable[..., Asked]) -> None:
    """The shell carries it out."""
    wish = Instruction(Wait.DELAY, 3)

    assert ask(Toy(handler=lambda work, received: replace(RUNG, instruction=wish)), ring()).slip.instruction == wish


def test_lost_change_is_answered_in_the_vendors_words(ask: Callable[..., Asked]) -> None:
    """503 with Retry-After, in the place of an answer that promised what was not kept."""
    asked = ask(Toy(), ring())

    assert asked.slip.on_failure is not None
    answer = asked.slip.on_failure()
    assert (answer.status, json.loads(answer.body)["refused"]) == (503, "failure")
    assert dict(answer.headers)[b"retry-after"] == b"1"
    assert dict(answer.headers)[b"content-length"] == str(len(answer.body)).encode()


@pytest.mark.parametrize(("token", "place"), [(SECRET, "acme"), ("unknown", UNCLAIMED), (None, UNCLAIMED)])
def test_request_that_reached_nothing_is_in_the_journal_of_whom_it_names(
    ask: Callable[..., Asked], token: str | None, place: str
) -> None:
    """A wrong path with a right credential is the tenant's."""
    http = ring(token=token, path="/nowhere")

    asked = ask(Toy(), lambda pipeline, slip: pipeline.refuse(Problem.NOT_FOUND, "nothing here", http, slip))

    assert [e.exchange.tenant for e in asked.acme + asked.unclaimed] == [place]
    assert asked.entry.exchange.operation is None
    assert asked.body == {"refused": "not_found", "why": "nothing here"}


@pytest.mark.parametrize(("problem", "status"), [(Problem.FAILURE, 503), (Problem.TOO_LARGE, 400)])
def test_status_of_the_simulators_own_stands_for_failures_only(
    ask: Callable[..., Asked], problem: Problem, status: int
) -> None:
    """A full simulator is 503; what the vendor has a word for keeps the vendor's status."""
    asked = ask(Toy(), lambda pipeline, slip: pipeline.refuse(problem, "", ring(), slip, status=503))

    assert asked.response.status == status


@pytest.mark.parametrize(
    "change",
    [
        {"path": f"/rings/7/{SECRET}"},
        {"path": f"/elsewhere/{SECRET}"},
        {"query": f"misspelt={SECRET}"},
        {"body": json.dumps({"bell": "a", "misspelt": SECRET}).encode()},
        {"body": json.dumps({"bell": SECRET}).encode()},
        {"body": f'{{"bell": "{SECRET}'.encode()},
        {"body": SECRET.encode()},
    ],
)
@pytest.mark.parametrize("token", [SECRET, None])
@pytest.mark.parametrize("secret", [SECRET, ISSUED])
def test_no_secret_is_journaled_wherever_it_stands(
    ask: Callable[..., Asked], change: Mapping[str, Any], token: str | None, secret: str
) -> None:
    """A credential or an issued token, misplaced, misspelt, in what cannot be read, and in what is told of it."""
    changed = {
        name: value.replace(SECRET.encode(), secret.encode())
        if isinstance(value, bytes)
        else value.replace(SECRET, secret)
        for name, value in change.items()
    }

    asked = ask(Toy(), ring(token=token, **changed))

    assert secret not in repr(asked.entry.exchange)
    assert secret[:12] not in repr(asked.entry.verdict)
    assert SECRET not in repr(asked.entry)
