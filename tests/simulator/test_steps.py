"""What each word of a scenario does to a call."""

import pytest

from scenarios.model import BY_AGENT, STARTING, Verb
from simulator.runs.steps import ACTS, possible_steps
from simulator.switch.moves import cause_of
from simulator.telephony.calls import Call, Cause, Direction, Kind, Party, State
from simulator.tenancy.tenants import FIRST_MORNING
from simulator.tenancy.transactions import Transaction
from tests.core import entries, play, run, running, story

TALK = "- ring: {call: A, extension: '112'}\n  - answer: {call: A}"
TWO_CALLS = (
    f"{TALK}\n  - hold: {{call: A}}\n  - internal: {{call: B, extension: '112', to: '113'}}"
    "\n  - ring: {call: B, extension: '113'}\n  - answer: {call: B}"
)

STEPS = {
    "menu": ("- menu: {call: A}", Kind.MENU_ENTERED, {}),
    "choose": ("- menu: {call: A}\n  - choose: {call: A, option: '3'}", Kind.MENU_CHOSEN, {"digits": "3"}),
    "type_document": (
        "- menu: {call: A}\n  - type_document: {call: A, digits: '52998224725'}",
        Kind.DOCUMENT_TYPED,
        {"digits": "52998224725"},
    ),
    "type_order": (
        "- menu: {call: A}\n  - type_order: {call: A, digits: '0042'}",
        Kind.ORDER_TYPED,
        {"digits": "0042"},
    ),
    "queue": ("- queue: {call: A, queue: vendas}", Kind.QUEUED, {"queue": "vendas"}),
    "route": ("- route: {call: A}", Kind.ENDED, {"cause": Cause.NO_ANSWER}),  # at the extension of the line
    "ring": ("- ring: {call: A, extension: '112'}", Kind.RINGING, {"extension": "112"}),
    "no_answer": (
        "- ring: {call: A, extension: '112'}\n  - no_answer: {call: A}",
        Kind.UNANSWERED,
        {"extension": "112"},
    ),
    "answer": ("- ring: {call: A, extension: '112'}\n  - answer: {call: A}", Kind.ANSWERED, {"extension": "112"}),
    "pick_up": (
        "- queue: {call: A, queue: vendas}\n  - pick_up: {call: A, extension: '113'}",
        Kind.PICKED_UP,
        {"extension": "113"},
    ),
    "hold": (
        "- ring: {call: A, extension: '112'}\n  - answer: {call: A}\n  - hold: {call: A}",
        Kind.HELD,
        {"extension": None},
    ),
    "resume": (
        f"{TALK}\n  - hold: {{call: A}}\n  - resume: {{call: A, extension: '112'}}",
        Kind.RESUMED,
        {"extension": "112"},
    ),
    "change_queue": (
        f"- queue: {{call: A, queue: vendas}}\n  {TALK}\n  - change_queue: {{call: A, queue: suporte}}",
        Kind.QUEUE_CHANGED,
        {"queue": "suporte"},
    ),
    "swap": (f"{TWO_CALLS}\n  - swap: {{call: B, with: A}}", Kind.RESUMED, {"extension": "112"}),
    "park": (f"{TALK}\n  - park: {{call: A}}", Kind.PARKED, {"extension": "112"}),
    "join": (f"{TALK}\n  - join: {{call: A, extension: '113'}}", Kind.JOINED, {"extension": "113"}),
    "break_in": (f"{TALK}\n  - break_in: {{call: A, extension: '113'}}", Kind.BROKE_IN, {"extension": "113"}),
    "leave": (
        f"{TALK}\n  - join: {{call: A, extension: '113'}}\n  - leave: {{call: A, extension: '112'}}",
        Kind.LEFT,
        {"extension": "112"},
    ),
    "press": (
        f"{TALK}\n  - press: {{call: A, digits: '5#', by: inside}}",
        Kind.DIGITS_PRESSED,
        {"digits": "5#", "by": Party.INSIDE},
    ),
    "attach": ("- attach: {call: A, data: '111222333-44;Fulano'}", Kind.DATA_ATTACHED, {"data": "111222333-44;Fulano"}),
    "preset": (f"{TALK}\n  - preset: {{call: A, extension: '113'}}", Kind.DESTINATION_PRESET, {"extension": "113"}),
    "record": (f"{TALK}\n  - record: {{call: A}}", Kind.RECORDING_STARTED, {}),
    "stop_recording": (
        f"{TALK}\n  - record: {{call: A}}\n  - stop_recording: {{call: A}}",
        Kind.RECORDING_STOPPED,
        {},
    ),
    "voicemail": ("- voicemail: {call: A, extension: '112'}", Kind.MAILBOX_REACHED, {"extension": "112"}),
    "machine": (
        "- ring: {call: A}\n  - machine: {call: A}",
        Kind.ENDED,
        {"by": Party.SYSTEM, "cause": Cause.MACHINE},
    ),
    "transfer": (
        "- ring: {call: A, extension: '112'}\n  - answer: {call: A}\n  - transfer: {call: A, to: '113', as: B}",
        Kind.TRANSFERRED,
        {"extension": "113", "other": "c2", "by": Party.INSIDE, "cause": Cause.TRANSFERRED},
    ),
    "busy": ("- busy: {call: A}", Kind.ENDED, {"by": Party.INSIDE, "cause": Cause.BUSY}),
    "refuse": (
        "- ring: {call: A, extension: '112'}\n  - refuse: {call: A}",
        Kind.ENDED,
        {"by": Party.INSIDE, "cause": Cause.REFUSED},
    ),
    "hangup": (
        "- ring: {call: A, extension: '112'}\n  - answer: {call: A}\n  - hangup: {call: A, by: inside}",
        Kind.ENDED,
        {"by": Party.INSIDE, "cause": Cause.NORMAL},
    ),
}


# Where a caller is while nobody rings.
WAITS = ("queue: {call: A, queue: suporte}", "menu: {call: A}")
OUTBOUND = 'outbound: {call: A, extension: "111", to: "37999912222"}'
INTERNAL = 'internal: {call: A, extension: "111", to: "112"}'


def after(steps, start='inbound: {call: A, from: "37999912222"}'):
    """Play these steps on a fresh tenant, and return its calls and the verdict."""

    async def work():
        async with running() as simulator:
            text = f"scenario: steps\ntitle: Steps\nsteps:\n  - {start}\n  {steps}\n"
            verdict = await play(simulator, story(text))
            return simulator.default.calls, verdict, entries(simulator.default)

    return run(work())


def test_every_verb_but_await_has_an_act():
    assert set(ACTS) == set(Verb) - {Verb.AWAIT}
    assert set(STEPS) == {verb.value for verb in set(ACTS) - STARTING - BY_AGENT}


@pytest.mark.parametrize("word", STEPS)
def test_step_makes_its_event_with_the_facts_that_it_names(word):
    steps, kind, facts = STEPS[word]

    calls, verdict, _ = after(steps, *([OUTBOUND] if word == "machine" else []))

    event = calls["c1"].last
    assert verdict.problem == ""
    assert event.kind is kind
    assert {name: getattr(event, name) for name in facts} == facts


def test_answer_without_an_extension_is_by_the_one_that_rings_first():
    calls, _, _ = after(
        "- ring: {call: A, extension: '113'}\n  - ring: {call: A, extension: '112'}\n  - answer: {call: A}"
    )

    assert calls["c1"].agent == "113"


def test_outbound_call_is_answered_by_the_far_end():
    calls, _, _ = after(
        "- ring: {call: A}\n  - answer: {call: A}", start='outbound: {call: A, extension: "111", to: "37999912222"}'
    )

    assert (calls["c1"].direction, calls["c1"].last.extension, calls["c1"].agent) == (
        Direction.OUTBOUND,
        None,
        "111",
    )


@pytest.mark.parametrize(
    ("start", "steps", "party"),
    [
        (OUTBOUND, "- ring: {call: A}\n  - WORD: {call: A}", Party.OUTSIDE),
        (INTERNAL, "- ring: {call: A, extension: '112'}\n  - WORD: {call: A}", Party.INSIDE),
        ("predictive: {call: A, to: '37999912222'}", "- ring: {call: A}\n  - WORD: {call: A}", Party.OUTSIDE),
        (
            OUTBOUND,
            "- ring: {call: A}\n  - answer: {call: A}\n  - transfer: {call: A, to: '113', as: B}\n"
            "  - ring: {call: B, extension: '113'}\n  - WORD: {call: B}",
            Party.INSIDE,  # the far end is there: it is our extension that does not take the call
        ),
    ],
)
@pytest.mark.parametrize("word", ["busy", "refuse"])
def test_who_is_called_is_busy_or_refuses(start, steps, party, word):
    calls, verdict, _ = after(steps.replace("WORD", word), start)

    assert verdict.problem == ""
    assert list(calls.values())[-1].last.by is party


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
    ("start", "steps", "to"),
    [
        ('inbound: {call: A, from: "37999912222"}', TALK, "'112'"),
        (OUTBOUND, "- ring: {call: A}\n  - answer: {call: A}", "'111'"),
        (INTERNAL, TALK, "'112'"),
        (INTERNAL, TALK, "'111'"),
        ('inbound: {call: A, from: "37999912222"}', TWO_CALLS, "'112', with: B"),
    ],
)
def test_call_is_transferred_to_another_extension_than_the_one_that_has_it(start, steps, to):
    calls, verdict, _ = after(f"{steps}\n  - transfer: {{call: A, as: C, to: {to}}}", start)

    assert f"extension {to[1:4]} has the call: transfer it to another one" in verdict.problem
    assert calls["c1"].state in (State.TALKING, State.HELD)


def test_inbound_call_may_come_in_on_a_line_that_it_names():
    async def work():
        async with running() as simulator:
            Transaction(simulator.default, simulator.store)  # the first use puts the world in place
            third = list(simulator.default.records["number"])[2]
            start = f'inbound: {{call: A, from: "37999912222", to: "{third}"}}'
            await play(simulator, story(f"scenario: steps\ntitle: Steps\nsteps:\n  - {start}\n"))
            return simulator.default.calls["c1"].line == third

    assert run(work())


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


def test_events_happen_at_the_times_that_the_scenario_says():
    calls, _, _ = after(
        "- {after: 90s, ring: {call: A, extension: '112'}}\n  - {at: 5min, hangup: {call: A, by: outside}}"
    )

    times = [(event.at - FIRST_MORNING).total_seconds() for event in calls["c1"].events]
    assert times == [0, 90, 300]
