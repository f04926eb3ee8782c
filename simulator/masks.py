"""Made-up values in the place of real ones: each real value has one, of its kind and form, wherever it stands.

Pure. A made-up value comes from the seed and from how many were asked for before, never from the real one, so that
nobody can compute that from it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from simulator.identity import Identity
from simulator.people import People
from simulator.phones import LineKind, kind, make_free, make_landline, make_mobile, national, split

_NAME = "mask"
_CPF, _CNPJ = 11, 14
# What is too short to be told from a chance: not looked for in what was written.
LEAST = 6
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_NUMBER = re.compile(r"\+?[0-9](?:[0-9 ().\-/]{4,24})[0-9]")
_TOKEN = re.compile(r"(?=[A-Za-z0-9_-]*[0-9])(?=[A-Za-z0-9_-]*[A-Za-z])[A-Za-z0-9_-]{16,}")


class Masks:
    """Masks by real value. ``real`` are values that no made-up one may equal."""

    def __init__(self, seed: str, real: Iterable[str] = ()) -> None:
        self._identity = Identity(seed)
        self._people: People | None = None
        self._made: dict[tuple[str, str], str] = {}
        self._names: dict[str, str] = {}
        self._real = {value for value in real if value}

    def phone(self, digits: str) -> str:
        """Return a made-up national number of the same kind, area and length; both forms of one have the same."""
        return self._one("phone", national(digits), self._make_phone)

    def line(self, digits: str) -> str:
        """Return a made-up number of ours, with country code where the real one has it."""
        masked = self.phone(digits)
        return digits[: len(digits) - len(national(digits))] + masked

    def document(self, digits: str) -> str:
        """Return a made-up CPF for eleven digits, a CNPJ for fourteen, else other digits."""
        return self._one("document", digits, self._make_document)

    def digits(self, digits: str) -> str:
        """Return as many other digits, such as for an order number."""
        return self._one("digits", digits, self._other_digits)

    def name(self, real: str) -> str:
        """Return the name of a made-up person."""
        made = self._one("name", real, lambda _, n: self._party().person().name)
        self._names.setdefault(real, made)
        return made

    def email(self, real: str) -> str:
        """Return an address at a domain that is reserved for examples."""
        return self._one("email", real.lower(), lambda _, n: self._party().person().email)

    def token(self, real: str) -> str:
        """Return letters and digits of the same length (at most 64)."""
        return self._one("token", real, lambda r, n: self._identity.token(_NAME, "token", n, length=min(len(r), 64)))

    def text(self, text: str) -> str:
        """Return a text with everything in it masked that looks like a value of these kinds, or is a known name."""
        text = _EMAIL.sub(lambda found: self.email(found[0]), text)
        text = _TOKEN.sub(lambda found: self.token(found[0]), text)
        text = _NUMBER.sub(self._number, text)
        for real in sorted(self._names, key=len, reverse=True):
            text = re.sub(rf"\b{re.escape(real)}\b", self._names[real], text, flags=re.IGNORECASE)
        return text

    def leaks(self, text: str) -> list[str]:
        """Return the real values that stand in a text all the same."""
        real = {value for _, value in self._made} | self._real
        return sorted(value for value in real if len(value) >= LEAST and value.lower() in text.lower())

    def _one(self, what: str, real: str, make: Callable[[str, int], str]) -> str:
        known = self._made.get((what, real))
        attempt = len(self._made) * 1000
        taken = (
            {*self._made.values(), *self._real, *(value for _, value in self._made)} if len(real) >= LEAST else set()
        )
        while known is None:
            made = make(real, attempt)
            known = made if made != real and made not in taken else None
            attempt += 1
        self._made[what, real] = known
        return known

    def _make_phone(self, real: str, number: int) -> str:
        name, parts = (_NAME, number), split(real)
        match kind(real):
            case LineKind.MOBILE:
                return make_mobile(self._identity, *name, area=parts.area)
            case LineKind.LANDLINE:
                return make_landline(self._identity, *name, area=parts.area)
            case LineKind.FREE if len(real) == len(made := make_free(self._identity, *name)):
                return made
        head = parts.area + parts.local[:1]  # an unusual one: what it is told by stays
        return head + self._other_digits(real[len(head) :], number)

    def _make_document(self, real: str, number: int) -> str:
        if len(real) == _CPF:
            return self._party().person().document
        return self._party().company().document if len(real) == _CNPJ else self._other_digits(real, number)

    def _other_digits(self, real: str, number: int) -> str:
        return "".join(str(self._identity.integer(_NAME, "digit", number, i, low=0, high=9)) for i in range(len(real)))

    def _number(self, found: re.Match[str]) -> str:
        """Mask a number in a text, with its dots and hyphens where they were."""
        real = re.sub(r"[^0-9]", "", found[0])
        is_phone = kind(real) is not None and ("document", real) not in self._made  # a CPF may look like a phone
        masked = iter(self.line(real) if is_phone else self.document(real))
        return "".join(next(masked) if letter.isdigit() else letter for letter in found[0])

    def _party(self) -> People:
        if self._people is None:
            self._people = People(self._identity, _NAME)
        return self._people
