"""Runs ``pbxsim`` as a user does: in this process, or in one of its own."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from simulator.cli import code_of

COMMANDS = (
    *("serve", "listen", "run", "traffic", "check", "vendors", "credentials"),
    *("tail", "replay", "record", "schema"),
)
PBXSIM = (sys.executable, "-m", "simulator")
PATIENCE = 30.0


@dataclass(frozen=True)
class Ended:
    """A command that has ended."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        return self.out + self.err

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def inside(*words: str | Path) -> Ended:
    """Run a command in this process."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = code_of([str(word) for word in words])
    return Ended(code, out.getvalue(), err.getvalue())


def process(*words: str | Path, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> Ended:
    """Run a command in a process of its own."""
    done = subprocess.run(
        (*PBXSIM, *words), cwd=cwd, env=environment(env), capture_output=True, timeout=PATIENCE, check=False
    )
    return Ended(done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace"))


def environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return this process's environment without what would change a command's ways."""
    plain = {key: value for key, value in os.environ.items() if not key.startswith(("PBXSIM_", "NO_COLOR"))}
    return {**plain, **(more or {})}


class Started:
    """A command that runs in a process of its own until it is ended; a context manager that leaves none behind.

    ``under`` is what a shell does before it becomes the command, such as ``ulimit -n 300``.
    """

    def __init__(
        self, *words: str | Path, cwd: Path | None = None, env: Mapping[str, str] | None = None, under: str = ""
    ) -> None:
        self.lines: list[str] = []
        shell = ("sh", "-c", f'{under} && exec "$@"', "sh") if under else ()
        self._process = subprocess.Popen(
            (*shell, *PBXSIM, *words),
            cwd=cwd,
            env=environment(env),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        # Whatever hangs ends then, and a test that waits for a line sees the end of the output.
        self._guard = threading.Timer(PATIENCE, self._process.kill)
        self._guard.start()

    def __enter__(self) -> Started:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # In order where it can be: a process that is killed leaves the folder of its temporary store behind.
        self._process.terminate()
        self._process.communicate()
        self._guard.cancel()

    @property
    def pid(self) -> int:
        return self._process.pid

    def line_with(self, text: str) -> str:
        """Return the next line that has this text in it."""
        for line in self._process.stdout or ():
            self.lines.append(line.rstrip("\n"))
            if text in line:
                return self.lines[-1]
        raise AssertionError(f"no line has {text!r} in it: {self.lines} {self._errors()}")

    def url(self) -> str:
        """Return where it is, once it says so."""
        return self.line_with("http://127.0.0.1:").split()[-1]

    def end(self, signal: int) -> Ended:
        """Send a signal and wait for the end."""
        self._process.send_signal(signal)
        return self.wait()

    def wait(self) -> Ended:
        """Wait for the end."""
        out, err = self._process.communicate()
        return Ended(self._process.returncode, "\n".join((*self.lines, out)), err)

    def _errors(self) -> str:
        return self._process.stderr.read() if self._process.stderr else ""
