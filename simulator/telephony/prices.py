"""A tenant's own price list, from the words it is given in. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from simulator.errors import SimulatorError
from simulator.telephony.billing import DEFAULT_TARIFFS, Destination, Tariff, Tariffs

INBOUND = "INBOUND"
PER_MINUTE, INCREMENTS = "per_minute", "increments"
CLASSES = (*(destination.value for destination in Destination), INBOUND)

_INCREMENTS = re.compile(r"(?:([0-9]{1,4})/)?([0-9]{1,4})/([0-9]{1,4})")
_PRICE = re.compile(r"[0-9]{1,5}(?:\.[0-9]{1,5})?")
_USUAL = "60/60"


class BadPrice(SimulatorError):
    """A price list says something that cannot be charged by."""


def parse_increments(text: str) -> tuple[int, int, int]:
    """Return below how many seconds a call is free, the minimum and the increment of ``60/60`` or ``4/30/6``.

    Of the form with three numbers it is inferred that the first is what is free. Raises BadPrice.
    """
    found = _INCREMENTS.fullmatch(text)
    if found is None or not int(found[3]):
        raise BadPrice(
            f"{text[:40]!r} says no increments: write minimum/increment in seconds, as in 60/60 or 30/6, or "
            "free/minimum/increment, as in 4/30/6; the increment is 1 or more"
        )
    return int(found[1] or 0), int(found[2]), int(found[3])


def tariffs_of(prices: Mapping[str, Mapping[str, str]]) -> Tariffs:
    """Return the price list that these words make of the default one: class to ``per_minute`` and ``increments``.

    What a class does not say is as in the default list, and INBOUND, which that has not, costs nothing by itself.
    Raises BadPrice.
    """
    if not prices:
        return DEFAULT_TARIFFS
    by_class: dict[str, Tariff] = dict(DEFAULT_TARIFFS.by_class)
    inbound = None
    for name, words in prices.items():
        if name not in CLASSES:
            raise BadPrice(f"tariffs: there is no class {name[:40]!r}: the classes are {', '.join(CLASSES)}")
        tariff = _tariff(name, words, by_class.get(name))
        if name == INBOUND:
            inbound = tariff
        else:
            by_class[name] = tariff
    return Tariffs(by_class, inbound)


def _tariff(name: str, words: Mapping[str, Any], usual: Tariff | None) -> Tariff:
    unknown = next((word for word in words if word not in (PER_MINUTE, INCREMENTS)), None)
    if unknown is not None:
        raise BadPrice(f"tariffs: {name} has no {unknown[:40]!r}: write {PER_MINUTE} and {INCREMENTS}")
    price = words.get(PER_MINUTE, str(usual.per_minute) if usual else "0")
    if not _PRICE.fullmatch(price):
        raise BadPrice(f"tariffs: {name} costs {price[:40]!r} a minute: write reais with a point, such as 0.49")
    free, minimum, increment = parse_increments(words.get(INCREMENTS, _USUAL))
    return Tariff(name, Decimal(price), minimum, increment, free)
