"""What the fake ERP does: it gives tokens, and opens and closes the window of a call.

Handlers are plain functions of a unit of work and a checked request. They know no Flask and no store.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from contracts.hubsoft.rules import digits_of, national, record_id
from simulator.issued import is_expired, issued_token, token_kind
from simulator.records import Document
from simulator.vendor import Received, Reply, Work
from simulator.vendors.hubsoft.messages import KEY
from simulator.worlds import directory

TOKEN, WINDOW = token_kind(KEY), f"{KEY}.popup"
TOKEN_LIFE = timedelta(days=30)
KEPT_WINDOWS = 500

# {"typ":"JWT","alg":"RS256"}, as in the printed token; what follows is made up and signs nothing.
JWT_HEAD = "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9"


@dataclass(frozen=True, slots=True)
class Desk:
    """Whom a call is for: what the request named, and the user found by it."""

    extension: str | None
    internal_id: str | None
    user: str | None


def issue_token(work: Work, received: Received) -> Reply:
    """Give a token for thirty days of the tenant's clock, and forget those whose time is over."""
    for stale in _expired(work):
        work.remove(TOKEN, stale)
    number = work.next_number(TOKEN)
    name = (KEY, work.tenant, "token", number)
    claims, signature = (work.identity.token(*name, part, length=60) for part in ("claims", "signature"))
    token = f"{JWT_HEAD}.{claims}.{signature}"
    work.put(TOKEN, token, issued_token(token, work.now, TOKEN_LIFE))
    body = {
        "access_token": token,
        "expires_in": int(TOKEN_LIFE.total_seconds()),
        "refresh_token": "def502" + work.identity.token(*name, "refresh", length=58).lower(),
        "token_type": "Bearer",
    }
    return Reply(200, body)


def notify_call(work: Work, received: Received) -> Reply:
    """Open the window of a call for the user whom it rings, or count an equal notice on the open one."""
    desk, phone = _desk(work, received.body), national(received.body.get("telefone"))
    customer = _customer(work, received.body, phone)
    equal = (w for w in _open_windows(work, desk) if w["phone"] == phone)
    window = next((w for w in equal if phone or w["customer"] == customer), None)
    if window:
        work.put(WINDOW, window["id"], {**window, "notices": window["notices"] + 1})
    else:
        _open(work, desk, phone, customer, received.body.get("ligacao_params"))
    return Reply(200, {"status": "success", "msg": "Ligação notificada com sucesso"})


def cancel_call(work: Work, received: Received) -> Reply:
    """Close the window of a call if it is still open; it is no error when it is not."""
    desk, phone = _desk(work, received.body), national(received.body.get("telefone"))
    customer = _named_customer(work, received.body)
    for window in tuple(_open_windows(work, desk)):
        # A call without a phone is any of the desk's, or any of the customer's whom it names.
        if window["phone"] != phone if phone else customer not in (None, window["customer"]):
            continue
        work.put(WINDOW, window["id"], {**window, "status": "closed", "closed_at": work.now.isoformat()})
    return Reply(200, {"status": "success", "msg": "Ligação cancelada com sucesso"})


def _expired(work: Work) -> list[str]:
    # All live equally long, so the oldest end first: the walk stops at the first that is good.
    stale = []
    for record in work.all(TOKEN):
        if not is_expired(record, work.now):
            break
        stale.append(record["token"])
    return stale


def _open(work: Work, desk: Desk, phone: str | None, customer: str | None, params: Any) -> None:
    number = work.next_number(WINDOW)
    window = {
        "id": str(number),
        "extension": desk.extension,
        "internal_id": desk.internal_id,
        "user": desk.user,
        "phone": phone,
        "customer": customer,
        "params": params,
        "opened_at": work.now.isoformat(),
        "closed_at": None,
        "status": "open",
        "notices": 1,
    }
    work.put(WINDOW, window["id"], window)
    work.remove(WINDOW, str(number - KEPT_WINDOWS))


def _desk(work: Work, body: dict[str, Any]) -> Desk:
    """Find the user: by the extension when one is given, else by the internal id."""
    extension = digits_of(body.get("ramal"))
    internal = body.get("identificador_interno")
    if extension is not None:
        record = work.get(directory.EXTENSION, extension) or {}
        user = work.get(directory.USER, record.get("user") or "")
    else:
        user = work.find(directory.USER, internal_id=str(internal))
    known = user["internal_id"] if user else None
    return Desk(extension, known or (None if internal is None else str(internal)), user["id"] if user else None)


def _customer(work: Work, body: dict[str, Any], phone: str | None) -> str | None:
    """Return the id of the customer whom the request names, or who has this phone."""
    named = _named_customer(work, body)
    if named or not phone:
        return named
    return next((c["id"] for c in work.having(directory.CUSTOMER, "phones", phone)), None)


def _named_customer(work: Work, body: dict[str, Any]) -> str | None:
    number, code = record_id(body.get("id_cliente")), record_id(body.get("codigo_cliente"))
    customer = work.get(directory.CUSTOMER, number) if number else None
    if customer is None and code:
        customer = work.find(directory.CUSTOMER, code=code)
    return customer["id"] if customer else None


def _open_windows(work: Work, desk: Desk) -> Iterator[Document]:
    return (w for w in work.all(WINDOW) if w["status"] == "open" and _same_desk(w, desk))


def _same_desk(window: Document, desk: Desk) -> bool:
    if desk.extension and window["extension"]:
        return bool(desk.extension == window["extension"])
    return desk.internal_id is not None and desk.internal_id == window["internal_id"]
