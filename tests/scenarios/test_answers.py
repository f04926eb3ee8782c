"""Faults on answers in a scenario file: what their words mean, and what is said of a mistake, with line and column."""

import pytest

from contracts.errors import ContractError
from scenarios.answers import AnswerFault, AnswerFlaw, Latency, Spread
from scenarios.errors import ScenarioError
from scenarios.loader import load_text
from scenarios.turns import Turn

BEGIN = 'scenario: a\ntitle: t\nsteps:\n  - inbound: {call: A, from: "37999912222"}\nfaults:\n'
ANY = "vendor: hubsoft, answer: any"


def loaded(on, do):
    return load_text(f"{BEGIN}  - on: {{{on}}}\n    do: {{{do}}}\n", "s.yaml")


def refusal(on, do):
    with pytest.raises((ScenarioError, ContractError)) as refused:
        loaded(on, do)
    return str(refused.value)


@pytest.mark.parametrize(
    ("do", "fault"),
    [
        ("status: 503", {"flaw": AnswerFlaw.STATUS, "status": 503}),
        ("refused: failure", {"flaw": AnswerFlaw.REFUSED, "problem": "failure"}),
        ("too_many: 30s", {"flaw": AnswerFlaw.TOO_MANY, "latency": Latency(low=30)}),
        ("token_expired: true", {"flaw": AnswerFlaw.TOKEN_EXPIRED}),
        ("delay: 200ms", {"flaw": AnswerFlaw.DELAY, "latency": Latency(low=0.2)}),
        (
            "delay: {uniform: [100ms, 2s]}",
            {"flaw": AnswerFlaw.DELAY, "latency": Latency(Spread.UNIFORM, 0.1, 2)},
        ),
        (
            "late: {lognormal: {median: 1s, sigma: 0.5}}",
            {"flaw": AnswerFlaw.LATE, "latency": Latency(Spread.LOGNORMAL, 1, 0.5)},
        ),
        ("twice: true", {"flaw": AnswerFlaw.TWICE}),
        ("empty: true", {"flaw": AnswerFlaw.EMPTY}),
        ("truncated: true", {"flaw": AnswerFlaw.TRUNCATED}),
        ("garbage: true", {"flaw": AnswerFlaw.GARBAGE}),
        ("reset: true", {"flaw": AnswerFlaw.RESET}),
        ("drip: 5s", {"flaw": AnswerFlaw.DRIP, "latency": Latency(low=5)}),
        ("channel_cut: 3", {"flaw": AnswerFlaw.CHANNEL_CUT, "events": 3}),
        ("event_cut: 1", {"flaw": AnswerFlaw.EVENT_CUT, "events": 1}),
        ("channel_renewed: 2", {"flaw": AnswerFlaw.CHANNEL_RENEWED, "events": 2}),
    ],
)
def test_fault_on_an_answer_says_what_is_done(do, fault):
    scenario = loaded("vendor: hubsoft, answer: notifyCall, nth: 2", do)

    assert scenario.faults == ()
    assert scenario.answers == (AnswerFault("hubsoft", "notifyCall", where="s.yaml:6:5", turn=Turn(nth=2), **fault),)
    assert scenario.vendors == {"hubsoft": "s.yaml:6:5"}


@pytest.mark.parametrize(
    ("on", "turn"),
    [
        ("", Turn()),
        (", every: 3, times: 2", Turn(every=3, most=2)),
        (", rate: 0.1", Turn(rate=0.1)),
        (", rate: 1, times: 5", Turn(rate=1, most=5)),
    ],
)
def test_any_means_every_operation_and_the_rest_which_request(on, turn):
    (fault,) = loaded(ANY + on, "reset: true").answers

    assert (fault.operation, fault.turn) == (None, turn)


@pytest.mark.parametrize(
    ("on", "do", "said"),
    [
        ("answer: any", "status: 503", 's.yaml:6:9: on: "vendor" is missing: a vendor key'),
        (f"{ANY}, call: A", "status: 503", 's.yaml:6:46: call: this cannot stand beside "answer"'),
        ("vendor: hubsoft, answr: any", "drop: true", "s.yaml:6:34: answr: unknown word; did you mean 'answer'?"),
        (ANY, "drop: true", 's.yaml:7:16: drop: this is done to messages, and "on" names an "answer"; here it can be'),
        (ANY, "dripp: 5s", "s.yaml:7:17: dripp: unknown flaw; did you mean 'drip'?"),
        (ANY, "drops: true", "s.yaml:7:17: drops: unknown flaw; there are: status, "),
        ("vendor: hubsoft", "reset: true", 'reset: this is done to answers, and "on" names no "answer"; here it can'),
        (ANY, "delay: 5", "s.yaml:7:17: delay: found 5, expected a length of time such as 200ms"),
        (ANY, "delay: 11min", "s.yaml:7:17: '11min' is no duration: it is longer than 10min"),
        (ANY, "delay: {uniform: [5s, 1s]}", "s.yaml:7:27: the shorter length comes first"),
        (ANY, "delay: {uniform: [5s]}", "s.yaml:7:27: uniform: found a list of 1, expected two lengths"),
        (ANY, "delay: {poisson: 5s}", "s.yaml:7:27: poisson: unknown distribution; there are: uniform, lognormal"),
        (ANY, "delay: {}", "delay: one thing must stand here: write one of uniform, lognormal"),
        (f"{ANY}, rate: 2", "reset: true", "rate: found 2, expected a number above 0 and up to 1, such as 0.1"),
        (f"{ANY}, nth: 2, rate: 0.5", "reset: true", 'rate: this cannot stand beside "nth"'),
        (f"{ANY}, nth: 2, times: 3", "reset: true", 'times: this cannot stand beside "nth"'),
        (ANY, "refused: teapot", 'refused: found "teapot", expected why, in the vendor\'s words'),
        (ANY, "status: 99", "status: found 99, expected an HTTP status from 200 to 599"),
        (ANY, "event_cut: 0", "event_cut: found 0, expected a whole number from 1"),
        (ANY, "status: 503, reset: true", "do: one thing at a time: found status and reset"),
        (ANY, "", "do: one thing must stand here: write one of status, refused"),
    ],
)
def test_mistake_is_told_with_its_place_and_a_remedy(on, do, said):
    assert said in refusal(on, do)
