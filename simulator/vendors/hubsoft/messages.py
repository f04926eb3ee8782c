"""What a PBX tells HubSoft of a call, and how it asks for a token: pure, without address and clock."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from contracts.hubsoft.rules import has_phone_length, national
from contracts.model import HttpResponse
from simulator.message import Login, Message
from simulator.telephony.calls import Call, Direction, Event
from simulator.vendor import Scene
from simulator.worlds import directory

KEY = "hubsoft"
TOKEN_PATH = "/oauth/token"  # noqa: S105 (a path)
NOTIFY_PATH = "/api/v1/integracao/pbx/ligacao/notificar"
CANCEL_PATH = "/api/v1/integracao/pbx/ligacao/cancelar"
SECRETS = ("client_id", "client_secret", "username", "password")

# Operation of the contract: the message's name, and where it goes.
TOLD = {"notifyCall": ("notified", NOTIFY_PATH), "cancelCall": ("cancelled", CANCEL_PATH)}

# What an answer may promise at most, so that a wild number is no error of ours.
LONGEST_LIFE = timedelta(days=365)


def notified(call: Call, event: Event, scene: Scene) -> tuple[Message, ...]:
    """Tell that a device rings; nothing where none of ours does, or no outside party with a number that it takes."""
    return _messages("notifyCall", call, (event.extension,), scene)


def cancelled(call: Call, event: Event, scene: Scene) -> tuple[Message, ...]:
    """Tell that a device stopped ringing without an answer."""
    return _messages("cancelCall", call, (event.extension,), scene)


def others_cancelled(call: Call, event: Event, scene: Scene) -> tuple[Message, ...]:
    """Tell, when one of several ringing devices answers, that the others lost the call."""
    others = tuple(e for e in _rang_before(call, event) if e != event.extension)
    return _messages("cancelCall", call, others, scene)


def all_cancelled(call: Call, event: Event, scene: Scene) -> tuple[Message, ...]:
    """Tell, when a call ends, that the devices which still rang lost it."""
    return _messages("cancelCall", call, _rang_before(call, event), scene)


def _rang_before(call: Call, event: Event) -> tuple[str, ...]:
    return replace(call, events=call.events[: event.number - 1]).alerted


def _messages(operation: str, call: Call, extensions: tuple[str | None, ...], scene: Scene) -> tuple[Message, ...]:
    phone = national(call.outside)
    if call.direction is Direction.INTERNAL or phone is None or not _takes(phone, scene):
        return ()
    name, path = TOLD[operation]
    bodies = (_attributes(extension, phone, scene) for extension in extensions if extension)
    return tuple(
        Message(KEY, operation, name, json.dumps(body).encode(), call.id, path=path, order=call.id) for body in bodies
    )


def _takes(phone: str, scene: Scene) -> bool:
    """Say whether the ERP takes a number, under the tenant's reading; a call from any other goes on untold."""
    return scene.readings.get("H4") == "any-digits" or has_phone_length(phone)


def _attributes(extension: str, phone: str, scene: Scene) -> dict[str, object]:
    body: dict[str, object] = {"ramal": _number(extension), "telefone": _number(phone)}
    if scene.account.get("name_customer") == "yes":
        for customer in scene.records.having(directory.CUSTOMER, "phones", phone):
            return body | {"id_cliente": _number(customer["id"])}
    return body


def _number(digits: str) -> int | str:
    # A JSON number would lose a zero in front, and with it that a phone is abroad.
    plain = digits.isascii() and digits.isdigit() and not digits.startswith("0")
    return int(digits) if plain else digits


def _token_request(credentials: Mapping[str, str]) -> Message:
    body = {"grant_type": "password"} | {name: credentials[name] for name in SECRETS}
    return Message(KEY, "issueToken", "login", json.dumps(body).encode(), call="", path=TOKEN_PATH)


def _token(response: HttpResponse) -> tuple[str, timedelta] | None:
    try:
        answer = json.loads(response.body)
    except (ValueError, RecursionError):
        return None
    if response.status != 200 or not isinstance(answer, dict):
        return None
    token, seconds = answer.get("access_token"), answer.get("expires_in")
    if not isinstance(token, str) or not isinstance(seconds, int) or not token or seconds <= 0:
        return None
    return token, timedelta(seconds=min(seconds, LONGEST_LIFE.total_seconds()))


LOGIN = Login(_token_request, _token)
