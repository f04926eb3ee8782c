"""A real value has one made-up value of its kind and form, wherever it stands."""

import pytest
from phonenumbers import is_valid_number, parse

from simulator.masks import Masks
from simulator.phones import LineKind, kind, split


@pytest.mark.parametrize("real", ["31987651234", "3132215678", "08007210000", "4733221100"])
def test_phone_keeps_kind_area_and_length_and_is_one_of_the_plan(real):
    masked = Masks("1").phone(real)

    assert masked != real
    assert (kind(masked), len(masked)) == (kind(real), len(real))
    assert split(masked).area == split(real).area or kind(real) is LineKind.FREE
    assert kind(real) is LineKind.FREE or is_valid_number(parse(masked, "BR"))


@pytest.mark.parametrize("real", ["1132", "190", "9912222", "4915112345678", "3188765123"])
def test_unusual_number_keeps_its_length(real):
    masked = Masks("1").phone(real)

    assert masked != real
    assert len(masked) == len(real)


def test_both_forms_of_a_phone_have_one_mask():
    masks = Masks("1")

    assert masks.phone("5531987651234") == masks.phone("31987651234")
    assert masks.line("5531987651234") == f"55{masks.phone('31987651234')}"


@pytest.mark.parametrize("real", ["52998224725", "11222333000181", "123", "1234567890123456"])
def test_document_keeps_its_length_and_stays_the_same(real):
    masks = Masks("1")

    assert masks.document(real) == masks.document(real) != real
    assert len(masks.document(real)) == len(real)


def test_masks_hang_on_the_seed_and_the_order_and_not_on_the_real_value():
    """So nobody who knows the seed can try numbers until one fits."""
    assert Masks("7").phone("31987651234") == Masks("7").phone("31999990000")
    assert Masks("7").phone("31987651234") != Masks("8").phone("31987651234")


def test_two_real_values_never_share_a_mask_and_no_mask_is_a_real_value():
    real = [f"319{number:08}" for number in range(60_000_000, 60_000_300)]
    masks = Masks("1", real)

    made = [masks.phone(phone) for phone in real]

    assert len(set(made)) == len(real)
    assert not set(made) & set(real)


def test_text_is_masked_by_what_stands_in_it():
    masks = Masks("1")
    name, phone = masks.name("Joaquina da Silva"), masks.phone("31987651234")
    text = (
        "Falar com JOAQUINA DA SILVA, +55 (31) 98765-1234, CPF 529.982.247-25, joaquina@real.example, "
        "token abcDEF0123456789xyz, ramal 201."
    )

    masked = masks.text(text)

    for real in ("JOAQUINA", "98765", "1234,", "529.982", "real.example", "abcDEF0123456789xyz"):
        assert real not in masked
    assert masked.startswith(f"Falar com {name}, ")
    assert masked.endswith("ramal 201.")
    digits = "".join(filter(str.isdigit, masked))
    assert digits.startswith("55" + phone) or phone in digits
    assert masked == masks.text(text)


def test_leak_is_what_stands_in_a_text_all_the_same():
    masks = Masks("1", ["real-value", ""])
    masks.phone("31987651234")

    assert masks.leaks("a REAL-VALUE and 31987651234 and 31999999999") == ["31987651234", "real-value"]
    assert masks.leaks("nothing") == []
