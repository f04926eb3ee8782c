"""What is found by an index is what a look at every record finds, in whatever way the records came to be."""

from itertools import count, product

from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.tenancy.furnishing import furnish
from tests.core import desk, run

KEYS = st.sampled_from("abcd")
VALUES = [None, 1, True, "1", ["1"], ({"1": 1},)]
MEMBERS = ["1", "2", "3"]
FIELDS = {"one": st.sampled_from(VALUES), "two": st.sampled_from(VALUES)}
RECORDS = st.fixed_dictionaries({"list": st.lists(st.sampled_from(MEMBERS), max_size=3)}, optional=FIELDS)
CHANGES = st.dictionaries(KEYS, st.none() | RECORDS, max_size=3)
# What is written, and what comes of it: it is kept, thrown away, or more is written; or it is a world put in place.
STEPS = st.lists(st.tuples(CHANGES, st.sampled_from(["commit", "commit", "forget", "go on", "furnish"])), max_size=8)
LARGE = 10_000


def agree(tx, kind):
    """Hold every question to a look at all records."""
    everything = [*tx.all(kind)]
    for one, two in product(VALUES, VALUES):
        for where in ({"one": one}, {"two": two, "one": one}):
            wanted = next((r for r in everything if all(r.get(k) == v for k, v in where.items())), None)
            assert tx.find(kind, **where) is wanted
    for member in (*MEMBERS, "4"):
        wanted = [r for r in everything if member in r["list"]]
        assert [*map(id, tx.having(kind, "list", member))] == [*map(id, wanted)]


def test_index_finds_what_a_look_at_every_record_finds():
    """In a unit of work and after it, whether that is committed or not, and in a world that is put in place anew."""
    numbers = count()

    async def work():
        async with desk() as made:

            @settings(max_examples=300, deadline=None)
            @given(STEPS)
            def play(steps):
                kind, tx = f"kind{next(numbers)}", made.tx()
                for changes, then in steps:
                    if then == "furnish":
                        furnish(made.tenant, {kind: {key: record for key, record in changes.items() if record}})
                        tx = made.tx()
                    else:
                        for key, record in changes.items():
                            tx.put(kind, key, record) if record else tx.remove(kind, key)
                        agree(tx, kind)
                    if then == "commit":
                        tx.commit()
                    if then in ("commit", "forget"):
                        tx = made.tx()
                    agree(tx, kind)

            play()

    run(work())


class Counted(dict):
    """A record that counts how often any of them is looked at."""

    looks = 0

    def get(self, *args):
        Counted.looks += 1
        return super().get(*args)


def test_one_of_many_records_is_found_without_a_look_at_the_others():
    """The first question looks at each of 10,000 records; the next ones do not, whatever is changed between them."""

    async def work():
        async with desk() as made:
            tx = made.tx()
            for number in range(LARGE):
                tx.put("many", str(number), Counted(field=str(number)))
            tx.commit()
            assert made.tx().find("many", field="1") == {"field": "1"}
            first, Counted.looks = Counted.looks, 0
            for number in range(100):
                tx = made.tx()
                tx.put("many", f"new{number}", Counted(field=f"new{number}"))
                assert tx.find("many", field=str(LARGE - 1)) == {"field": str(LARGE - 1)}
                tx.remove("many", str(number))
                tx.commit()
                assert made.tx().find("many", field=f"new{number}") == {"field": f"new{number}"}
                assert made.tx().find("many", field=str(number)) is None
            return first, Counted.looks

    first, later = run(work())

    assert first >= LARGE
    assert later < 100 * 20
