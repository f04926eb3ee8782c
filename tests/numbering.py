"""How a number of the Brazilian plan has to be written: dialled inside the country, or as one of our lines."""

from __future__ import annotations

from simulator.telephony import phones


def is_national(digits: str) -> bool:
    """Whether this is a number of the plan, without country code."""
    return digits.isdecimal() and phones.kind(digits) is not None and phones.national(digits) == digits


def is_line(digits: str) -> bool:
    """Whether this is a number of the plan with country code, unless it is free."""
    return digits.isdecimal() and phones.kind(digits) is not None and phones.international(digits) == digits
