"""Whether a scenario can be played here: what it names must exist, before anybody calls. Changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from contracts.contract import Contract
from contracts.nearness import nearest
from scenarios.expected import Holds, Match, Order, Reaction, Received, Sent, vendor_of
from scenarios.model import IN_WIRE_WORDS, OF_REQUESTS, Flaw, Scenario
from simulator.errors import SimulatorError
from simulator.faults.answer_fitting import why_not
from simulator.kinds import kinds
from simulator.records import Reader
from simulator.telephony.phones import international
from simulator.telephony.routing import Provisioned
from simulator.vendor import Vendor
from simulator.worlds.directory import EXTENSION, NUMBER, QUEUE


class Unfit(SimulatorError):
    """A scenario names what is not there; the message has a line for each, with its place."""

    def __init__(self, scenario: Scenario, problems: list[str]) -> None:
        super().__init__("\n".join((f"{scenario.name} cannot be played here:", *(f"  {p}" for p in problems))))


def check_fit(
    scenario: Scenario, world: Reader, vendors: Mapping[str, Vendor], contracts: Mapping[str, Contract]
) -> None:
    """Raise Unfit when a record, vendor, message or operation that the scenario names does not exist."""
    provisioned = Provisioned(world, tuple(v.routing for v in vendors.values() if v.routing is not None))
    problems = [*_records(scenario, world), *_groups(scenario, provisioned), *_vendors(scenario, vendors)]
    if not problems:
        problems = [*_messages(scenario, vendors), *_operations(scenario, contracts), *_kinds(scenario, vendors)]
    if not problems:
        said = ((answer.where, why_not(answer, vendors, contracts)) for answer in scenario.answers)
        problems = [f"{where}: {why}" for where, why in said if why]
        problems += _flaws(scenario, vendors)
    if problems:
        raise Unfit(scenario, problems)


def _records(scenario: Scenario, world: Reader) -> Iterator[str]:
    needs = scenario.needs
    for kind, field, named in (
        (EXTENSION, "number", needs.extensions),
        (QUEUE, "name", needs.queues),
        (NUMBER, "number", {international(line): where for line, where in needs.lines.items()}),
    ):
        for key, where in named.items():
            if world.get(kind, key) is None:
                yield _missing(where, kind, key, (str(record[field]) for record in world.all(kind)))


def _groups(scenario: Scenario, provisioned: Provisioned) -> Iterator[str]:
    for key, where in scenario.needs.groups.items():
        if provisioned.group(key) is None:
            yield _missing(where, "ring group", key, (group.key for group in provisioned.groups()))


def _vendors(scenario: Scenario, vendors: Mapping[str, Vendor]) -> Iterator[str]:
    for key, where in scenario.vendors.items():
        if key not in vendors:
            yield _missing(where, "vendor", key, vendors)


def _messages(scenario: Scenario, vendors: Mapping[str, Vendor]) -> Iterator[str]:
    for expectation in scenario.expectations:
        key = None if isinstance(expectation, Received) else vendor_of(expectation)
        if key is not None and not vendors[key].messages:
            able = ", ".join(vendor.key for vendor in vendors.values() if vendor.messages)
            yield f"{expectation.where}: {key} sends no messages, so that none can be expected; these do: {able}"
    for match, where, vendor in _matches(scenario):
        known = vendors[vendor].messages if vendor else tuple(m for v in vendors.values() for m in v.messages)
        if match.message and match.message not in known:
            yield _missing(where, f"{vendor} message" if vendor else "message", match.message, known)


def _operations(scenario: Scenario, contracts: Mapping[str, Contract]) -> Iterator[str]:
    wanted = [(s.wanted.vendor, s.wanted.operation, s.where) for s in scenario.steps if s.wanted]
    wanted += [(v, m.operation, where) for m, where, v in _matches(scenario) if v and m.operation]
    for vendor, operation, where in wanted:
        if operation not in contracts[vendor].operations:
            yield _missing(where, f"{vendor} operation", operation, contracts[vendor].operations)


def _kinds(scenario: Scenario, vendors: Mapping[str, Vendor]) -> Iterator[str]:
    """A kind that no tenant can have is misspelt: that there is no record of it says nothing."""
    known = kinds(vendors.values())
    for expectation in scenario.expectations:
        if isinstance(expectation, Holds) and expectation.record is not None and expectation.record not in known:
            near = [kind for kind in known if kind.partition(".")[0] == expectation.record.partition(".")[0]]
            yield _missing(expectation.where, "kind", expectation.record, known, near)


def _flaws(scenario: Scenario, vendors: Mapping[str, Vendor]) -> Iterator[str]:
    """What is done wrong has to be something that the vendor's messages can have."""
    for fault in scenario.faults:
        key, flaw = fault.match.vendor, fault.flaw
        if key is None:
            if flaw in IN_WIRE_WORDS:
                able = ", ".join(v.key for v in vendors.values() if flaw in v.spoils)
                yield f"{fault.where}: {flaw} needs a vendor: {able or 'none can'}"
            continue
        can = _possible(vendors[key])
        if not vendors[key].messages:
            able = ", ".join(vendor.key for vendor in vendors.values() if vendor.messages)
            yield f"{fault.where}: {key} sends no messages, so that none can go wrong; these do: {able}"
        elif flaw not in can:
            told = f"an event of {key} cannot have" if vendors[key].channel else f"{key} cannot send"
            yield f"{fault.where}: {told} {flaw}; it can: {', '.join(sorted(can))}{_of_channels(vendors[key])}"
        elif fault.new_id and vendors[key].channel:
            yield f"{fault.where}: an event of {key} has no delivery id, so that no copy can have a new one"


def _possible(vendor: Vendor) -> set[str]:
    return ({*Flaw} - IN_WIRE_WORDS - (OF_REQUESTS if vendor.channel else set())) | vendor.spoils.keys()


def _of_channels(vendor: Vendor) -> str:
    return "; for what befalls a channel say answer: and the operation that opens it" if vendor.channel else ""


def _matches(scenario: Scenario) -> Iterator[tuple[Match, str, str | None]]:
    for fault in scenario.faults:
        yield fault.match, fault.where, fault.match.vendor
    for expectation in scenario.expectations:
        vendor = vendor_of(expectation)
        if isinstance(expectation, Sent | Received):
            yield expectation.match, expectation.where, vendor
        elif isinstance(expectation, Order):
            for match in expectation.of:
                yield match, expectation.where, vendor
        elif isinstance(expectation, Reaction):
            yield expectation.to, expectation.where, vendor
            yield expectation.by, expectation.where, expectation.by.vendor


def _missing(where: str, kind: str, key: str, known: Iterable[str], first: Iterable[str] = ()) -> str:
    """Say that there is none, and the nearest one or some that there are; ``first`` are shown before others."""
    names = list(dict.fromkeys((*first, *known)))
    return f"{where}: there is no {kind} {key!r}; {nearest(key, names)}"
