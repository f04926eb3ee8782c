"""The scenarios that come with the program, and the page that explains them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from contracts import contract
from scenarios.answers import AnswerFlaw
from scenarios.expected import Clean, Order
from scenarios.loader import library, load, load_text
from scenarios.model import Flaw, Verb
from scenarios.shape import schema

PAGE = Path(__file__).parents[2] / "docs" / "scenarios.md"


def test_library_plays_every_word():
    """At least 24 scenarios come with the program, and every step but those that wait for an integration is in one."""
    played = {step.verb for name in library() for step in load(name).steps}

    assert len(library()) >= 24
    assert set(Verb) - played == {Verb.AWAIT}


@pytest.mark.parametrize("name", library())
def test_library_scenario_is_named_as_its_file(name):
    """Each is called as its file, says what it is about, and expects something beyond a clean contract."""
    scenario = load(name)

    assert scenario.name == name
    assert scenario.about
    assert [e for e in scenario.expectations if not isinstance(e, Clean)]


@pytest.mark.parametrize("name", library())
def test_library_scenario_keeps_to_the_first_world(name):
    """Only extensions and queues that every tenant starts with are named, and no line."""
    needs = load(name).needs

    assert set(needs.extensions) <= {"111", "112", "113"}
    assert set(needs.queues) <= {"suporte", "vendas", "financeiro"}
    assert not needs.lines


def test_answered_inbound_talks_for_95_seconds():
    """From the answer to the end 95 seconds pass."""
    offsets = {step.verb: step.offset.total_seconds() for step in load("answered_inbound").steps}

    assert offsets[Verb.HANGUP] - offsets[Verb.ANSWER] == 95


def test_transferred_inbound_expects_three_and_two_pushes_in_order():
    """The first call has three pushes in order, the second two."""
    orders = [e for e in load("transferred_inbound").expectations if isinstance(e, Order)]

    assert [[(m.call, m.message) for m in order.of] for order in orders] == [
        [("A", "started"), ("A", "ended"), ("A", "transferred")],
        [("B", "started"), ("B", "ended")],
    ]


def test_duplicated_delivery_keeps_the_delivery_id():
    """The last push goes out twice with one id."""
    (fault,) = load("duplicated_delivery").faults

    assert (fault.flaw, fault.match.message, fault.times, fault.new_id) == (Flaw.DUPLICATE, "ended", 2, False)


def test_out_of_order_delays_the_first_push_past_the_end():
    """The delay is longer than the call."""
    scenario = load("out_of_order")
    (fault,) = scenario.faults

    assert (fault.flaw, fault.match.message) == (Flaw.DELAY, "started")
    assert fault.delay > scenario.steps[-1].offset


def test_page_tells_the_title_of_every_library_scenario():
    """The table of the page says what each scenario's file says."""
    page = PAGE.read_text("utf-8")
    titles = {name: load(name).title for name in library()}

    assert [n for n, t in titles.items() if f"| `{n}` | {t[0].lower()}{t[1:]} |" not in page] == []


def test_page_example_loads():
    """The examples of the page are scenarios."""
    examples = re.findall(r"```yaml\n(scenario: .+?)```", PAGE.read_text("utf-8"), re.DOTALL)

    assert [load_text(example).name for example in examples] == ["callback_request", "three_hang_ups", "erp_hiccup"]


def test_page_names_operations_that_there_are():
    named = set(re.findall(r"vendor: (\w+), (?:operation|answer): (\w+)", PAGE.read_text("utf-8"))) - {
        ("hubsoft", "any")
    }

    assert len(named) >= 2
    assert [pair for pair in named if pair[1] not in contract.load(pair[0]).operations] == []


def test_page_names_every_word():
    """Every step, fault, expectation and library scenario is on the page."""
    page = PAGE.read_text("utf-8")
    words = [*Verb, *Flaw, *AnswerFlaw, *schema()["$defs"]["expectation"]["properties"], *library()]

    assert [word for word in words if f"`{word}" not in page] == []
