"""What every vendor says of every scenario is what it said before: a difference is a change to be looked at."""

import json

import pytest

from scenarios.loader import library
from tests.golden.transcripts import HERE, path_of, transcript


@pytest.mark.parametrize("scenario", library())
def test_every_vendor_says_what_it_said(scenario):
    assert transcript(scenario) == path_of(scenario).read_text("utf-8"), (
        "if this change is meant: python -m tests.golden.transcripts"
    )


def test_every_transcript_has_its_scenario():
    assert {path.stem for path in HERE.glob("*.jsonl")} == set(library())


# Which scenarios a vendor says nothing of, and why; all others are heard from it.
TEXTS = {"sms_sent", "sms_received"}
SILENT = {
    "digitro": TEXTS,  # it has no event for them
    "nextbilling": TEXTS,  # its report is of calls
    "viacel": TEXTS,  # and so is its history
    "pbx55": {"internal_call"},  # it tells of what comes in and goes out
    # It is notified where an extension of ours rings for somebody outside.
    "hubsoft": TEXTS
    | {"abandoned_in_menu", "abandoned_in_queue", "internal_call", "predictive_abandoned", "predictive_machine"}
    | {"answered_outbound", "busy_outbound", "dialled_test_number", "refused_outbound", "unanswered_outbound"},
}


@pytest.mark.parametrize("vendor", SILENT)
def test_every_vendor_is_heard_in_every_scenario_that_it_can_say(vendor):
    """By a message, an event, or a row of its list; where none is, the reason is known."""
    silent = {scenario for scenario in library() if not any(heard(line, vendor) for line in told(scenario))}

    assert silent == SILENT[vendor]


@pytest.mark.parametrize("vendor", ["nextbilling", "viacel"])
def test_vendor_that_sends_nothing_lists_what_the_run_says_it_lists(vendor):
    for scenario in library():
        lines = [line for line in told(scenario) if line["vendor"] == vendor]
        (listed,) = [line["list"] for line in lines if "list" in line]
        silent = [line["silent"] for line in lines if "silent" in line]
        rows = listed.get("data") or listed.get("dados") or []

        assert len(rows) == sum(len(each["listed"]) for each in silent), scenario


def test_run_says_of_every_vendor_what_it_did_not_tell():
    """A call of which a vendor sent nothing is named, and where it told of each there is none to name."""
    for scenario in library():
        lines = told(scenario)
        for vendor in SILENT:
            named = [
                name
                for line in lines
                if "silent" in line and line["vendor"] == vendor
                for name in line["silent"]["calls"]
            ]
            sent = any("message" in line for line in lines if line["vendor"] == vendor)
            assert named or sent, (scenario, vendor)


def told(scenario):
    return [json.loads(line) for line in path_of(scenario).read_text("utf-8").splitlines()]


def heard(line, vendor):
    rows = line.get("list", {"data": [] if "silent" in line else [line]})
    return line["vendor"] == vendor and bool(rows.get("data") or rows.get("dados"))
