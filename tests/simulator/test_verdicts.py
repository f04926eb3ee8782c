"""What a verdict comes to: which code a run ends with, and what is counted."""

from dataclasses import replace

import pytest

from contracts.contract import load
from contracts.model import (
    Confidence,
    Direction,
    Exchange,
    HttpRequest,
    HttpResponse,
    Judgement,
    Part,
    Severity,
    Violation,
)
from scenarios.expectations import Outcome
from scenarios.expected import Clean
from simulator.runs.records import verdict_record
from simulator.runs.verdicts import Finding, Verdict, judge, with_expectations
from tests.core import entries, pbx55, play, played, run, running
from tests.receiver import Receiver


def sent(target="t1", status=200, **more):
    response = HttpResponse(status) if status else None
    return Exchange("pbx55", Direction.SENT, HttpRequest("PUT", "/"), response, target=target, **more)


def violation(severity=Severity.ERROR, confidence=Confidence.DOCUMENTED, **more):
    return Violation(
        "required", Part.REQUEST, "/a", "nothing", "a value", "send it", "page 1", confidence, severity, **more
    )


MET, MISSED = (Outcome(Clean("here"), met, "clean") for met in (True, False))


@pytest.mark.parametrize(
    ("verdict", "code"),
    [
        (Verdict(), 0),
        (Verdict(outcomes=(MET,)), 0),
        (Verdict(findings=(Finding(1, sent(), violation(Severity.WARNING)),)), 0),
        (Verdict(findings=(Finding(1, sent(), violation()),), outcomes=(MET,)), 0),  # a scenario may expect errors
        (Verdict(unsent={"pbx55": 2}), 0),
        (Verdict(idle=("a fault struck nothing",)), 0),
        (Verdict(outcomes=(MET, MISSED)), 1),
        (Verdict(refused=(sent(),)), 1),
        (Verdict(dropped=1), 1),
        (Verdict(undelivered=(sent(status=500),), answered=frozenset({"t1"})), 1),
        (Verdict(undelivered=(sent(status=None),), answered=frozenset({"t1"})), 1),
        (Verdict(undelivered=(sent(status=None), sent("t2", None)), answered=frozenset({"t2"})), 1),
        (Verdict(undelivered=(sent(status=None),)), 3),
        (Verdict(undelivered=(sent(status=None), sent("t2", None))), 3),
        (Verdict(undelivered=(sent(status=None),), answered=frozenset({"t2"})), 3),
        (Verdict(problem="it broke", undelivered=(sent(status=None),)), 2),
    ],
)
def test_exit_code_says_what_kind_of_trouble_there_was(verdict, code):
    assert (verdict.exit_code, verdict.passes) == (code, code == 0)


def test_judge_counts_clauses_by_how_they_are_known_and_keeps_errors_apart_from_warnings():
    warning = violation(Severity.WARNING, Confidence.OBSERVED)
    pairs = [
        (sent(), Judgement("x", (violation(), warning), ("a-rule",), {Confidence.DOCUMENTED: 3})),
        (sent(), Judgement("x", (), ("a-rule", "other"), {Confidence.DOCUMENTED: 1, Confidence.INFERRED: 2})),
    ]

    verdict = judge(pairs, {})

    assert (verdict.exchanges, dict(verdict.passed)) == (2, {Confidence.DOCUMENTED: 4, Confidence.INFERRED: 2})
    assert dict(verdict.unjudged) == {"a-rule": 2, "other": 1}
    assert [f.number for f in verdict.errors] == [1]
    assert [f.violation for f in verdict.warnings] == [warning]


def test_broken_guess_is_an_error_when_guesses_are_taken_strictly():
    guess = violation(Severity.WARNING, Confidence.INFERRED)
    allowed_later = replace(guess, note="a later page allows it")

    strict = judge([(sent(), Judgement("x", (guess, allowed_later)))], {}, strict_inferred=True)

    assert [f.violation.severity for f in strict.findings] == [Severity.ERROR, Severity.WARNING]


def exchanges_of(scenario):
    with Receiver() as receiver:
        _, journal = played(scenario, pbx55(receiver))
    return [(e.exchange, e.verdict) for e in journal]


def test_judge_adds_what_only_several_exchanges_show():
    contracts = {"pbx55": load("pbx55")}
    pairs = exchanges_of("answered_inbound")

    assert judge(pairs, contracts).findings == ()
    (finding,) = judge(pairs[1:], contracts).errors
    assert (finding.number, finding.violation.clause) == (1, "first-push-comes-first")


def test_judge_knows_that_what_was_never_sent_is_missing_on_purpose():
    contracts = {"pbx55": load("pbx55")}
    (first, _), *others = exchanges_of("answered_inbound")
    dropped = replace(first, response=None, fault="drop")

    verdict = judge([(dropped, None), *others], contracts)

    assert (verdict.findings, verdict.exchanges) == ((), 1)


def test_judge_of_a_part_does_not_add_up_over_all_calls():
    """Of three calls that cost something, the middle one is left out: the balance seems to fall twice."""

    async def work():
        async with running(pbx55(receiver)) as simulator:
            for _ in range(3):
                await play(simulator, "sms_sent")
            return [(e.exchange, e.verdict) for e in entries(simulator.default)]

    with Receiver() as receiver:
        pairs = run(work())
    contracts = {"pbx55": load("pbx55")}

    assert judge(pairs, contracts).findings == ()
    assert [f.violation.clause for f in judge(pairs[::2], contracts).findings] == ["balance-falls-by-the-cost"]
    assert judge(pairs[::2], contracts, partial=True).findings == ()


def test_record_of_a_verdict_tells_everything_that_made_it_fail():
    answer = replace(sent(message="notified", call="c1"), response=HttpResponse(200, (), b'{"status":"error"}'))
    verdict = with_expectations(
        Verdict(
            exchanges=3,
            findings=(Finding(2, sent(message="ended", call="c1"), violation()),),
            undelivered=(sent(status=None, message="started", call="c1", attempt=5, error="refused"),),
            refused=(answer,),
            spared=(sent(status=503, message="started", call="c2", attempt=5, other_fault="status"),),
            unsent={"hubsoft": 1},
            idle=("here: drop struck nothing",),
            dropped=4,
            problem="",
        ),
        [MISSED],
    )

    record = verdict_record(verdict)

    assert (record["passes"], record["exit_code"], record["errors"], record["warnings"]) == (False, 3, 1, 0)
    assert record["undelivered"] == [
        {
            "vendor": "pbx55",
            "message": "started",
            "call": "c1",
            "target": "t1",
            "attempts": 5,
            "error": "refused",
            "status": None,
        }
    ]
    assert record["refused"] == [
        {"vendor": "pbx55", "message": "notified", "call": "c1", "target": "t1", "answer": '{"status":"error"}'}
    ]
    assert record["spared"] == [
        {
            "vendor": "pbx55",
            "message": "started",
            "call": "c2",
            "target": "t1",
            "attempts": 5,
            "fault": "status",
        }
    ]
    assert (record["idle_faults"], record["dropped"], record["unsent"]) == (
        ["here: drop struck nothing"],
        4,
        {"hubsoft": 1},
    )
    assert record["findings"][0]["exchange"] == 2
    assert record["expectations"] == [{"met": False, "judged": True, "text": "clean", "near_misses": []}]
