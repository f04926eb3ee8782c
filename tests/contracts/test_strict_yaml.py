import time

import pytest

from contracts.strict_yaml import MAX_BYTES, MAX_DEPTH, MalformedYaml, load


def test_plain_values_are_read_as_json_would():
    """Only true, false, null and plain decimal numbers are anything but text."""
    text = """
a: true
b: false
c: null
d:
e: 12
f: -3
g: 1.5
h: 1.0e3
i: no
j: yes
k: on
l: 2026-03-02
m: 3.1.0
n: 5s
o: "0123"
p: '12:30:45'
q: [x, {y: 0}]
r: 127.0.0.1
s: |
  0123
t: -
"""
    assert load(text.replace("t: -\n", "t: '-'\n"), name="f.yaml").value == {
        "a": True, "b": False, "c": None, "d": None, "e": 12, "f": -3, "g": 1.5, "h": 1000.0,
        "i": "no", "j": "yes", "k": "on", "l": "2026-03-02", "m": "3.1.0", "n": "5s", "o": "0123",
        "p": "12:30:45", "q": ["x", {"y": 0}], "r": "127.0.0.1", "s": "0123\n", "t": "-",
    }  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "0123", "011", "00", "-007", "+5511999", "+1", "12:30:45", "12:30", "1_000", "0x1F", "0o17", "0b11",
        ".5", "5.", ".inf", "-.inf", ".nan", "1e400", "9" * 31,
    ],
)  # fmt: skip
def test_number_that_yaml_would_change_has_to_be_quoted(text):
    """PyYAML reads 0123 as 83 and 12:30:45 as 45045: here the file is refused, with what to write."""
    with pytest.raises(MalformedYaml) as caught:
        load(f"calls:\n  - ramal: {text}\n", name="day.yaml")

    assert str(caught.value) == (f'day.yaml:2:12: {text} without quotes may be read as something else; write "{text}"')


@pytest.mark.parametrize(("text", "word"), [("True", "true"), ("FALSE", "false"), ("NULL", "null"), ("~", "null")])
def test_other_spelling_of_a_word_says_which_to_write(text, word):
    """Whoever writes True may mean the word or the text."""
    with pytest.raises(MalformedYaml, match=f'1:4: {text} without quotes .*; write {word}, or write "{text}"'):
        load(f"a: {text}", name="f.yaml")


@pytest.mark.parametrize(
    ("text", "place", "wrong"),
    [
        ("a: 1\nb: 2\na: 3\n", "3:1", 'the key "a" stands twice'),
        ("a:\n\t- b\n", "2:1", "a tab stands in the indentation"),
        ("a:\n  \tb: 1\n", "2:3", "a tab stands in the indentation"),
        ("a: &x 1\n", "1:4", "an anchor"),
        ("a: *x\n", "1:4", "an alias"),
        ("a: !!str 1\n", "1:4", "the tag"),
        ("a: !own {}\n", "1:4", "the tag"),
        ("a: 1\n---\nb: 2\n", "2:1", "a second document"),
        ("? [a]\n: b\n", "1:3", "a key is a list or a mapping"),
        ("200: ok\n", "1:1", "the key 200 is no text"),
        ("true: ok\n", "1:1", "the key true is no text"),
        ("<<: {a: 1}\n", "1:1", "merge keys"),
        ("a: [1, 2\n", "2:1", "did not find expected"),
        ("a: 1\n  b: 2\n", "2:4", "mapping values are not allowed"),
        ("a: 'x\n", "2:1", "unexpected end of stream"),
        ("a: \x00\n", "1:4", "U+0000"),
        (b"a: 1\nb: \xff\n", "2:4", "not UTF-8"),
        ("a: \ud800\n", "1:4", "not UTF-8"),
    ],
)
def test_text_that_is_not_taken_says_where(text, place, wrong):
    """Every refusal names file, line and column, what is wrong and what to do."""
    with pytest.raises(MalformedYaml) as caught:
        load(text, name="f.yaml")

    message = str(caught.value)
    assert message.startswith(f"f.yaml:{place}: ")
    assert wrong in message
    assert caught.value.remedy


def test_depth_is_taken_at_the_limit_and_refused_one_over():
    """50 levels are read, 51 are not."""
    load("[" * MAX_DEPTH + "]" * MAX_DEPTH, name="f.yaml")

    with pytest.raises(MalformedYaml, match="deeper than 50 levels"):
        load("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1), name="f.yaml")


@pytest.mark.parametrize("text", ["[" * 100_000, "{a: " * 100_000, "- " * 100_000, "[{" * 100_000])
def test_hostile_nesting_is_refused_at_once(text):
    """Nothing deep is composed: 100,000 brackets crash no parser and cost milliseconds."""
    began = time.perf_counter()

    with pytest.raises(MalformedYaml):
        load(text, name="f.yaml")

    assert time.perf_counter() - began < 2


def test_size_is_taken_at_the_limit_and_refused_one_over():
    """One million bytes are read, one more is not, in bytes and not in characters."""
    fits = "a: " + "é" * ((MAX_BYTES - 4) // 2) + "x"

    assert len(load(fits, name="f.yaml").value["a"]) == (MAX_BYTES - 4) // 2 + 1
    with pytest.raises(MalformedYaml, match=f"the file has {MAX_BYTES + 1} bytes"):
        load(fits + "y", name="f.yaml")


def test_empty_document_is_nothing():
    """No document is None, as an empty one is."""
    assert [load(text, name="f.yaml").value for text in ("", "# only a comment\n", "---\n")] == [None, None, None]


def test_where_names_the_place_of_a_value_or_of_its_nearest_ancestor():
    """A schema error elsewhere can point into the file."""
    document = load("a:\n  b/c: [1, {d: x}]\n", name="f.yaml")

    assert document.where("") == "f.yaml:1:1"
    assert document.where("/a") == "f.yaml:2:3"
    assert document.where("/a/b~1c/1/d") == "f.yaml:2:16"
    assert document.where("/a/b~1c/1/missing/more") == "f.yaml:2:12"
    assert document.where("/nowhere") == "f.yaml:1:1"


def test_byte_order_mark_is_passed_over():
    """Editors on Windows put one in front."""
    assert load(b"\xef\xbb\xbfa: 1\n", name="f.yaml").value == {"a": 1}
