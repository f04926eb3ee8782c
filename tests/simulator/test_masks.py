"""A real value has one made-up value of its kind and form, wherever it stands."""

from datetime import date, datetime

import pytest
from phonenumbers import is_valid_number, parse

from simulator.recording.masks import LEAST, Masks
from simulator.telephony.phones import LineKind, kind, split


@pytest.mark.parametrize(
    "real", ["31987651234", "3132215678", "08007210000", "0800123456", "0300123456", "03001234567", "4733221100"]
)
def test_phone_keeps_kind_area_and_length_and_is_one_of_the_plan(real):
    masked = Masks("1").phone(real)

    assert masked != real
    assert (kind(masked), len(masked)) == (kind(real), len(real))
    assert split(masked).area == split(real).area
    assert kind(real) is LineKind.FREE or is_valid_number(parse(masked, "BR"))


@pytest.mark.parametrize("real", ["1132", "190", "9912222", "4915112345678", "3188765123"])
def test_unusual_number_keeps_its_length(real):
    masked = Masks("1").phone(real)

    assert masked != real
    assert len(masked) == len(real)


def test_phone_abroad_keeps_its_country_and_has_one_mask_however_it_is_written():
    masks = Masks("1")

    masked = masks.phone("0034912345678")

    assert masked != "0034912345678"
    assert (len(masked), split(masked).country) == (13, "34")
    assert masks.text("ligar para 0034912345678") == f"ligar para {masked}"
    assert masks.text("ligar para +34 912 345 678") == (f"ligar para +34 {masked[4:7]} {masked[7:10]} {masked[10:]}")


@pytest.mark.parametrize("real", ["00360305000104", "00360305000"])
def test_document_that_begins_with_zeros_is_no_phone_abroad_unless_it_is_known_as_one(real):
    masks, knowing = Masks("1"), Masks("1")
    phone = knowing.phone(real)

    assert masks.text(real) == masks.number(real)
    assert knowing.text(real) == phone


def test_both_forms_of_a_phone_have_one_mask():
    masks = Masks("1")

    assert masks.phone("5531987651234") == masks.phone("31987651234")
    assert masks.line("5531987651234") == f"55{masks.phone('31987651234')}"


@pytest.mark.parametrize("real", ["52998224725", "11222333000181", "123", "1234567890123456"])
def test_document_keeps_its_length_and_stays_the_same(real):
    masks = Masks("1")

    assert masks.number(real) == masks.number(real) != real
    assert len(masks.number(real)) == len(real)


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


@pytest.mark.parametrize("first", ["typed", "written"])
@pytest.mark.parametrize("real", ["778812", "52998224725", "31987651234", "4711", "123456789012345"])
def test_number_has_one_mask_typed_and_written(real, first):
    """An order that is typed and stands in the data of the call is one order; whichever comes first."""
    masks = Masks("1")
    text = f"pedido {real}."

    if first == "written":
        written, typed = masks.text(text), masks.number(real)
    else:
        typed, written = masks.number(real), masks.text(text)

    assert written == (f"pedido {typed}." if len(real) >= LEAST else text)
    assert typed != real


def test_numbers_that_only_a_space_parts_are_two():
    masks = Masks("1")
    order, document = masks.number("529982"), masks.number("52998224725")

    assert masks.text("de 529982 52998224725, 529982 7") == f"de {order} {document}, {order} 7"


def test_number_that_is_written_with_spaces_is_one():
    masks = Masks("1")

    assert masks.text("11 98765 4321").replace(" ", "") == masks.phone("11987654321")


def test_leak_is_what_stands_in_a_text_all_the_same():
    masks = Masks("1", ["real-value", ""])
    masks.phone("31987651234")

    assert masks.leaks("a REAL-VALUE and 31987651234 and 31999999999") == ["31987651234", "real-value"]
    assert masks.leaks("nothing") == []


def test_leak_is_a_whole_word_and_a_name_that_stays_is_none():
    masks = Masks("1", ["Suporte", "Daniel Lima", "plantao"], staying=["plantao"])

    assert masks.leaks("suportes, Daniel de Lima, plantao, na fila do plantao") == []
    assert masks.leaks("o SUPORTE e daniel  lima") == ["Daniel Lima", "Suporte"]
    assert masks.leaks("plantao") == []


@pytest.mark.parametrize("written", ["5531987651234", "031987651234", "+55 (31) 98765-1234", "(031) 98765-1234"])
def test_phone_leaks_in_whatever_form(written):
    masks = Masks("1")
    masks.phone("31987651234")

    assert masks.leaks(f"ligar {written} hoje") == ["31987651234"]


def test_no_mask_has_a_real_name_in_it_as_a_word():
    """First names alone are what extensions are often called, and made-up names are made of them."""
    drawn = [Masks(str(seed)).name("X").split() for seed in range(40)]
    common = sorted({word for name in drawn for word in name})

    for seed in range(40):
        masks = Masks(str(seed), common)
        made = [masks.name("Joaquina Exemplar"), masks.email("joaquina@real.example"), masks.text("Falar com X")]

        assert [masks.leaks(text) for text in made] == [[], [], []]


def test_world_in_which_every_name_is_real_has_masks_all_the_same():
    """Where no made-up person is free of them, the name is of letters that mean nothing."""
    names = Masks("1")
    everybody = {word for n in range(3_000) for word in names.name(f"real {n}").split()}
    masks = Masks("1", everybody)

    made = [masks.name("Joaquina"), masks.name("Bento"), masks.email("bento@real.example")]

    assert len(set(made)) == 3
    assert [masks.leaks(text) for text in made] == [[], [], []]


def test_phone_with_a_trunk_zero_has_the_mask_of_the_phone():
    masks = Masks("1")
    phone = masks.phone("82972273171")

    assert masks.phone("082972273171") == masks.line("082972273171") == f"0{phone}"
    assert masks.text("082972273171, 5582972273171 ou 82972273171") == f"0{phone}, 55{phone} ou {phone}"
    assert masks.text("(082) 97227-3171") == f"(0{phone[:2]}) {phone[2:7]}-{phone[7:]}"


def test_phones_beside_each_other_are_masked_one_by_one():
    masks = Masks("1")
    phones = ["31987651234", "82972273171"]
    made = [masks.phone(phone) for phone in phones]

    assert masks.text(" ".join(phones)) == " ".join(made)
    assert masks.text(" / ".join(phones)) == " / ".join(made)
    assert masks.text(f"ramal 201 {phones[0]}") == f"ramal 201 {made[0]}"


@pytest.mark.parametrize(
    ("real", "form"), [("12/03/2026", "%d/%m/%Y"), ("31-12-99", "%d-%m-%y"), ("2026-03-12", "%Y-%m-%d")]
)
def test_date_becomes_another_date_of_its_form(real, form):
    masks = Masks("1")

    made = masks.text(f"vence {real} 10h")

    day = datetime.strptime(made.split()[1], form).date()
    assert isinstance(day, date)
    assert made.split()[1] != real
    assert (made.split()[0], made.split()[2]) == ("vence", "10h")
    assert masks.text(f"vence {real} 10h") == made


def test_phone_before_a_date_is_the_phone():
    masks = Masks("1")

    assert masks.text("31987651234 12/03/2026").startswith(f"{masks.phone('31987651234')} ")


def test_name_is_masked_however_its_words_are_parted():
    masks = Masks("1")
    name = masks.name("Bento Verdadeiro")

    assert masks.text("bento  verdadeiro, BENTO-VERDADEIRO, Bento Verdadeiros") == f"{name}, {name}, Bento Verdadeiros"


@pytest.mark.parametrize(
    ("known", "said"), [("Joao_Silva", "de joao_silva"), ("Iara", "de \u0131ara"), ("a (b)", "de A (B)")]
)
def test_name_of_odd_letters_is_masked_all_the_same(known, said):
    masks = Masks("1")

    assert masks.text(said).startswith("de ")
    name = masks.name(known)
    assert masks.text(said).replace(")", "") == f"de {name}"
