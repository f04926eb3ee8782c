"""Which kinds of records a tenant can have: those of every world, those of the PBX itself, and those of each vendor."""

from __future__ import annotations

from collections.abc import Iterable

from simulator.agents import AGENT, AGENT_EVENT
from simulator.conduct import CONDUCT
from simulator.crediting import NO_CREDIT, SET_ASIDE
from simulator.directory import KINDS
from simulator.floor import LAST_OFFERED
from simulator.following import ONWARD
from simulator.numbers import KIND as DIALLED
from simulator.routing import PLAN, TAKEN
from simulator.traffic import TRAFFIC
from simulator.vendor import Vendor

# What the core keeps of calls and of people while they go on, and for as long as they do.
OWN = (AGENT, AGENT_EVENT, CONDUCT, DIALLED, LAST_OFFERED, NO_CREDIT, ONWARD, PLAN, SET_ASIDE, TAKEN, TRAFFIC)


def kinds(vendors: Iterable[Vendor]) -> tuple[str, ...]:
    """Return every kind of record that a tenant can have; a vendor declares its own (``Vendor.kinds``)."""
    return (*KINDS, *OWN, *(kind for vendor in vendors for kind in vendor.kinds))
