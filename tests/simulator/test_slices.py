"""Long groups are written slice by slice: others pass by, and what is of the same tenant waits its turn."""

from concurrent.futures import Future

from simulator.storage.changes import Put, PutAll
from simulator.storage.slices import SLICE, Group, Line


def group(tenant, count=1, *, sliced=False):
    return Group(tuple(Put(tenant, "kind", str(n), b"1") for n in range(count)), Future(), sliced)


def keys(groups):
    return [change.key for each in groups for change in each.changes]


def test_group_passes_as_it_is_when_nothing_is_long():
    groups = [group("a", 3 * SLICE), group("a"), Group((), Future())]

    assert Line().passing(groups) == groups


def test_long_group_comes_a_slice_at_a_time_in_its_order():
    line, long = Line(), group("a", 2 * SLICE + 1, sliced=True)

    slices = [line.passing([long]), line.next(), line.next(), line.next()]

    assert [len(keys(each)) for each in slices] == [0, SLICE, SLICE, 1]
    assert keys(each for part in slices for each in part) == keys([long])
    assert not line


def test_last_slice_alone_has_the_future_of_the_group():
    line, long = Line(), group("a", SLICE + 1, sliced=True)
    line.passing([long])

    (first,), (last,) = line.next(), line.next()

    assert first.future is not long.future
    assert last.future is long.future


def test_others_pass_by_and_what_is_of_the_same_tenant_waits():
    line, other, own = Line(), group("b"), group("a")

    passed = line.passing([group("a", SLICE + 1, sliced=True), other, own])
    first, last = line.next(), line.next()

    assert passed == [other]
    assert [len(keys([each])) for each in first] == [SLICE]
    assert last[-1] is own


def test_what_says_that_all_is_done_waits_for_every_slice():
    line, done = Line(), Group((), Future())

    assert line.passing([group("a", 2 * SLICE + 1, sliced=True), done]) == []
    assert done not in line.next()
    assert done not in line.next()
    assert line.next()[-1] is done


def test_two_long_groups_follow_each_other_and_nothing_is_lost():
    line = Line()
    groups = line.passing([group("a", SLICE + 1, sliced=True), group("b", SLICE + 1, sliced=True)])

    while line:
        groups += line.next()

    assert sorted(change.tenant for each in groups for change in each.changes) == sorted("ab" * (SLICE + 1))


def test_slice_is_measured_in_documents():
    line, part = Line(), tuple(("kind", str(n), b"1") for n in range(SLICE))
    line.passing([Group((PutAll("a", part), PutAll("a", part)), Future(), True)])

    slices = [line.next(), line.next()]

    assert [len(each) for each in slices] == [1, 1]
    assert not line
