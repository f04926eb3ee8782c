"""What is measured from outside: commands that end, and a server that answers until it is stopped."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PBXSIM = Path(sys.executable).parent / "pbxsim"
LONGEST = 30.0


@contextmanager
def serving(longest: float = LONGEST) -> Iterator[tuple[str, int]]:
    """Run ``serve`` on a free port, and give its base URL and process id; it is killed after ``longest`` seconds."""
    process = subprocess.Popen((PBXSIM, "serve", "--port", "0"), stdout=subprocess.PIPE, text=True)
    guard = threading.Timer(longest, process.kill)
    guard.start()
    try:
        url = next(line.split()[-1] for line in iter(process.stdout.readline, "") if line.startswith("pbxsim is up at"))
        yield url, process.pid
    finally:
        guard.cancel()
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=10)


def startup() -> tuple[float, float]:
    """Start ``serve`` and return the seconds to the first answer, and the idle process's memory in MB."""
    began = time.perf_counter()
    with serving() as (url, pid):
        with urllib.request.urlopen(f"{url}/_sim/health", timeout=10) as answer:
            answer.read()
        return time.perf_counter() - began, resident(pid)


def command(*words: str | Path) -> float:
    """Run a command to its end and return the seconds it took."""
    began = time.perf_counter()
    subprocess.run(words, stdout=subprocess.DEVNULL, check=True, timeout=60)
    return time.perf_counter() - began


def resident(pid: int, what: str = "VmRSS") -> float:
    """Return the memory of a process in MB, now or (``VmHWM``) at its most."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(what):
            return int(line.split()[1]) / 1024
    return 0.0
