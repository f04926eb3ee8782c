"""Made-up people and companies."""

import subprocess
import sys

from simulator.identity import Identity
from simulator.worlds.people import MAIL_DOMAINS, People

CPF_WEIGHTS = (11, 10, 9, 8, 7, 6, 5, 4, 3, 2)
CNPJ_WEIGHTS = (6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)


def check_digits(document, weights):
    """The two check digits as the Receita Federal computes them."""
    digits = [int(d) for d in document[:-2]]
    for _ in range(2):
        total = sum(w * d for w, d in zip(weights[-len(digits) :], digits, strict=True))
        digits.append(0 if total % 11 < 2 else 11 - total % 11)
    return "".join(str(d) for d in digits[-2:])


def test_a_person_has_a_valid_cpf_and_three_names():
    """The CPF is eleven digits with right check digits."""
    people = People(Identity("people"))

    made = [people.person() for _ in range(200)]

    assert all(len(p.document) == 11 and p.document.isdigit() for p in made)
    assert all(p.document[-2:] == check_digits(p.document, CPF_WEIGHTS) for p in made)
    assert all(len(p.name.split()) >= 3 for p in made)
    assert not any("." in p.name for p in made)


def test_a_company_has_a_valid_cnpj():
    """The CNPJ is fourteen digits with right check digits."""
    people = People(Identity("people"))

    made = [people.company() for _ in range(200)]

    assert all(len(p.document) == 14 and p.document.isdigit() for p in made)
    assert all(p.document[-2:] == check_digits(p.document, CNPJ_WEIGHTS) for p in made)
    assert all(p.name[0].isupper() and len(p.name.split()) >= 2 for p in made)


def test_addresses_are_plain_and_reserved_for_examples():
    """Accents are gone, nobody shares an address, and no mail can reach a real person."""
    people = People(Identity("people"))

    emails = [people.person().email for _ in range(500)] + [people.company().email for _ in range(500)]

    assert len(set(emails)) == 1000
    assert all(email.isascii() and email == email.lower() for email in emails)
    assert {email.split("@")[1] for email in emails} == set(MAIL_DOMAINS)
    assert not any(".." in email or email.startswith(".") for email in emails)


def test_one_seed_and_name_give_the_same_people():
    """Another seed, or another name of the source, gives others."""
    first = [People(Identity("one"), "users").person() for _ in range(2)]

    assert first[0] == first[1]
    assert People(Identity("two"), "users").person() != first[0]
    assert People(Identity("one"), "customers").person() != first[0]


def test_faker_is_imported_on_first_use():
    """Importing the module costs nothing; making people imports Faker."""
    program = (
        "import sys; import simulator.worlds.people as p; before = 'faker' in sys.modules;"
        "from simulator.identity import Identity; p.People(Identity('x'));"
        "print(before, 'faker' in sys.modules)"
    )

    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert answer.stdout.split() == ["False", "True"]
