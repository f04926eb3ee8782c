"""Which half of an exchange is judged when something was done wrong with it on purpose."""

from __future__ import annotations

from contracts.model import Direction, Exchange, Part

# The faults that leave a message other words than it should have: with these, to refuse it is right.
SPOILING = frozenset(
    {
        *("malformed", "wrong_token", "missing_token", "wrong_method"),
        *("swapped_date", "number_as_string", "null_field", "unknown_field", "printed_example"),
    }
)


def judged(exchange: Exchange, part: Part) -> bool:
    """False for the half of an exchange that the simulator did wrong on purpose, and for a refusal of such a one."""
    ours = Part.REQUEST if exchange.direction is Direction.SENT else Part.RESPONSE
    if part is not ours:
        return exchange.other_fault is None and not _rightly_refused(exchange, part)
    return exchange.fault is None


def faulted(exchange: Exchange) -> bool:
    """True when an exchange says nothing of the order of requests: one that only its answer makes odd still does."""
    return exchange.fault is not None or (exchange.direction is Direction.RECEIVED and exchange.other_fault is not None)


def _rightly_refused(exchange: Exchange, part: Part) -> bool:
    response = exchange.response
    return (
        part is Part.RESPONSE and exchange.fault in SPOILING and response is not None and 400 <= response.status < 500
    )
