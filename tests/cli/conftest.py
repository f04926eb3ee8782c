"""A session that was recorded, for the tests of one module."""

import pytest

from tests.cli.recorded import at, happened, peer, recorded
from tests.receiver import Receiver


@pytest.fixture(scope="module")
def session():
    """What record wrote of a session with everything in it, and the journal of that session."""
    with Receiver() as receiver, peer() as erp, at(receiver, erp) as running_one:
        happened(running_one)
        return recorded(running_one, "--world", "/dev/null"), running_one.journal()
