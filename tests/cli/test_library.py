"""``run --library``: every scenario that comes with the program, with nothing else at hand."""

from scenarios.loader import library
from tests.cli.running import inside


def test_whole_library_passes_on_the_built_in_targets():
    done = inside("run", "--library", "--json")

    runs = {run["scenario"]: run for run in done.json["runs"]}
    assert done.code == 0
    assert tuple(runs) == library()
    assert {name for name, run in runs.items() if not run["passes"]} == set()


def test_what_our_own_fake_was_told_is_no_request_of_the_integration():
    done = inside("run", "logged_missed_call", "--json")

    (run,) = done.json["runs"]
    (tickets,) = (outcome for outcome in run["expectations"] if "openTicket" in outcome["text"])
    assert (tickets["judged"], tickets["text"].partition(": ")[2]) == (
        False,
        "not judged, since nothing was asked of hubsoft",
    )
