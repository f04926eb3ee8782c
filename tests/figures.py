"""Measures the figures that docs/performance.md quotes: ``python -m tests.figures startup|help|scenarios|delays``.

Each run is a whole process, from outside. The runs are interleaved with a control, so that a busy machine shows.
"""

from __future__ import annotations

import signal
import statistics
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

PBXSIM = Path(sys.executable).parent / "pbxsim"
CONTROL = (sys.executable, "-c", "import flask, uvicorn, aiohttp, sqlalchemy")
EIGHT = (
    "answered_inbound",
    "missed_inbound",
    "abandoned_in_queue",
    "transferred_inbound",
    "answered_outbound",
    "sms_sent",
    "duplicated_delivery",
    "out_of_order",
)


def startup() -> tuple[float, float]:
    """Start ``serve`` and return the seconds to the first answer, and the idle process's memory in MB."""
    began = time.perf_counter()
    process = subprocess.Popen((PBXSIM, "serve", "--port", "0"), stdout=subprocess.PIPE, text=True)
    guard = threading.Timer(30, process.kill)
    guard.start()
    try:
        url = next(line.split()[-1] for line in iter(process.stdout.readline, "") if line.startswith("pbxsim is up at"))
        with urllib.request.urlopen(f"{url}/_sim/health", timeout=10) as answer:
            answer.read()
        return time.perf_counter() - began, _resident(process.pid)
    finally:
        guard.cancel()
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=10)


def command(*words: str | Path) -> float:
    """Run a command to its end and return the seconds it took."""
    began = time.perf_counter()
    subprocess.run(words, stdout=subprocess.DEVNULL, check=True, timeout=60)
    return time.perf_counter() - began


def _resident(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0


def _told(name: str, values: list[float], unit: str = "s") -> None:
    ordered = sorted(values)
    p95 = ordered[min(len(ordered) - 1, round(0.95 * (len(ordered) - 1)))]
    print(f"{name}: median {statistics.median(values):.2f} {unit}, p95 {p95:.2f} {unit}, of {len(values)}")


def main(which: str, times: int) -> None:
    """Print one figure, and the control beside it."""
    if which == "delays":
        from tests import figure_delays

        figure_delays.main(times)
        return
    values, memory, control = [], [], []
    for _ in range(times):
        control.append(command(*CONTROL))
        if which == "startup":
            seconds, megabytes = startup()
            values.append(seconds)
            memory.append(megabytes)
        elif which == "help":
            values.append(command(PBXSIM, "--help"))
        else:
            values.append(command(PBXSIM, "run", *EIGHT))
    _told(which, values)
    if memory:
        _told("idle memory", memory, "MB")
    _told("control (importing flask, uvicorn, aiohttp and sqlalchemy)", control)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 20)
