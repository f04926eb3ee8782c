"""What a run has left behind, and how fast the integration reacted."""

from datetime import timedelta

import pytest

from scenarios.errors import ScenarioError
from scenarios.expectations import evaluate
from scenarios.expected import Holds, Match, Reaction
from scenarios.loader import load_text
from scenarios.sendings import Record

POPUPS = [
    {"extension": "111", "open": True, "phone": "37999912222"},
    {"extension": "112", "open": False, "phone": "37988242968"},
]


class Left:
    """Two pop-ups and a call."""

    def shown(self, kind, record):
        return record

    def records(self, kind):
        return POPUPS if kind == "hubsoft.popup" else []

    def kinds(self):
        return ["hubsoft.popup", "queue"]

    def call(self, name):
        return {"state": "ended", "talk": 95} if name == "A" else None


def outcome(expectation, log=()):
    (only,) = evaluate((expectation,), log, left=Left())
    return only


def popups(least=1, most=None, **fields):
    return Holds("x", record="hubsoft.popup", fields=fields, least=least, most=most)


def test_record_with_all_fields_meets_the_expectation():
    found = outcome(popups(extension="111", open=True))

    assert (found.met, found.text) == (
        True,
        "state hubsoft.popup with extension 111, open True: expected at least 1, found 1",
    )


def test_missed_state_shows_what_comes_nearest():
    found = outcome(popups(extension="111", open=False))

    assert not found.met
    assert found.near_misses[0] == "open is True, not False"


def test_too_many_records_miss_it_as_well_and_are_shown():
    found = outcome(popups(most=1))

    assert not found.met
    assert found.near_misses == ("one too many: extension '112', open False, phone '37988242968'",)


def test_too_few_records_miss_it_and_are_shown_with_what_comes_nearest():
    found = outcome(popups(least=2, extension="111"))

    assert not found.met
    assert found.near_misses == (
        "as expected: extension '111', open True, phone '37999912222'",
        "extension is '112', not '111'",
    )


def test_call_that_should_not_be_so_is_written_as_a_record_is():
    scenario = load_text(
        """
scenario: not_so
title: A call is not so
steps:
  - inbound: {call: A, from: "37999912222"}
expect:
  - not_state: {call: A, where: {state: ended}}
""",
        "not_so.yaml",
    )

    (holds,) = (each for each in scenario.expectations if isinstance(each, Holds))

    assert (holds.call, holds.record, holds.fields, holds.least, holds.most) == ("A", None, {"state": "ended"}, 0, 0)


@pytest.mark.parametrize("said", ["{where: {state: ended}}", "{call: A, record: queue, where: {state: ended}}"])
def test_state_that_is_of_nothing_or_of_two_things_is_refused(said):
    text = "scenario: not_so\ntitle: X\nsteps:\n  - inbound: {call: A, from: '37999912222'}\nexpect:\n  - not_state: "

    with pytest.raises(ScenarioError, match="record"):
        load_text(f"{text}{said}\n", "not_so.yaml")


def test_record_that_should_not_be_there_is_shown_under_not_state():
    found = outcome(popups(least=0, most=0, extension="111"))

    assert found.text == "not_state hubsoft.popup with extension 111: expected none, found 1"
    assert found.near_misses == ("there is one: extension '111', open True, phone '37999912222'",)


def test_call_that_should_not_be_so_is_shown():
    found = outcome(Holds("x", call="A", fields={"state": "ended"}, least=0, most=0))

    assert (found.text, found.near_misses) == (
        "not_state call A with state ended: expected none, found 1",
        ("there is one: state 'ended', talk 95",),
    )


@pytest.mark.parametrize("most", [0, 5])
def test_field_that_no_record_has_misses_what_should_not_be_there_too(most):
    """It is misspelt: that no record has the value says nothing."""
    found = outcome(popups(least=0, most=most, extensionn="111"))

    assert not found.met
    assert found.near_misses == ("there is no extensionn; there are extension, open, phone",)


def test_field_of_a_kind_without_records_is_not_judged():
    assert outcome(Holds("x", record="queue", fields={"nam": "vendas"}, least=0, most=0)).met


def test_field_that_no_record_has_is_told_with_those_there_are():
    assert "there is no ramal; there are extension, open, phone" in outcome(popups(ramal="111")).near_misses[0]


def test_kind_without_records_is_told_with_those_there_are():
    found = outcome(Holds("x", record="hubsoft.pop", fields={}))

    assert found.near_misses == ("there is no record of the kind hubsoft.pop; there are hubsoft.popup, queue",)


def test_digits_of_a_scenario_are_the_number_of_a_record():
    assert outcome(Holds("x", call="A", fields={"talk": "95"})).met
    assert not outcome(Holds("x", call="A", fields={"talk": "96"})).met


def test_call_that_never_began_holds_nothing():
    assert outcome(Holds("x", call="B", fields={"state": "ended"})).near_misses == (
        "call B has not begun, or is forgotten",
    )


def push(number, wall, **more):
    return Record(number, "sent", "pbx55", call="A", message="started", operation="callData", wall=wall, **more)


def asked(number, wall, operation="searchCustomers"):
    return Record(number, "received", "hubsoft", operation=operation, wall=wall)


REACTION = Reaction(
    Match(vendor="pbx55", message="started"),
    Match(vendor="hubsoft", operation="searchCustomers"),
    "x",
    timedelta(seconds=2),
)


def test_reaction_in_time_is_met_and_says_how_long_it_took():
    found = outcome(REACTION, [push(1, 100.0), asked(2, 101.25)])

    assert (found.met, found.text.rpartition(": ")[2]) == (True, "after 1.250 s at the latest")


def test_reaction_that_came_late_is_missed():
    found = outcome(REACTION, [push(1, 100.0), asked(2, 102.5)])

    assert not found.met
    assert "the request came 2.500 s after it" in found.near_misses[0]


def test_request_from_before_the_message_is_no_reaction():
    found = outcome(REACTION, [asked(1, 99.0), push(2, 100.0)])

    assert not found.met
    assert "no such request came after it" in found.near_misses[0]


def test_other_request_is_shown_as_a_near_miss():
    found = outcome(REACTION, [push(1, 100.0), asked(2, 101.0, operation="notifyCall")])

    assert "operation is notifyCall, not searchCustomers" in found.near_misses[1]


def test_reaction_to_what_never_went_out_is_missed():
    assert "never went out" in outcome(REACTION, [asked(1, 99.0)]).text


def test_reaction_counts_from_the_first_attempt():
    log = [
        push(1, 100.0, delivery="d1", target="t", attempt=1),
        push(2, 105.0, delivery="d1", target="t", attempt=2, delivered=True),
        asked(3, 105.5),
    ]

    assert "5.500 s" in outcome(REACTION, log).near_misses[0]
