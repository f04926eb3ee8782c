"""Whether a fault can be of a vendor's answers at all: what it names must be served, and be able to go wrong so."""

from __future__ import annotations

from collections.abc import Mapping

from contracts.contract import Contract
from contracts.nearness import nearest
from scenarios.answers import AnswerFault, AnswerFlaw
from simulator.faults.answer_faults import Asked, suits
from simulator.faults.mishaps import opener_of
from simulator.vendor import Vendor


def why_not(fault: AnswerFault, vendors: Mapping[str, Vendor], contracts: Mapping[str, Contract]) -> str | None:
    """Say what keeps a fault from ever striking, and what would be possible; None when nothing does."""
    vendor = vendors.get(fault.vendor)
    if vendor is None:
        return f"there is no vendor {fault.vendor!r}; {nearest(fault.vendor, vendors)}"
    if fault.operation is not None and fault.operation not in vendor.handlers:
        served = f"{fault.vendor} serves no operation {fault.operation!r}"
        return f"{served}; {nearest(fault.operation, [*vendor.handlers, 'any'])}"
    possible = _possible(fault.operation, vendor, contracts[fault.vendor])
    if fault.flaw in possible:
        return None
    of = f"{fault.vendor} {fault.operation or 'answers'}"
    return f"{of} cannot have the flaw {fault.flaw.value}; possible are: {', '.join(possible) or 'none'}"


def _possible(operation: str | None, vendor: Vendor, contract: Contract) -> list[AnswerFlaw]:
    opener = opener_of(contract)
    asked = [
        Asked(vendor.key, each, each == opener, contract.operations[each].is_open)
        for each in ([operation] if operation else vendor.handlers)
    ]
    # Only a vendor whose tokens are got by a login has some that expire.
    expiring = vendor.login is not None
    return [
        flaw
        for flaw in AnswerFlaw
        if (expiring or flaw is not AnswerFlaw.TOKEN_EXPIRED) and any(suits(flaw, each) for each in asked)
    ]
