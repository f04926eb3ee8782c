"""Measures the figures that docs/performance.md quotes: ``python -m tests.figures NAME [TIMES]``.

Each runs a whole process, from outside. The runs are interleaved with a control, so that a busy machine shows.
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Callable
from typing import TypeVar

from tests.figures import busy, delays, large
from tests.figures.processes import PBXSIM, command, startup

T = TypeVar("T")

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


def _startup(times: int) -> None:
    values, control = _interleaved(times, startup)
    _told("startup", [seconds for seconds, _ in values])
    _told("idle memory", [megabytes for _, megabytes in values], "MB")
    _told_control(control)


def _command(name: str, *words: str) -> Callable[[int], None]:
    def measured(times: int) -> None:
        values, control = _interleaved(times, lambda: command(PBXSIM, *words))
        _told(name, values)
        _told_control(control)

    return measured


def _listing(times: int) -> None:
    values, control = large.listing(times)
    _told("listing 20 of 10,000 extensions", values, "ms")
    _told("control (the health check, in turns)", control, "ms")


def _reset(times: int) -> None:
    found = large.reset(times)
    _told("reset of a tenant with 10,000 records", found.large, "ms")
    _told("control (reset of a tenant with none of its own, in turns)", found.small, "ms")
    _told("requests of other clients meanwhile, 100 a second", found.others, "ms")
    _told("control (the same without resets, in turns)", found.undisturbed, "ms")


def _traffic(times: int) -> None:
    values, control = _interleaved(times, busy.traffic)
    _told("traffic of 1,000 calls", values)
    _told_control(control)


FIGURES: dict[str, Callable[[int], None]] = {
    "startup": _startup,
    "help": _command("help", "--help"),
    "scenarios": _command("scenarios", "run", *EIGHT),
    "listing": _listing,
    "reset": _reset,
    "delays": delays.main,
    "traffic": _traffic,
    "channels": busy.channels,
}
# What takes longer than a second or two is done less often.
TIMES = {"traffic": 5, "channels": 3, "delays": 5}


def _interleaved(times: int, measured: Callable[[], T]) -> tuple[list[T], list[float]]:
    values, control = [], []
    for _ in range(times):
        control.append(command(*CONTROL))
        values.append(measured())
    return values, control


def _told_control(values: list[float]) -> None:
    _told("control (importing flask, uvicorn, aiohttp and sqlalchemy)", values)


def _told(name: str, values: list[float], unit: str = "s") -> None:
    ordered = sorted(values)
    shown = [
        f"{label} {ordered[round(part * (len(ordered) - 1))]:.2f}" for label, part in (("p95", 0.95), ("p99", 0.99))
    ]
    print(f"{name}: median {statistics.median(values):.2f}, {', '.join(shown)} {unit}, of {len(values)}")


if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in FIGURES:
        sys.exit(f"name one of the figures: {', '.join(FIGURES)}")
    FIGURES[sys.argv[1]](int(sys.argv[2]) if len(sys.argv) > 2 else TIMES.get(sys.argv[1], 20))
