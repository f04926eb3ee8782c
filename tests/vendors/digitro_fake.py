"""Dígitro's fake over real sockets, as the tests ask it."""

from simulator.tenancy.transactions import Transaction

RECEIVED = (200, {})


def let(pbx, call, kind, **facts):
    """Let something happen to a call, as the control API does."""
    tx = Transaction(pbx.tenant, pbx.simulator.store)
    pbx.simulator.pbx.happen(tx, call.id, kind, **facts)
    tx.commit()


def calls(pbx):
    return list(pbx.tenant.calls.values())
