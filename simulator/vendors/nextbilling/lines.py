"""Lines: list those of a subscriber, and create one."""

from __future__ import annotations

from typing import Any

from contracts.nextbilling.rules import LINE, number_of
from simulator.records import Document
from simulator.vendor import Received, Reply, Work
from simulator.vendors.nextbilling.groups import OK, new_id, plain
from simulator.vendors.nextbilling.reach import owner_of, seen
from simulator.vendors.nextbilling.world import line

FIRST_LINE = 1000

# A secret is not kept, for nothing gives it back; the owner stands in the record itself.
NOT_SETTINGS = ("password", "customer_id", "username")


def list_devices(work: Work, received: Received) -> Reply:
    """List the lines of the subscriber that the address names, or whose token it is."""
    wanted = number_of(received.query.get("id_record"))
    entries = []
    for subscriber in seen(work, received):
        own = (found for found in work.all(LINE) if found["subscriber"] == subscriber["id"])
        lines = [_listed(found) for found in own if wanted is None or found["id"] == wanted]
        name = {"id_cliente": subscriber["id"], "nome_fantasia": subscriber["name"]}
        entries.append({**name, "records": len(lines), "data": lines})
    return Reply(200, {**OK, "records": len(entries), "data": entries})


def create_device(work: Work, received: Received) -> Reply:
    """Create a line of the subscriber that is named, or whose token it is."""
    number = new_id(work, LINE, FIRST_LINE)
    body: dict[str, Any] = received.body
    made = line(number, owner_of(work, received) or 0, body.get("username") or f"linha{number}")
    settings = {name: plain(value) for name, value in body.items() if name not in NOT_SETTINGS}
    work.put(LINE, str(number), {**made, "settings": settings})
    return Reply(200, {**OK, "new_record": number})


def _listed(record: Document) -> dict[str, str]:
    settings = record["settings"]
    return {
        "id": str(record["id"]),
        "id_cliente": str(record["subscriber"]),
        "id_plano": str(settings.get("rate_id", 0)),
        "id_audio": str(settings.get("id_audio", 0)),
        "id_perfil_horario": "0",
        "tipo_tar": "1",
        "ddd_local": record["area"],
        "tech": settings.get("tech", "SIP"),
        "username": record["username"],
        "domain": ",".join(settings.get("domain", ())) or "dynamic",
        "port": str(settings.get("port", 0)),
        "rtp_symmetric": str(settings.get("rtp_symmetric", 0)),
        "nat": "auto_force_rport",
        "techprefix": settings.get("techprefix", ""),
        "saldo": "0.00000",
        "voip": "1",
        "fixo_local": str(settings.get("fixo", 1)),
    }
