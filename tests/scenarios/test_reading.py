"""From the document to the model: time, faults, expectations, and which calls there are."""

from __future__ import annotations

from datetime import timedelta

import pytest

from scenarios.errors import ScenarioError
from scenarios.expected import Clean, Match, Order, Received, Sent
from scenarios.loader import load_text
from scenarios.model import Fault, Flaw, Step, Verb, Wanted

HEAD = """scenario: small
title: A small one
about: |
  Two lines
  of text.
steps:
  - inbound: {call: A, from: "37999912222"}
"""


def read(rest):
    return load_text(HEAD + rest, "s.yaml")


def refusal(rest):
    with pytest.raises(ScenarioError) as caught:
        read(rest)
    return str(caught.value)


def test_scenario_holds_what_the_file_says():
    """Name, title, text and source come from the file."""
    scenario = read("")

    assert (scenario.name, scenario.title, scenario.about) == ("small", "A small one", "Two lines\nof text.")
    assert scenario.source == "s.yaml"
    assert scenario.steps == (Step(timedelta(), Verb.INBOUND, "A", {"from": "37999912222"}, "s.yaml:7:5"),)
    assert scenario.faults == ()


def test_step_times_are_relative_or_absolute():
    """`after` counts from the step before, `at` from the start, and nothing means at once."""
    scenario = read(
        "  - after: 2s\n    menu: {call: A}\n"
        '  - choose: {call: A, option: "2"}\n'
        "  - at: 10s\n    queue: {call: A, queue: suporte}\n"
        "  - after: 500ms\n    hangup: {call: A, by: outside}\n"
    )

    assert [s.offset.total_seconds() for s in scenario.steps] == [0, 2, 2, 10, 10.5]


def test_step_before_the_one_before_it_is_refused():
    """Steps stand in order of time; the place is that of the time."""
    told = refusal("  - at: 5s\n    menu: {call: A}\n  - at: 4s\n    hold: {call: A}\n")

    assert told == "s.yaml:10:9: 4s lies before the step before it, at 5s: put the steps in order of time"


def test_scenario_lasts_at_most_a_day():
    """24 hours are the most, for one length and for their sum."""
    assert read("  - at: 24h\n    menu: {call: A}\n").steps[-1].offset == timedelta(days=1)

    assert "longer than 1d" in refusal("  - at: 24h1ms\n    menu: {call: A}\n")
    assert "24h is the most" in refusal("  - at: 24h\n    menu: {call: A}\n  - after: 1ms\n    hold: {call: A}\n")


def test_await_names_the_request_and_how_long():
    """An await step speaks of no call."""
    step = read("  - await: {request: {vendor: hubsoft, operation: notifyCall}, within: 5s}\n").steps[1]

    assert (step.verb, step.call, step.fields) == (Verb.AWAIT, "", {})
    assert step.wanted == Wanted("hubsoft", "notifyCall", timedelta(seconds=5))


def test_transfer_begins_a_call_and_ends_another():
    """The new call is there after the transfer, and the old one is over."""
    transfer = '  - transfer: {call: A, to: "112", as: B}\n'

    scenario = read(transfer + '  - ring: {call: B, extension: "112"}\n')

    assert scenario.calls == ("A", "B")
    assert 'transfer: call "A" is over since s.yaml:8:5' in refusal(transfer + transfer.replace("B", "C"))


@pytest.mark.parametrize(
    ("step", "told"),
    [
        ("menu: {call: B}", 'menu: call "B" has not begun; there are: A'),
        (
            'inbound: {call: A, from: "3799991222"}',
            'call "A" began already at s.yaml:7:5: give this one another',
        ),
        ('transfer: {call: A, to: "112", as: A}', 'call "A" began already at s.yaml:7:5'),
        ('transfer: {call: B, to: "112", as: B}', 'transfer: call "B" has not begun'),
        ('internal: {call: B, extension: "111", to: "111"}', "internal: extension 111 would call itself: name another"),
    ],
)
def test_calls_must_have_begun_once(step, told):
    """A step that names a call wrongly is refused with its place."""
    assert refusal(f"  - {step}\n").startswith(f"s.yaml:8:5: {told}")


@pytest.mark.parametrize("last", ["hangup: {call: A, by: system}", "busy: {call: A}", "refuse: {call: A}"])
def test_call_that_is_over_takes_nothing_more(last):
    """Whatever ends a call, a later step on it is refused."""
    assert 'menu: call "A" is over since s.yaml:8:5' in refusal(f"  - {last}\n  - menu: {{call: A}}\n")


def test_text_message_is_over_at_once():
    """A text message begins and ends in one step."""
    sms = '  - sms: {call: S, extension: "111", to: "11987654321", text: "Oi"}\n'

    assert read(sms).calls == ("A", "S")
    assert 'call "S" is over' in refusal(sms + "  - hangup: {call: S, by: inside}\n")


@pytest.mark.parametrize(
    ("rest", "place"),
    [
        ("faults: [{on: {call: Z}, do: {drop: true}}]\n", "s.yaml:8:22"),
        ("expect: [{sent: {vendor: pbx55, call: Z}}]\n", "s.yaml:8:39"),
        ("expect: [{not_sent: {vendor: pbx55, call: Z}}]\n", "s.yaml:8:43"),
        ("expect: [{order: {vendor: pbx55, of: [{call: A}, {call: Z}]}}]\n", "s.yaml:8:57"),
    ],
)
def test_faults_and_expectations_speak_of_calls_that_there_are(rest, place):
    """A call that no step begins is refused where it is named."""
    assert refusal(rest) == f'{place}: no step begins a call "Z"; there are: A'


def test_scenario_has_at_most_a_hundred_calls():
    """100 calls are taken, and one more is not."""
    calls = [f'  - inbound: {{call: c{n}, from: "37999912222"}}\n' for n in range(100)]

    assert len(read("".join(calls[:99])).calls) == 100
    assert "more than 100 calls: split the scenario" in refusal("".join(calls))


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ("{delay: 30s}", {"flaw": Flaw.DELAY, "delay": timedelta(seconds=30)}),
        ("{duplicate: true}", {"flaw": Flaw.DUPLICATE, "times": 2, "new_id": False}),
        ("{duplicate: {times: 3, new_id: true}}", {"flaw": Flaw.DUPLICATE, "times": 3, "new_id": True}),
        ("{drop: true}", {"flaw": Flaw.DROP}),
        ("{swap_with_next: true}", {"flaw": Flaw.SWAP_WITH_NEXT}),
        ("{malformed: true}", {"flaw": Flaw.MALFORMED}),
        ("{wrong_token: true}", {"flaw": Flaw.WRONG_TOKEN}),
        ("{wrong_method: true}", {"flaw": Flaw.WRONG_METHOD}),
        ("{after_end: true}", {"flaw": Flaw.AFTER_END}),
        ("{burst: 5}", {"flaw": Flaw.BURST, "times": 5}),
        ("{missing_token: true}", {"flaw": Flaw.MISSING_TOKEN}),
        ("{swapped_date: true}", {"flaw": Flaw.SWAPPED_DATE}),
    ],
)
def test_fault_says_what_is_done(said, fault):
    """Each word under `do` is a flaw with its figures."""
    (read_fault,) = read(f"faults: [{{on: {{vendor: pbx55, message: ended, nth: 2}}, do: {said}}}]\n").faults

    assert read_fault == Fault(Match("pbx55", message="ended"), where="s.yaml:8:10", nth=2, **fault)


@pytest.mark.parametrize(
    ("on", "struck"),
    [
        ("{}", [1, 2, 3, 4, 5, 6]),
        ("{nth: 2}", [2]),
        ("{every: 3}", [3, 6]),
        ("{every: 1}", [1, 2, 3, 4, 5, 6]),
        ("{rate: 1}", [1, 2, 3, 4, 5, 6]),
    ],
)
def test_fault_strikes_the_messages_it_counts(on, struck):
    """`nth` strikes one message, `every` each so-many-th, and neither all of them."""
    (fault,) = read(f"faults: [{{on: {on}, do: {{drop: true}}}}]\n").faults

    assert [count for count in range(1, 7) if fault.strikes(count)] == struck


@pytest.mark.parametrize(
    ("counts", "least", "most"),
    [
        ("", 1, None),
        (", times: 2", 2, 2),
        (", times: 0", 0, 0),
        (", at_least: 2", 2, None),
        (", at_most: 3", 0, 3),
        (", at_least: 2, at_most: 3", 2, 3),
    ],
)
def test_counts_say_how_often(counts, least, most):
    """`times` is exact; the others bound from below and above; nothing means at least once."""
    sent, received, _ = read(
        f"expect:\n  - sent: {{vendor: pbx55{counts}}}\n  - received: {{vendor: hubsoft{counts}, within: 2s}}\n"
    ).expectations

    assert sent == Sent(Match("pbx55"), "s.yaml:9:5", least, most)
    assert received == Received(Match("hubsoft"), "s.yaml:10:5", least, most, timedelta(seconds=2))


def test_counts_that_contradict_each_other_are_refused():
    """No count is at least 3 and at most 2, and none is exact and bounded."""
    assert "at_least 3 is more than at_most 2" in refusal("expect: [{sent: {vendor: x, at_least: 3, at_most: 2}}]\n")
    assert 'cannot stand beside "times"' in refusal("expect: [{sent: {vendor: x, at_least: 3, times: 2}}]\n")


def test_not_sent_and_not_received_expect_none():
    """What must not happen is expected no time."""
    sent, received, _ = read(
        "expect: [{not_sent: {vendor: pbx55, call: A}}, {not_received: {vendor: hubsoft, status: 401}}]\n"
    ).expectations

    assert sent == Sent(Match("pbx55", "A"), "s.yaml:8:10", 0, 0)
    assert received == Received(Match("hubsoft", status=401), "s.yaml:8:48", 0, 0)


def test_order_lists_messages_of_one_vendor():
    """Each entry of an order belongs to the vendor of the order."""
    order = read("expect: [{order: {vendor: pbx55, of: [{call: A, message: ended}, {message: started}]}}]\n")

    assert order.expectations[0] == Order(
        "pbx55", (Match("pbx55", "A", "ended"), Match("pbx55", message="started")), "s.yaml:8:10"
    )


def test_clean_is_expected_without_being_written():
    """Every scenario has exactly one `clean`."""
    assert read("").expectations == (Clean("s.yaml:1:1"),)
    assert read("expect: [{clean: false}]\n").expectations == (Clean("s.yaml:8:10", wanted=False),)
    assert "clean is said already at s.yaml:8:10" in refusal("expect: [{clean: true}, {clean: true}]\n")


def test_scenario_tells_what_it_needs():
    """Extensions, queues, lines and vendors are known before the first step, with the first place of each."""
    scenario = load_text(
        "scenario: small\ntitle: t\nsteps:\n"
        '  - inbound: {call: A, from: "37999912222", to: "551130037293"}\n'
        "  - queue: {call: A, queue: suporte}\n"
        '  - ring: {call: A, extension: "111"}\n'
        '  - answer: {call: A, extension: "111"}\n'
        '  - transfer: {call: A, to: "112", as: B}\n'
        "  - await: {request: {vendor: hubsoft, operation: notifyCall}, within: 1s}\n"
        "faults: [{on: {vendor: pbx55}, do: {drop: true}}]\n"
        "expect: [{sent: {vendor: pbx55}}, {order: {vendor: digitro, of: [{call: A}, {call: B}]}}]\n",
        "s.yaml",
    )

    assert scenario.needs.extensions == {"111": "s.yaml:6:5", "112": "s.yaml:8:5"}
    assert scenario.needs.queues == {"suporte": "s.yaml:5:5"}
    assert scenario.needs.lines == {"551130037293": "s.yaml:4:5"}
    assert scenario.vendors == {"hubsoft": "s.yaml:9:5", "pbx55": "s.yaml:10:10", "digitro": "s.yaml:11:35"}
