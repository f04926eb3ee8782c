"""Calls at Dígitro's devices, and what is told of them."""

from simulator.telephony.calls import Call, Direction, Kind
from simulator.tenancy.transactions import Transaction
from tests.core import run
from tests.vendors.digitro_stage import stage

QUEUED = (Kind.QUEUED, {"queue": "suporte"})
RINGS = tuple((Kind.RINGING, {"extension": e}) for e in ("111", "112", "113"))
TALKS = (RINGS[0], (Kind.ANSWERED, {"extension": "111"}))
CONFERENCE = (*TALKS, (Kind.BROKE_IN, {"extension": "113"}))


def heard(*before, then=(), extension=None):
    """Return what is told of these events, after those before, of a call from outside unless an extension dials it."""

    async def work():
        async with stage() as on:
            call = on.call(*before, extension=extension)
            await on.told()
            for kind, facts in then:
                on.let(call, kind, **facts)
            return await on.told()

    return run(work())


def internal(on, *, answered=True) -> Call:
    """Let 111 call 112, who answers."""
    tx = Transaction(on.pbx.tenant, on.pbx.simulator.store)
    call, _ = on.pbx.simulator.pbx.start(tx, Direction.INTERNAL, "112", extension="111")
    for kind in (Kind.RINGING, Kind.ANSWERED) if answered else (Kind.RINGING,):
        call, _ = on.pbx.simulator.pbx.happen(tx, call.id, kind, extension="112")
    tx.commit()
    return call
