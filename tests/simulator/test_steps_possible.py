"""Which steps a call can take, and which come too late."""

import pytest

from simulator.runs.steps import possible_steps
from simulator.switch.moves import cause_of
from simulator.telephony.calls import Call, Cause, Direction, Party, State
from tests.simulator.stepped import INTERNAL, OUTBOUND, TALK, after

# Where a caller is while nobody rings.
WAITS = ("queue: {call: A, queue: suporte}", "menu: {call: A}")


ANSWERED = "the called party has answered: hang up"


@pytest.mark.parametrize(
    ("start", "steps", "why"),
    [
        (OUTBOUND, "- ring: {call: A}\n  - answer: {call: A}\n  ", f"talking; {ANSWERED}"),
        (OUTBOUND, "- ring: {call: A}\n  - answer: {call: A}\n  - hold: {call: A}\n  ", f"held; {ANSWERED}"),
        (INTERNAL, "- ring: {call: A, extension: '112'}\n  - answer: {call: A}\n  ", f"talking; {ANSWERED}"),
        ("predictive: {call: A, to: '37999912222'}", "- ring: {call: A}\n  - answer: {call: A}\n  ", ANSWERED),
        (OUTBOUND, "- ring: {call: A}\n  - voicemail: {call: A}\n  ", "mailbox; a mailbox has answered: hang up"),
    ],
)
@pytest.mark.parametrize("word", ["busy", "refuse", "machine"])
def test_call_that_was_answered_is_neither_busy_nor_refused_nor_a_machine(start, steps, why, word):
    calls, verdict, _ = after(f"{steps}- {word}: {{call: A}}", start)

    line = 5 + steps.count("\n")
    assert verdict.problem.startswith(f'story.yaml:{line}:5: {word}: call "A" is ')
    assert verdict.problem.endswith(why)
    assert calls["c1"].state is not State.ENDED


@pytest.mark.parametrize(
    ("word", "steps"),
    [
        ("refuse", ""),
        *((word, f"- {waits}\n  ") for word in ("busy", "refuse") for waits in WAITS),
    ],
)
def test_caller_at_whom_nobody_rings_is_refused_by_nobody(word, steps):
    """Only who calls a busy line hears that at once."""
    calls, verdict, _ = after(f"{steps}- {word}: {{call: A}}")

    assert verdict.problem.endswith("nobody rings who could refuse: let a device ring first, or hang up")
    assert word not in possible_steps(calls["c1"])


@pytest.mark.parametrize("held", ["", "\n  - hold: {call: A}"])
def test_conference_is_not_parked_by_which_the_others_would_be_thrown_out(held):
    calls, verdict, _ = after(f"{TALK}\n  - join: {{call: A, extension: '113'}}{held}\n  - park: {{call: A}}")

    assert verdict.problem.endswith("others of ours are in the conference: let them leave it first")
    assert calls["c1"].present == ("112", "113")
    assert "park" not in possible_steps(calls["c1"])


def test_whom_an_extension_dialled_refuses_though_nothing_has_rung():
    """The far end of a call out, as a network does."""
    calls, verdict, _ = after("- refuse: {call: A}", OUTBOUND)

    assert (verdict.problem, calls["c1"].last.cause) == ("", Cause.REFUSED)


@pytest.mark.parametrize("start", ['inbound: {call: A, from: "37999912222"}', INTERNAL])
def test_machine_answers_only_where_somebody_outside_was_dialled(start):
    _, verdict, _ = after("- machine: {call: A}", start)

    assert verdict.problem == (
        'story.yaml:5:5: machine: call "A" is routing; '
        "nobody outside was dialled whose machine could answer; a mailbox of ours is voicemail"
    )


def test_steps_that_are_possible_are_told_without_those_that_come_too_late():
    calls, _, _ = after("- ring: {call: A, extension: '112'}\n  - answer: {call: A}")

    assert not {"busy", "refuse", "machine"} & set(possible_steps(calls["c1"]))


@pytest.mark.parametrize(
    ("direction", "state", "by", "cause"),
    [
        (Direction.INBOUND, State.TALKING, Party.OUTSIDE, Cause.NORMAL),
        (Direction.INBOUND, State.HELD, Party.INSIDE, Cause.NORMAL),
        (Direction.INBOUND, State.RINGING, Party.OUTSIDE, Cause.ABANDONED),
        (Direction.INBOUND, State.QUEUED, Party.OUTSIDE, Cause.ABANDONED),
        (Direction.INBOUND, State.RINGING, Party.SYSTEM, Cause.NO_ANSWER),
        (Direction.INBOUND, State.RINGING, Party.INSIDE, Cause.NO_ANSWER),
        (Direction.OUTBOUND, State.RINGING, Party.INSIDE, Cause.ABANDONED),
        (Direction.OUTBOUND, State.RINGING, Party.OUTSIDE, Cause.NO_ANSWER),
        (Direction.INTERNAL, State.RINGING, Party.INSIDE, Cause.ABANDONED),
    ],
)
def test_call_that_nobody_answered_was_abandoned_by_its_caller_alone(direction, state, by, cause):
    call = Call("c1", 1, direction, "5537999912222", "551130037293", state=state)

    assert cause_of(call, by) is cause
