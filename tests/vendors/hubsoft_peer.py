"""What a receiver has to answer to be a HubSoft-like ERP, and a target that points at it."""

from __future__ import annotations

import json
from typing import Any

from simulator.tenancy.targets import Target
from tests.receiver import Receiver, Reply

HUBSOFT = {"client_id": "1", "client_secret": "two-secret", "username": "pbx@example.com", "password": "quatro-secret"}
NOTIFIED, CANCELLED = (
    Reply(200, f'{{"status": "success", "msg": "Ligação {what} com sucesso"}}'.encode())
    for what in ("notificada", "cancelada")
)


def hubsoft(receiver: Receiver, key: str = "h1", **more: Any) -> Target:
    """Return a target of HubSoft at a receiver, with a login."""
    return Target(key, "hubsoft", receiver.url, **{"credentials": HUBSOFT, **more})


def granted(token: str = "a-token", seconds: int = 2_592_000) -> Reply:
    """Return HubSoft's answer to a login."""
    body = {"access_token": token, "expires_in": seconds, "refresh_token": "r" * 64, "token_type": "Bearer"}
    return Reply(200, json.dumps(body).encode())
