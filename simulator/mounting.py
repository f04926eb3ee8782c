"""Mounts the faces of a simulator on one shell: each vendor's fake, the control API, and the address without a path."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contracts.redaction import redact_mounted
from simulator.control.face import CONTROL, control_app, index_app
from simulator.faces.web import make_app
from simulator.shell.hosts import AllowedHosts, own_names
from simulator.shell.limits import Limits
from simulator.shell.shell import Shell
from simulator.tenancy.snapshots import MOST_BYTES

if TYPE_CHECKING:
    from simulator.app import Simulator


def shell_of(simulator: Simulator) -> Shell:
    """Return the shell with everything that a simulator serves."""
    mounts = {f"/{key}": make_app(key, p.contract, p) for key, p in simulator.fakes.items()}
    mounts[CONTROL] = control_app(simulator)
    settings = simulator.settings
    return Shell(
        mounts,
        default=index_app(simulator),
        settings=Limits(body_bytes_at={f"{CONTROL}/restore": MOST_BYTES}),
        allowed_hosts=AllowedHosts.of((*settings.allow_hosts, *own_names(settings.host))),
        journal_wait=simulator.growth.wait,
        redact=lambda path: redact_mounted(path, simulator.contracts),
    )
