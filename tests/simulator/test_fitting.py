"""A scenario that names what is not there is refused before it begins, with every place and the nearest name."""

import pytest

from contracts.contract import load
from scenarios.loader import library
from scenarios.loader import load as load_scenario
from simulator.clock import Mode
from simulator.discovery import discover_vendors
from simulator.runs.fitting import Unfit, check_fit
from simulator.tenancy.furnishing import world_of
from simulator.tenancy.tenants import Profile, Tenant, first_clock
from simulator.worlds.baseline import baseline
from tests.core import story
from tests.work import DictWork

VENDORS = discover_vendors()
CONTRACTS = {key: load(key) for key in VENDORS}

FITS = """
scenario: fits
title: Names only what is there
steps:
  - inbound: {{call: A, from: "37999912222"{line}}}
  - queue: {{call: A, queue: {queue}}}
  - ring: {{call: A, extension: "{extension}"}}
  - await: {{request: {{vendor: hubsoft, operation: {operation}}}, within: 1s}}
  - answer: {{call: A}}
  - transfer: {{call: A, to: "{to}", as: B}}
expect:
  - sent: {{vendor: {vendor}, message: {message}}}
"""
NAMES = {
    "line": "",
    "queue": "suporte",
    "extension": "111",
    "operation": "issueToken",
    "to": "112",
    "vendor": "pbx55",
    "message": "started",
}


def world():
    return DictWork(records=baseline("1", (), samples=True))


def problems(**names):
    with pytest.raises(Unfit) as refused:
        check_fit(story(FITS.format(**{**NAMES, **names})), world(), VENDORS, CONTRACTS)
    first, *lines = str(refused.value).splitlines()
    assert first == "fits cannot be played here:"
    return [line.strip() for line in lines]


@pytest.mark.parametrize("tenant", ["default", "another"])
@pytest.mark.parametrize("name", library())
def test_scenario_of_the_library_fits_every_first_world(name, tenant):
    made = Tenant(Profile(tenant), first_clock(Mode.JUMPING), {})
    records = {kind: dict(records) for kind, records in world_of(made, None, VENDORS.values()).items()}

    check_fit(load_scenario(name), DictWork(records=records), VENDORS, CONTRACTS)


@pytest.mark.parametrize("seed", ["1", "2", "x"])
def test_names_that_are_there_are_no_problem(seed):
    records = baseline(seed, (), samples=False)
    number = next(iter(records["number"]))

    for line in (number, number.removeprefix("55")):
        text = FITS.format(**{**NAMES, "line": f', to: "{line}"'})
        check_fit(story(text), DictWork(records=records), VENDORS, CONTRACTS)


@pytest.mark.parametrize(
    ("names", "problem"),
    [
        ({"queue": "suport"}, "there is no queue 'suport'; did you mean 'suporte'?"),
        ({"queue": "x"}, "there is no queue 'x'; there are: suporte, vendas, financeiro"),
        ({"extension": "9000"}, "there is no extension '9000'; there are: 111, 112, 113, 114, 115, 116, 117, 118, ..."),
        ({"to": "1112"}, "there is no extension '1112'; did you mean '112'?"),
        ({"vendor": "pbx5"}, "there is no vendor 'pbx5'; did you mean 'pbx55'?"),
        ({"message": "start"}, "there is no pbx55 message 'start'; did you mean 'started'?"),
        ({"operation": "issueTokens"}, "there is no hubsoft operation 'issueTokens'; did you mean 'issueToken'?"),
        ({"line": ', to: "551130030000"'}, "there is no number '551130030000'"),
    ],
)
def test_name_that_is_not_there_is_told_with_its_place_and_a_near_one(names, problem):
    (line,) = problems(**names)

    place, _, text = line.partition(": ")
    assert place.startswith("story.yaml:")
    assert text.startswith(problem)


def test_all_problems_are_told_at_once():
    lines = problems(queue="x", extension="9", to="8")

    assert len(lines) == 3


@pytest.mark.parametrize("kind", ["sent", "not_sent"])
def test_messages_of_a_vendor_that_sends_none_are_not_expected(kind):
    scenario = story(f"{FITS.format(**NAMES)}  - {kind}: {{vendor: viacel}}\n")

    with pytest.raises(Unfit, match="viacel sends no messages, so that none can be expected; these do: digitro"):
        check_fit(scenario, world(), VENDORS, CONTRACTS)


@pytest.mark.parametrize("word", ["state", "not_state"])
@pytest.mark.parametrize(
    ("kind", "hint"),
    [
        ("hubsoft.popupp", "did you mean 'hubsoft.popup'?"),
        ("custommer", "did you mean 'customer'?"),
        ("viacel.anruferlisten", "there are: viacel.company, viacel.did, viacel.trunk, "),
        ("asterisk.pop", "there are: company, user, "),
    ],
)
def test_kind_of_record_that_no_world_can_have_is_refused(word, kind, hint):
    scenario = story(f"{FITS.format(**NAMES)}  - {word}: {{record: {kind}, where: {{extension: '111'}}}}\n")

    with pytest.raises(Unfit) as refused:
        check_fit(scenario, world(), VENDORS, CONTRACTS)

    assert f"story.yaml:13:5: there is no kind {kind!r}; {hint}" in str(refused.value)


@pytest.mark.parametrize("kind", ["queue", "agent", "conduct", "hubsoft.popup", "digitro.channel", "viacel.region"])
def test_kind_without_a_record_yet_is_one_all_the_same(kind):
    check_fit(
        story(f"{FITS.format(**NAMES)}  - not_state: {{record: {kind}, where: {{id: x}}}}\n"),
        world(),
        VENDORS,
        CONTRACTS,
    )


def test_operation_of_a_fault_is_looked_up_too():
    text = FITS.format(**NAMES) + "faults:\n  - on: {vendor: hubsoft, operation: ring}\n    do: {drop: true}\n"

    with pytest.raises(Unfit, match="there is no hubsoft operation 'ring'"):
        check_fit(story(text), world(), VENDORS, CONTRACTS)


def test_fault_without_a_vendor_may_name_any_vendors_message():
    text = FITS.format(**NAMES) + "faults:\n  - on: {message: notified}\n    do: {drop: true}\n"
    check_fit(story(text), world(), VENDORS, CONTRACTS)

    with pytest.raises(Unfit, match="there is no message 'rings'"):
        check_fit(story(text.replace("notified", "rings")), world(), VENDORS, CONTRACTS)


@pytest.mark.parametrize(
    ("on", "do", "problem"),
    [
        ("vendor: pbx55", "printed_example: true", None),
        ("", "malformed: true", None),
        ("vendor: digitro, nth: 2", "drop: true", None),
        ("vendor: digitro, message: ended", "duplicate: true", None),
        ("", "swapped_date: true", "story.yaml:6:5: swapped_date needs a vendor: pbx55"),
        (
            "vendor: hubsoft",
            "swapped_date: true",
            "story.yaml:6:5: hubsoft cannot send swapped_date; it can: after_end, burst, delay, drop, duplicate, "
            "malformed, missing_token, null_field, number_as_string, swap_with_next, unknown_field, wrong_method, "
            "wrong_token",
        ),
        (
            "vendor: digitro",
            "wrong_token: true",
            "story.yaml:6:5: an event of digitro cannot have wrong_token; it can: after_end, burst, delay, drop, "
            "duplicate, malformed, null_field, swap_with_next, unknown_field; for what befalls a channel say answer: "
            "and the operation that opens it",
        ),
        (
            "vendor: viacel",
            "drop: true",
            "story.yaml:6:5: viacel sends no messages, so that none can go wrong; these do: digitro, hubsoft, pbx55",
        ),
        (
            "vendor: digitro",
            "duplicate: {new_id: true}",
            "story.yaml:6:5: an event of digitro has no delivery id, so that no copy can have a new one",
        ),
        ("vendor: digitro", "delay: 2s", None),
        (
            "vendor: nextbilling, answer: getRingGroup",
            "drip: 5s",
            "story.yaml:6:5: nextbilling serves no operation 'getRingGroup'; did you mean",
        ),
    ],
)
def test_fault_that_cannot_be_is_named_with_what_can(on, do, problem):
    text = 'scenario: a\ntitle: t\nsteps:\n  - inbound: {call: A, from: "37999912222"}\nfaults:\n'
    scenario = story(f"{text}  - {{on: {{{on}}}, do: {{{do}}}}}\n")

    if problem is None:
        check_fit(scenario, world(), VENDORS, CONTRACTS)
        return
    with pytest.raises(Unfit) as refused:
        check_fit(scenario, world(), VENDORS, CONTRACTS)
    assert problem in str(refused.value)
