"""Programs that a test needs and that may be missing: it is skipped visibly, or fails where nothing may be skipped."""

from __future__ import annotations

import os
import shutil

import pytest


def needs(*programs: str) -> None:
    """Skip the running test when one of these programs is missing; fail it when ``PBXSIM_NO_SKIP`` is set to 1."""
    missing = [program for program in programs if shutil.which(program) is None]
    if not missing:
        return
    reason = f"{' and '.join(missing)}: not installed"
    if os.environ.get("PBXSIM_NO_SKIP") == "1":
        pytest.fail(f"{reason}, and PBXSIM_NO_SKIP=1 lets no test be skipped")
    pytest.skip(reason)
