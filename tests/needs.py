"""What a test needs and may be missing: it is skipped visibly, or fails where nothing may be skipped."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest


def needs(*programs: str) -> None:
    """Skip the running test when one of these programs is missing; fail it when ``PBXSIM_NO_SKIP`` is set to 1."""
    missing = [program for program in programs if shutil.which(program) is None]
    if missing:
        _without(f"{' and '.join(missing)}: not installed")


def needs_npm(folder: Path, *packages: str) -> None:
    """Do the same for packages that ``npm ci`` installs in a folder of ours."""
    missing = [package for package in packages if not (folder / "node_modules" / package / "package.json").is_file()]
    if missing:
        there = Path(os.path.relpath(folder)).as_posix()
        _without(f"{' and '.join(missing)}: not installed; run: npm ci --prefix {there}")


def _without(reason: str) -> None:
    if os.environ.get("PBXSIM_NO_SKIP") == "1":
        pytest.fail(f"{reason}, and PBXSIM_NO_SKIP=1 lets no test be skipped")
    pytest.skip(reason)
