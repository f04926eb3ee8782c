"""What the bell tells: one message, when a call begins."""

from __future__ import annotations

import json

from simulator.message import Message
from simulator.telephony.calls import Call, Event
from simulator.vendor import Scene
from simulator.vendors.campainha.credentials import KEY


def began(call: Call, event: Event, scene: Scene) -> tuple[Message, ...]:
    """Tell who calls."""
    body = json.dumps({"aviso": call.serial, "telefone": call.outside}).encode()
    return (Message(KEY, "callBegan", "began", body, call.id, order=call.id),)
