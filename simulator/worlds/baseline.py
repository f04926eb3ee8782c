"""The world that a tenant has before anybody adds to it: made up from its seed, and always the same for it.

Pure but for Faker, which is imported when a world is made. It knows no file and no clock.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import count

from simulator.identity import Identity
from simulator.records import Document
from simulator.telephony.phones import LineKind, international, kind, make_free, make_landline, make_mobile
from simulator.worlds.directory import (
    COMPANY,
    CUSTOMER,
    EXTENSION,
    NUMBER,
    QUEUE,
    USER,
    Company,
    Customer,
    Extension,
    Number,
    Queue,
    User,
)
from simulator.worlds.people import People, plain

EXTENSIONS = range(111, 131)
CUSTOMERS = 80
FIRST_CUSTOMER, FIRST_CODE = 11201, 421
QUEUES = {"suporte": range(111, 116), "vendas": range(116, 121), "financeiro": range(121, 124)}


def baseline(seed: str, phones: Collection[str], *, samples: bool) -> dict[str, dict[str, Document]]:
    """Make a tenant's records (about 130, at most 200): kind to key to record, in a fixed order.

    ``phones`` are those that the vendor documents' samples name: with ``samples`` the first customer's, else nobody's.
    Extensions, user ids, customer ids and queues are alike for every seed; names, documents and phones are not.
    """
    identity = Identity(seed)
    users = {user["id"]: user for user in _users(identity)}
    companies = {company["id"]: company for company in _companies(identity)}
    extensions = [
        Extension(number=str(number), name=user["name"], user=user["id"], company=_pick(identity, companies, number))
        for number, user in zip(EXTENSIONS, users.values(), strict=True)
    ]
    return {
        COMPANY: dict(companies),
        USER: dict(users),
        EXTENSION: {extension["number"]: extension for extension in extensions},
        CUSTOMER: {customer["id"]: customer for customer in _customers(identity, phones, samples)},
        NUMBER: {number["number"]: number for number in _numbers(identity)},
        QUEUE: {name: Queue(name=name, extensions=[str(n) for n in served]) for name, served in QUEUES.items()},
    }


def _companies(identity: Identity) -> Iterator[Company]:
    people = People(identity, COMPANY)
    for key in range(1, identity.integer(COMPANY, "count", low=1, high=3) + 1):
        party = people.company()
        yield Company(id=str(key), name=party.name, document=party.document)


def _users(identity: Identity) -> Iterator[User]:
    people = People(identity, USER)
    for key, extension in enumerate(EXTENSIONS, 1):
        person = people.person()
        initials = "".join(plain(word)[0] for word in person.name.split() if word[0].isupper())
        yield User(id=str(key), name=person.name, email=person.email, internal_id=f"{initials}{extension}")


def _customers(identity: Identity, printed: Collection[str], samples: bool) -> Iterator[Customer]:
    people, taken = People(identity, CUSTOMER), set(printed)
    for place in range(CUSTOMERS):
        firm = identity.fraction(CUSTOMER, place, "firm") < 0.2
        party = people.company() if firm else people.person()
        own = printed if samples and place == 0 else ()
        phones = list(own or _phones(identity, place, firm, taken))
        yield Customer(
            id=str(FIRST_CUSTOMER + place),
            code=str(FIRST_CODE + place),
            name=party.name,
            document=party.document,
            email=party.email,
            phones=phones,
        )


def _phones(identity: Identity, place: int, firm: bool, taken: set[str]) -> Iterator[str]:
    wanted = 1 + sum(identity.fraction(CUSTOMER, place, "phone", more) < 0.25 for more in range(2))
    near = _home(identity) if identity.fraction(CUSTOMER, place, "near") < 0.6 else None
    for attempt in count():
        landline = identity.fraction(CUSTOMER, place, "landline", attempt) < (0.6 if firm else 0.1)
        make = make_landline if landline else make_mobile
        phone = make(identity, CUSTOMER, place, attempt, area=near)
        near = near or phone[:2]
        if phone not in taken:
            taken.add(phone)
            yield phone
            wanted -= 1
        if not wanted:
            return


def _numbers(identity: Identity) -> Iterator[Number]:
    # The first one is the default line, and a landline is what most firms are called at.
    home = _home(identity)
    made = (
        make_landline(identity, NUMBER, 1, area=home),
        make_free(identity, NUMBER, 2),
        make_mobile(identity, NUMBER, 3, area=home),
        make_landline(identity, NUMBER, 4),
    )
    for number in made:
        yield Number(number=international(number), kind=(kind(number) or LineKind.LANDLINE).value)


def _home(identity: Identity) -> str:
    # The area where the firm is at home, drawn as people are spread.
    return make_landline(identity, "home")[:2]


def _pick(identity: Identity, companies: dict[str, Company], number: int) -> str:
    return list(companies)[identity.integer(EXTENSION, number, COMPANY, low=0, high=len(companies) - 1)]
