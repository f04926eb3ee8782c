"""Made-up requests at every operation of every vendor, by its contract alone: schemathesis finds nothing, nor do we."""

from __future__ import annotations

import pytest

from tests.fuzzing import SEEDS, play
from tests.live import Live
from tests.vendors.fuzzed import JournalWatch, document, operations, who_may

pytestmark = pytest.mark.fuzz

# The first seed plays the strict readings where an operation can be done under them, the others the lenient ones.
READINGS = {seed: ("lenient", "strict") if number else ("strict", "lenient") for number, seed in enumerate(SEEDS)}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("key", "operation", "method"), operations())
def test_fuzzing_finds_nothing(running: Live, key: str, operation: str, method: str, seed: int) -> None:
    """No 5xx, nothing undocumented, what is bad refused and what is good taken, and each exchange in the journal."""
    fake = who_may(running, key, operation, method, READINGS[seed])
    watch = JournalWatch(fake)

    played = play(document(fake, operation, method), watch, seed)

    watch.close()
    assert not played.found, played.told
    assert watch.done
