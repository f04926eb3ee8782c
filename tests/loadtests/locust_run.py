"""Runs Locust as a program of its own (importing it would patch every socket of the suite) and reads its tables."""

from __future__ import annotations

import ast
import csv
import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Run:
    """What came of it. ``rows``: name to (requests, failures); ``reasons``: name to the texts of its failures."""

    code: int
    rows: dict[str, tuple[int, int]]
    reasons: dict[str, set[str]]
    output: str

    @property
    def failed(self) -> int:
        return sum(failures for _, failures in self.rows.values())


def locust(file: str, folder: Path, *options: str, **environment: str) -> Run:
    """Run a Locust file with its tables in ``folder``. Variables of the project that are set outside do not count."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("PBXSIM_", "LOCUST_"))}
    command = (sys.executable, "-m", "locust", "-f", f"loadtests/{file}", "--headless", "--only-summary")
    done = subprocess.run(
        # The tables are written once a second, so the last second may be missing there: rows come from the JSON.
        (*command, "--csv", str(folder / "run"), "--json-file", str(folder / "run"), *options),
        cwd=ROOT,
        env={**inherited, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
        check=False,
    )
    final = folder / "run.json"
    told = json.loads(final.read_text("utf-8")) if final.exists() else []
    rows = {row["name"]: (row["num_requests"], row["num_failures"]) for row in told}
    reasons: dict[str, set[str]] = {}
    for row in _table(folder / "run_failures.csv"):
        reasons.setdefault(row["Name"], set()).add(_told(row["Error"]))
    return Run(done.returncode, rows, reasons, done.stdout)


def _told(error: str) -> str:
    """Return the text of a failure as the user sees it; the table has it as Python writes it."""
    found = re.fullmatch(r"CatchResponseError\((.*)\)", error)
    return str(ast.literal_eval(found[1])) if found else error


def _table(path: Path) -> list[dict[str, str]]:
    if not path.exists():
        return []
    with path.open(newline="") as file:
        return list(csv.DictReader(file))
