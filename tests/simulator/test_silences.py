"""A run says what a vendor could not say of it."""

from simulator.reports import tell_silence
from simulator.silences import Silence
from tests.core import pbx55, played
from tests.receiver import Receiver


def test_vendor_without_a_word_for_what_happened_is_told():
    with Receiver() as receiver:
        verdict, _ = played("parked_and_picked_up", pbx55(receiver))

    assert verdict.silences == {"pbx55": Silence(("answered", "parked", "picked_up", "ringing"))}


def test_call_that_a_vendor_says_nothing_of_is_named():
    with Receiver() as receiver:
        verdict, _ = played("internal_call", pbx55(receiver))

    assert verdict.silences["pbx55"].calls == ("A",)


def test_vendor_that_nobody_listens_to_is_not_reproached():
    verdict, _ = played("internal_call")

    assert verdict.silences == {}


def test_silence_is_put_in_words():
    assert list(tell_silence("pbx55", Silence(("held", "parked"), ("A", "B")))) == [
        "pbx55 told nothing of calls A, B",
        "not told by pbx55, which has no message for it: held, parked",
    ]
