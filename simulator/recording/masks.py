"""Made-up values in the place of real ones: each real value has one, of its kind and form, wherever it stands.

Pure. A made-up value comes from the seed and from how many were asked for before, never from the real one, so that
nobody can compute that from it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from string import ascii_lowercase

from simulator.identity import Identity
from simulator.telephony.phones import (
    LineKind,
    is_abroad,
    kind,
    make_free,
    make_landline,
    make_mobile,
    national,
    split,
)
from simulator.worlds.people import MAIL_DOMAINS, People

_NAME = "mask"
# One number has one mask, whether it was dialled, typed or written: a document, an order and a phone are told by form.
_NUMBER = "number"
_CPF, _CNPJ = 11, 14
# What is too short to be told from a chance: not looked for in what was written.
LEAST = 6
# So many draws may hold something real before a name is made of letters alone: in a world of a thousand first names.
_DRAWS = 100

# Days and months that every month and year have.
_CALENDAR = (("day", 28), ("month", 12))

_WORD = re.compile(r"[^\W_]+")
_EMAIL = r"(?P<email>[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)"
_LONG = r"(?P<token>(?=[A-Za-z0-9_-]*[0-9])(?=[A-Za-z0-9_-]*[A-Za-z])[A-Za-z0-9_-]{16,})"
_DAY, _MONTH, _YEAR = "(?:0[1-9]|[12][0-9]|3[01])", "(?:0[1-9]|1[0-2])", "(?:(?:19|20)[0-9]{2})"
_DATE = (
    rf"(?<![0-9./-])(?:{_DAY}[./-]{_MONTH}[./-](?:{_YEAR}|[0-9]{{2}})|{_YEAR}-{_MONTH}-{_DAY})"
    r"(?![0-9]|[./-][0-9])"
)
_PHONE = r"(?<![0-9])(?:\+?55 ?)?(?:0?\([0-9]{2}\)|\(0[0-9]{2}\)|0?[0-9]{2})[ -]?9?[0-9]{4}[ .-]?[0-9]{4}(?![0-9])"
_ELSE = rf"(?!{_DATE}|{_PHONE})"
_OTHER = rf"\+?[0-9](?:{_ELSE}[0-9 ().\-/]){{4,24}}{_ELSE}[0-9]"
_FORMS = re.compile(rf"{_EMAIL}|{_LONG}|(?P<date>{_DATE})|(?P<number>{_PHONE}|{_OTHER})")


class Masks:
    """Masks by real value.

    ``real`` are values that no made-up one may hold, as whole words; ``staying`` are those that may stand in what is
    written all the same, such as the names of queues.
    """

    def __init__(self, seed: str, real: Iterable[str] = (), staying: Iterable[str] = ()) -> None:
        self._identity = Identity(seed)
        self._people: People | None = None
        self._made: dict[tuple[str, str], str] = {}
        self._taken: set[str] = set()
        self._names: dict[str, str] = {}
        self._staying = frozenset(map(spelt, staying))
        self._real: dict[str, str] = {}
        self._longest = 1
        for value in real:
            self._know(value)

    def phone(self, digits: str) -> str:
        """Return a made-up national number of the same kind, area and length; all forms of one have the same."""
        dialled, bare = national(digits), _bare(digits)
        return dialled[: len(dialled) - len(bare)] + self._one(_NUMBER, bare, self._make_phone)

    def line(self, digits: str) -> str:
        """Return a made-up number of ours, with country code or trunk zero where the real one has it."""
        bare = _bare(digits)
        return digits[: len(digits) - len(bare)] + self.phone(bare)

    def number(self, digits: str) -> str:
        """Return a made-up CPF for eleven digits, a CNPJ for fourteen, else as many other digits (of an order, a PIN).

        What was masked as a phone before stays that phone.
        """
        return self._one(_NUMBER, digits, self._make_number)

    def name(self, real: str) -> str:
        """Return the name of a made-up person."""
        made = self._one("name", real, self._make_name)
        self._names.setdefault(real, made)
        return made

    def email(self, real: str) -> str:
        """Return an address at a domain that is reserved for examples."""
        return self._one("email", real.lower(), self._make_email)

    def token(self, real: str) -> str:
        """Return letters and digits of the same length (at most 64)."""
        return self._one("token", real, lambda r, n: self._identity.token(_NAME, "token", n, length=min(len(r), 64)))

    def text(self, text: str) -> str:
        """Return a text with everything in it masked that looks like a value of these kinds, or is a known name."""
        names = "|".join(_pattern(name) for name in sorted(self._names, key=len, reverse=True) if _WORD.search(name))
        form = re.compile(rf"{_FORMS.pattern}|(?P<name>{names})", re.IGNORECASE) if names else _FORMS
        return form.sub(self._found, text)

    def leaks(self, text: str) -> list[str]:
        """Return the real values that stand in a text all the same, as whole words."""
        if spelt(text) in self._staying:
            return []
        found = {self._real[key] for key in self._held(text) - self._staying}
        return sorted(value for value in found if len(value) >= LEAST)

    def _know(self, real: str) -> None:
        key = spelt(real)
        if key:
            self._real.setdefault(key, real)
            self._longest = max(self._longest, key.count(" ") + 1)

    def _held(self, text: str) -> set[str]:
        """Return what is real and stands in a text, spelt; a number may be written with spaces and hyphens."""
        words = spelt(text).split(" ")
        joined = {spelt(_digits(found["number"])) for found in _FORMS.finditer(text) if found["number"]}
        parts = {
            " ".join(words[at : at + length])
            for length in range(1, min(self._longest, len(words)) + 1)
            for at in range(len(words) - length + 1)
        }
        return (parts | joined) & self._real.keys()

    def _one(self, what: str, real: str, make: Callable[[str, int], str]) -> str:
        known = self._made.get((what, real))
        if known is not None:
            return known
        self._know(real)
        attempt = len(self._made) * 1000
        while True:
            made = make(real, attempt)
            if made != real and (_is_short(real) or not (made in self._taken or self._held(made) - self._staying)):
                break
            attempt += 1
        self._made[what, real] = made
        self._taken.add(made)
        return made

    def _make_name(self, real: str, number: int) -> str:
        if number % 1000 < _DRAWS:
            return self._party().person().name
        return " ".join(self._letters(number, word).capitalize() for word in ("first", "last"))

    def _make_email(self, real: str, number: int) -> str:
        if number % 1000 < _DRAWS:
            return self._party().person().email
        return f"{self._letters(number, 'email')}@{MAIL_DOMAINS[0]}"

    def _letters(self, number: int, word: str) -> str:
        made = (self._identity.integer(_NAME, word, number, i, low=0, high=25) for i in range(8))
        return "".join(ascii_lowercase[letter] for letter in made)

    def _make_phone(self, real: str, number: int) -> str:
        name, parts = (_NAME, number), split(real)
        match kind(real):
            case LineKind.MOBILE:
                return make_mobile(self._identity, *name, area=parts.area)
            case LineKind.LANDLINE:
                return make_landline(self._identity, *name, area=parts.area)
            case LineKind.FREE if len(real) == len(made := make_free(self._identity, *name)):
                return real[:4] + made[4:]  # who calls 0300 and its like pays, and 0800 not
            case LineKind.FREE:
                return real[:4] + self._other_digits(real[4:], number)
        # Of one abroad its country stays, and of an unusual one what it is told by.
        head = (f"00{parts.country}" if is_abroad(real) else parts.area) + parts.local[:1]
        return head + self._other_digits(real[len(head) :], number)

    def _make_number(self, real: str, number: int) -> str:
        if len(real) == _CPF:
            return self._party().person().document
        return self._party().company().document if len(real) == _CNPJ else self._other_digits(real, number)

    def _other_digits(self, real: str, number: int) -> str:
        return "".join(str(self._identity.integer(_NAME, "digit", number, i, low=0, high=9)) for i in range(len(real)))

    def _found(self, found: re.Match[str]) -> str:
        text = found[0]
        match found.lastgroup:
            case "email":
                return self.email(text)
            case "token":
                return self.token(text)
            case "date":
                return self._one("date", text, self._make_date)
            case "number":
                return self._number(text)
        alike = (made for name, made in self._names.items() if re.fullmatch(_pattern(name), text, re.IGNORECASE))
        return next(alike)

    def _number(self, text: str) -> str:
        """Mask a number in a text, with its dots and hyphens where they were."""
        parts = text.split(" ")
        if len(parts) > 1 and self._are_several(parts):
            return " ".join(self._number(part) if len(_digits(part)) >= LEAST else part for part in parts)
        real = _digits(text)
        if text.startswith("+") and is_abroad(f"00{real}"):
            masked = iter(self.phone(f"00{real}")[2:])
        elif (kind(_bare(real)) or self._abroad(real)) and (_NUMBER, real) not in self._made:
            masked = iter(self.line(real))  # a CPF may look like a phone
        else:
            masked = iter(self.number(real))
        return "".join(next(masked) if letter.isdigit() else letter for letter in text)

    def _are_several(self, parts: list[str]) -> bool:
        """Say whether spaces stand between numbers, and not within one: two long ones, or one that is known."""
        long = [digits for part in parts if len(digits := _digits(part)) >= LEAST]
        known = (real for digits in long for real in (digits, _bare(digits)))
        return len(long) > 1 or any((_NUMBER, real) in self._made for real in known)

    def _abroad(self, real: str) -> bool:
        """Tell whether this is a phone abroad, and no document that begins with two zeros."""
        return is_abroad(real) and len(real) not in (_CPF, _CNPJ)

    def _make_date(self, real: str, number: int) -> str:
        """Return another day of the same form; its year stays."""
        day, month = (self._identity.integer(_NAME, word, number, low=1, high=high) for word, high in _CALENDAR)
        if real[2].isdigit():
            return f"{real[:4]}-{month:02}-{day:02}"
        return f"{day:02}{real[2]}{month:02}{real[5:]}"

    def _party(self) -> People:
        if self._people is None:
            self._people = People(self._identity, _NAME)
        return self._people


def spelt(text: str) -> str:
    """Return a text as its words in small letters, with a space between; phones as they are dialled in Brazil."""
    words = (word.casefold() for word in _WORD.findall(text))
    return " ".join(_bare(word) if word.isascii() and word.isdigit() else word for word in words)


def _pattern(name: str) -> str:
    """Return what a name looks like in a text, however its words are parted."""
    words = r"[\W_]+".join(map(re.escape, _WORD.findall(name)))
    return rf"(?<![^\W_])(?:{words})(?![^\W_])"


def _bare(digits: str) -> str:
    """Return a number without country code and trunk zero."""
    if is_abroad(digits):
        return digits
    without = digits.lstrip("0")
    return national(without if kind(digits) is None and without and kind(without) else digits)


def _digits(text: str) -> str:
    return re.sub(r"[^0-9]", "", text)


def _is_short(real: str) -> bool:
    return real.isdigit() and len(real) < LEAST
