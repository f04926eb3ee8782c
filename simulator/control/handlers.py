"""What each control operation does: a function of the simulator and the request, in a literal table."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from contracts.listing import listing
from simulator.control import calling, dialling, faulting, keeping, staff, targeting, tenancies, watching
from simulator.vendor import Received, Reply
from simulator.version import VERSION

if TYPE_CHECKING:
    from simulator.app import Simulator

Handler = Callable[["Simulator", Received], Reply]


def _health(simulator: Simulator, received: Received) -> Reply:
    return Reply(
        200,
        {
            "status": "ok",
            "version": VERSION,
            "vendors": list(simulator.vendors),
            "tenants": len(tenancies.own_tenants(simulator)),
        },
    )


def _list_vendors(simulator: Simulator, received: Received) -> Reply:
    return Reply(200, {"vendors": [listing(simulator.contracts[key]) for key in simulator.vendors]})


OPEN = frozenset({"health"})  # asked by whoever waits for the start, with or without a token

# What takes long is made in a thread first, and is the body of what the handler gets.
PREPARED: dict[str, Callable[[Simulator, Received], Callable[[], object]]] = {"replaceWorld": tenancies.make_world}

HANDLERS: dict[str, Handler] = {
    "health": _health,
    "listVendors": _list_vendors,
    "metrics": watching.metrics,
    "listTenants": tenancies.list_tenants,
    "makeTenant": tenancies.make_tenant,
    "showTenant": tenancies.show_tenant,
    "changeTenant": tenancies.change_tenant,
    "removeTenant": tenancies.remove_tenant,
    "showCredentials": tenancies.show_credentials,
    "revokeTokens": tenancies.revoke_tokens,
    "listTargets": targeting.list_targets,
    "addTarget": targeting.add_target,
    "removeTarget": targeting.remove_target,
    "listCalls": calling.list_calls,
    "makeCall": calling.make_call,
    "showCall": calling.show_call,
    "stepCall": calling.step_call,
    "listAgents": staff.list_agents,
    "letAgent": staff.let_agent,
    "showNumbers": dialling.show_numbers,
    "replaceNumbers": dialling.replace_numbers,
    "listRuns": calling.list_runs,
    "playScenario": calling.play_scenario,
    "showRun": calling.show_run,
    "readJournal": watching.read_journal,
    "showEntry": keeping.show_entry,
    "replay": keeping.replay,
    "readOutbox": watching.read_outbox,
    "listRecords": watching.list_records,
    "showWorld": watching.show_world,
    "replaceWorld": tenancies.replace_world,
    "showClock": watching.show_clock,
    "setClock": watching.set_clock,
    "snapshot": keeping.take_snapshot,
    "restore": keeping.restore,
    "listFaults": faulting.list_faults,
    "addFault": faulting.add_fault,
    "removeFaults": faulting.remove_faults,
    "removeFault": faulting.remove_fault,
    "reset": tenancies.reset,
}
