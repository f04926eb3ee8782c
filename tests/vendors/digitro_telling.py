"""What happens to calls while Dígitro's channels hear of it."""

from simulator.telephony.calls import Direction
from simulator.tenancy.transactions import Transaction

OPENING = "EVENTO_DE_ABERTURA_DE_CANAL"


def step(pbx, act):
    """Do something with calls in a unit of work of its own, and keep it."""
    tx = Transaction(pbx.tenant, pbx.simulator.store)
    result = act(pbx.simulator.pbx, tx)
    tx.commit()
    return result[0]


def inbound(pbx):
    return step(pbx, lambda board, tx: board.start(tx, Direction.INBOUND, "37999912222"))
