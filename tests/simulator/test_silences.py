"""A run says what a vendor could not say of it."""

import pytest

from simulator.runs.reports import tell_silence
from simulator.runs.silences import Silence
from tests.core import pbx55, played, story
from tests.receiver import Receiver

MUTE = {"nextbilling", "viacel"}  # they send nothing, and nobody can listen to them


def test_vendor_without_a_word_for_what_happened_is_told():
    with Receiver() as receiver:
        verdict, _ = played("parked_and_picked_up", pbx55(receiver))

    assert verdict.silences["pbx55"] == Silence(("answered", "parked", "picked_up", "ringing"))


def test_call_that_a_vendor_says_nothing_of_is_named():
    with Receiver() as receiver:
        verdict, _ = played("internal_call", pbx55(receiver))

    assert (verdict.silences["pbx55"].calls, verdict.silences["pbx55"].listed) == (("A",), ())


def test_vendor_that_nobody_listens_to_is_not_reproached():
    verdict, _ = played("internal_call")

    assert verdict.silences.keys() == MUTE


@pytest.mark.parametrize(
    ("scenario", "readings", "nextbilling", "viacel"),
    [
        ("internal_call", {}, ("A",), ()),  # Viacel's documents promise a history, and have none
        ("internal_call", {"viacel": {"V15": "lenient"}}, ("A",), ("A",)),
        ("sms_sent", {"viacel": {"V15": "lenient"}}, (), ()),
    ],
)
def test_vendor_that_sends_nothing_is_named_with_what_it_lists(scenario, readings, nextbilling, viacel):
    """What is said is what the list itself says: a call that is over, and no text message."""
    verdict, _ = played(scenario, readings=readings)
    name = "S" if scenario == "sms_sent" else "A"

    assert verdict.silences == {
        "nextbilling": Silence((), (name,), nextbilling, sends=False),
        "viacel": Silence((), (name,), viacel, sends=False),
    }


def test_run_without_a_call_reproaches_nobody():
    verdict, _ = played(story("scenario: a\ntitle: t\nsteps:\n  - login: {extension: '111', queue: suporte}\n"))

    assert verdict.silences == {}


def test_silence_is_put_in_words():
    assert list(tell_silence("pbx55", Silence(("held", "parked"), ("A", "B")))) == [
        "pbx55 told nothing of calls A, B",
        "not told by pbx55, which has no message for it: held, parked",
    ]
    assert list(tell_silence("viacel", Silence((), ("A", "B", "S"), ("A", "B"), sends=False))) == [
        "viacel sends no messages, and lists nothing of call S",
        "viacel sends no messages; its list has calls A, B",
    ]
