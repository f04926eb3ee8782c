"""Many calls, and many event channels: traffic to a local receiver, and lateness of events, each client a process."""

from __future__ import annotations

import json
import subprocess
import sys

from tests.figures.processes import PBXSIM, command, resident, serving

# 1,000 calls of three minutes, all of them answered: 4.3 erlangs, which five agents can carry, so that many wait.
THOUSAND_CALLS = (
    *("--calls", "1000", "--agents", "5", "--talk", "3min", "--patience", "never", "--arrivals", "poisson:80/h"),
)
CHANNELS, SECONDS = "1000", "20"


def traffic() -> float:
    """Return the seconds that 1,000 calls of three minutes take, pushed to a receiver in a process of its own."""
    words = (sys.executable, "-m", "tests.figures.plain_receiver")
    receiver = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        url = receiver.stdout.readline().strip()
        return command(PBXSIM, "traffic", *THOUSAND_CALLS, "--target", f"pbx55={url}")
    finally:
        receiver.communicate(timeout=10)


def channels(times: int) -> None:
    """Print the lateness of events on 1,000 channels, and the server's memory at its most, run by run."""
    for _ in range(times):
        with serving(180) as (url, pid):
            words = (sys.executable, "-m", "tests.figures.channel_client", url, CHANNELS, SECONDS)
            done = subprocess.run(words, stdout=subprocess.PIPE, text=True, check=True, timeout=150)
            found, memory = json.loads(done.stdout), resident(pid, "VmHWM")
        lateness = ", ".join(f"{name} {found[name]:.0f} ms" for name in ("median", "p99", "most"))
        print(f"channels: lateness {lateness}, of {found['events']} events; memory at most {memory:.0f} MB")
