"""Calls that a made-up vendor's routing leads, played in a simulator of one tenant."""

from dataclasses import dataclass, field

from simulator.telephony.calls import Kind
from simulator.telephony.routing import (
    Destination,
    Incoming,
    Outgoing,
    Place,
    Routing,
)
from simulator.vendor import Vendor
from tests.core import play, run, running, story

IN = '- inbound: {call: A, from: "37999912222"}\n  '
ROUTED = IN + "- route: {call: A}\n  "
RANG = (Kind.RINGING, Kind.UNANSWERED, Kind.ANSWERED, Kind.QUEUED, Kind.MAILBOX_REACHED, Kind.MENU_ENTERED, Kind.ENDED)


def to(*extensions):
    return tuple(Destination(Place.EXTENSION, extension) for extension in extensions)


@dataclass
class Setup:
    """What is provisioned; calls to every line go to 111 unless told otherwise."""

    groups: tuple = ()
    forwards: dict = field(default_factory=dict)
    incoming: Incoming | None = field(default_factory=lambda: Incoming(to("111")))
    outgoing: Outgoing | None = None

    def vendor(self):
        routing = Routing(
            groups=lambda records: self.groups,
            forwards=lambda records, extension: self.forwards.get(extension),
            incoming=lambda records, line, local: self.incoming,
            outgoing=lambda records, extension, digits: self.outgoing,
        )
        return Vendor("toy", "Toy", routing=routing)


def played(steps, **setup):
    """Play steps where this is provisioned; return the calls, the verdict and the tenant's records."""

    async def work():
        async with running() as simulator:
            simulator.pbx.vendors = {"toy": Setup(**setup).vendor()}
            verdict = await play(simulator, story(f"scenario: routed\ntitle: Routed\nsteps:\n  {steps}\n"))
            return simulator.default.calls, verdict, simulator.default.records

    return run(work())


def way(call, *kinds):
    """Return what happened to a call on its way: kind, seconds from the start, and where."""
    return [
        (e.kind.value, (e.at - call.started).total_seconds(), e.extension or e.queue or e.digits)
        for e in call.events
        if e.kind in (kinds or RANG)
    ]


def rings(call):
    return [(at, where) for _, at, where in way(call, Kind.RINGING)]


OUT = '- outbound: {call: A, extension: "111", to: "37999912222"}\n  - route: {call: A}\n  '

GROUP = IN + '- ring: {call: A, group: "4"}\n  '
