"""A test that needs a program is skipped where that is missing, and fails where nothing may be skipped."""

import pytest

from tests.needs import needs, needs_npm


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


def test_needs_npm_is_content_with_a_package_that_is_there(tmp_path):
    (tmp_path / "node_modules" / "a-package").mkdir(parents=True)
    (tmp_path / "node_modules" / "a-package" / "package.json").write_text("{}")

    needs_npm(tmp_path, "a-package")


def test_needs_npm_skips_for_a_missing_package_and_says_what_to_run(monkeypatch, tmp_path):
    monkeypatch.delenv("PBXSIM_NO_SKIP", raising=False)

    with pytest.raises(pytest.skip.Exception, match="no-such-package: not installed; run: npm ci --prefix "):
        needs_npm(tmp_path, "no-such-package")


def test_needs_npm_fails_for_a_missing_package_where_nothing_may_be_skipped(monkeypatch, tmp_path):
    monkeypatch.setenv("PBXSIM_NO_SKIP", "1")

    with pytest.raises(pytest.fail.Exception, match="no-such-package: not installed"):
        needs_npm(tmp_path, "no-such-package")
