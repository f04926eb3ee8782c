"""Steps are written from events by one table; what no step says is left out, and said."""

from datetime import timedelta

import pytest

from contracts.strict_yaml import load
from scenarios.loader import library
from scenarios.model import Verb
from simulator.recording.masks import Masks
from simulator.recording.recording import STEPS, record
from simulator.recording.writing_yaml import to_yaml
from simulator.telephony.calls import Call, Cause, Direction, Kind, Medium, Party
from simulator.tenancy.tenants import FIRST_MORNING
from tests.core import play, run, running, story

SECOND = timedelta(seconds=1)


def call(key="c1", direction=Direction.INBOUND, **more):
    return Call(key, int(key[1:]), direction, "5531987651234", "551130303030", **more)


def happened(one, *events, at=FIRST_MORNING):
    for kind, facts in events:
        one, _ = one.apply(kind, at, **facts)
        at += SECOND
    return one


def verbs(steps):
    return [next(word for word in step if word in set(Verb)) for step in steps]


def test_every_kind_of_event_has_a_step():
    """A new kind is a line in the table."""
    assert STEPS.keys() == set(Kind)


@pytest.mark.parametrize(
    ("end", "verb"),
    [
        ({"by": Party.SYSTEM, "cause": Cause.BUSY}, "busy"),
        ({"by": Party.OUTSIDE, "cause": Cause.REFUSED}, "refuse"),
        ({"by": Party.INSIDE, "cause": Cause.NORMAL}, "hangup"),
    ],
)
def test_end_is_written_by_its_cause(end, verb):
    one = happened(call(direction=Direction.OUTBOUND, extension="111"), (Kind.STARTED, {}), (Kind.ENDED, end))

    written = record([one], Masks("1"))

    assert verbs(written.steps) == ["outbound", verb]


def test_data_that_grows_by_its_masks_is_cut_to_what_a_step_may_have():
    """Made-up addresses are longer than these: the call is written all the same."""
    data = " ".join(["a@b.co"] * 12)
    one = happened(call(), (Kind.STARTED, {}), (Kind.DATA_ATTACHED, {"data": data}))

    written = record([one], Masks("1"))

    assert written.left_out == {}
    (attached,) = [step["attach"]["data"] for step in written.steps if "attach" in step]
    assert len(attached) == 100
    assert "a@b.co" not in attached


def test_keys_that_are_a_number_are_masked_and_a_choice_is_not():
    """A PIN, a phone, and the same PIN again: one made-up value each; # and * stay."""
    keys = ("9", "4711#", "31987651234", "*4711")
    pressed = [(Kind.DIGITS_PRESSED, {"digits": each, "by": Party.OUTSIDE}) for each in keys]
    answered = ((Kind.STARTED, {}), (Kind.RINGING, {"extension": "111"}), (Kind.ANSWERED, {"extension": "111"}))

    written = record([happened(call(), *answered, *pressed)], Masks("1"))

    choice, pin, phone, again = (step["press"]["digits"] for step in written.steps if "press" in step)
    assert choice == "9"
    assert (len(pin), pin[-1], pin[:4] != "4711") == (5, "#", True)
    assert again == f"*{pin[:4]}"
    assert (phone[:2], len(phone), phone != keys[2]) == ("31", 11, True)


def test_calls_at_one_moment_stand_in_the_order_in_which_they_began():
    one = happened(call("c1"), (Kind.STARTED, {}), (Kind.MENU_ENTERED, {}))
    two = happened(call("c2"), (Kind.STARTED, {}), (Kind.MENU_ENTERED, {}))

    written = record([two, one], Masks("1"))

    assert [(step.get("after"), *step.values())[-1]["call"] for step in written.steps] == ["B", "A", "B", "A"]
    assert [step.get("after") for step in written.steps] == [None, None, "1s", None]


def test_call_that_no_step_says_is_left_out_with_the_reason():
    internal = happened(call("c1", Direction.INTERNAL, extension="111"), (Kind.STARTED, {}))
    nowhere = happened(call("c2"), (Kind.STARTED, {}), (Kind.RINGING, {"extension": "x"}))
    good = happened(call("c3", Direction.OUTBOUND, extension="111", medium=Medium.SMS), (Kind.SMS_SENT, {}))

    written = record([internal, nowhere, good], Masks("1"))

    assert written.names == {"c3": "C"}
    assert written.left_out == {
        "c1": "no step says what happened to it as event 1 (started)",
        "c2": "no step says what happened to it as event 2 (ringing)",
    }


def test_hundred_calls_have_hundred_names():
    calls = [happened(call(f"c{n}"), (Kind.STARTED, {})) for n in range(1, 101)]

    names = list(record(calls, Masks("1")).names.values())

    assert len(set(names)) == 100
    assert (names[0], names[25], names[26]) == ("A", "Z", "AA")


@pytest.mark.parametrize(
    "value",
    [
        "111",
        "0123",
        "1e5",
        "yes",
        "N",
        "null",
        "2s",
        "1min30s",
        "12:30:45",
        'it\'s "so": #1',
        "ação",
        "a, b",
        "",
        " x",
        "~",
    ],
)
def test_text_is_read_back_as_it_was_written(value):
    document = {
        "scenario": "x",
        "title": value,
        "about": "First line.\nSecond line.\n",
        "steps": [{"after": "2s", "ring": {"v": value}}],
    }

    assert load(to_yaml(document), name="x").value == document


def test_lists_and_numbers_are_read_back_as_they_were_written():
    document = {
        "expect": [{"sent": {"vendor": "pbx55", "times": 2}}, {"order": {"vendor": "x", "of": [{"call": "A"}]}}],
        "queues": [{"name": "suporte", "extensions": ["111", "2001"]}],
        "last": [{"clean": False}],
    }

    assert load(to_yaml(document), name="x").value == document


def told_again(calls):
    """Return what happened to each call and when, without the numbers of the outside parties."""
    first = min(c.started for c in calls.values())
    return {
        key: [(e.kind, (e.at - first).total_seconds(), e.extension, e.queue) for e in c.events]
        for key, c in calls.items()
    }


@pytest.mark.parametrize("name", library())
def test_session_of_every_library_scenario_can_be_played_again(name):
    async def work():
        async with running() as simulator:
            await play(simulator, name)
            calls = dict(simulator.default.calls)
            recorded = record(list(calls.values()), Masks("1"))
        document = {"scenario": "again", "title": "Once more", "steps": list(recorded.steps)}
        async with running() as simulator:
            verdict = await play(simulator, story(to_yaml(document)))
            return calls, recorded, verdict, simulator.default.calls

    calls, recorded, verdict, again = run(work())

    assert (recorded.left_out, verdict.problem) == ({}, "")
    assert told_again(again) == told_again(calls)
