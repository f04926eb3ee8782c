"""Viacel: a PBX that is set up over one address, company by company."""

from __future__ import annotations

from contracts.viacel import rules
from simulator.vendor import Vendor
from simulator.vendors.viacel import credentials, history, lists, refusals, routes, routing, world

# Where a call's recording is: no source shows an address.
ACCOUNT = {"audio_base": "https://gravacoes.invalid"}

VENDOR = Vendor(
    key=credentials.KEY,
    title="Viacel",
    handlers={
        **{
            f"{verb}{kind}": handler
            for verb, handler in (("insert", routes.insert), ("change", routes.change), ("delete", routes.delete))
            for kind in ("Company", "Did", "Trunk", "Extension", "DialPlan")
        },
        **dict.fromkeys(lists.LISTS, lists.listed),
        "listByQuery": lists.listed_by_query,
        "listRoutingRules": lists.list_routing,
        "changeRoutingRules": routes.change_routing,
        "listCallHistory": history.lister(ACCOUNT),
    },
    claim=credentials.claim,
    refuse=refusals.refuse,
    credentials=credentials.make,
    curls=credentials.curls,
    switches={"echo_request": ("yes", "no")},
    kinds=(rules.COMPANY, rules.DID, rules.TRUNK, rules.EXTENSION, rules.PLAN, rules.REGION, rules.ROUTE),
    world=world.records,
    account=ACCOUNT,
    routing=routing.ROUTING,
    lists=history.shows,
)
