"""What is suggested for a word that nobody knows."""

from contracts.nearness import near, nearest


def test_nearest_prefers_a_guess_to_a_list():
    """A near word is suggested; for a strange one those that there are."""
    assert near("hangpu", {"hold": 1, "hangup": 2}) == "hangup"
    assert nearest("hangpu", ["hold", "hangup"]) == "did you mean 'hangup'?"
    assert nearest("zzz", ["hold", "hangup"]) == "there are: hold, hangup"
    assert nearest("zzz", []) == "there are: none"


def test_list_is_cut_where_it_is_longer_than_may_be_shown():
    assert nearest("zzz", "abc", 3) == "there are: a, b, c"
    assert nearest("zzz", "abcd", 3) == "there are: a, b, c, ..."
