"""Which kinds of records a tenant can have: those of every world, those of the PBX itself, and those of each vendor."""

from __future__ import annotations

from collections.abc import Iterable

from simulator.switch.crediting import NO_CREDIT, SET_ASIDE
from simulator.switch.floor import LAST_OFFERED
from simulator.switch.following import ONWARD
from simulator.switch.numbers import KIND as DIALLED
from simulator.telephony.agents import AGENT, AGENT_EVENT
from simulator.telephony.conduct import CONDUCT
from simulator.telephony.routing import PLAN, TAKEN
from simulator.traffic.traffic import TRAFFIC
from simulator.vendor import Vendor
from simulator.worlds.directory import KINDS

# What the core keeps of calls and of people while they go on, and for as long as they do.
OWN = (AGENT, AGENT_EVENT, CONDUCT, DIALLED, LAST_OFFERED, NO_CREDIT, ONWARD, PLAN, SET_ASIDE, TAKEN, TRAFFIC)


def kinds(vendors: Iterable[Vendor]) -> tuple[str, ...]:
    """Return every kind of record that a tenant can have; a vendor declares its own (``Vendor.kinds``)."""
    return (*KINDS, *OWN, *(kind for vendor in vendors for kind in vendor.kinds))
