"""The plan for an answer: which fault strikes which request, and what it leaves of the answer. Pure."""

import pytest

from contracts.contract import load
from contracts.model import HttpResponse
from scenarios.answers import LONGEST_SECONDS, AnswerFault, AnswerFlaw, Latency, Spread
from scenarios.turns import Turn
from simulator.discovery import discover_vendors
from simulator.faults.answer_faults import AnswerPlan, Asked, instead, plan_answer, spoil_answer
from simulator.faults.answer_fitting import why_not
from simulator.identity import Identity
from simulator.vendor import Instruction, Problem, Refusal, Wait
from tests.core import story

VENDORS = discover_vendors()
CONTRACTS = {key: load(key) for key in VENDORS}
ANSWER = HttpResponse(200, (("content-type", "application/json"),), b'{"a": 12345}')


def standing(key="f1", do=None, **on):
    on = {"vendor": "toy", "answer": "any", **on}
    return {"id": key, "run": "", "on": on, "do": do or {"status": 503}, "where": "x", "matched": 0, "struck": 0}


def struck(document, asked, times, seed="1"):
    """Ask so often, and return the numbers of the requests that were struck, and the document afterwards."""
    found = []
    for number in range(1, times + 1):
        plan, (document,) = plan_answer([document], asked, Identity(seed))
        found += [number] if plan else []
    return found, document


def planned(flaw, **more):
    timed = flaw in (AnswerFlaw.DRIP, AnswerFlaw.LATE, AnswerFlaw.TOO_MANY)
    return AnswerPlan(AnswerFault("toy", None, flaw, "x", **more), seconds=2.0 if timed else 0.0)


@pytest.mark.parametrize(
    ("on", "numbers"),
    [
        ({}, [1, 2, 3, 4, 5, 6]),
        ({"nth": 2}, [2]),
        ({"every": 3}, [3, 6]),
        ({"times": 2}, [1, 2]),
        ({"every": 2, "times": 2}, [2, 4]),
        ({"rate": 1}, [1, 2, 3, 4, 5, 6]),
        ({"rate": 1, "times": 1}, [1]),
    ],
)
def test_fault_strikes_the_requests_that_it_counts(on, numbers):
    found, document = struck(standing(**on), Asked("toy", "ring"), 6)

    assert found == numbers
    assert (document["matched"], document["struck"]) == (6, len(numbers))


def test_rate_is_drawn_from_the_seed():
    """About the share that was asked for; the same requests for the same seed, and others for another."""
    one, again, other = (struck(standing(rate=0.1), Asked("toy", "ring"), 1000, seed)[0] for seed in ("1", "1", "2"))

    assert one == again != other
    assert 70 <= len(one) <= 130


def test_fault_counts_only_what_it_means():
    document = standing(answer="ring")

    for asked in (Asked("other", "ring"), Asked("toy", "order"), Asked("toy", None)):
        assert plan_answer([document], asked, Identity("1")) == (None, ())

    plan, counted = plan_answer([document], Asked("toy", "ring"), Identity("1"))
    assert plan is not None
    assert [each["matched"] for each in counted] == [1]


def test_first_fault_that_strikes_acts_and_all_that_match_count():
    faults = [standing("f1", nth=2), standing("f2", {"reset": True}), standing("f3", {"empty": True})]

    plan, counted = plan_answer(faults, Asked("toy", "ring"), Identity("1"))

    assert plan is not None
    assert plan.flaw is AnswerFlaw.RESET
    assert [(each["id"], each["matched"], each["struck"]) for each in counted] == [
        ("f1", 1, 0),
        ("f2", 1, 1),
        ("f3", 1, 0),
    ]


@pytest.mark.parametrize(
    ("do", "asked", "strikes"),
    [
        ({"token_expired": True}, Asked("toy", "login", without_credential=True), False),
        ({"token_expired": True}, Asked("toy", "ring"), True),
        ({"channel_cut": 1}, Asked("toy", "ring"), False),
        ({"channel_cut": 1}, Asked("toy", "open", opens_channel=True), True),
        ({"drip": "5s"}, Asked("toy", "open", opens_channel=True), False),
        ({"status": 503}, Asked("toy", "open", opens_channel=True), True),
    ],
)
def test_any_answer_means_those_that_can_have_the_flaw(do, asked, strikes):
    plan, counted = plan_answer([standing(do=do)], asked, Identity("1"))

    assert (plan is not None, len(counted)) == (strikes, int(strikes))


@pytest.mark.parametrize(
    ("plan", "sent", "seen", "instruction"),
    [
        (planned(AnswerFlaw.EMPTY), b"", b"", None),
        (planned(AnswerFlaw.TRUNCATED), ANSWER.body, ANSWER.body[:6], Instruction(Wait.CUT)),
        (planned(AnswerFlaw.DRIP), ANSWER.body, ANSWER.body, Instruction(Wait.DRIP, 2.0)),
        (planned(AnswerFlaw.LATE), ANSWER.body, ANSWER.body, Instruction(Wait.DELAY, 2.0)),
        (planned(AnswerFlaw.GARBAGE), ANSWER.body, None, Instruction(Wait.GARBAGE)),
        (planned(AnswerFlaw.RESET), ANSWER.body, None, Instruction(Wait.RESET)),
        (planned(AnswerFlaw.TWICE), ANSWER.body, ANSWER.body, None),
        (planned(AnswerFlaw.DELAY), ANSWER.body, ANSWER.body, None),
    ],
)
def test_flaw_leaves_so_much_of_an_answer(plan, sent, seen, instruction):
    spoilt = spoil_answer(plan, ANSWER)

    assert (spoilt.sent.body, spoilt.instruction) == (sent, instruction)
    assert (spoilt.seen.body if spoilt.seen else None) == seen
    assert bool(spoilt.error) is (seen is None)


@pytest.mark.parametrize(
    ("plan", "status", "body", "header"),
    [
        (planned(AnswerFlaw.STATUS, status=503), 503, b"503 Service Unavailable\n", None),
        (planned(AnswerFlaw.STATUS, status=599), 599, b"599 Unknown\n", None),
        (planned(AnswerFlaw.STATUS, status=204), 204, b"", None),
        (planned(AnswerFlaw.TOO_MANY), 429, b"429 Too Many Requests\n", "2"),
    ],
)
def test_answer_instead_is_that_of_a_gateway(plan, status, body, header):
    reply = instead(plan)

    assert (reply.status, reply.body, dict(reply.headers).get("retry-after")) == (status, body, header)


def test_latencies_are_spread_as_they_say():
    """Fixed, between two bounds, and lognormal with its median in the middle and no end in sight but ours."""
    lots = [n / 1000 for n in range(1000)]
    uniform = [Latency(Spread.UNIFORM, 1, 3).seconds(lot) for lot in lots]
    skewed = [Latency(Spread.LOGNORMAL, 2, 0.5).seconds(lot) for lot in lots]

    assert Latency(low=0.2).seconds(0.9) == 0.2
    assert (min(uniform), max(uniform)) == (1, pytest.approx(3, abs=0.01))
    assert sorted(skewed)[500] == pytest.approx(2)
    assert sorted(skewed)[841] == pytest.approx(2 * 2.718281828**0.5, rel=0.01)
    assert Latency(Spread.LOGNORMAL, 600, 3).seconds(0.999) == LONGEST_SECONDS


@pytest.mark.parametrize("key", [key for key, vendor in VENDORS.items() if vendor.refuse])
@pytest.mark.parametrize("problem", ["unauthenticated", "forbidden", "not_found", "violation", "failure"])
def test_every_vendor_words_every_refusal_that_can_be_asked_for(key, problem):
    reply = VENDORS[key].refuse(Refusal(Problem(problem), "refused on purpose"))

    assert 200 <= reply.status < 600
    assert reply.body


def fault(on, do):
    (found,) = story(
        'scenario: a\ntitle: t\nsteps:\n  - inbound: {call: A, from: "37999912222"}\n'
        f"faults:\n  - {{on: {{{on}}}, do: {{{do}}}}}\n"
    ).answers
    return found


@pytest.mark.parametrize(
    ("on", "do", "problem"),
    [
        ("vendor: hubsoft, answer: any", "token_expired: true", None),
        ("vendor: digitro, answer: any", "event_cut: 1", None),
        ("vendor: digitro, answer: any", "drip: 5s", None),
        ("vendor: hubsof, answer: any", "reset: true", "there is no vendor 'hubsof'; did you mean 'hubsoft'?"),
        (
            "vendor: hubsoft, answer: notifyCal",
            "reset: true",
            "hubsoft serves no operation 'notifyCal'; did you mean 'notifyCall'?",
        ),
        (
            "vendor: pbx55, answer: callData",
            "reset: true",
            "pbx55 serves no operation 'callData'; there are: getReport, getReportShort, any",
        ),
        (
            "vendor: viacel, answer: any",
            "token_expired: true",
            "viacel answers cannot have the flaw token_expired; possible are: status, refused, too_many, delay, late, "
            "twice, empty, truncated, garbage, reset, drip",
        ),
        (
            "vendor: digitro, answer: openChannel",
            "late: 5s",
            "digitro openChannel cannot have the flaw late; possible are: status, refused, too_many, delay, garbage, "
            "reset, channel_cut, event_cut, channel_renewed",
        ),
        (
            "vendor: hubsoft, answer: issueToken",
            "token_expired: true",
            "hubsoft issueToken cannot have the flaw token_expired; possible are: status, refused, too_many, delay, "
            "late, twice, empty, truncated, garbage, reset, drip",
        ),
    ],
)
def test_fault_that_could_never_strike_is_named_with_what_could(on, do, problem):
    assert why_not(fault(on, do), VENDORS, CONTRACTS) == problem


def test_turn_of_the_most_ends():
    assert [Turn(most=2).comes(count, struck, 0.5) for count, struck in ((1, 0), (2, 1), (3, 2))] == [True, True, False]
