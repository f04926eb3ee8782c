"""How a simulator is set up: plain values, from the command line and the environment. Reads nothing by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from simulator.clock import Mode
from simulator.tenancy.targets import Target
from simulator.tenancy.tenants import Beginning


@dataclass(frozen=True, slots=True)
class Settings:
    """One simulator. Paths are None where nothing is given: then the store is a temporary file, for instance.

    ``readings`` are choices by vendor and discrepancy for the tenant ``default``; ``control_token`` is asked for
    on ``/_sim`` when it is set, and must be set to listen anywhere but on loopback.
    """

    host: str = "127.0.0.1"
    port: int = 8055
    allow_hosts: tuple[str, ...] = ()
    control_token: str | None = None
    store: Path | None = None
    world: Path | None = None
    numbers: Path | None = None
    contracts: Path | None = None
    seed: str = "1"
    zone: str = "America/Sao_Paulo"
    clock: Mode = Mode.REAL
    speed: float = 1.0
    start: datetime | None = None
    targets: tuple[Target, ...] = ()
    readings: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    switches: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    strict_inferred: bool = False

    @property
    def beginning(self) -> Beginning:
        """How the clock of a tenant begins that is made here."""
        return Beginning(self.clock, self.speed, self.start)
