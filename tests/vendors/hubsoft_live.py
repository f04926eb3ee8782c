"""What is said to HubSoft's fake over real HTTP."""

from __future__ import annotations

from typing import Any

from tests.answer import Answer
from tests.live import Live

TOKEN = "/hubsoft/oauth/token"
NOTIFY = "/hubsoft/api/v1/integracao/pbx/ligacao/notificar"
CANCEL = "/hubsoft/api/v1/integracao/pbx/ligacao/cancelar"
CALL = {"ramal": 111, "telefone": 37999912222}
NOTIFIED = {"status": "success", "msg": "Ligação notificada com sucesso"}
CANCELLED = {"status": "success", "msg": "Ligação cancelada com sucesso"}


def secrets(running: Live, tenant: str) -> dict[str, str]:
    return {"grant_type": "password", **running.credentials("hubsoft", tenant)}


def token_of(running: Live, tenant: str) -> str:
    answer = running.ask("POST", TOKEN, secrets(running, tenant))
    assert answer.status == 200, answer.text
    return str(answer.json["access_token"])


def say(running: Live, path: str, token: str, body: Any) -> Answer:
    return running.ask("POST", path, body, {"authorization": f"Bearer {token}"})


def popups(running: Live, tenant: str) -> list[dict[str, Any]]:
    return running.records("hubsoft.popup", tenant)


def change(running: Live, tenant: str, **choices: dict[str, str]) -> None:
    answer = running.control("PATCH", f"/tenants/{tenant}", {k: {"hubsoft": v} for k, v in choices.items()})
    assert answer.status == 200, answer.text
