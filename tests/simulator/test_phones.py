"""Brazilian telephone numbers: parts, validity and made-up ones."""

from collections import Counter

import phonenumbers
import pytest

from simulator.identity import Identity
from simulator.telephony import phones
from simulator.telephony.phones import LineKind, Number
from tests.numbering import is_line, is_national

TYPES = {
    LineKind.MOBILE: phonenumbers.PhoneNumberType.MOBILE,
    LineKind.LANDLINE: phonenumbers.PhoneNumberType.FIXED_LINE,
    LineKind.FREE: phonenumbers.PhoneNumberType.TOLL_FREE,
}


def test_areas_are_the_67_of_the_numbering_plan():
    """No area is missing and none is invented: 20, 23, 25, 26, 29, 30, 36, 39 and their like do not exist."""
    known = {
        str(area)
        for area in range(10, 100)
        if phonenumbers.number_type(phonenumbers.parse(f"+55{area}33334444")) == TYPES[LineKind.LANDLINE]
    }

    assert len(phones.AREAS) == 67
    assert set(phones.AREAS) == known


@pytest.mark.parametrize(
    ("digits", "expected"),
    [
        ("5537999912222", Number("55", "37", "999912222")),
        ("37999912222", Number("55", "37", "999912222")),
        ("551130037293", Number("55", "11", "30037293")),
        ("1130037293", Number("55", "11", "30037293")),
        ("55999912222", Number("55", "55", "999912222")),
        ("5555999912222", Number("55", "55", "999912222")),
        ("5533334444", Number("55", "55", "33334444")),
        ("08008000049", Number("55", "800", "8000049")),
        ("558008000049", Number("55", "800", "8000049")),
        ("0800123456", Number("55", "800", "123456")),
        ("553799912222", Number("55", "37", "99912222")),
    ],
)
def test_split_finds_the_parts_with_and_without_country_code(digits, expected):
    """Area 55 is not mistaken for the country, and an eight-digit mobile of old still has its area."""
    assert phones.split(digits) == expected


@pytest.mark.parametrize("digits", ["14155550100", "447911123456", "190", "2025550123", "0" * 20, "5511"])
def test_split_leaves_what_is_not_brazilian_whole(digits):
    """A foreign or a short number has no country and no area, and is dialled as it is."""
    assert phones.split(digits) == Number("", "", digits)
    assert phones.national(digits) == digits
    assert phones.international(digits) == digits
    assert phones.kind(digits) is None


@pytest.mark.parametrize(
    ("digits", "expected"),
    [
        ("0034912345678", Number("34", "", "912345678")),
        ("0033612345678", Number("33", "", "612345678")),
        ("0012025550123", Number("1", "", "2025550123")),
        ("00442079460123", Number("44", "", "2079460123")),
        ("00351210000000", Number("351", "", "210000000")),
        ("005537999912222", Number("55", "37", "999912222")),
        ("00551130037293", Number("55", "11", "30037293")),
        ("0055119999", Number("", "", "0055119999")),
        ("00123", Number("", "", "00123")),
    ],
)
def test_number_abroad_is_told_by_its_two_zeros(digits, expected):
    """Its country stands apart; Brazil's own code behind the zeros is no country abroad."""
    assert phones.split(digits) == expected
    assert phones.is_abroad(digits) is (expected.country not in ("", "55"))
    assert phones.national(digits) == (digits if not expected.area else expected.area + expected.local)


def test_country_codes_are_those_of_an_independent_library():
    codes = [str(code) for code in phonenumbers.COUNTRY_CODE_TO_REGION_CODE if code != 55]

    assert [phones.split(f"00{code}212345678").country for code in codes] == codes


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("+34912345678", "0034912345678"),
        ("0034912345678", "0034912345678"),
        ("+5537999912222", "5537999912222"),
        ("005537999912222", "5537999912222"),
    ],
)
def test_plus_stands_for_the_zeros_of_a_call_abroad(written, kept):
    """With the zeros a number in Spain is not taken for one in Uberlândia."""
    assert phones.international(written) == kept


@pytest.mark.parametrize("text", ["", "+5537999912222", "37 99991", "abc", "１１３００３７２９３", "37999912222\n"])
def test_split_refuses_what_is_not_digits(text):
    """The text says what was wrong and what to leave out."""
    with pytest.raises(phones.NotDigits, match="leave out"):
        phones.split(text)


@pytest.mark.parametrize(
    ("digits", "national", "international"),
    [
        ("5537999912222", "37999912222", "5537999912222"),
        ("37999912222", "37999912222", "5537999912222"),
        ("1130037293", "1130037293", "551130037293"),
        ("08008000049", "08008000049", "08008000049"),
        ("558008000049", "08008000049", "08008000049"),
    ],
)
def test_both_forms_of_a_number_are_found_from_either(digits, national, international):
    """A free number has one form only."""
    assert phones.national(digits) == national
    assert phones.international(digits) == international


@pytest.mark.parametrize(
    ("digits", "expected"),
    [
        ("37999912222", LineKind.MOBILE),
        ("551130037293", LineKind.LANDLINE),
        ("03003211234", LineKind.FREE),
        ("3799991222", None),
        ("1160037293", None),
        ("37899912222", None),
        ("20999912222", None),
    ],
)
def test_kind_is_read_from_the_number(digits, expected):
    """A landline starts with 2 to 5 and has eight digits, a mobile number starts with 9 and has nine."""
    assert phones.kind(digits) is expected


@pytest.mark.parametrize("digits", ["37999912222", "1130037293", "08008000049", "0800123456"])
def test_a_national_number_has_no_country_code(digits):
    """What is dialled inside Brazil is valid; the same with country code is not national."""
    assert is_national(digits)
    assert not is_national("55" + digits)


@pytest.mark.parametrize("digits", ["", "abc", "20999912222", "379999122222", "080012345678", "190"])
def test_a_number_outside_the_plan_is_not_valid(digits):
    """Neither as a national number nor as a line."""
    assert not is_national(digits)
    assert not is_line(digits)


@pytest.mark.parametrize(
    ("digits", "valid"),
    [("551130037293", True), ("08008000049", True), ("1130037293", False), ("558008000049", False)],
)
def test_a_line_has_its_country_code_unless_it_is_free(digits, valid):
    """The numbers that calls come in on are written one way only."""
    assert is_line(digits) is valid


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (phones.make_mobile, LineKind.MOBILE),
        (phones.make_landline, LineKind.LANDLINE),
        (phones.make_free, LineKind.FREE),
    ],
)
def test_made_numbers_are_valid_by_an_independent_library(make, expected):
    """500 names, 500 numbers of the right kind."""
    identity = Identity("numbers")

    made = [make(identity, "customer", name) for name in range(500)]

    parsed = [phonenumbers.parse(number, "BR") for number in made]
    assert [number for number, p in zip(made, parsed, strict=True) if not phonenumbers.is_valid_number(p)] == []
    assert {phonenumbers.number_type(p) for p in parsed} == {TYPES[expected]}
    assert {phones.kind(number) for number in made} == {expected}
    assert all(is_national(number) for number in made)
    assert len(set(made)) > 490


def test_made_numbers_depend_on_seed_and_name_alone():
    """The same name gives the same number, another name or seed another."""
    identity = Identity("one")

    first = phones.make_mobile(identity, "a")
    phones.make_mobile(identity, "b")

    assert phones.make_mobile(Identity("one"), "a") == first
    assert phones.make_mobile(Identity("one"), "b") != first
    assert phones.make_mobile(Identity("two"), "a") != first


def test_made_numbers_lie_where_people_live():
    """São Paulo is the most frequent area of 500, and many others occur; a given area is kept."""
    identity = Identity("spread")

    areas = Counter(phones.make_mobile(identity, name)[:2] for name in range(500))

    assert areas.most_common(1)[0][0] == "11"
    assert len(areas) > 40
    assert phones.make_landline(identity, "desk", area="37").startswith("37")
