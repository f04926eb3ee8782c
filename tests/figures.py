"""Measures the figures that docs/performance.md quotes: ``python -m tests.figures startup`` and the others of `main`.

Each run is a whole process, from outside. The runs are interleaved with a control, so that a busy machine shows.
"""

from __future__ import annotations

import json
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
TIMES = {"traffic": 5, "channels": 3}  # what takes longer than a second or two is done less often
# 1,000 calls of three minutes, with five agents: five erlangs, so that many wait and some give up.
THOUSAND_CALLS = ("--calls", "1000", "--agents", "5", "--talk", "3min", "--arrivals", "poisson:100/h")


def startup() -> tuple[float, float]:
    """Start ``serve`` and return the seconds to the first answer, and the idle process's memory in MB."""
    began = time.perf_counter()
    process = subprocess.Popen((PBXSIM, "serve", "--port", "0"), stdout=subprocess.PIPE, text=True)
    guard = threading.Timer(30, process.kill)
    guard.start()
    try:
        url = _url(process)
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


def traffic() -> float:
    """Return the seconds that 1,000 calls of three minutes take, pushed to a receiver in a process of its own."""
    receiver = subprocess.Popen(
        (sys.executable, "-m", "tests.plain_receiver"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        url = receiver.stdout.readline().strip()
        return command(PBXSIM, "traffic", *THOUSAND_CALLS, "--target", f"pbx55={url}")
    finally:
        receiver.communicate(timeout=10)


def channels() -> dict[str, float]:
    """Return the lateness of events on 1,000 channels (ms), and the server's memory at its most (MB)."""
    process = subprocess.Popen((PBXSIM, "serve", "--port", "0"), stdout=subprocess.PIPE, text=True)
    guard = threading.Timer(180, process.kill)
    guard.start()
    try:
        client = (sys.executable, "-m", "tests.channel_client", _url(process), "1000", "20")
        done = subprocess.run(client, stdout=subprocess.PIPE, text=True, check=True, timeout=150)
        return {**json.loads(done.stdout), "memory": _resident(process.pid, "VmHWM")}
    finally:
        guard.cancel()
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=10)


def _url(process: subprocess.Popen[str]) -> str:
    return next(line.split()[-1] for line in iter(process.stdout.readline, "") if line.startswith("pbxsim is up at"))


def _resident(pid: int, what: str = "VmRSS") -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(what):
            return int(line.split()[1]) / 1024
    return 0.0


def _told(name: str, values: list[float], unit: str = "s") -> None:
    ordered = sorted(values)
    p95 = ordered[min(len(ordered) - 1, round(0.95 * (len(ordered) - 1)))]
    print(f"{name}: median {statistics.median(values):.2f} {unit}, p95 {p95:.2f} {unit}, of {len(values)}")


def told_of_channels(times: int) -> None:
    """Print the figures of event channels, run by run."""
    for _ in range(times):
        found = channels()
        lateness = ", ".join(f"{name} {found[name]:.0f} ms" for name in ("median", "p99", "most"))
        print(f"channels: lateness {lateness}, of {found['events']} events; memory at most {found['memory']:.0f} MB")


def main(which: str, times: int) -> None:
    """Print one figure, and the control beside it."""
    if which == "channels":
        told_of_channels(times)
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
        elif which == "traffic":
            values.append(traffic())
        else:
            values.append(command(PBXSIM, "run", *EIGHT))
    _told(which, values)
    if memory:
        _told("idle memory", memory, "MB")
    _told("control (importing flask, uvicorn, aiohttp and sqlalchemy)", control)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else TIMES.get(sys.argv[1], 20))
