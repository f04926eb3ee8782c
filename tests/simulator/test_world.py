"""A tenant's records: the seeded baseline, and a user's own world over it."""

import json
import subprocess
import sys
import timeit
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from contracts.strict_yaml import MAX_BYTES
from simulator.telephony import phones
from simulator.worlds.directory import COMPANY, CUSTOMER, EXTENSION, KEYS, KINDS, NUMBER, QUEUE, USER
from simulator.worlds.world import BadWorld, baseline, from_mapping, load_world, merged, parse_world
from simulator.worlds.world_shape import schema
from tests.numbering import is_line, is_national

PHONES = ("37999912222", "37988242968")
DOCS = Path(__file__).parents[2] / "docs"


def refused(text):
    """The lines of what is said against a world."""
    with pytest.raises(BadWorld) as caught:
        parse_world(text, "world.yaml")
    return list(caught.value.problems)


@pytest.fixture(scope="module")
def base():
    return baseline("1", PHONES, samples=True)


# --- the baseline


def test_baseline_has_at_most_200_records_of_every_kind(base):
    """Each record stands under its key, and no kind is empty."""
    assert tuple(base) == KINDS
    assert 100 <= sum(len(records) for records in base.values()) <= 200
    assert all(base.values())
    assert all(record[KEYS[k]] == key for k, records in base.items() for key, record in records.items())


def test_baseline_is_a_world_that_could_have_been_given(base):
    """What is made up passes the same check as what a user writes, whatever the seed."""
    plurals = dict(zip(KINDS, ("companies", "users", "extensions", "customers", "numbers", "queues"), strict=True))

    for seed in map(str, range(20)):
        made = baseline(seed, PHONES, samples=seed == "1")
        body = {plurals[k]: list(records.values()) for k, records in made.items()} | {"baseline": False}

        assert merged({}, from_mapping(body)) == made


def test_baseline_extensions_have_users_companies_and_queues(base):
    """111 to 130 ring at a person's desk; the three queues have theirs."""
    assert list(base[EXTENSION]) == [str(n) for n in range(111, 131)]
    assert all(e["name"] == base[USER][e["user"]]["name"] for e in base[EXTENSION].values())
    assert {e["company"] for e in base[EXTENSION].values()} <= set(base[COMPANY])
    assert {name: (q["extensions"][0], q["extensions"][-1]) for name, q in base[QUEUE].items()} == {
        "suporte": ("111", "115"),
        "vendas": ("116", "120"),
        "financeiro": ("121", "123"),
    }


def test_baseline_lines_are_a_landline_first_an_0800_and_a_mobile(base):
    """Kinds agree with the numbers, and all but the free one have a country code."""
    lines = list(base[NUMBER].values())

    assert [line["kind"] for line in lines] == ["landline", "free", "mobile", "landline"]
    assert all(line["kind"] == phones.kind(line["number"]) for line in lines)
    assert all(is_line(line["number"]) for line in lines)


def test_baseline_customers_have_one_to_three_phones_of_their_own(base):
    """Phones are national, mostly mobile, and nobody shares one."""
    all_phones = [phone for customer in base[CUSTOMER].values() for phone in customer["phones"]]

    assert list(base[CUSTOMER])[:2] == ["11201", "11202"]
    assert {len(customer["phones"]) for customer in base[CUSTOMER].values()} == {1, 2, 3}
    assert all(is_national(phone) for phone in all_phones)
    assert len(set(all_phones)) == len(all_phones)
    assert sum(phones.kind(phone) == "mobile" for phone in all_phones) > len(all_phones) / 2


def test_samples_of_the_vendor_documents_work_in_a_baseline_with_samples(base):
    """Extension 111 has a user, and 37999912222 is a customer's; without samples it is nobody's."""
    plain = baseline("1", PHONES, samples=False)

    assert base[EXTENSION]["111"]["user"] in base[USER]
    assert [c["id"] for c in base[CUSTOMER].values() if "37999912222" in c["phones"]] == ["11201"]
    assert not [c for c in plain[CUSTOMER].values() if "37999912222" in c["phones"]]
    assert {**plain[CUSTOMER], "11201": 0} == {**base[CUSTOMER], "11201": 0}


def test_one_seed_is_one_world_in_every_process(base):
    """Another process with another hash seed makes the same bytes; another seed makes another world."""
    made_there = f"baseline('1', {PHONES}, samples=True)"
    program = f"import json; from simulator.worlds.world import baseline; print(json.dumps({made_there}))"

    made = [
        subprocess.run(
            [sys.executable, "-c", program], env={"PYTHONHASHSEED": salt}, capture_output=True, check=True
        ).stdout
        for salt in ("1", "2")
    ]

    assert made[0] == made[1] == (json.dumps(base) + "\n").encode()
    assert baseline("2", PHONES, samples=True)[USER] != base[USER]


def test_a_baseline_is_made_in_an_instant(base):
    """The best of three stays far under 150 ms, once Faker is imported."""
    took = min(timeit.repeat(lambda: baseline("3", PHONES, samples=False), number=1, repeat=3))

    assert took < 0.15


def test_importing_the_world_does_not_import_faker():
    """Neither does reading a user's world."""
    program = "import sys, simulator.worlds.world as w; w.from_mapping({'users': []}); print('faker' in sys.modules)"

    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert answer.stdout.strip() == "False"


# --- a user's own world


def test_the_example_of_the_docs_does_what_the_docs_say(base):
    """The page shows the file, and the text below it is true."""
    page = (DOCS / "world.md").read_text("utf-8")
    example = DOCS / "world.example.yaml"

    world = merged(base, load_world(example))

    assert example.read_text("utf-8") in page
    assert set(world[EXTENSION]) - set(base[EXTENSION]) == {"201", "202"}
    assert world[EXTENSION]["111"] == {"number": "111", "name": "Front desk", "user": "ana"}
    assert world[QUEUE]["suporte"]["extensions"] == ["201", "202", "112"]
    assert world[QUEUE]["vendas"] == base[QUEUE]["vendas"]
    assert world[CUSTOMER]["501"]["phones"] == ["37999912222", "3732211234"]
    assert list(world[NUMBER])[:2] == ["553732210000", "08007210000"]


def test_every_field_of_the_schema_is_in_the_docs():
    """A field that is not described on the page fails here."""
    page = (DOCS / "world.md").read_text("utf-8")
    named = [
        *schema()["properties"],
        *(p for d in schema()["$defs"].values() for p in d.get("properties", ())),
    ]

    assert [name for name in named if f"`{name}`" not in page] == []


def test_the_complaint_in_the_docs_is_the_real_one():
    """The page prints what a user gets to see."""
    page = (DOCS / "world.md").read_text("utf-8")
    text = 'customers:\n  - id: "501"\n    name: João\n    phones: [37999912222]\n'

    with pytest.raises(BadWorld) as caught:
        parse_world(text, "world.yaml")

    assert str(caught.value) in page


def test_the_schema_is_a_valid_schema():
    """Both engines take it."""
    Draft202012Validator.check_schema(schema())


def test_what_is_left_out_is_completed():
    """Every field that a record of the kind always has is there, in the order of the record."""
    own = from_mapping(
        {
            "companies": [{"name": "Azul", "id": "1"}],
            "users": [{"id": "ana", "name": "Ana"}],
            "extensions": [{"number": "0201"}],
            "customers": [{"id": "7", "name": "Rui", "phones": ["5537999912222", "08008000049"]}],
            "numbers": [{"number": "1130037293"}, {"number": "558008000049"}],
            "queues": [{"name": "vendas", "extensions": []}],
        }
    )

    assert own.records == {
        "company": {"1": {"id": "1", "name": "Azul", "document": ""}},
        "user": {"ana": {"id": "ana", "name": "Ana", "email": "", "internal_id": ""}},
        "extension": {"0201": {"number": "0201", "name": "0201"}},
        "customer": {
            "7": {
                "id": "7",
                "code": "7",
                "name": "Rui",
                "document": "",
                "email": "",
                "phones": ["37999912222", "08008000049"],
            }
        },
        "number": {
            "551130037293": {"number": "551130037293", "kind": "landline"},
            "08008000049": {"number": "08008000049", "kind": "free"},
        },
        "queue": {"vendas": {"name": "vendas", "extensions": []}},
    }
    assert list(own.records[CUSTOMER]["7"]) == ["id", "code", "name", "document", "email", "phones"]


def test_own_records_lie_over_the_baseline(base):
    """The same key replaces, a new key is added, and the baseline itself stays as it was."""
    before = json.dumps(base)
    own = from_mapping({"users": [{"id": "x", "name": "New"}, {"id": "2", "name": "Other"}]})

    world = merged(base, own)

    assert world[USER] == {
        **base[USER],
        "x": {"id": "x", "name": "New", "email": "", "internal_id": ""},
        "2": {"id": "2", "name": "Other", "email": "", "internal_id": ""},
    }
    assert {**world, USER: 0} == {**base, USER: 0}
    assert json.dumps(base) == before


def test_own_records_come_first(base):
    """So the first own number is the default line, and a shared phone finds the own customer."""
    own = from_mapping(
        {
            "numbers": [{"number": "1130037293"}],
            "customers": [
                {"id": "2", "name": "B", "phones": ["37999912222"]},
                {"id": "1", "name": "A", "phones": []},
            ],
        }
    )

    world = merged(base, own)

    assert list(world[NUMBER]) == ["551130037293", *base[NUMBER]]
    assert list(world[CUSTOMER]) == ["2", "1", *base[CUSTOMER]]


def test_a_world_that_was_read_can_be_given_again():
    """What was left out comes back empty, and empty is taken."""
    plurals = ("companies", "users", "extensions", "customers", "numbers", "queues")
    own = load_world(DOCS / "world.example.yaml")

    body = {plural: list(own.records[kind].values()) for plural, kind in zip(plurals, KINDS, strict=True)}

    assert from_mapping(body).records == own.records


def test_baseline_false_starts_from_nothing(base):
    """Every kind is there, and holds own records only; kinds of vendors that lie below are left out too."""
    world = merged({**base, "vendor.thing": {"1": {}}}, parse_world("baseline: false", "w"))

    assert world == {kind: {} for kind in KINDS}


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "{}", "users: []"])
def test_a_world_without_records_leaves_the_baseline(text, base):
    """An empty file is no mistake."""
    assert merged(base, parse_world(text, "w")) == base


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

    with pytest.raises(BadWorld) as caught:
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
    with pytest.raises(BadWorld) as caught:
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
    with suppress(BadWorld):
        from_mapping(value)

        Draft202012Validator(schema()).validate(value)


def test_a_value_nested_beyond_measure_is_refused():
    """No recursion error escapes."""
    value = []
    for _ in range(100_000):
        value = [value]

    with pytest.raises(BadWorld, match="cannot be read"):
        from_mapping({"users": value})


# --- limits


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
        BadWorld, match=f"^the world cannot be used; mend this:\n  /{plural}: found a list of {most + 1}, "
    ):
        from_mapping({plural: records})


def test_a_file_has_a_limit_of_bytes(tmp_path):
    """A file of a million bytes is read, one byte more is not."""
    path = tmp_path / "world.yaml"
    path.write_text("# é" + " " * (MAX_BYTES - 4), "utf-8")

    assert load_world(path).over_baseline
    path.write_text(path.read_text("utf-8") + " ", "utf-8")
    with pytest.raises(BadWorld, match="more than 1000000 bytes"):
        load_world(path)


def test_deep_nesting_in_a_file_is_refused():
    """A hundred thousand brackets are no crash."""
    assert "nested deeper" in refused("[" * 100_000)[0]


@pytest.mark.parametrize("name", ["absent.yaml", "."])
def test_a_file_that_cannot_be_read_is_named(tmp_path, name):
    """A path that leads nowhere, or to a directory, is as wrong as what a file has in it."""
    with pytest.raises(BadWorld, match="cannot be read") as caught:
        load_world(tmp_path / name)

    assert str(tmp_path) in str(caught.value)


def test_a_file_that_is_not_utf8_is_refused(tmp_path):
    """The message says how to save it."""
    path = tmp_path / "world.yaml"
    path.write_bytes("users:\n  - {id: a, name: João}".encode("latin-1"))

    with pytest.raises(BadWorld, match=r"world\.yaml:2:21: this is not UTF-8; save the file as UTF-8"):
        load_world(path)
