"""Tenants that are driven by hand, one unit of work after the other, and what all moves calls in them."""

import json
from dataclasses import replace
from decimal import Decimal

from contracts.contract import discover, load
from simulator.clock import Mode
from simulator.delivery.announcing import Announcer
from simulator.discovery import discover_vendors
from simulator.errors import Engaged, TalksTwice, ToItself, UnknownCall, UnknownRecord
from simulator.identity import Identity
from simulator.storage.store import SqlStore
from simulator.switch import duties
from simulator.switch.moves import NotConsulted, NotTogether
from simulator.switch.pbx import Pbx
from simulator.telephony.agents import ImpossibleForAgent
from simulator.telephony.calls import ImpossibleEvent
from simulator.telephony.routing import Destination, Forwards, Group, Incoming, Outgoing, Place, Routing, Trunk
from simulator.tenancy.furnishing import furnish, restored
from simulator.tenancy.snapshots import read, take
from simulator.tenancy.tenants import FIRST_MORNING, Profile, Tenant, first_clock
from simulator.tenancy.transactions import Transaction
from simulator.vendor import Vendor
from simulator.worlds.directory import EXTENSION, NUMBER, QUEUE

LINE, CALLER = "551130037293", "37999912222"
EXTENSIONS, QUEUES = ("111", "112", "113"), ("vendas", "suporte")
NUMBERS = ("37999989001", "37999989010", "37999985555", "37999985556", CALLER)  # they behave, but for the last
PROFILE = Profile("t", prepaid=True, balance=Decimal("3.00"), tariffs={"INBOUND": {"per_minute": "0.60"}})
# What may be said of what was tried; anything else that is raised, by a renderer too, is a fault of ours.
REFUSALS = (
    *(ImpossibleEvent, ImpossibleForAgent, Engaged, TalksTwice, ToItself),
    *(NotConsulted, NotTogether, UnknownCall, UnknownRecord),
)
# However many calls there are, so many jobs are enough for a day of theirs: see `test_rest`.
MOST_JOBS = 2000

ROUTING = Routing(
    groups=lambda records: (Group("g", "all", EXTENSIONS), Group("r", "turns", EXTENSIONS, seconds=5)),
    forwards=lambda records, extension: FORWARDS.get(extension),
    incoming=lambda records, line, local: Incoming((at(Place.EXTENSION, "112"), at(Place.GROUP, "r")), most=3),
    outgoing=lambda records, extension, digits: Outgoing((Trunk("1", "One", digits),)),
)


def at(place, key=""):
    return Destination(place, key)


FORWARDS = {
    "112": Forwards(no_answer=(at(Place.OUTSIDE, NUMBERS[3]), at(Place.EXTENSION, "113")), busy=(at(Place.MENU),)),
    "113": Forwards(no_answer=(at(Place.QUEUE, "suporte"),), busy=(at(Place.MAILBOX, "113"),), seconds=7),
}


# Where calls go is this file's; what is told of them, and which records a tenant begins with, is the vendors'.
VENDORS = {
    **{key: replace(vendor, routing=None) for key, vendor in discover_vendors().items()},
    "toy": Vendor("toy", "Toy", routing=ROUTING),
}
CONTRACTS = {key: load(key) for key in discover()}


class World:
    """One tenant, with its store, by hand."""

    def __init__(self, loop):
        self.loop, self.store, self.generation = loop, SqlStore(None), 0
        self.pbx = Pbx(VENDORS, Announcer(VENDORS, CONTRACTS, self.store))
        self.tenant = self.begun()

    def begun(self):
        async def work():
            tenant = Tenant(PROFILE, first_clock(Mode.JUMPING), {})
            furnish(tenant, WORLD)
            tx = Transaction(tenant, self.store, now=FIRST_MORNING)
            for vendor in VENDORS.values():
                if vendor.channel:
                    self.pbx.announcer.open(tx, vendor.key)
            tx.commit()
            return tenant

        return self.loop.run_until_complete(work())

    def do(self, act, now):
        """Do something in one unit of work, or nothing of it; return what it was refused for."""

        async def work():
            tx = Transaction(self.tenant, self.store, now=now)
            try:
                act(self.pbx, tx)
            except REFUSALS as refused:
                return str(refused)
            tx.commit()
            return ""

        return self.loop.run_until_complete(work())

    def jobs(self, now=None):
        """Do what is due by a time, or all that there is; return how many jobs that took and when the last was due."""

        async def work():
            done, last = 0, now
            while (job := self.tenant.agenda.next()) is not None and (now is None or job.due <= now):
                tx = Transaction(self.tenant, self.store, now=job.due)
                duties.perform(self.pbx, tx, job)
                tx.finish(job)
                tx.commit()
                done, last = done + 1, job.due
                assert done < MOST_JOBS, job
            return done, last

        return self.loop.run_until_complete(work())

    def taken_apart_and_put_together(self):
        async def work():
            document = json.loads(take(self.tenant, {}, own_world=False))
            return restored(read(document, self.tenant).rows, lambda profile: {})

        self.tenant = self.loop.run_until_complete(work())

    def shown(self):
        tenant = self.tenant
        kept = {kind: found for kind, found in tenant.records.items() if found and not kind.endswith(".channel")}
        records = {kind: list(found.items()) for kind, found in kept.items()}  # a channel ends with the process
        return {
            "records": json.loads(json.dumps(records, default=str)),
            "calls": dict(tenant.calls),
            "live": list(tenant.live),
            "jobs": {key: json.dumps(job.to_document(), sort_keys=True) for key, job in tenant.agenda.jobs.items()},
            "sequences": dict(tenant.sequences),
            "balance": tenant.balance,
        }


OWN = {
    NUMBER: {LINE: {"number": LINE, "kind": "landline"}},
    EXTENSION: {key: {"number": key, "name": key} for key in EXTENSIONS},
    QUEUE: {name: {"name": name, "extensions": list(EXTENSIONS), "wrap_up": 10} for name in QUEUES},
}
WORLD = dict(OWN)
for _vendor in VENDORS.values():
    WORLD |= _vendor.world(Identity(PROFILE.seed), OWN, False)
