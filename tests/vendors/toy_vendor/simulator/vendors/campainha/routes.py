"""What the bell does: it rings, and remembers where."""

from __future__ import annotations

from simulator.vendor import Received, Reply, Work

RING = "campainha.ring"


def ring_bell(work: Work, received: Received) -> Reply:
    """Ring at an extension; that it is there has been checked."""
    number = work.next_number(RING)
    body = received.body
    ring = {"id": number, "extension": str(body["ramal"]), "times": int(body.get("vezes", 1))}
    work.put(RING, str(number), {**ring, "note": body.get("recado", "")})
    return Reply(200, {"status": "tocando", "toque": number})
