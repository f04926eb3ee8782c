"""NextBilling, the management API of a softswitch: ring groups, lines and the report of calls. It pushes nothing."""

from __future__ import annotations

from contracts.nextbilling import rules
from simulator.vendor import Handler, Received, Reply, Vendor, Work
from simulator.vendors.nextbilling import credentials, groups, lines, reach, refusals, report, ringing, world


def _unless_busy(handler: Handler) -> Handler:
    def handle(work: Work, received: Received) -> Reply:
        if work.switches.get("too_many_requests") == "on":
            return refusals.too_many(work.switches)
        return handler(work, received)

    return handle


VENDOR = Vendor(
    key=credentials.KEY,
    title="NextBilling",
    handlers={
        "listRingGroups": _unless_busy(groups.list_groups),
        "createRingGroup": _unless_busy(groups.create_group),
        "updateRingGroup": _unless_busy(groups.update_group),
        "removeRingGroup": _unless_busy(groups.remove_group),
        "listOwnDevices": _unless_busy(lines.list_devices),
        "listDevices": _unless_busy(lines.list_devices),
        "createDevice": _unless_busy(lines.create_device),
        "listCalls": _unless_busy(report.list_calls),
        "listCallsOfSubscriber": _unless_busy(report.list_calls),
    },
    admit=reach.admit,
    claim=credentials.claim,
    refuse=refusals.refuse,
    credentials=credentials.make,
    secrets=credentials.SECRETS,
    curls=credentials.curls,
    switches={"error_status": ("http", "200"), "too_many_requests": ("off", "on")},
    kinds=(rules.SUBSCRIBER, rules.LINE, rules.GROUP),
    world=world.make,
    routing=ringing.ROUTING,
    lists=report.shows,
)
