"""What the fake PBX does with who asks: agents enter and leave queues, and a password is verified."""

from __future__ import annotations

from contracts.digitro.rules import DEVICE
from simulator.errors import SimulatorError
from simulator.telephony.agents import AgentKind
from simulator.vendor import Received, Reply, Work
from simulator.vendors.digitro.refusals import not_done

# The field OPERACAO.
KINDS = {"LOGIN": AgentKind.LOGGED_IN, "LOGOUT": AgentKind.LOGGED_OUT}


def verify(work: Work, received: Received) -> Reply:
    """Say that the passwords are right: the rules of the contract have refused wrong ones."""
    return Reply(200, {})


def log_in_or_out(work: Work, received: Received) -> Reply:
    """Let a device enter or leave a queue, which may offer it a call at once."""
    body = received.body
    own = (work.get(DEVICE, body["DISPOSITIVO"]) or {}).get("extension")
    queue = (work.get(DEVICE, body["DISPOSITIVO_DESTINO"]) or {}).get("queue")
    if own is None or queue is None:
        return not_done(work, received, "expected an extension's device, and a queue's as DISPOSITIVO_DESTINO")
    try:
        work.board.agent(own, KINDS[body["OPERACAO"]], queue=queue)
    except SimulatorError as error:
        return not_done(work, received, str(error))
    return Reply(200, {})
