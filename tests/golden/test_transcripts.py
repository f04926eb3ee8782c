"""What every vendor says of every scenario is what it said before: a difference is a change to be looked at."""

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
