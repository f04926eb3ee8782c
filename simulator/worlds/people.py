"""Made-up Brazilian people and companies: names, documents and e-mail. It knows no record and no telephone.

Faker costs a tenth of a second to import, so it is imported when the first `People` is made; only its pt_BR
providers of persons, companies and documents are used, and never its dates or telephone numbers.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.identity import Identity

if TYPE_CHECKING:
    from faker.generator import Generator

# Domains that are reserved for examples (RFC 2606): no mail to them arrives anywhere.
MAIL_DOMAINS = ("example.com", "example.org")

_COMPANY_FORMS = ("{{last_name}} {{company_suffix}}", "{{last_name}} {{last_name}} {{company_suffix}}")


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody made up. ``document`` is a valid CPF (person) or CNPJ (company), digits only."""

    name: str
    document: str
    email: str


def plain(word: str) -> str:
    """Return a word as small ASCII letters and digits ("João" is ``joao``), which every system takes."""
    decomposed = unicodedata.normalize("NFKD", word.lower())
    return "".join(c for c in decomposed if c.isascii() and c.isalnum())


class People:
    """A source of people and companies; no two of one source share a document or an e-mail address.

    What it gives depends on the seed, on the name of the source and on the order of asking.
    """

    def __init__(self, identity: Identity, *name: object) -> None:
        self._faker = _seeded(identity.integer("people", *name, low=0, high=2**63 - 1))
        self._taken: set[str] = set()

    def person(self) -> Party:
        """Make up a person with a first and two last names."""
        first = self._faker.format("first_name")
        last = self._last_names()
        name = " ".join((first, *last))
        return Party(name, self._unique_document("ssn"), self._address(f"{first} {last[-1]}"))

    def company(self) -> Party:
        """Make up a company."""
        name = self._faker.parse(self._faker.random.choice(_COMPANY_FORMS))
        email = self._address(f"Contato {name}", words=2)
        return Party(name[0].upper() + name[1:], self._unique_document("company_id"), email)

    def _last_names(self) -> tuple[str, str]:
        first = second = self._faker.format("last_name")
        while second == first:
            second = self._faker.format("last_name")
        return first, second

    def _unique_document(self, formatter: str) -> str:
        while True:
            digits = self._faker.format(formatter)
            # Eleven times the same digit has right check digits, and is refused everywhere all the same.
            if digits not in self._taken and len(set(digits)) > 1:
                self._taken.add(digits)
                return digits

    def _address(self, name: str, words: int | None = None) -> str:
        # Particles ("da", "e") are left out, as people leave them out of their addresses.
        local = ".".join([plain(word) for word in name.split() if word[0].isupper()][:words])
        domain = self._faker.random.choice(MAIL_DOMAINS)
        address, count = f"{local}@{domain}", 1
        while address in self._taken:
            count += 1
            address = f"{local}{count}@{domain}"
        self._taken.add(address)
        return address


def _seeded(seed: int) -> Generator:
    from faker.generator import Generator
    from faker.providers.company.pt_BR import Provider as Companies
    from faker.providers.person.pt_BR import Provider as Persons
    from faker.providers.ssn.pt_BR import Provider as Documents

    generator = Generator()
    for provider in (Persons, Companies, Documents):
        generator.add_provider(provider)
    return generator.seed_instance(seed)
