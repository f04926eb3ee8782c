"""Brazilian telephone numbers as digit strings: taking them apart, judging them, and making some up.

Pure. A *national* number is what is dialled inside Brazil: area code (DDD) and local number
(``37999912222``), or a free number with its zero (``08008000049``). With country code the first is
``5537999912222``; the second is always written as it is dialled.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate

from simulator.errors import SimulatorError
from simulator.identity import Identity

COUNTRY = "55"

# Area code to weight (about its millions of people), so that made-up numbers are spread as real ones are.
# fmt: off
AREAS = {
    "11": 22, "12": 3, "13": 2, "14": 2, "15": 3, "16": 3, "17": 2, "18": 2, "19": 6,
    "21": 12, "22": 2, "24": 2, "27": 3, "28": 1,
    "31": 7, "32": 2, "33": 2, "34": 2, "35": 3, "37": 2, "38": 2,
    "41": 4, "42": 1, "43": 2, "44": 2, "45": 1, "46": 1, "47": 3, "48": 2, "49": 1,
    "51": 5, "53": 1, "54": 2, "55": 1,
    "61": 4, "62": 4, "63": 2, "64": 2, "65": 2, "66": 1, "67": 3, "68": 1, "69": 2,
    "71": 4, "73": 2, "74": 1, "75": 3, "77": 2, "79": 2,
    "81": 5, "82": 3, "83": 4, "84": 3, "85": 6, "86": 2, "87": 2, "88": 3, "89": 1,
    "91": 4, "92": 3, "93": 1, "94": 1, "95": 1, "96": 1, "97": 1, "98": 4, "99": 3,
}
# fmt: on

_LANDLINE = re.compile(r"[2-5][0-9]{7}")
_MOBILE = re.compile(r"9[0-9]{8}")
_FREE = re.compile(r"0(?P<area>300|303|500|800|900)(?P<local>[0-9]{6,7})")
_FREE_ABROAD = re.compile(r"55(?P<area>300|303|500|800|900)(?P<local>[0-9]{7})")
_DIGITS = re.compile(r"[0-9]+")


class LineKind(StrEnum):
    """What a number reaches, and so what a call to it costs."""

    LANDLINE = "landline"
    MOBILE = "mobile"
    FREE = "free"  # 0800 and its like (0300, 0500, 0900): no area; only 0800 costs its caller nothing


@dataclass(frozen=True, slots=True)
class Number:
    """A number in its parts; one that is not Brazilian has all its digits in ``local``."""

    country: str
    area: str
    local: str

    @property
    def national(self) -> str:
        """The number as it is dialled inside Brazil."""
        return f"0{self.area}{self.local}" if len(self.area) == 3 else self.area + self.local


def split(digits: str) -> Number:
    """Take a number apart; ``5537999912222`` and ``37999912222`` come out alike.

    Only the form is read (a known area, a local number that starts with 2 to 9), so that an unusual number
    still has its area; `is_valid_national` judges. Raises NotDigits.
    """
    if not _DIGITS.fullmatch(digits):
        raise NotDigits(digits)
    if free := _FREE.fullmatch(digits) or _FREE_ABROAD.fullmatch(digits):
        return Number(COUNTRY, free["area"], free["local"])
    rest = digits[2:] if len(digits) in (12, 13) and digits.startswith(COUNTRY) else digits
    if len(rest) in (10, 11) and rest[:2] in AREAS and rest[2] >= "2":
        return Number(COUNTRY, rest[:2], rest[2:])
    return Number("", "", digits)


def national(digits: str) -> str:
    """Return the number as it is dialled inside Brazil; one that is not Brazilian comes back as it is."""
    return split(digits).national


def international(digits: str) -> str:
    """Return the number with country code; one that is free or not Brazilian stays as it is dialled."""
    number = split(digits)
    return number.country + number.national if len(number.area) == 2 else number.national


def kind(digits: str) -> LineKind | None:
    """Say what a number (either form) reaches, or None when the numbering plan has no such number."""
    number = split(digits)
    if len(number.area) == 3:
        return LineKind.FREE
    if number.area and _MOBILE.fullmatch(number.local):
        return LineKind.MOBILE
    if number.area and _LANDLINE.fullmatch(number.local):
        return LineKind.LANDLINE
    return None


def is_valid_national(digits: str) -> bool:
    """Tell whether this is a number of the plan, written without country code."""
    return bool(_DIGITS.fullmatch(digits)) and kind(digits) is not None and national(digits) == digits


def is_valid_line(digits: str) -> bool:
    """Tell whether this is a number of the plan as our lines are written: with country code, unless free."""
    return bool(_DIGITS.fullmatch(digits)) and kind(digits) is not None and international(digits) == digits


def make_mobile(identity: Identity, *name: object, area: str | None = None) -> str:
    """Make up a national mobile number for this name. It can be a real person's: nothing may dial it."""
    local = identity.integer("mobile", *name, low=6_000_0000, high=9_999_9999)
    return f"{area or _some_area(identity, name)}9{local}"


def make_landline(identity: Identity, *name: object, area: str | None = None) -> str:
    """Make up a national landline number for this name. It can be a real person's: nothing may dial it."""
    local = identity.integer("landline", *name, low=2_000_0000, high=5_999_9999)
    return f"{area or _some_area(identity, name)}{local}"


def make_free(identity: Identity, *name: object) -> str:
    """Make up an 0800 number for this name."""
    return f"0800{identity.integer('free', *name, low=2_00_0000, high=9_99_9999)}"


def _some_area(identity: Identity, name: tuple[object, ...]) -> str:
    point = identity.integer("area", *name, low=1, high=sum(AREAS.values()))
    return next(area for area, upto in zip(AREAS, accumulate(AREAS.values()), strict=True) if point <= upto)


class NotDigits(SimulatorError):
    """A telephone number must be a digit string."""

    def __init__(self, given: str) -> None:
        super().__init__(
            f"{given!r} is not a telephone number: expected digits only, such as '37999912222'; "
            "leave out +, spaces, brackets and hyphens"
        )
        self.given = given
