"""What each word of a scenario does to a call."""

import pytest

from scenarios.model import BY_AGENT, STARTING, Verb
from simulator.runs.steps import ACTS
from simulator.telephony.calls import Cause, Direction, Kind, Party, State
from simulator.tenancy.tenants import FIRST_MORNING
from simulator.tenancy.transactions import Transaction
from tests.core import play, run, running, story
from tests.simulator.stepped import INTERNAL, OUTBOUND, TALK, after

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


def test_events_happen_at_the_times_that_the_scenario_says():
    calls, _, _ = after(
        "- {after: 90s, ring: {call: A, extension: '112'}}\n  - {at: 5min, hangup: {call: A, by: outside}}"
    )

    times = [(event.at - FIRST_MORNING).total_seconds() for event in calls["c1"].events]
    assert times == [0, 90, 300]
