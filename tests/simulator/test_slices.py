"""Long groups are written slice by slice: others pass by, and what is of the same tenant waits its turn."""

from concurrent.futures import Future

from simulator.changes import Put, PutAll
from simulator.slices import SLICE, Group, Line


def group(tenant, count=1, *, sliced=False):
    return Group(tuple(Put(tenant, "kind", str(n), b"1") for n in range(count)), Future(), sliced)


def keys(groups):
    return [change.key for each in groups for change in each.changes]


def test_group_is_ready_as_it_is_when_nothing_is_long():
    groups = [group("a", 3 * SLICE), group("a"), Group((), Future())]

    assert Line().ready(groups) == groups


def test_long_group_is_ready_a_slice_at_a_time_in_its_order():
    line, long = Line(), group("a", 2 * SLICE + 1, sliced=True)

    slices = [line.ready([long]), line.ready([]), line.ready([])]

    assert [len(keys(each)) for each in slices] == [SLICE, SLICE, 1]
    assert keys(each for part in slices for each in part) == keys([long])
    assert not line


def test_last_slice_alone_has_the_future_of_the_group():
    line, long = Line(), group("a", SLICE + 1, sliced=True)

    (first,), (last,) = line.ready([long]), line.ready([])

    assert first.future is not long.future
    assert last.future is long.future


def test_others_pass_by_and_what_is_of_the_same_tenant_waits():
    line, other, own = Line(), group("b"), group("a")

    first = line.ready([group("a", SLICE + 1, sliced=True), other, own])
    second = line.ready([group("b")])

    assert first[1:] == [other]
    assert [each.tenants for each in second] == [{"a"}, {"a"}, {"b"}]
    assert second[1] is own


def test_what_says_that_all_is_done_waits_for_every_slice():
    line, done = Line(), Group((), Future())

    assert done not in line.ready([group("a", 2 * SLICE + 1, sliced=True), done])
    assert done not in line.ready([])
    assert line.ready([])[-1] is done


def test_two_long_groups_follow_each_other_and_nothing_is_lost():
    line = Line()
    groups = line.ready([group("a", SLICE + 1, sliced=True), group("b", SLICE + 1, sliced=True)])

    while line:
        groups += line.ready([])

    assert [change.tenant for each in groups for change in each.changes] == ["a"] * (SLICE + 1) + ["b"] * (SLICE + 1)


def test_slice_is_measured_in_documents():
    line, part = Line(), tuple(("kind", str(n), b"1") for n in range(SLICE))

    slices = [line.ready([Group((PutAll("a", part), PutAll("a", part)), Future(), True)]), line.ready([])]

    assert [len(each) for each in slices] == [1, 1]
    assert not line
