"""What is said of mistakes in a user's own world, and its limits."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from contracts.strict_yaml import MAX_BYTES
from simulator.worlds.own_file import BadFile
from simulator.worlds.world import baseline, from_mapping, load_world, merged, parse_world
from simulator.worlds.world_shape import schema
from tests.numbering import PHONES


def refused(text):
    """The lines of what is said against a world."""
    with pytest.raises(BadFile) as caught:
        parse_world(text, "world.yaml")
    return list(caught.value.problems)


@pytest.fixture(scope="module")
def base():
    return baseline("1", PHONES, samples=True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("- 1", "world.yaml:1:1: found a list of 1, expected a mapping with companies"),
        ("users: 3", "world.yaml:1:8: found 3, expected a list of at most 10000 users"),
        ("queus: []", "world.yaml:1:8: unknown field 'queus': did you mean 'queues'?"),
        (
            "extensions:\n  - {number: 0123}",
            'world.yaml:2:14: 0123 without quotes may be read as something else; write "0123"',
        ),
        (
            "extensions:\n  - number: 123\n",
            'world.yaml:2:13: found 123, expected an extension of 1 to 10 digits, in quotes; write "123"',
        ),
        (
            "users:\n  - {id: a, name: Ana, mail: x}",
            "world.yaml:2:30: unknown field 'mail': did you mean 'email'?",
        ),
        ("users:\n  - {id: a}", "world.yaml:2:5: name is missing: expected a user"),
        ("users:\n  - {id: a, id: b}", 'world.yaml:2:13: the key "id" stands twice; keep one of them'),
        (
            "users:\n  - {id: a, name: true}",
            "world.yaml:2:19: found true, expected a name of 1 to 120 characters",
        ),
        (
            "users:\n  - {id: a, name: A, email: a.b}",
            'world.yaml:2:29: found "a.b", expected an e-mail address; for example',
        ),
        (
            'companies:\n  - {id: a, name: A, document: "123"}',
            'world.yaml:2:32: found "123", expected a CNPJ in quotes: 14 digits',
        ),
        (
            'customers:\n  - {id: "1", name: A, document: "123456789", phones: []}',
            'world.yaml:2:34: found "123456789", expected a CPF (11 digits) or CNPJ (14 digits)',
        ),
        (
            'customers:\n  - {id: "1", name: A, phones: ["20999912222"]}',
            "world.yaml:2:33: '20999912222' is no Brazilian number",
        ),
        ('numbers:\n  - {number: "37899912222"}', "world.yaml:2:14: '37899912222' is no Brazilian number"),
        (
            'numbers:\n  - {number: "08007210000", kind: mobile}',
            "world.yaml:2:35: '08007210000' is free, not mobile: leave kind out",
        ),
        (
            "users:\n  - {id: a, name: A}\n  - {id: a, name: B}",
            "world.yaml:3:5: id 'a' is that of /users/0 too",
        ),
        (
            'numbers:\n  - {number: "1130037293"}\n  - {number: "551130037293"}',
            "world.yaml:3:5: number '551130037293' is that of /numbers/0 too",
        ),
        (
            "users:\n  - {id: a, name: A, internal_id: x1}\n  - {id: b, name: B, internal_id: x1}",
            "world.yaml:3:5: internal_id 'x1' is that of /users/0 too",
        ),
        (
            'queues:\n  - {name: q, extensions: ["111", "111"]}',
            "world.yaml:2:27: found a list of 2, expected a list of at most",
        ),
        ("users:\n\t- id: a", "world.yaml:2:1: a tab stands in the indentation"),
    ],
)
def test_a_mistake_is_named_with_its_place_and_its_remedy(text, expected):
    """File, line, column, what was found, what was expected or what to do; and nothing else is said."""
    problems = refused(text)

    assert len(problems) == 1
    assert problems[0].startswith(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            'extensions:\n  - {number: "201", user: "21"}',
            "w.yaml:2:27: there is no user '21': add it, or name another; there are: 1, 2, 3",
        ),
        ('extensions:\n  - {number: "201", company: azul}', "w.yaml:2:30: there is no company 'azul'"),
        ('queues:\n  - {name: q, extensions: ["111", "999"]}', "w.yaml:2:35: there is no extension '999'"),
        (
            'baseline: false\nqueues:\n  - {name: q, extensions: ["111"]}',
            "w.yaml:3:28: there is no extension '111'",
        ),
    ],
)
def test_a_record_that_is_named_must_exist(text, expected, base):
    """In the user's world or, unless it is left out, in the baseline."""
    own = parse_world(text, "w.yaml")

    with pytest.raises(BadFile) as caught:
        merged(base, own)

    assert len(caught.value.problems) == 1
    assert caught.value.problems[0].startswith(expected)


def test_all_mistakes_are_told_at_once_up_to_twenty():
    """A user mends a file in one go, and is not buried."""
    phones_ = ", ".join(["11"] * 3)

    few = refused(f'customers:\n  - {{id: "1", name: A, phones: [{phones_}]}}')
    many = refused("users: [" + ", ".join(["1"] * 30) + "]")

    assert len(few) == 3
    assert len(many) == 21
    assert many[-1] == "and more, once these are mended"


def test_a_json_world_is_refused_with_pointers():
    """There is no line in a decoded body: the JSON pointer names the place."""
    with pytest.raises(BadFile) as caught:
        from_mapping({"users": [{"id": "a", "name": "A"}, {"id": 7, "name": "B", "a/b": 1}]})

    assert sorted(caught.value.problems) == [
        "/users/1/a~1b: unknown field 'a/b': there are: email, id, internal_id, name",
        "/users/1/id: found 7, expected 1 to 64 letters, digits, '.', '_' or '-' without accents, in quotes; "
        'write "7"',
    ]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*schema()["properties"], "id", "name", "number", "phones", "x"]), inner)
    ),
    max_leaves=12,
)


@settings(database=None, derandomize=True)
@given(json_values)
def test_no_value_breaks_the_check(value):
    """Whatever is sent is refused in words, or is a world that the schema takes."""
    with suppress(BadFile):
        from_mapping(value)

        Draft202012Validator(schema()).validate(value)


def test_a_value_nested_beyond_measure_is_refused():
    """No recursion error escapes."""
    value = []
    for _ in range(100_000):
        value = [value]

    with pytest.raises(BadFile, match="cannot be read"):
        from_mapping({"users": value})


@pytest.mark.parametrize(
    ("plural", "most", "record"),
    [
        ("companies", 50, lambda n: {"id": str(n), "name": "A"}),
        ("users", 10_000, lambda n: {"id": str(n), "name": "A"}),
        ("extensions", 10_000, lambda n: {"number": str(n)}),
        ("customers", 10_000, lambda n: {"id": str(n), "name": "A", "phones": []}),
        ("numbers", 1_000, lambda n: {"number": str(1120000000 + n)}),
        ("queues", 1_000, lambda n: {"name": str(n), "extensions": []}),
    ],
)
def test_a_list_has_a_limit(plural, most, record):
    """As many as the limit are taken, one more is not."""
    records = [record(n) for n in range(most + 1)]

    own = from_mapping({plural: records[:most]})

    assert sum(map(len, own.records.values())) == most
    with pytest.raises(
        BadFile, match=f"^the world cannot be used; mend this:\n  /{plural}: found a list of {most + 1}, "
    ):
        from_mapping({plural: records})


def test_a_file_has_a_limit_of_bytes(tmp_path):
    """A file of a million bytes is read, one byte more is not."""
    path = tmp_path / "world.yaml"
    path.write_text("# é" + " " * (MAX_BYTES - 4), "utf-8")

    assert load_world(path).over_baseline
    path.write_text(path.read_text("utf-8") + " ", "utf-8")
    with pytest.raises(BadFile, match="more than 1000000 bytes"):
        load_world(path)


def test_deep_nesting_in_a_file_is_refused():
    """A hundred thousand brackets are no crash."""
    assert "nested deeper" in refused("[" * 100_000)[0]


@pytest.mark.parametrize("name", ["absent.yaml", "."])
def test_a_file_that_cannot_be_read_is_named(tmp_path, name):
    """A path that leads nowhere, or to a directory, is as wrong as what a file has in it."""
    with pytest.raises(BadFile, match="cannot be read") as caught:
        load_world(tmp_path / name)

    assert str(tmp_path) in str(caught.value)


def test_a_file_that_is_not_utf8_is_refused(tmp_path):
    """The message says how to save it."""
    path = tmp_path / "world.yaml"
    path.write_bytes("users:\n  - {id: a, name: João}".encode("latin-1"))

    with pytest.raises(BadFile, match=r"world\.yaml:2:21: this is not UTF-8; save the file as UTF-8"):
        load_world(path)
