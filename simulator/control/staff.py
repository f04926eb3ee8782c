"""Control operations on agents: who serves which queue, and where each stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.control.replies import Failed, Missing
from simulator.control.showing import tenant_of, tenant_with_world
from simulator.errors import TalksTwice
from simulator.switch.floor import agent_does
from simulator.telephony.agents import AGENT, Agent, AgentKind, ImpossibleForAgent
from simulator.telephony.documents import time_to_text
from simulator.tenancy.transactions import Transaction
from simulator.vendor import Received, Reply
from simulator.worlds.directory import EXTENSION

if TYPE_CHECKING:
    from simulator.app import Simulator

_DEEDS = {
    "login": AgentKind.LOGGED_IN,
    "logout": AgentKind.LOGGED_OUT,
    "pause": AgentKind.PAUSED,
    "unpause": AgentKind.UNPAUSED,
}
# The words that each deed takes beside itself.
_WORDS = {"login": {"queue"}, "logout": {"queue"}, "pause": {"reason"}, "unpause": set[str]()}


def list_agents(simulator: Simulator, received: Received) -> Reply:
    """Return everybody who has ever logged in, in that order."""
    tx = Transaction(tenant_of(simulator, received), simulator.store)
    return Reply(200, {"agents": [_shown(tx, Agent.from_document(document)) for document in tx.all(AGENT)]})


def let_agent(simulator: Simulator, received: Received) -> Reply:
    """Let an agent log in or out, pause or go on."""
    tenant, extension, body = tenant_with_world(simulator, received), received.path["extension"], received.body
    tx = Transaction(tenant, simulator.store)
    if tx.get(EXTENSION, extension) is None:
        raise Missing(f"there is no extension {extension!r}", "one of GET /_sim/records/extension")
    deed = body["do"]
    tx.by = f"{deed} of agent {extension} by the control API"
    if strange := sorted(body.keys() - _WORDS[deed] - {"do"}):
        takes = ", ".join(_WORDS[deed]) or "nothing else"
        raise Failed(422, f"{deed} takes no {strange[0]}", f"beside do: {takes}")
    if deed == "login" and "queue" not in body:
        raise Failed(422, "login without a queue", '"queue" in the body')
    try:
        agent = agent_does(simulator.pbx, tx, extension, _DEEDS[deed], **{k: v for k, v in body.items() if k != "do"})
    except (ImpossibleForAgent, TalksTwice) as refusal:
        raise Failed(409, str(refusal), "what the agent's state allows; see GET /_sim/agents") from None
    shown = _shown(tx, agent)
    tx.commit()
    return Reply(200, shown)


def _shown(tx: Transaction, agent: Agent) -> dict[str, Any]:
    calls = tuple(tx.live_calls())
    ringing = any(agent.extension in call.alerted for call in calls)
    answered = {call.answered is not None for call in calls if agent.extension in call.present}
    presence = agent.presence(tx.now, ringing=ringing, talking=True in answered, dialling=False in answered)
    since = agent.paused_at if agent.paused_at is not None else agent.since
    return {
        "extension": agent.extension,
        "presence": presence.value,
        "queues": list(agent.queues),
        "since": time_to_text(since),
        "calls": agent.calls,
        "missed": agent.missed,
        "reason": agent.reason,
    }
