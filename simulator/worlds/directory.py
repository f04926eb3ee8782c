"""The records that a world is made of: who and what there is before anybody calls.

A tenant keeps them as plain documents by kind; these are the kinds that every world has and their fields. Vendors
add kinds of their own, named ``<vendor>.<kind>``.
"""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

COMPANY, USER, EXTENSION, CUSTOMER, NUMBER, QUEUE = (
    "company",
    "user",
    "extension",
    "customer",
    "number",
    "queue",
)

KINDS = (COMPANY, USER, EXTENSION, CUSTOMER, NUMBER, QUEUE)

# The field that names a record within its kind.
KEYS = {COMPANY: "id", USER: "id", EXTENSION: "number", CUSTOMER: "id", NUMBER: "number", QUEUE: "name"}


class Company(TypedDict):
    """A firm that owns extensions and numbers. ``document`` is a CNPJ, digits only."""

    id: str
    name: str
    document: str


class User(TypedDict):
    """A person at a desk. ``internal_id`` is how other systems know the person (letters and digits)."""

    id: str
    name: str
    email: str
    internal_id: str


class Extension(TypedDict):
    """A device of the PBX. ``user`` is a user's id."""

    number: str
    name: str
    user: NotRequired[str]
    company: NotRequired[str]


class Customer(TypedDict):
    """Somebody who calls. ``document`` is a CPF or CNPJ; phones are national digits, the usual one first."""

    id: str
    code: str
    name: str
    document: str
    email: str
    phones: list[str]


class Number(TypedDict):
    """A number of ours on the public network, with country code (``551130037293``)."""

    number: str
    kind: Literal["landline", "mobile", "free"]


class Queue(TypedDict):
    """Where callers wait, and the extensions that serve them, in order.

    ``strategy`` is one of `simulator.telephony.distribution.Strategy`; ``ring`` says for how many seconds an agent is
    offered a call, and ``wrap_up`` how many seconds of peace an agent has after one.
    """

    name: str
    extensions: list[str]
    strategy: NotRequired[str]
    ring: NotRequired[int]
    wrap_up: NotRequired[int]
