"""Numbers of the Brazilian plan: those that the documents' samples name, and how one has to be written."""

from __future__ import annotations

from simulator.telephony import phones

PHONES = ("37999912222", "37988242968")


def is_national(digits: str) -> bool:
    """Whether this is a number of the plan, without country code."""
    return digits.isdecimal() and phones.kind(digits) is not None and phones.national(digits) == digits


def is_line(digits: str) -> bool:
    """Whether this is a number of the plan with country code, unless it is free."""
    return digits.isdecimal() and phones.kind(digits) is not None and phones.international(digits) == digits
