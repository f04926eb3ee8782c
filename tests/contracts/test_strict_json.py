import time
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.errors import ContractError
from contracts.strict_json import MAX_BYTES, MAX_DEPTH, MAX_DIGITS, MalformedJson, dumps, loads

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20)


@given(VALUES)
@settings(max_examples=60, deadline=None)
def test_what_is_written_is_read_as_it_was(value):
    """Reading undoes writing, for every value that JSON can hold."""
    assert loads(dumps(value)) == value


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "empty"),
        (b" \r\n", "empty"),
        (b'{"a":1', "delimiter"),
        (b"[1,]", "expecting value"),
        (b"1 2", "something follows"),
        (b"\xff", "not UTF-8"),
        (b"\xef\xbb\xbf1", "byte order mark"),
        (b"NaN", "NaN"),
        (b"[-Infinity]", "Infinity"),
        (b"1e400", "too large"),
        (b"-1e400", "too large"),
        (b'{"a":1,"a":1}', "twice"),
        (b'{"a":1,"\\u0061":1}', "twice"),
        (b'"\\ud800"', "surrogate"),
        (b'{"\\udfff":1}', "surrogate"),
        ("\ud800", "expecting value"),
        ('"\ud800"', "surrogate"),
        (b'"\n"', "control character"),
        (b"'a'", "expecting value"),
    ],
)
def test_text_that_readers_read_differently_is_refused(raw, reason):
    """Each trap of the usual readers has its own reason."""
    with pytest.raises(MalformedJson, match="the text is not JSON") as caught:
        loads(raw)

    assert reason in caught.value.reason
    assert isinstance(caught.value, ContractError)


def test_position_of_what_is_wrong_is_told():
    """The error knows the character, counted from 0."""
    with pytest.raises(MalformedJson) as caught:
        loads(b'{"a": 1,}')

    assert caught.value.position == 8
    assert "at character 8" in str(caught.value)


@pytest.mark.parametrize("pair", ["[]", "{}"])
def test_depth_is_taken_at_the_limit_and_refused_one_over(pair):
    """64 levels are read, 65 are not."""
    opening, closing = ("[", "]") if pair == "[]" else ('{"a":', "}")

    loads(opening * MAX_DEPTH + "1" + closing * MAX_DEPTH)

    with pytest.raises(MalformedJson, match="deeper than 64 levels"):
        loads(opening * (MAX_DEPTH + 1) + "1" + closing * (MAX_DEPTH + 1))


def test_brackets_inside_text_are_no_depth():
    """A string full of brackets, quotes and backslashes is one level."""
    text = '[{\\"' * 500

    assert loads(f'["{text}"]') == ['[{"' * 500]


@pytest.mark.parametrize("raw", [b"[" * 100_000, b'{"a":' * 100_000, b'"' + b'\\"[' * 300_000, b'["[' * 200_000])
def test_hostile_nesting_is_refused_at_once(raw):
    """No recursion and no quadratic scan: a body of brackets costs milliseconds, of our own time and not of others'."""
    began = time.process_time()

    with pytest.raises(MalformedJson):
        loads(raw)

    assert time.process_time() - began < 1


def test_digits_are_taken_at_the_limit_and_refused_one_over():
    """A whole number has 128 digits at most, so that no reader stumbles over it."""
    assert loads("1" * MAX_DIGITS) == int("1" * MAX_DIGITS)

    with pytest.raises(MalformedJson, match="digits"):
        loads("1" * (MAX_DIGITS + 1))
    with pytest.raises(MalformedJson):
        loads("1" * 100_000)


def test_size_is_taken_at_the_limit_and_refused_one_over():
    """1 MiB is read, one byte more is not."""
    assert len(loads(b'"' + b"x" * (MAX_BYTES - 2) + b'"')) == MAX_BYTES - 2

    with pytest.raises(MalformedJson, match="at most 1048576 are read"):
        loads(b'"' + b"x" * (MAX_BYTES - 1) + b'"')


def test_whole_surrogate_pair_is_a_character():
    """An escaped character beyond the basic plane is read."""
    assert loads(b'"\\ud83d\\ude00"') == "\U0001f600"


def test_decimals_are_written_with_their_digits():
    """Money goes out as a plain number, not as text and not through a float."""
    value = {"tax": Decimal("0.58"), "balance": Decimal("9999759.12"), "zeros": Decimal("1.50"), "big": Decimal("1E+3")}

    assert dumps(value) == b'{"tax":0.58,"balance":9999759.12,"zeros":1.50,"big":1000}'


def test_writing_is_utf_8_and_compact_unless_indented():
    """Accents are not escaped."""
    assert dumps({"a": ["é", 1]}) == '{"a":["é",1]}'.encode()
    assert dumps({"a": Decimal("1.0")}, indent=2) == b'{\n  "a": 1.0\n}'


@pytest.mark.parametrize("value", [float("nan"), float("inf"), Decimal("NaN"), Decimal("Infinity")])
def test_numbers_that_json_has_not_are_not_written(value):
    """NaN and infinities are errors of whoever writes them."""
    with pytest.raises(ValueError, match="JSON"):
        dumps([value])


def test_values_that_json_has_not_are_not_written():
    """Only decimals are taken beside what the encoder knows."""
    with pytest.raises(TypeError, match="set"):
        dumps({"a": {1}})
