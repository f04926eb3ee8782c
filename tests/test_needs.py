"""A test that needs a program is skipped where that is missing, and fails where nothing may be skipped."""

import pytest

from tests.needs import needs


def test_needs_is_content_with_programs_that_are_there():
    needs("sh", "env")


def test_needs_skips_for_a_missing_program_and_names_it(monkeypatch):
    monkeypatch.delenv("PBXSIM_NO_SKIP", raising=False)

    with pytest.raises(pytest.skip.Exception, match="no-such-program: not installed"):
        needs("sh", "no-such-program")


def test_needs_fails_for_a_missing_program_where_nothing_may_be_skipped(monkeypatch):
    monkeypatch.setenv("PBXSIM_NO_SKIP", "1")

    with pytest.raises(pytest.fail.Exception, match="no-such-program: not installed"):
        needs("no-such-program")
